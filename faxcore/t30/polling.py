"""The calling station that receives: it polls what the far end holds ready (T.30 5.3.6.1.2).

Theory of operation. The far end answers and says in its DIS that it has a document (bit 9). It is
told DTC, which says what we can take, behind CIG, PWD and SEP where there is something to say. From
then on all is as in a call that comes in: the far end commands, ``receiver`` answers. What we say
carries the X bit, for we have received a DIS.
"""

from __future__ import annotations

from dataclasses import replace

from faxcore.t30.call import CallEnded, hear
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import Poll, Station
from faxcore.t30.frames import FCF, X_BIT, Frame, decode_id, encode_id
from faxcore.t30.line import Heard, Procedure, ReceiveFrames
from faxcore.t30.receiver import take_document
from faxcore.t30.reception import FairReception, IncomingCall, Reception, identify
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.t30.timers import T1

_MAX_BURSTS = 50
"""How many bursts that are no DIS are listened to; a far end that babbles must not hold us."""


def poll_document(
    capabilities: Capabilities, station: Station, poll: Poll, judge: Reception | None = None
) -> Procedure[CallResult]:
    """Take the document that the station which has just answered holds ready.

    ``poll`` says which one, and with what password. The result is one as of ``receive_document``.
    """
    call = IncomingCall(capabilities, station, judge or FairReception(), x_bit=X_BIT)

    def find_document(call: IncomingCall) -> Procedure[tuple[Frame, ...]]:
        far = yield from _find_polled_station(call)
        call.request = _request(call, poll, far)
        return (yield from identify(call))

    return (yield from take_document(call, find_document))


def _find_polled_station(call: IncomingCall) -> Procedure[Capabilities]:
    """Phase B: the far end's DIS within T1, and its name on the way."""
    left, deadline = T1, None
    for _ in range(_MAX_BURSTS):
        heard = yield from hear(ReceiveFrames(left))
        far = _identified(call, heard)
        if far is not None:
            return far
        deadline = heard.began + T1 if deadline is None else deadline
        left = deadline - heard.at
        if left <= 0 or heard.silent:
            break
    raise CallEnded(HangupStatus.T1_EXPIRED, f"no DIS came within {T1:.0f} s", farewell=False)


def _identified(call: IncomingCall, heard: Heard) -> Capabilities | None:
    for frame in heard.frames:
        if frame.kind is FCF.CSI:
            call.remote_id = decode_id(frame.fif)
        elif frame.kind is FCF.DIS:
            return Capabilities.decode(frame.fif)
        elif frame.kind is FCF.DCN:
            raise CallEnded(HangupStatus.DCN_IN_PHASE_B, "DCN came in place of DIS", farewell=False)
    return None


def _request(call: IncomingCall, poll: Poll, far: Capabilities) -> tuple[Frame, ...]:
    """CIG, PWD and SEP, where there is something to say, and DTC.

    Without SEP a far end would send another document than the one that is wanted; so one that takes
    no SEP is not asked. A password that it does not ask for is not told.
    """
    if not far.has_document:
        raise CallEnded(
            HangupStatus.CANNOT_RECEIVE, "the DIS says that no document is held ready to be polled"
        )
    if poll.selective and not far.selective_polling:
        raise CallEnded(
            HangupStatus.CANNOT_RECEIVE, "the DIS says that no document is told from another (SEP)"
        )
    password = poll.password if far.password else ""
    said = (
        (FCF.CIG, call.station.id), (FCF.PWD_POLL, password), (FCF.SEP, poll.selective)
    )  # fmt: skip
    before = (Frame(fcf, encode_id(text), final=False) for fcf, text in said if text)
    offered = replace(
        call.capabilities, selective_polling=bool(poll.selective), password=bool(password)
    )
    return (*before, Frame(FCF.DTC, offered.encode()))

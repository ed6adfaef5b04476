"""One incoming call: its state, what is thought of what comes in, and the steps all phases share.

A page is kept (``KeepPage``) before it is confirmed: what MCF has been said for is on disk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from faxcore.t30.call import CallEnded, hear
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import Station
from faxcore.t30.ecm import ENDS
from faxcore.t30.ecm_receiver import CorrectedPage
from faxcore.t30.frames import FCF, Frame, encode_id
from faxcore.t30.line import Ended, KeepPage, Procedure, ReceiveFrames, SendFrames, Silence
from faxcore.t30.modulation import Rung
from faxcore.t30.result import HangupStatus, PageOutcome, PageReport
from faxcore.t30.timers import COMMAND_TRIES, RETRAIN_S, T1, T2, T4

_TCF_ZERO_SECONDS = 1.0
"""How much of the 1.5 s of TCF must come as unbroken zeros."""

_REPEATABLE = {FCF(code) for code in ENDS} | {FCF.PPS, FCF.EOR, FCF.RR}
"""What a caller says again that did not hear its answer."""

_MAX_DAMAGED = 20
"""A line that brings so many damaged bursts in a row brings nothing else."""

_EOL_ZEROS = 11
"""An EOL is a one behind so many zeros or more (T.4 4.1.2)."""

_GOOD_SHARE, _FAIR_SHARE = 0.05, 0.15
"""Bad rows: up to 5 % of a page is MCF, up to 15 % RTP, beyond that RTN."""


class Reception(Protocol):
    """What a receiver thinks of what it gets."""

    def training_ok(self, rung: Rung, octets: bytes) -> bool:
        """Whether the training check came well enough for CFR."""
        ...

    def page_answer(self, page: KeepPage) -> FCF:
        """MCF, RTP or RTN for a page that would be kept."""
        ...

    def busy(self) -> bool:
        """Whether the answer to a block must be put off (RNR). Asked again after each RR."""
        ...


class FairReception:
    """Judges by the zeros of TCF and the share of bad rows (T.30 leaves both to the receiver)."""

    def training_ok(self, rung: Rung, octets: bytes) -> bool:
        """At least a second of unbroken zeros."""
        longest = max((len(run) for run in re.findall(b"\0+", octets)), default=0)
        return longest >= _TCF_ZERO_SECONDS * rung.bits_per_second / 8

    def page_answer(self, page: KeepPage) -> FCF:
        """MCF up to 5 % of bad rows, RTP up to 15 %, RTN beyond and for an empty page."""
        decoded = page.decoded
        if decoded.bitmap.height == 0:
            return FCF.RTN
        share = decoded.bad_rows / decoded.bitmap.height
        return FCF.MCF if share <= _GOOD_SHARE else FCF.RTP if share <= _FAIR_SHARE else FCF.RTN

    def busy(self) -> bool:
        """Never."""
        return False


@dataclass(slots=True)
class IncomingCall:
    """The state of one incoming call.

    ``last_answer`` is what was last said for a page, to ``last_command``; ``answered`` the same
    for a block, and the command that it answered. ``x_bit`` is X where we have received a DIS,
    being the one that called; ``request`` is then the burst that ends with DTC, and no burst ends
    with DIS.
    """

    capabilities: Capabilities
    station: Station
    judge: Reception
    reports: list[PageReport] = field(default_factory=list)
    remote_id: str = ""
    subaddress: str = ""
    parameters: SessionParameters | None = None
    corrected: CorrectedPage | None = None
    answered: tuple[Frame, FCF | None] | None = None
    long_train: bool = False
    retraining: bool = False
    trainings: int = 0
    pending: bytes | None = None
    last_answer: FCF | None = None
    last_command: FCF | None = None
    finished: bool = False
    x_bit: int = 0
    request: tuple[Frame, ...] = ()
    v34: Rung | None = None


def check_finished(call: IncomingCall) -> None:
    """DCN is a good end only behind the last page's confirmation."""
    if not call.finished:
        raise CallEnded(
            HangupStatus.RECEIVE_REJECTED, "DCN came before the end of the document", farewell=False
        )


def identify(call: IncomingCall) -> Procedure[tuple[Frame, ...]]:
    """Say who we are and what we can take, until a command comes or T1 is over (T.30 5.3.6.1.1).

    A burst that commands nothing that we can do is waited over, for T4: what may follow it is a
    training check, into which no DIS must fall.
    """
    if call.request:
        return (yield from _request_document(call))
    dis = Frame(FCF.DIS, call.capabilities.encode())
    csi = Frame(FCF.CSI, encode_id(call.station.id), final=False)
    frames = (csi, dis) if call.station.id else (dis,)
    deadline: float | None = None
    while True:
        sent = yield from hear(SendFrames(frames))
        deadline = deadline if deadline is not None else sent.began + T1
        heard = yield from hear(ReceiveFrames(T4))
        while heard.ended is not Ended.TIMEOUT and heard.frames and heard.at < deadline:
            if heard.done and _is_for_us(call, heard.frames[-1]):
                return heard.frames
            heard = yield from hear(ReceiveFrames(T4))
        if heard.ended is Ended.NO_CARRIER and not heard.frames and not heard.damaged:
            raise CallEnded(HangupStatus.RECEIVE_T1, "the caller is gone", farewell=False)
        if heard.at >= deadline:
            raise CallEnded(HangupStatus.RECEIVE_T1, f"no command came within {T1:.0f} s")
        yield from hear(Silence())


def _request_document(call: IncomingCall) -> Procedure[tuple[Frame, ...]]:
    """Say DTC until a command comes: three tries at T4 (T.30 5.3.6)."""
    heard = None
    for _ in range(COMMAND_TRIES):
        yield from hear(Silence())
        yield from hear(SendFrames(call.request))
        heard = yield from hear(ReceiveFrames(T4))
        if heard.done and heard.frames and _is_for_us(call, heard.frames[-1]):
            return heard.frames
    if heard is not None and heard.frames and heard.frames[-1].kind is FCF.DIS:
        raise CallEnded(HangupStatus.DIS_REPEATED, f"DIS came again {COMMAND_TRIES} times")
    raise CallEnded(HangupStatus.DCS_UNANSWERED, f"DTC was not answered {COMMAND_TRIES} times")


def commanded(call: IncomingCall, dcs: Frame) -> SessionParameters | None:
    """What a DCS commands; None where its rate is none, or none that was offered.

    In V.34 it names no rate, and error correction goes without saying (T.30 F.3).
    """
    parameters = SessionParameters.decode(dcs.fif)
    if parameters is not None and call.v34 is not None:
        return replace(parameters, rung=call.v34, ecm=True)
    if parameters is None or not call.capabilities.has(parameters.rung):
        return None
    return parameters


def _is_for_us(call: IncomingCall, command: Frame) -> bool:
    """Whether a command means something in phase B; after EOM its repetition does, too."""
    if command.kind is FCF.DCS:
        return commanded(call, command) is not None
    return command.kind is FCF.DCN or (call.parameters is not None and command.kind in _REPEATABLE)


def identify_again(call: IncomingCall) -> Procedure[tuple[Frame, ...]]:
    """After EOM and its answer, back to phase B: whoever was called says DIS, or DCS at once."""
    if call.request:
        heard = yield from hear(ReceiveFrames(2 * T2))
        if heard.done and heard.frames and _is_for_us(call, heard.frames[-1]):
            return heard.frames
        return (yield from identify(call))
    yield from hear(Silence())
    return (yield from identify(call))


def next_command(call: IncomingCall, within_s: float | None = None) -> Procedure[tuple[Frame, ...]]:
    """The next burst of command frames, within T2, which begins anew with all that is heard."""
    if within_s is None:
        within_s = RETRAIN_S if call.retraining else T2
    for _ in range(_MAX_DAMAGED):
        heard = yield from hear(ReceiveFrames(within_s))
        if heard.done and heard.frames:
            return heard.frames
        if not heard.frames and not heard.damaged:
            break
    if call.finished:
        return (Frame(FCF.DCN),)
    raise CallEnded(
        HangupStatus.RECEIVE_T2, f"no command came within {within_s:.0f} s", farewell=False
    )


def longest_line(octets: bytes) -> int:
    """The most bits from one EOL of a page to the next, or to where its data end (T.4 4.1.2)."""
    ones = np.flatnonzero(np.unpackbits(np.frombuffer(octets, np.uint8)))
    if ones.size == 0:
        return 0
    zeros = np.diff(ones, prepend=-1) - 1
    ends = ones[zeros >= _EOL_ZEROS]
    return int(np.diff(np.concatenate([[-1], ends, ones[-1:]])).max())


def coming(call: IncomingCall, octets: bytes, parameters: SessionParameters) -> KeepPage:
    """The keeping of the page that comes next."""
    return KeepPage(octets, len(call.reports) + 1, parameters)


def keep(call: IncomingCall, page: KeepPage, refusal: FCF) -> Procedure[None]:
    """Make a page durable, or refuse it to the caller and end the call."""
    kept = yield from hear(page)
    if not kept.done:
        yield from say(call, Frame(refusal))
        text = kept.text or f"page {page.number} could not be kept"
        raise CallEnded(HangupStatus.NOT_KEPT, text)
    report = PageReport(
        page.number,
        PageOutcome.CONFIRMED,
        sendings=1,
        octets=len(page.octets),
        parameters=page.parameters,
    )
    call.reports.append(report)


def say(call: IncomingCall, answer: Frame) -> Procedure[None]:
    """One answer, behind the silence that T.30 wants between two carriers."""
    yield from hear(Silence())
    yield from hear(SendFrames((replace(answer, fcf=answer.fcf | call.x_bit),)))

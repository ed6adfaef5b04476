"""The calling station that sends: T.30 figure 5-2a, from the answer to DCN.

Theory of operation. ``send_document`` is the whole flow chart read from top to bottom:

    phase B   find_receiver()   NSF CSI DIS within T1
              train()           TSI DCS, TCF, until CFR
    phase C   send_page()       the page at the rate that CFR confirmed
    phase D   confirm()         MPS, EOM or EOP, until MCF (or what else may answer)
    phase E   disconnect()      DCN

What ends a call early is a ``CallEnded`` caught here, at the top and nowhere else. Whatever
happens, the answer is a ``CallResult`` with one ``PageReport`` for every page.
"""

from __future__ import annotations

from collections.abc import Sequence

from faxcore.t4 import EncodedPage, line_octets
from faxcore.t30.call import Call, CallEnded, command, hear
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import FaxDocument, Station
from faxcore.t30.frames import FCF, Frame, decode_id
from faxcore.t30.line import (
    Ended,
    Heard,
    Procedure,
    ReceiveFrames,
    SendFrames,
    SendPage,
    Silence,
)
from faxcore.t30.modulation import FALLBACK, Rung
from faxcore.t30.negotiation import ladder as common_ladder
from faxcore.t30.negotiation import negotiate, refusal
from faxcore.t30.post_message import Verdict, confirm
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.t30.timers import T1, T2
from faxcore.t30.training import step_down_if_possible, train

_MAX_BURSTS = 50
"""How many bursts that are no DIS are listened to; a far end that babbles must not hold us."""


def send_document(
    document: FaxDocument, station: Station, ladder: Sequence[Rung] = FALLBACK
) -> Procedure[CallResult]:
    """Send ``document`` to the station that has just answered.

    ``ladder`` holds the rungs that our modem has, in the order in which to try them. The result's
    ``seconds`` are left 0: a procedure reads no clock.
    """
    call = Call.begin(document, station, ladder)
    status, text, farewell = HangupStatus.NORMAL, "", True
    try:
        yield from find_receiver(call, T1)
        _check_far_end(call)
        yield from send_pages(call)
    except CallEnded as end:
        status, text, farewell = end.status, str(end), end.farewell
    if farewell:
        yield from disconnect()
    return call.result(status, text)


def find_receiver(call: Call, within_s: float) -> Procedure[None]:
    """Phase B: listen for the far end's DIS, and for its name on the way (T.30 5.3.6.1.1)."""
    left, deadline = within_s, None
    for _ in range(_MAX_BURSTS):
        heard = yield from hear(ReceiveFrames(left))
        if _identified(call, heard):
            return
        deadline = heard.began + within_s if deadline is None else deadline
        left = deadline - heard.at
        if left <= 0 or heard.ended is Ended.TIMEOUT:
            break
    raise CallEnded(HangupStatus.T1_EXPIRED, f"no DIS came within {within_s:.0f} s", farewell=False)


def _identified(call: Call, heard: Heard) -> bool:
    for frame in heard.frames:
        if frame.kind is FCF.CSI:
            call.remote_id = decode_id(frame.fif)
        elif frame.kind is FCF.DIS:
            call.far = Capabilities.decode(frame.fif)
            return True
        elif frame.kind is FCF.DCN:
            raise CallEnded(HangupStatus.DCN_IN_PHASE_B, "DCN came in place of DIS", farewell=False)
    return False


def _check_far_end(call: Call) -> None:
    """Refuse before the first page what could only fail after it."""
    far = call.receiver
    if not far.can_receive:
        raise CallEnded(HangupStatus.CANNOT_RECEIVE, "the DIS says that it cannot receive")
    call.ladder = common_ladder(far, call.ladder)
    if not call.ladder:
        raise CallEnded(HangupStatus.PHASE_B, "the two modems have no modulation in common")
    call.rung = call.ladder[0]
    for number, page in enumerate(call.document.pages, call.document.first_number):
        if negotiate(far, page, call.rung) is None:
            raise CallEnded(HangupStatus.PAGE_FORMAT, f"page {number}: {refusal(far, page)}")


def send_pages(call: Call) -> Procedure[None]:
    """Phases B to D, page after page, until the last is confirmed."""
    index = 0
    form = yield from train(call, index)
    while True:
        following, next_form = _what_follows(call, index)
        yield from send_page(call, index, form)
        verdict = yield from confirm(call, index, following)
        if following is FCF.EOM:
            yield from _return_to_phase_b(call, verdict)
        if verdict is Verdict.REFUSED:
            step_down_if_possible(call)
            form = yield from train(call, index)
            continue
        if following is FCF.EOP:
            return
        index += 1
        if following is FCF.EOM or verdict is Verdict.RETRAIN or next_form is None:
            form = yield from train(call, index)
        else:
            form = next_form


def _what_follows(call: Call, index: int) -> tuple[FCF, EncodedPage | None]:
    """The command after page ``index``: EOP after the last, EOM where the next needs another DCS.

    Beside it the form of the next page where it goes out under the same DCS.
    """
    if index + 1 == len(call.document.pages):
        return FCF.EOP, None
    agreed = negotiate(call.receiver, call.document.pages[index + 1], call.current_rung)
    if agreed is None or agreed[1] != call.parameters:
        return FCF.EOM, None
    return FCF.MPS, agreed[0]


def _return_to_phase_b(call: Call, verdict: Verdict) -> Procedure[None]:
    """After EOM the far end identifies itself anew, within T2, and twice that in practice.

    After RTP and RTN some do and some wait for DCS at once: silence is then no failure.
    """
    try:
        yield from find_receiver(call, 2 * T2)
    except CallEnded as end:
        if end.status is not HangupStatus.T1_EXPIRED or verdict is Verdict.GO_ON:
            raise


def send_page(call: Call, index: int, form: EncodedPage) -> Procedure[None]:
    """Phase C: one page on the fast carrier, with the fill that the receiver asked for."""
    parameters = call.parameters
    if parameters is None:
        raise CallEnded(HangupStatus.PHASE_B, "no parameters were agreed upon")
    number = call.reports[index].number
    rate = parameters.rung.bits_per_second
    octets = line_octets(form, rate, parameters.scan_time_ms)
    yield from hear(Silence())
    call.report(index, sendings=call.reports[index].sendings + 1, parameters=parameters)
    heard = yield from hear(SendPage(parameters.rung, octets, number))
    if not heard.done:
        raise CallEnded(
            HangupStatus.PHASE_C,
            f"page {number}: {heard.text or heard.ended.value}",
            farewell=False,
        )
    call.report(index, outcome=PageOutcome.UNCERTAIN, octets=len(octets))


def disconnect() -> Procedure[None]:
    """Phase E: DCN, which nothing answers (T.30 5.3.6.1.9). The line may be gone already."""
    yield Silence()
    yield SendFrames((Frame(command(FCF.DCN).fcf),))

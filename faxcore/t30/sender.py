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
from dataclasses import replace

from faxcore.t4 import EncodedPage, line_octets
from faxcore.t30.call import Call, CallEnded, check_stopped, command, hear
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, FaxDocument, Station
from faxcore.t30.ecm_sender import send_page_with_correction
from faxcore.t30.frames import FCF, Frame, decode_id
from faxcore.t30.line import (
    Heard,
    Procedure,
    ReceiveFrames,
    SendFrames,
    SendPage,
    Silence,
)
from faxcore.t30.modulation import FALLBACK, Rung, v34_rung
from faxcore.t30.negotiation import choose_forms, parameters_for
from faxcore.t30.negotiation import ladder as common_ladder
from faxcore.t30.post_message import Verdict, confirm
from faxcore.t30.remake import changes, remake
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.t30.timers import T1, T2
from faxcore.t30.training import step_down_if_possible, train

DEFAULT_OPTIONS = CallOptions()

_MAX_BURSTS = 50
"""How many bursts that are no DIS are listened to; a far end that babbles must not hold us."""


def send_document(
    document: FaxDocument,
    station: Station,
    ladder: Sequence[Rung] = FALLBACK,
    options: CallOptions = DEFAULT_OPTIONS,
) -> Procedure[CallResult]:
    """Send ``document`` to the station that has just answered.

    ``ladder`` holds the rungs that our modem has, in the order in which to try them. The result's
    ``seconds`` are left 0: a procedure reads no clock.
    """
    call = Call.begin(document, station, ladder, options)
    status, text, farewell = HangupStatus.NORMAL, "", True
    try:
        yield from find_receiver(call, T1)
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
        if left <= 0 or heard.silent:
            break
    raise CallEnded(HangupStatus.T1_EXPIRED, f"no DIS came within {within_s:.0f} s", farewell=False)


def _identified(call: Call, heard: Heard) -> bool:
    for frame in heard.frames:
        if frame.kind is FCF.CSI:
            call.remote_id = decode_id(frame.fif)
        elif frame.kind is FCF.DIS:
            meet(call, Capabilities.decode(frame.fif))
            return True
        elif frame.kind is FCF.DCN:
            raise CallEnded(HangupStatus.DCN_IN_PHASE_B, "DCN came in place of DIS", farewell=False)
    return False


def meet(call: Call, far: Capabilities) -> None:
    """Choose everything that a DIS decides; refuse now what could only fail after a page."""
    call.far = far
    if not far.can_receive:
        raise CallEnded(HangupStatus.CANNOT_RECEIVE, "the DIS says that it cannot receive")
    if call.options.v34_rate:  # no DIS tells of its rates, and there is no page without ECM
        call.far = far = replace(far, ecm=True)
        rungs: tuple[Rung, ...] = (v34_rung(call.options.v34_rate),)
    else:
        rungs = common_ladder(far, call.ladder, call.options)
    if not rungs:
        raise CallEnded(HangupStatus.PHASE_B, "the two modems have no modulation in common")
    if call.rung not in rungs:
        call.rung = rungs[0]
    call.ladder = rungs
    call.forms = choose_forms(far, call.pages, rungs[0], call.options)
    if None in call.forms[call.position :]:
        _remake(call, far)
        call.forms = choose_forms(far, call.pages, rungs[0], call.options)
    for index in range(call.position, len(call.forms)):
        call.form(index)


def _remake(call: Call, far: Capabilities) -> None:
    """Pages of which the far end takes no form are made anew, some of them into parts."""
    for index in reversed(range(call.position, len(call.forms))):
        if call.forms[index] is None:
            parts = remake(far, call.pages[index], call.options)
            if parts:
                call.replace_page(index, parts, changes(call.pages[index], parts))


def send_pages(call: Call) -> Procedure[None]:
    """Phases B to D, page after page, until the last is confirmed."""
    index = 0
    form = yield from train(call, index)
    while True:
        following = _what_follows(call, index)
        if call.agreed.ecm and not call.options.ecm_by_modem:
            verdict = yield from send_page_with_correction(call, index, form, following)
        else:
            yield from send_page(call, index, form)
            verdict = yield from confirm(call, index, following)
        call.position = index if verdict is Verdict.REFUSED else index + 1
        if following is FCF.EOM:
            yield from _return_to_phase_b(call, verdict)
        if verdict is Verdict.REFUSED:
            step_down_if_possible(call)
            form = yield from train(call, index)
            continue
        if following is FCF.EOP:
            return
        index += 1
        if following is FCF.EOM or verdict is Verdict.RETRAIN:
            form = yield from train(call, index)
        else:
            form = call.form(index)


def _what_follows(call: Call, index: int) -> FCF:
    """The command after page ``index``: EOP after the last, EOM where the next needs a new DCS."""
    if index + 1 == len(call.pages):
        return FCF.EOP
    following = parameters_for(call.receiver, call.form(index + 1), call.current_rung, call.options)
    current = parameters_for(call.receiver, call.form(index), call.current_rung, call.options)
    return FCF.MPS if following == current else FCF.EOM


def _return_to_phase_b(call: Call, verdict: Verdict) -> Procedure[None]:
    """After EOM the far end identifies itself anew, within T2, and twice that in practice.

    After RTP and RTN some do and some wait for DCS at once: silence is then no failure.
    """
    try:
        yield from find_receiver(call, 2 * T2)
    except CallEnded as end:
        if end.status is not HangupStatus.T1_EXPIRED:
            raise
        if verdict is Verdict.GO_ON:
            raise CallEnded(HangupStatus.PHASE_B, f"{end} after EOM", farewell=False) from end


def send_page(call: Call, index: int, form: EncodedPage) -> Procedure[None]:
    """Phase C: one page on the fast carrier, with the fill that the receiver asked for."""
    parameters = call.agreed
    number = call.reports[index].number
    rate = parameters.rung.bits_per_second
    octets = line_octets(form, rate, parameters.scan_time_ms)
    yield from hear(Silence())
    call.report(index, sendings=call.reports[index].sendings + 1, parameters=parameters)
    is_last = call.is_last_part(index)
    heard = yield SendPage(parameters.rung, octets, number, is_last_part=is_last)
    if heard.done or heard.all_given:
        call.report(index, outcome=PageOutcome.UNCERTAIN, octets=len(octets))
    check_stopped(heard)
    if not heard.done:
        raise CallEnded(
            HangupStatus.PHASE_C,
            f"page {number}: {heard.text or heard.ended.value}",
            farewell=False,
        )


def disconnect() -> Procedure[None]:
    """Phase E: DCN, which nothing answers (T.30 5.3.6.1.9). The line may be gone already."""
    yield Silence()
    yield SendFrames((Frame(command(FCF.DCN).fcf),))

"""The called station that receives: T.30 figure 5-2b, from DIS to DCN.

Theory of operation. A receiver answers commands; so the procedure is one loop over command bursts.
Each handler takes a burst and returns the next one, having done all that T.30 wants in between.
A page is kept (``KeepPage``) *before* it is confirmed: what MCF has been said for is on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from faxcore.t4 import Coding
from faxcore.t30.call import CallEnded, hear
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import Station
from faxcore.t30.ecm import ENDS, PartialPage
from faxcore.t30.ecm_receiver import CorrectedPage, commanded_rung
from faxcore.t30.frames import FCF, X_BIT, Frame, decode_id
from faxcore.t30.line import (
    Ended,
    Procedure,
    ReceivePage,
    ReceiveTraining,
    SendFrames,
    Silence,
)
from faxcore.t30.modulation import Rung
from faxcore.t30.reception import (
    FairReception,
    IncomingCall,
    Reception,
    check_finished,
    coming,
    commanded,
    identify,
    identify_again,
    keep,
    longest_line,
    next_command,
    say,
)
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome, PageReport
from faxcore.t30.timers import LONGEST_LINE_S, T2

_REPEATED_WITHIN_S = 4.0
"""A command that comes later than this after our answer is no repetition: a page was missed.

A sender repeats T4 after its own command, less than 3.5 s after the answer that it did not hear.
"""

_MAX_IDLE_BURSTS = 20
"""A caller that hears RNR says RR; one that says other things so often is not listening."""

_MISSED_PAGE_S = 60.0
"""A page whose carrier was not recognised goes on behind our back; what follows it, MPS or PPS, is
answered with RTN or PPR. T2 would end the call in the midst of it."""

_TRAINING_S = 3.8
"""From DCS to the end of a training check that was not recognised, and a little: FTT then comes
before the caller repeats DCS. A repeated DCS without one comes earlier (T4)."""

_MAX_BURSTS = 2000
"""More commands than this in one call are no call (999 pages, each with a repeated command)."""


def receive_document(
    capabilities: Capabilities,
    station: Station,
    judge: Reception | None = None,
    v34: Rung | None = None,
) -> Procedure[CallResult]:
    """Receive what the caller sends; every kept page is one ``KeepPage`` and one report.

    ``v34`` is the primary channel where the modems speak V.34 (T.30 Annex F).
    """
    call = IncomingCall(capabilities, station, judge or FairReception(), v34=v34)
    return (yield from take_document(call, identify))


def take_document(
    call: IncomingCall, meet: Callable[[IncomingCall], Procedure[tuple[Frame, ...]]]
) -> Procedure[CallResult]:
    """Phases B to E of a station that receives; ``meet`` gets it the first command."""
    status, text = HangupStatus.NORMAL, ""
    try:
        burst = yield from meet(call)
        yield from _answer_commands(call, burst)
    except CallEnded as end:
        status, text = end.status, str(end)
        if end.farewell:
            yield Silence()
            yield SendFrames((Frame(FCF.DCN | call.x_bit),))
    return CallResult(
        status,
        tuple(call.reports),
        text,
        call.remote_id,
        call.parameters,
        call.trainings,
        subaddress=call.subaddress,
    )


def _answer_commands(call: IncomingCall, burst: tuple[Frame, ...]) -> Procedure[None]:
    for _ in range(_MAX_BURSTS):
        kind = burst[-1].kind
        if kind is FCF.DCN:
            check_finished(call)
            return
        if kind is FCF.DCS:
            burst = yield from _on_dcs(call, burst)
        elif kind in ENDS:
            burst = yield from _on_post_message(call, ENDS[kind])
        elif kind in _CORRECTION and call.corrected is not None:
            burst = yield from _CORRECTION[kind](call, call.corrected, burst[-1])
        else:
            burst = yield from next_command(call)
    raise CallEnded(HangupStatus.RECEIVE_PHASE_B, "the caller never came to an end")


def _on_dcs(call: IncomingCall, burst: tuple[Frame, ...]) -> Procedure[tuple[Frame, ...]]:
    """DCS: take the training check at the rate commanded and say CFR or FTT."""
    for frame in burst:
        if frame.kind is FCF.TSI:
            call.remote_id = decode_id(frame.fif)
        elif frame.kind is FCF.SUB:
            call.subaddress = decode_id(frame.fif)
    parameters = commanded(call, burst[-1])
    if parameters is None:
        return (yield from next_command(call))
    call.parameters = parameters
    trained = call.v34 is not None
    if not trained:
        heard = yield from hear(ReceiveTraining(parameters.rung, _TRAINING_S))
        if heard.ended is Ended.OTHER_CARRIER:
            return (yield from next_command(call))
        call.trainings += 1
        trained = heard.done and call.judge.training_ok(parameters.rung, heard.octets)
    call.retraining = not trained
    yield from say(call, Frame(FCF.CFR if trained else FCF.FTT))
    call.pending, call.last_answer, call.answered = None, None, None
    call.corrected = CorrectedPage() if parameters.ecm else None
    if not trained:
        return (yield from next_command(call))
    return (yield from _take_page(call, parameters))


def _take_page(call: IncomingCall, parameters: SessionParameters) -> Procedure[tuple[Frame, ...]]:
    """Phase C: the page, then the command that follows it.

    A V.21 carrier in place of the page is a repeated command, or the end of a page that was never
    heard; confirming the latter would lose it, so it counts as an empty page.
    """
    heard = yield from hear(ReceivePage(parameters.rung, T2, call.long_train))
    call.long_train = False
    if heard.done and call.corrected is not None:
        call.corrected.take(heard.octets)
    elif heard.done:
        call.pending = heard.octets
    elif heard.ended is Ended.OTHER_CARRIER and call.corrected is None:
        missed = heard.at - heard.began > _REPEATED_WITHIN_S
        call.pending = b"" if missed else None
    elif heard.ended is Ended.NO_CARRIER:
        raise CallEnded(HangupStatus.RECEIVE_PHASE_C, "the line was lost in a page", farewell=False)
    elif heard.ended is Ended.TIMEOUT:
        call.pending = b""
        return (yield from next_command(call, _MISSED_PAGE_S))
    return (yield from next_command(call))


def _on_post_message(call: IncomingCall, end: FCF) -> Procedure[tuple[Frame, ...]]:
    """MPS, EOM or EOP: keep the page, then confirm it (design: a page is durable before MCF)."""
    parameters = call.parameters
    if parameters is None or call.corrected is not None:
        return (yield from next_command(call))
    if call.pending is not None:
        call.last_answer = yield from _judge_page(call, call.pending, parameters)
        call.pending = None
    elif end is not call.last_command:  # no repetition, so a page between the two was not heard
        call.last_answer = None
    call.last_command = end
    answer = call.last_answer or FCF.RTN
    call.finished = end is FCF.EOP and answer is not FCF.RTN
    call.retraining = answer is not FCF.MCF
    yield from say(call, Frame(answer))
    if end is FCF.EOM:
        return (yield from identify_again(call))
    if end is FCF.MPS and answer is FCF.MCF:
        return (yield from _take_page(call, parameters))
    return (yield from next_command(call))


def _on_partial_page(
    call: IncomingCall, page: CorrectedPage, frame: Frame
) -> Procedure[tuple[Frame, ...]]:
    """PPS: ask for what is missing, or keep the page that is whole and confirm it (T.30 A.4.3)."""
    pps = PartialPage.decode(frame.fif)
    parameters = call.parameters
    if pps is None or parameters is None:
        return (yield from next_command(call))
    answer = page.reply_to(pps)
    if page.finished is not None:
        yield from keep(call, coming(call, bytes(page.octets), parameters), FCF.PIN)
        call.corrected = page.following()
    return (yield from _answer_correction(call, answer, pps.end, parameters))


def _on_end_of_retransmission(
    call: IncomingCall, page: CorrectedPage, frame: Frame
) -> Procedure[tuple[Frame, ...]]:
    """EOR: take the page with its holes and say ERR (T.30 A.4.3).

    A page of which nothing came at all is told of, but there is nothing to keep.
    """
    parameters = call.parameters
    if parameters is None or not frame.fif:
        return (yield from next_command(call))
    end = ENDS.get(frame.fif[0] & ~X_BIT)
    if not page.given_up:
        page.give_up(end)
        if end is not None:
            if page.octets:
                yield from keep(call, coming(call, bytes(page.octets), parameters), FCF.PIN)
            else:
                number = len(call.reports) + 1
                call.reports.append(PageReport(number, PageOutcome.DOUBTFUL, parameters=parameters))
            call.reports[-1] = replace(call.reports[-1], outcome=PageOutcome.DOUBTFUL)
            call.corrected = page.following()
    return (yield from _answer_correction(call, Frame(FCF.ERR), end, parameters))


def _answer_correction(
    call: IncomingCall, answer: Frame, end: FCF | None, parameters: SessionParameters
) -> Procedure[tuple[Frame, ...]]:
    call.answered = answer, end
    while call.judge.busy():
        yield from say(call, Frame(FCF.RNR))
        burst = yield from _asked_again(call)
        if burst[-1].kind is FCF.DCN:
            return burst
    yield from say(call, answer)
    call.finished = end is FCF.EOP and answer.kind is not FCF.PPR
    if answer.kind is FCF.PPR or end in {None, FCF.MPS}:
        return (yield from _take_page(call, parameters))
    if end is FCF.EOM:
        return (yield from identify_again(call))
    return (yield from next_command(call))


def _asked_again(call: IncomingCall) -> Procedure[tuple[Frame, ...]]:
    """RR, or the command again where RNR was not heard; DCN where the caller has had enough."""
    for _ in range(_MAX_IDLE_BURSTS):
        burst = yield from next_command(call)
        if burst[-1].kind in {FCF.RR, FCF.PPS, FCF.EOR, FCF.DCN}:
            return burst
    raise CallEnded(HangupStatus.RECEIVE_PHASE_D, "the caller does not ask for the answer (RR)")


def _on_continue_to_correct(
    call: IncomingCall, page: CorrectedPage, frame: Frame
) -> Procedure[tuple[Frame, ...]]:
    """CTC: go on, at the rate that it commands, behind a long training (T.30 A.4.3)."""
    rung = commanded_rung(frame.fif)
    if rung is None or call.parameters is None or not call.capabilities.has(rung):
        return (yield from next_command(call))
    call.parameters = replace(call.parameters, rung=rung)
    call.long_train = True
    yield from say(call, Frame(FCF.CTR))
    return (yield from _take_page(call, call.parameters))


def _on_receive_ready(
    call: IncomingCall, page: CorrectedPage, frame: Frame
) -> Procedure[tuple[Frame, ...]]:
    """RR when it was answered already: the caller did not hear it (T.30 A.5.4.1)."""
    if call.answered is None or call.parameters is None:
        return (yield from next_command(call))
    return (yield from _answer_correction(call, *call.answered, call.parameters))


_CORRECTION = {
    FCF.RR: _on_receive_ready,
    FCF.PPS: _on_partial_page,
    FCF.EOR: _on_end_of_retransmission,
    FCF.CTC: _on_continue_to_correct,
}


def _judge_page(call: IncomingCall, octets: bytes, parameters: SessionParameters) -> Procedure[FCF]:
    seconds = longest_line(octets) / parameters.rung.bits_per_second
    if seconds > LONGEST_LINE_S and parameters.coding is not Coding.MMR:  # which has no EOLs
        text = f"a line of {seconds:.1f} s, at most {LONGEST_LINE_S:.0f} are allowed"
        raise CallEnded(HangupStatus.RECEIVE_NO_EOL, text)
    page = coming(call, octets, parameters)
    answer = call.judge.page_answer(page)
    if answer is not FCF.RTN:
        yield from keep(call, page, FCF.RTN)
    return answer

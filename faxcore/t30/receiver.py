"""The called station that receives: T.30 figure 5-2b, from DIS to DCN.

Theory of operation. A receiver answers commands; so the procedure is one loop over command bursts.
Each handler takes a burst and returns the next one, having done all that T.30 wants in between.
A page is kept (``KeepPage``) *before* it is confirmed: what MCF has been said for is on disk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Protocol

from faxcore.t4 import decode_octets
from faxcore.t30.call import CallEnded, hear
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import Station
from faxcore.t30.ecm import ENDS, PartialPage
from faxcore.t30.ecm_receiver import CorrectedPage, commanded_rung
from faxcore.t30.frames import FCF, X_BIT, Frame, decode_id, encode_id
from faxcore.t30.line import (
    Ended,
    KeepPage,
    Procedure,
    ReceiveFrames,
    ReceivePage,
    ReceiveTraining,
    SendFrames,
    Silence,
)
from faxcore.t30.modulation import Rung
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome, PageReport
from faxcore.t30.timers import T1, T2, T4

_TCF_ZERO_SECONDS = 1.0
"""How much of the 1.5 s of TCF must come as unbroken zeros."""

_GOOD_SHARE, _FAIR_SHARE = 0.05, 0.15
"""Bad rows: up to 5 % of a page is MCF, up to 15 % RTP, beyond that RTN."""

_REPEATED_WITHIN_S = 4.0
"""A command that comes later than this after our answer is no repetition: a page was missed.

A sender repeats T4 after its own command, less than 3.5 s after the answer that it did not hear.
"""

_MAX_BURSTS = 2000
"""More commands than this in one call are no call (999 pages, each with a repeated command)."""


class Reception(Protocol):
    """What a receiver thinks of what it gets."""

    def training_ok(self, rung: Rung, octets: bytes) -> bool:
        """Whether the training check came well enough for CFR."""
        ...

    def page_answer(self, number: int, octets: bytes, parameters: SessionParameters) -> FCF:
        """MCF, RTP or RTN for a page."""
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

    def page_answer(self, number: int, octets: bytes, parameters: SessionParameters) -> FCF:
        """MCF up to 5 % of bad rows, RTP up to 15 %, RTN beyond and for an empty page."""
        page = decode_octets(octets, parameters.coding, parameters.width, parameters.resolution)
        if page.bitmap.height == 0:
            return FCF.RTN
        share = page.bad_rows / page.bitmap.height
        return FCF.MCF if share <= _GOOD_SHARE else FCF.RTP if share <= _FAIR_SHARE else FCF.RTN

    def busy(self) -> bool:
        """Never."""
        return False


@dataclass(slots=True)
class _Reception:
    """The state of one incoming call."""

    capabilities: Capabilities
    station: Station
    judge: Reception
    reports: list[PageReport] = field(default_factory=list)
    remote_id: str = ""
    parameters: SessionParameters | None = None
    corrected: CorrectedPage | None = None
    long_train: bool = False
    trainings: int = 0
    pending: bytes | None = None
    last_answer: FCF | None = None
    finished: bool = False


def receive_document(
    capabilities: Capabilities, station: Station, judge: Reception | None = None
) -> Procedure[CallResult]:
    """Receive what the caller sends; every kept page is one ``KeepPage`` and one report."""
    call = _Reception(capabilities, station, judge or FairReception())
    status, text = HangupStatus.NORMAL, ""
    try:
        yield from _answer_commands(call)
    except CallEnded as end:
        status, text = end.status, str(end)
        if end.farewell:
            yield Silence()
            yield SendFrames((Frame(FCF.DCN),))
    return CallResult(
        status, tuple(call.reports), text, call.remote_id, call.parameters, call.trainings
    )


def _answer_commands(call: _Reception) -> Procedure[None]:
    burst = yield from _identify(call)
    for _ in range(_MAX_BURSTS):
        kind = burst[-1].kind
        if kind is FCF.DCN:
            _check_finished(call)
            return
        if kind is FCF.DCS:
            burst = yield from _on_dcs(call, burst)
        elif kind in ENDS:
            burst = yield from _on_post_message(call, ENDS[kind])
        elif kind in _CORRECTION and call.corrected is not None:
            burst = yield from _CORRECTION[kind](call, call.corrected, burst[-1])
        else:
            burst = yield from _next_command(call)
    raise CallEnded(HangupStatus.RECEIVE_PHASE_B, "the caller never came to an end")


def _check_finished(call: _Reception) -> None:
    if not call.finished:
        raise CallEnded(
            HangupStatus.RECEIVE_REJECTED, "DCN came before the end of the document", farewell=False
        )


def _identify(call: _Reception) -> Procedure[tuple[Frame, ...]]:
    """Say who we are and what we can take, until a command comes or T1 is over (T.30 5.3.6.1.1)."""
    dis = Frame(FCF.DIS, call.capabilities.encode())
    csi = Frame(FCF.CSI, encode_id(call.station.id), final=False)
    frames = (csi, dis) if call.station.id else (dis,)
    deadline: float | None = None
    while True:
        sent = yield from hear(SendFrames(frames))
        deadline = deadline if deadline is not None else sent.began + T1
        heard = yield from hear(ReceiveFrames(T4))
        if heard.done:
            return heard.frames
        if heard.ended is Ended.NO_CARRIER and not heard.frames and not heard.damaged:
            raise CallEnded(HangupStatus.RECEIVE_T1, "the caller is gone", farewell=False)
        if heard.at >= deadline:
            raise CallEnded(HangupStatus.RECEIVE_T1, f"no command came within {T1:.0f} s")
        yield from hear(Silence())


def _identify_again(call: _Reception) -> Procedure[tuple[Frame, ...]]:
    """After EOM and its answer, back to phase B."""
    yield from hear(Silence())
    return (yield from _identify(call))


def _next_command(call: _Reception) -> Procedure[tuple[Frame, ...]]:
    """The next burst of command frames, within T2; damaged ones are waited over."""
    left, deadline = T2, None
    while left > 0:
        heard = yield from hear(ReceiveFrames(left))
        if heard.done and heard.frames:
            return heard.frames
        if heard.ended is Ended.TIMEOUT:
            break
        deadline = heard.began + T2 if deadline is None else deadline
        if heard.ended is Ended.NO_CARRIER and not heard.damaged:
            break
        left = deadline - heard.at
    if call.finished:
        return (Frame(FCF.DCN),)
    raise CallEnded(HangupStatus.RECEIVE_T2, f"no command came within {T2:.0f} s", farewell=False)


def _on_dcs(call: _Reception, burst: tuple[Frame, ...]) -> Procedure[tuple[Frame, ...]]:
    """DCS: take the training check at the rate commanded and say CFR or FTT."""
    for frame in burst:
        if frame.kind is FCF.TSI:
            call.remote_id = decode_id(frame.fif)
    parameters = SessionParameters.decode(burst[-1].fif)
    if parameters is None or not call.capabilities.has(parameters.rung):
        return (yield from _next_command(call))
    call.parameters = parameters
    heard = yield from hear(ReceiveTraining(parameters.rung, T2))
    if heard.ended is Ended.OTHER_CARRIER:
        return (yield from _next_command(call))
    call.trainings += 1
    trained = heard.done and call.judge.training_ok(parameters.rung, heard.octets)
    yield from _say(Frame(FCF.CFR if trained else FCF.FTT))
    call.pending, call.last_answer = None, None
    call.corrected = CorrectedPage() if parameters.ecm else None
    if not trained:
        return (yield from _next_command(call))
    return (yield from _take_page(call, parameters))


def _take_page(call: _Reception, parameters: SessionParameters) -> Procedure[tuple[Frame, ...]]:
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
        raise CallEnded(HangupStatus.RECEIVE_T2, f"no page came within {T2:.0f} s")
    return (yield from _next_command(call))


def _on_post_message(call: _Reception, end: FCF) -> Procedure[tuple[Frame, ...]]:
    """MPS, EOM or EOP: keep the page, then confirm it (design: a page is durable before MCF)."""
    parameters = call.parameters
    if parameters is None or call.corrected is not None:
        return (yield from _next_command(call))
    if call.pending is not None:
        call.last_answer = yield from _judge_page(call, call.pending, parameters)
        call.pending = None
    answer = call.last_answer or FCF.RTN
    call.finished = end is FCF.EOP and answer is not FCF.RTN
    yield from _say(Frame(answer))
    if end is FCF.EOM:
        call.last_answer = None
        return (yield from _identify_again(call))
    if end is FCF.MPS and answer is FCF.MCF:
        return (yield from _take_page(call, parameters))
    return (yield from _next_command(call))


def _on_partial_page(
    call: _Reception, page: CorrectedPage, frame: Frame
) -> Procedure[tuple[Frame, ...]]:
    """PPS: ask for what is missing, or keep the page that is whole and confirm it (T.30 A.4.3)."""
    pps = PartialPage.decode(frame.fif)
    parameters = call.parameters
    if pps is None or parameters is None:
        return (yield from _next_command(call))
    answer = page.reply_to(pps)
    if page.finished is not None:
        yield from _keep(call, bytes(page.octets), parameters, FCF.PIN)
        call.corrected = page.following()
    call.finished = pps.end is FCF.EOP and answer.kind is FCF.MCF
    return (yield from _answer_correction(call, answer, pps.end, parameters))


def _on_end_of_retransmission(
    call: _Reception, page: CorrectedPage, frame: Frame
) -> Procedure[tuple[Frame, ...]]:
    """EOR: take the page with its holes and say ERR (T.30 A.4.3)."""
    parameters = call.parameters
    if parameters is None or not frame.fif:
        return (yield from _next_command(call))
    end = ENDS.get(frame.fif[0] & ~X_BIT)
    page.give_up(end)
    if end is not None:
        yield from _keep(call, bytes(page.octets), parameters, FCF.PIN)
        call.reports[-1] = replace(call.reports[-1], outcome=PageOutcome.DOUBTFUL)
        call.corrected = page.following()
    call.finished = end is FCF.EOP
    return (yield from _answer_correction(call, Frame(FCF.ERR), end, parameters))


def _answer_correction(
    call: _Reception, answer: Frame, end: FCF | None, parameters: SessionParameters
) -> Procedure[tuple[Frame, ...]]:
    while call.judge.busy():
        yield from _say(Frame(FCF.RNR))
        yield from _next_command(call)
    yield from _say(answer)
    if answer.kind is FCF.PPR or end in {None, FCF.MPS}:
        return (yield from _take_page(call, parameters))
    if end is FCF.EOM:
        return (yield from _identify_again(call))
    return (yield from _next_command(call))


def _on_continue_to_correct(
    call: _Reception, page: CorrectedPage, frame: Frame
) -> Procedure[tuple[Frame, ...]]:
    """CTC: go on, at the rate that it commands, behind a long training (T.30 A.4.3)."""
    rung = commanded_rung(frame.fif)
    if rung is None or call.parameters is None or not call.capabilities.has(rung):
        return (yield from _next_command(call))
    call.parameters = replace(call.parameters, rung=rung)
    call.long_train = True
    yield from _say(Frame(FCF.CTR))
    return (yield from _take_page(call, call.parameters))


_CORRECTION = {
    FCF.PPS: _on_partial_page,
    FCF.EOR: _on_end_of_retransmission,
    FCF.CTC: _on_continue_to_correct,
}


def _judge_page(call: _Reception, octets: bytes, parameters: SessionParameters) -> Procedure[FCF]:
    number = len(call.reports) + 1
    answer = call.judge.page_answer(number, octets, parameters)
    if answer is FCF.RTN:
        return answer
    yield from _keep(call, octets, parameters, FCF.RTN)
    return answer


def _keep(
    call: _Reception, octets: bytes, parameters: SessionParameters, refusal: FCF
) -> Procedure[None]:
    """Make a page durable, or refuse it to the caller and end the call."""
    number = len(call.reports) + 1
    kept = yield from hear(KeepPage(octets, number, parameters))
    if not kept.done:
        yield from _say(Frame(refusal))
        raise CallEnded(HangupStatus.NOT_KEPT, kept.text or f"page {number} could not be kept")
    report = PageReport(
        number, PageOutcome.CONFIRMED, sendings=1, octets=len(octets), parameters=parameters
    )
    call.reports.append(report)


def _say(answer: Frame) -> Procedure[None]:
    yield from hear(Silence())
    yield from hear(SendFrames((answer,)))

"""Phase D of a sender: asking for the fate of a page, and believing only the answer (T.30 5.3.6.1).

A page whose command was never answered stays UNCERTAIN: it may lie in the tray, or not.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from faxcore.t30.call import Call, CallEnded, Reply, ask, command
from faxcore.t30.frames import FCF
from faxcore.t30.line import Procedure
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.t30.timers import MAX_RTN


class Verdict(enum.Enum):
    """What the sender does after a page's answer."""

    GO_ON = "go on"
    RETRAIN = "retrain, then the next page"
    REFUSED = "retrain, then the same page"
    STOP = "give the call up"


@dataclass(frozen=True, slots=True)
class _Meaning:
    outcome: PageOutcome
    verdict: Verdict


POST_MESSAGE = {
    FCF.MCF: _Meaning(PageOutcome.CONFIRMED, Verdict.GO_ON),
    FCF.RTP: _Meaning(PageOutcome.CONFIRMED, Verdict.RETRAIN),
    FCF.PIP: _Meaning(PageOutcome.CONFIRMED, Verdict.GO_ON),
    FCF.RTN: _Meaning(PageOutcome.DOUBTFUL, Verdict.REFUSED),
    FCF.PIN: _Meaning(PageOutcome.DOUBTFUL, Verdict.STOP),
}
"""The answers to MPS, EOM and EOP (T.30 5.3.6.1.7). PIP and PIN also call for an operator."""

_SILENT = {
    FCF.MPS: (HangupStatus.MPS_UNANSWERED, HangupStatus.MPS_INVALID),
    FCF.EOM: (HangupStatus.EOM_UNANSWERED, HangupStatus.EOM_INVALID),
    FCF.EOP: (HangupStatus.EOP_UNANSWERED, HangupStatus.EOP_INVALID),
    FCF.PPS: (HangupStatus.MPS_UNANSWERED, HangupStatus.MPS_INVALID),
}


def confirm(call: Call, index: int, end: FCF) -> Procedure[Verdict]:
    """Send ``end`` (MPS, EOM or EOP) for page ``index`` and note what the far end says of it."""
    reply = yield from ask(command(end), {*POST_MESSAGE, FCF.DCN})
    if reply.kind is None:
        raise no_answer(end, reply, call.reports[index].number)
    if reply.kind is FCF.DCN:
        raise dcn_ended(end, call.reports[index].number)
    meaning = POST_MESSAGE[reply.kind]
    call.report(index, outcome=meaning.outcome)
    if meaning.verdict is Verdict.REFUSED:
        _count_refusal(call, index)
    if meaning.verdict is Verdict.STOP:
        raise CallEnded(
            HangupStatus.OPERATOR_WANTED,
            f"the far end refused page {call.reports[index].number} and wants an operator (PIN)",
        )
    return meaning.verdict


def _count_refusal(call: Call, index: int) -> None:
    refusals = call.reports[index].rtn + 1
    call.report(index, rtn=refusals)
    if refusals > MAX_RTN:
        raise CallEnded(
            HangupStatus.PAGE_REJECTED,
            f"page {call.reports[index].number} was refused {refusals} times (RTN)",
        )


def dcn_ended(end: FCF, number: int) -> CallEnded:
    """The far end disconnected in place of an answer to ``end``."""
    text = f"DCN came in answer to {end.name} after page {number}"
    return CallEnded(HangupStatus.DCN_IN_PHASE_D, text, farewell=False)


def no_answer(end: FCF, reply: Reply, number: int) -> CallEnded:
    """No frame, or none that answers ``end``, came after three tries."""
    silent, invalid = _SILENT[end]
    if reply.invalid is None:
        return CallEnded(silent, f"{end.name} after page {number} was never answered")
    return CallEnded(
        invalid, f"{end.name} after page {number} was answered by {reply.invalid.name} only"
    )

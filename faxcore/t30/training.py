"""Phase B of a sender after DIS: command, training check, and the way down (T.30 5.3.6, fig. 5-2a).

One round is TSI and DCS at 300 bit/s, 75 ms of silence, 1.5 s of TCF at the rate commanded, then
the answer: CFR ends it, FTT steps one rung down, a repeated DIS means that the command was not
understood, silence repeats it.

A receiver that has not recognised the carrier of TCF answers FTT only when its T2 has run out, T2
after DCS; and there are those that take a DCS which comes before that for a mistake, and disconnect
(spandsp does, seen on its line). So the answer to TCF is waited for until T2 after DCS is over.
Where DCS itself was lost, the far end repeats DIS in that time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from faxcore.t4 import EncodedPage
from faxcore.t30.call import Call, CallEnded, Reply, answer, hear
from faxcore.t30.frames import FCF
from faxcore.t30.line import Procedure, SendFrames, SendTraining, Silence
from faxcore.t30.negotiation import longest_row_s, parameters_for, step_down
from faxcore.t30.result import HangupStatus
from faxcore.t30.timers import COMMAND_TRIES, LATE_ANSWER_S, LONGEST_LINE_S, MAX_CRP, T2, T4

_GIVE_UP = {
    None: (COMMAND_TRIES, HangupStatus.DCS_UNANSWERED, "DCS was not answered {n} times"),
    FCF.DIS: (COMMAND_TRIES, HangupStatus.DIS_REPEATED, "DIS came again {n} times after DCS"),
    FCF.CRP: (MAX_CRP, HangupStatus.PHASE_B_INVALID, "CRP came {n} times after DCS"),
}
"""What may come in place of CFR or FTT, how often, and what it means then."""


def train(call: Call, index: int) -> Procedure[EncodedPage]:
    """Agree on how page ``index`` is sent; the form of the page that is sent, once CFR came."""
    seen: Counter[FCF | None] = Counter()
    while True:
        form = agree(call, index)
        got = yield from _training_round(call)
        kind = got.kind
        if kind is FCF.CFR:
            return form
        if kind is FCF.FTT:
            _step_down(call)
            seen.clear()
            continue
        if kind is FCF.DCN:
            raise CallEnded(
                HangupStatus.DCN_IN_PHASE_B, "DCN came in answer to DCS", farewell=False
            )
        if kind is FCF.DTC:
            kind = FCF.DIS
        if kind not in _GIVE_UP:
            name = got.frame.name if got.frame is not None else "nothing"
            raise CallEnded(
                HangupStatus.PHASE_B_INVALID, f"{name} came in answer to DCS, not CFR or FTT"
            )
        seen[kind] += 1
        most, status, text = _GIVE_UP[kind]
        if seen[kind] == most:
            raise CallEnded(status, text.format(n=most))


def agree(call: Call, index: int) -> EncodedPage:
    """Choose the form of page ``index`` and the parameters it goes under.

    A receiver disconnects at a line of more than 5 s (T.4 4.1.3): at 2400 bit/s a dense row can be
    one, and is not sent, nor is a page before it. Error correction knows no lines.
    """
    form, far = call.form(index), call.receiver
    call.parameters = replace(
        parameters_for(far, form, call.current_rung, call.options),
        subaddress=bool(far.subaddress and call.station.subaddress),
        password=bool(far.password and call.station.password),
    )
    for each in range(index, len(call.pages) if not call.agreed.ecm else index):
        seconds = longest_row_s(call.form(each), call.current_rung)
        if seconds > LONGEST_LINE_S:
            number, rate = call.reports[each].number, call.current_rung.name
            text = f"page {number} has a row of {seconds:.1f} s at {rate}"
            raise CallEnded(HangupStatus.PAGE_FORMAT, f"{text}, at most {LONGEST_LINE_S:.0f} go")
    return form


def _training_round(call: Call) -> Procedure[Reply]:
    yield from hear(Silence())
    commanded = yield from hear(SendFrames(call.command_frames()))
    if call.options.v34_rate:  # the modems have trained already (T.30 F.3.1)
        return (yield from answer())
    yield from hear(Silence())
    call.trainings += 1
    checked = yield from hear(SendTraining(call.current_rung))
    answered_by = commanded.at + T2 + LATE_ANSWER_S
    return (yield from answer(max(T4, answered_by - checked.at)))


def _step_down(call: Call) -> None:
    lower = step_down(call.ladder, call.current_rung)
    if lower is None:
        raise CallEnded(HangupStatus.CANNOT_TRAIN, f"FTT came even at {call.current_rung.name}")
    call.rung = lower


def step_down_if_possible(call: Call) -> None:
    """One rung down after RTN; at the foot of the ladder the same again."""
    call.rung = step_down(call.ladder, call.current_rung) or call.rung

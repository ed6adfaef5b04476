"""Rules on the modem's own word for why a call ended: ``+FHNG``, ``+FHS`` (T.32 table 25)."""

from __future__ import annotations

from faxcore.t30.result import HangupStatus
from faxcore.workbench.evidence import Step
from faxcore.workbench.evidence_call import Call
from faxcore.workbench.explain_rules import Layer, Look, Rule

_RETRY = "Try again; then from another line, and with another modem."
_LINE = "Try a lower rate, then another line."
_VOICE = "Call the number by voice."
_ASK = "Ask the recipient what arrived before sending again: it would come twice."

_TABLE: tuple[tuple[HangupStatus, Layer, float, str], ...] = (
    (HangupStatus.ABORTED, Layer.MODEM, 0.5, _RETRY),
    (HangupStatus.NO_LOOP_CURRENT, Layer.LINE, 0.92, "Look at the cable to the telephone socket."),
    (HangupStatus.NO_ANSWER, Layer.FAR_END, 0.9, _VOICE),
    (HangupStatus.ANSWERED_NO_FAX, Layer.FAR_END, 0.85, _VOICE),
    (HangupStatus.PHASE_A, Layer.FAR_END, 0.6, _VOICE),
    (HangupStatus.T1_EXPIRED, Layer.FAR_END, 0.75, _VOICE),
    (HangupStatus.PHASE_B, Layer.LINE, 0.4, _RETRY),
    (HangupStatus.CANNOT_RECEIVE, Layer.FAR_END, 0.95, "Ask for paper, toner and memory."),
    (HangupStatus.DCN_IN_PHASE_B, Layer.FAR_END, 0.78, "Try without error correction."),
    (HangupStatus.DCS_REJECTED, Layer.FAR_END, 0.78, "Try without error correction."),
    (HangupStatus.DCS_UNANSWERED, Layer.FAR_END, 0.5, _RETRY),
    (HangupStatus.DIS_REPEATED, Layer.LINE, 0.5, _RETRY),
    (HangupStatus.CANNOT_TRAIN, Layer.LINE, 0.78, _LINE),
    (HangupStatus.PHASE_B_INVALID, Layer.FAR_END, 0.6, _RETRY),
    (HangupStatus.PHASE_C, Layer.LINE, 0.65, "Send again from that page."),
    (
        HangupStatus.PAGE_FORMAT,
        Layer.DATA,
        0.85,
        "Render the page for this receiver: --resolution coarse.",
    ),
    (HangupStatus.UNDERRUN, Layer.HOST, 0.92, "Free this computer, or raise the port speed."),
    (HangupStatus.PHASE_D, Layer.LINE, 0.5, _ASK),
    (HangupStatus.DCN_IN_PHASE_D, Layer.FAR_END, 0.75, _ASK),
    (HangupStatus.MPS_UNANSWERED, Layer.FAR_END, 0.65, _ASK),
    (HangupStatus.MPS_INVALID, Layer.FAR_END, 0.6, _ASK),
    (HangupStatus.EOP_UNANSWERED, Layer.FAR_END, 0.65, _ASK),
    (HangupStatus.EOP_INVALID, Layer.FAR_END, 0.6, _ASK),
    (HangupStatus.EOM_UNANSWERED, Layer.FAR_END, 0.65, _ASK),
    (HangupStatus.EOM_INVALID, Layer.FAR_END, 0.6, _ASK),
    (HangupStatus.OPERATOR_WANTED, Layer.FAR_END, 0.85, "Call the recipient."),
    (HangupStatus.RECEIVE_PHASE_B, Layer.FAR_END, 0.5, _RETRY),
    (HangupStatus.RECEIVE_REJECTED, Layer.FAR_END, 0.75, "Offer less: --no-ecm."),
    (HangupStatus.RECEIVE_T2, Layer.FAR_END, 0.55, _RETRY),
    (HangupStatus.RECEIVE_T1, Layer.FAR_END, 0.78, "Nothing, if it was a voice call."),
    (HangupStatus.RECEIVE_PHASE_C, Layer.LINE, 0.6, "Wait for the next call."),
    (HangupStatus.RECEIVE_NO_EOL, Layer.FAR_END, 0.6, "Ask the caller."),
    (HangupStatus.RECEIVE_PHASE_D, Layer.FAR_END, 0.55, "Wait for the next call."),
)

_DATA_CODES = frozenset({"42", "44", "45", "46", "47"})
"""Format, an unknown DLE code, the length of a line, of a page, the coding (T.32 only)."""


def _is(status: HangupStatus) -> Look:
    def look(call: Call) -> tuple[Step, ...]:
        hung_up = call.hung_up
        if hung_up is None or hung_up.field("status") != status.name or _is_data(hung_up):
            return ()
        before = [each for each in (*call.frames, *call.pages) if each.at <= hung_up.at]
        return (*sorted(before, key=lambda each: each.at)[-2:], hung_up)

    return look


def _is_data(step: Step) -> bool:
    return step.field("code").strip() in _DATA_CODES


def _data(call: Call) -> tuple[Step, ...]:
    hung_up = call.hung_up
    return (*call.pages[-1:], hung_up) if hung_up is not None and _is_data(hung_up) else ()


RULES = (
    Rule("hung-up-data", Layer.DATA, 0.85, "the modem could not use the page that we gave it",
         "Render the page again; look at the format that the profile promises.", _data),
    *(
        Rule(f"hung-up-{status.name.lower()}", layer, confidence,
             f"the modem says: {status.sentence}", action, _is(status))
        for status, layer, confidence, action in _TABLE
    ),
)  # fmt: skip

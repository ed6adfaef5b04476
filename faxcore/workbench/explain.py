"""The post-mortem of a recorded call: which layer is at fault, how surely, and what proves it.

Theory of operation. Every rule of four tables looks for its evidence. What the surest finds is the
verdict; the others that found something are kept beside it. Below a confidence the verdict is that
we do not know, with the best guess named as one: a technician who is sent to the wrong place does
not come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from faxcore.workbench import explain_hangups, explain_modem, explain_pages, explain_session
from faxcore.workbench.evidence import Record, Step
from faxcore.workbench.evidence_call import Call
from faxcore.workbench.evidence_steps import read_steps
from faxcore.workbench.explain_rules import Layer, Rule

RULES: tuple[Rule, ...] = (
    *explain_session.RULES, *explain_modem.RULES, *explain_hangups.RULES, *explain_pages.RULES,
)  # fmt: skip

KNOWN, SURE = 0.6, 0.8
"""Below the first we do not know; from the second on we are sure."""

_PROOF = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found."""

    rule: str
    layer: Layer
    confidence: float
    cause: str
    action: str
    proof: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. ``layer`` is UNKNOWN below a confidence; ``guess`` is then what it may be."""

    layer: Layer
    confidence: float
    cause: str
    action: str
    proof: tuple[Step, ...]
    guess: Finding | None
    others: tuple[Finding, ...]
    call: Call

    @property
    def sure(self) -> bool:
        """Whether somebody may be sent to that place."""
        return self.layer is not Layer.UNKNOWN and self.confidence >= SURE


def explain(path: Path) -> Verdict:
    """Read a transcript and judge it. Raises SettingsError for a file that is none."""
    return judge(read_steps(path))


def judge(record: Record) -> Verdict:
    """What a record shows."""
    call = Call(record)
    found = sorted(_findings(call), key=lambda each: -each.confidence)
    best = found[0] if found else None
    if best is not None and best.confidence >= KNOWN:
        return Verdict(
            best.layer, best.confidence, best.cause, best.action, best.proof, None,
            tuple(found[1:]), call,
        )  # fmt: skip
    cause = "I do not know" + (f"; perhaps: {best.cause}" if best is not None else "")
    action = best.action if best is not None else _without_evidence(call)
    confidence = best.confidence if best is not None else 0.0
    proof = best.proof if best is not None else call.steps[-_PROOF:]
    return Verdict(Layer.UNKNOWN, confidence, cause, action, proof, best, tuple(found[1:]), call)


def _findings(call: Call) -> list[Finding]:
    found = []
    for rule in RULES:
        proof = rule.look(call)
        if proof:
            found.append(
                Finding(
                    rule.name,
                    rule.layer,
                    rule.confidence,
                    rule.cause,
                    rule.action,
                    tuple(sorted(proof[:_PROOF], key=lambda each: each.line)),
                )
            )
    return found


def _without_evidence(call: Call) -> str:
    if not call.steps:
        return "The transcript is empty. Record the call again."
    if call.began is not None and call.steps[-1].name not in {"H0", "H", "DCN"}:
        return "The record stops in the middle of the call. Record it again, to its end."
    return "Record the call again, and compare it with a good one: faxcore modem diff A B."

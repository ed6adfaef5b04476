"""A verdict and its call in words for people, and as an object for programs."""

from __future__ import annotations

from faxcore.workbench.evidence import Kind, Record, Step, Way
from faxcore.workbench.evidence_call import Call
from faxcore.workbench.explain import Finding, Verdict
from faxcore.workbench.explain_rules import Layer

_WAYS = {Way.OUT: "──▶", Way.IN: "◀──", Way.LOCAL: "   "}
_MOST_SHOWN = 2000
_QUIET = frozenset({Kind.MARK})


def verdict_lines(verdict: Verdict) -> list[str]:
    """The verdict: where, how surely, why, what to do, and the lines that prove it."""
    lines = [
        f"at fault     {where(verdict)}",
        f"cause        {verdict.cause}",
        f"what to do   {verdict.action}",
    ]
    for number, step in enumerate(verdict.proof):
        lines.append(f"{'proof' if number == 0 else '':<13}{proof_line(step)}")
    lines += [f"{'call':<13}{summary(verdict.call)}"]
    lines += [
        f"{'perhaps also':<13}{each.layer.value}: {each.cause}" for each in verdict.others[:3]
    ]
    lines += [f"{'note':<13}{text}" for text in verdict.call.record.complaints[:3]]
    return lines


def where(verdict: Verdict) -> str:
    """The layer and the confidence, in words."""
    share = f"{verdict.confidence:.0%}"
    if verdict.layer is Layer.UNKNOWN:
        guess = f"; perhaps {verdict.guess.layer.value} ({share})" if verdict.guess else ""
        return f"I do not know{guess}"
    return f"{verdict.layer.value} ({'sure' if verdict.sure else 'likely'}, {share})"


def proof_line(step: Step) -> str:
    """One step with its place in the file."""
    return f"line {step.line}, {step.at:.3f} s: {sentence(step)}"


def sentence(step: Step) -> str:
    """A step in one sentence."""
    if step.kind is Kind.COMMAND:
        answer = step.result or "no answer"
        late = f", {step.reaction_s:.1f} s late" if step.reaction_s > 0.5 else ""
        return f"{step.name}: {answer} after {step.seconds:.1f} s{late}"
    if step.kind is Kind.MARK:
        return f"({step.text})"
    said = {Way.OUT: "we sent", Way.IN: "we received", Way.LOCAL: "the modem:"}[step.way]
    details = "; ".join(f"{key} {value}" for key, value in step.fields if key != "more")
    text = f"{said} {step.name}" + (f" ({details})" if details else "")
    if step.octets and step.kind is not Kind.FRAME:
        text += f", {step.octets} octets"
    if step.result and not (step.ok and step.result in {"OK", "CONNECT"}):
        text += f" -> {step.result}"
    return text + (f": {step.text}" if step.text else "")


def step_lines(record: Record) -> list[str]:
    """The call as a list of steps, its marks left out."""
    shown = [each for each in record.steps if each.kind not in _QUIET]
    lines = [
        f"{each.at:10.3f}  {_WAYS[each.way]}  {sentence(each)}" for each in shown[:_MOST_SHOWN]
    ]
    if len(shown) > _MOST_SHOWN:
        lines.append(f"... and {len(shown) - _MOST_SHOWN} more steps")
    return lines


def summary(call: Call) -> str:
    """The call in half a sentence."""
    if call.began is None:
        return "none in this record"
    what = "sending" if call.sending else "receiving"
    rate = f", {call.rate} bit/s" if call.rate else ""
    return (
        f"class {call.record.fax_class or '?'}, {what}{rate}, {len(call.confirmations)} of "
        f"{max(call.page_count, len(call.confirmations))} pages confirmed, {call.seconds:.1f} s"
    )


def verdict_object(verdict: Verdict) -> dict[str, object]:
    """The verdict for programs, with stable keys."""
    call, record = verdict.call, verdict.call.record
    return {
        "file": str(record.path),
        "layer": verdict.layer.value,
        "confidence": verdict.confidence,
        "sure": verdict.sure,
        "cause": verdict.cause,
        "action": verdict.action,
        "guess": _finding(verdict.guess) if verdict.guess is not None else None,
        "proof": [step_object(each) for each in verdict.proof],
        "others": [_finding(each) for each in verdict.others],
        "call": {
            "class": record.fax_class,
            "calling": call.calling if call.began is not None else None,
            "rate": int(call.rate) if call.rate.isdecimal() else None,
            "pages": call.page_count,
            "pages_confirmed": len(call.confirmations),
            "finished": call.finished,
            "seconds": round(call.seconds, 3),
        },
        "steps": [step_object(each) for each in record.steps if each.kind not in _QUIET],
        "complaints": list(record.complaints),
        "left_out": record.left_out,
    }


def step_object(step: Step) -> dict[str, object]:
    """One step for programs."""
    return {
        "kind": step.kind.value,
        "way": step.way.value,
        "at": round(step.at, 3),
        "ended": round(step.ended, 3),
        "line": step.line,
        "name": step.name,
        "text": step.text,
        "fields": dict(step.fields),
        "octets": step.octets,
        "result": step.result,
        "ok": step.ok,
        "reaction_s": round(step.reaction_s, 3),
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "layer": finding.layer.value,
        "confidence": finding.confidence,
        "cause": finding.cause,
        "action": finding.action,
        "lines": [each.line for each in finding.proof],
    }

"""Two recorded calls side by side: what was said otherwise, and what took longer.

Theory of operation. Each call becomes a list of keys, one for each step: commands, frames by name,
pages. The two lists are aligned as texts are, so that one training more does not make all that
follows a difference; steps that stand side by side are then compared field by field and in time.
"""

from __future__ import annotations

import difflib
import enum
from dataclasses import dataclass

from faxcore.workbench.evidence import Kind, Record, Step

MAX_COMPARED = 4000
"""Steps of each call; aligning takes the square of them."""

_LATE_S, _LATE_SHARE = 0.3, 0.25


class Difference(enum.Enum):
    """How two calls differ in a place."""

    ONLY_A = "only in the first"
    ONLY_B = "only in the second"
    SAID = "said otherwise"
    TIMING = "timing"


@dataclass(frozen=True, slots=True)
class Row:
    """One difference: the steps, None where one call has none, and what differs in words."""

    difference: Difference
    a: Step | None
    b: Step | None
    text: str


def compare(a: Record, b: Record) -> tuple[Row, ...]:
    """All differences in the order of the calls; none where both went alike."""
    ours, theirs = _compared(a), _compared(b)
    matcher = difflib.SequenceMatcher(
        None, [_key(each) for each in ours], [_key(each) for each in theirs], autojunk=False
    )
    rows: list[Row] = []
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            for one, other in zip(ours[a1:a2], theirs[b1:b2], strict=True):
                rows += _compare(one, other)
            continue
        rows += [Row(Difference.ONLY_A, each, None, "") for each in ours[a1:a2]]
        rows += [Row(Difference.ONLY_B, None, each, "") for each in theirs[b1:b2]]
    return tuple(rows)


def _compared(record: Record) -> list[Step]:
    steps = [each for each in record.steps if each.kind is not Kind.MARK]
    return steps[:MAX_COMPARED]


def _key(step: Step) -> tuple[str, str, str]:
    """What makes two steps the same one; numbers that are dialled do not."""
    name = step.name
    if step.kind is Kind.COMMAND:
        name = "D" if name[:1] == "D" else name.partition('"')[0]
    return step.kind.value, step.way.value, name


def _compare(a: Step, b: Step) -> list[Row]:
    said = []
    others = dict(b.fields)
    for key, value in a.fields:
        other = others.pop(key, "")
        if key not in {"seconds", "answer"} and value != other:
            said.append(f"{key}: {value} / {other or 'nothing'}")
    said += [f"{key}: nothing / {value}" for key, value in others.items() if key != "answer"]
    if a.result != b.result:
        said.append(f"result: {a.result or 'none'} / {b.result or 'none'}")
    if a.kind is Kind.PAGE and a.octets != b.octets:
        said.append(f"octets: {a.octets} / {b.octets}")
    rows = [Row(Difference.SAID, a, b, "; ".join(said))] if said else []
    late = _lateness("took", a.seconds, b.seconds) or _lateness(
        "this computer took", a.reaction_s, b.reaction_s
    )
    if late:
        rows.append(Row(Difference.TIMING, a, b, late))
    return rows


def _lateness(what: str, a: float, b: float) -> str:
    apart = abs(a - b)
    if apart < _LATE_S or apart < _LATE_SHARE * max(a, b):
        return ""
    return f"{what} {a:.2f} s / {b:.2f} s"

"""The differences of two calls in lines for people, and as an object for programs."""

from __future__ import annotations

from collections.abc import Sequence

from faxcore.workbench.diff import Difference, Row
from faxcore.workbench.evidence import Record
from faxcore.workbench.evidence_call import Call
from faxcore.workbench.explain_text import sentence, step_object, summary

_SIGNS = {Difference.ONLY_A: "-", Difference.ONLY_B: "+", Difference.SAID: "~",
          Difference.TIMING: "t"}  # fmt: skip
_MOST = 2000


def diff_lines(a: Record, b: Record, rows: Sequence[Row]) -> list[str]:
    """Both calls in a line each, and every difference with its places."""
    lines = [f"a  {a.path}: {summary(Call(a))}", f"b  {b.path}: {summary(Call(b))}"]
    if not rows:
        return [*lines, "", "no difference in what was said, nor in timing"]
    lines.append("")
    for row in rows[:_MOST]:
        step = row.a or row.b
        if step is None:
            continue
        what = row.text and f"{step.name}: {row.text}"
        lines.append(f"{_SIGNS[row.difference]}  {_place(row):<24} {what or sentence(step)}")
    if len(rows) > _MOST:
        lines.append(f"... and {len(rows) - _MOST} more")
    return lines


def diff_object(a: Record, b: Record, rows: Sequence[Row]) -> dict[str, object]:
    """The same for programs, with stable keys."""
    return {
        "a": str(a.path),
        "b": str(b.path),
        "same": not rows,
        "differences": [
            {
                "difference": row.difference.value,
                "text": row.text,
                "a": step_object(row.a) if row.a is not None else None,
                "b": step_object(row.b) if row.b is not None else None,
            }
            for row in rows
        ],
    }


def _place(row: Row) -> str:
    places = [f"{each.at:.2f} s" if each is not None else "" for each in (row.a, row.b)]
    return " / ".join(places) if all(places) else "".join(places)

"""A recorded call as a picture: computer, modem and far end, and what went between them.

One HTML file with everything in it: no script, no font, no address. Time runs down; quiet stretches
are made short, and say how long they were. Whatever comes out of the transcript is escaped by the
template, for nobody vouches for a transcript.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from faxcore.workbench.evidence import Kind, Step, Way
from faxcore.workbench.explain import Verdict
from faxcore.workbench.explain_rules import Layer
from faxcore.workbench.explain_text import sentence, summary, where

TEMPLATE = Path(__file__).with_name("diagram.html.j2")
MAX_DRAWN = 1500
_ROW, _TOP = 26.0, 64.0
_LONG_S, _PER_SECOND, _MOST_GAP = 0.8, 9.0, 60.0
_COMPUTER, _MODEM, _FAR = 170, 430, 860
_SHOWN_FIELDS = ("rate", "modulation", "coding", "error correction", "resolution", "identity",
                 "follows", "frames wanted", "bad rows", "zeros", "code", "frames",
                 "modulations", "resolutions", "codings")  # fmt: skip
_LONG_TEXT = 96
_COLOURS = {
    Layer.NOTHING: "good", Layer.UNKNOWN: "open",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrow:
    """One step as drawn: from ``x1`` to ``x2`` at height ``y``; a page is ``height`` high."""

    y: float
    x1: int
    x2: int
    height: float
    shape: str
    at: str
    name: str
    detail: str
    title: str
    bad: bool
    proof: bool
    gap: str


def draw(verdict: Verdict) -> str:
    """The call as one HTML document."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    arrows, height, left_out = _arrows(verdict)
    return template.render(
        verdict=verdict,
        name=verdict.call.record.path.name,
        where=where(verdict),
        colour=_COLOURS.get(verdict.layer, "bad"),
        summary=summary(verdict.call),
        proof=[(each.line, f"{each.at:.3f}", sentence(each)) for each in verdict.proof],
        arrows=arrows,
        height=height,
        left_out=left_out,
        xs=(_COMPUTER, _MODEM, _FAR),
    )


def _arrows(verdict: Verdict) -> tuple[list[Arrow], float, int]:
    """The arrows, how high the picture is, and how many steps are not in it."""
    steps = [each for each in verdict.call.steps if each.kind is not Kind.MARK or _tells(each)]
    proof = set(verdict.proof)
    arrows, y, before = [], _TOP, None
    for step in steps[:MAX_DRAWN]:
        quiet = step.at - before if before is not None else 0.0
        gap = ""
        if quiet > _LONG_S:
            y += min(_MOST_GAP, quiet * _PER_SECOND)
            gap = f"{quiet:.1f} s"
        height = _height(step)
        arrows.append(_arrow(step, y, height, gap, proof=step in proof))
        y += height + (_ROW - 8 if height > _ROW else 0)
        before = max(step.ended, before or 0.0)
    return arrows, y + _ROW, max(0, len(steps) - MAX_DRAWN)


def _tells(step: Step) -> bool:
    """Whether a mark tells more than what the driver was about to do."""
    return not step.text.startswith(
        ("Send", "Receive", "Silence", "KeepPage", "control ")
    ) and bool(step.text)


def _height(step: Step) -> float:
    if step.kind in {Kind.PAGE, Kind.TRAINING}:
        return max(_ROW, min(_MOST_GAP * 2, 18 + step.seconds * _PER_SECOND))
    return _ROW


def _arrow(step: Step, y: float, height: float, gap: str, *, proof: bool) -> Arrow:
    ends = {Way.OUT: (_MODEM, _FAR), Way.IN: (_FAR, _MODEM), Way.LOCAL: (_COMPUTER, _MODEM)}
    x1, x2 = ends[step.way]
    shape = step.kind.value
    if step.kind in {Kind.REPORT, Kind.NOISE}:
        x1, x2 = _MODEM, _COMPUTER
    refused = step.kind is Kind.COMMAND and step.result in {"", "ERROR", "NO CARRIER"}
    return Arrow(
        y=round(y, 1),
        x1=x1,
        x2=x2,
        height=round(height, 1),
        shape=shape,
        at=f"{step.at:.2f}",
        name=step.name if step.kind is not Kind.MARK else step.text[:_LONG_TEXT],
        detail=_detail(step),
        title=f"line {step.line}: {sentence(step)}",
        bad=not step.ok or refused or step.name in {"FTT", "RTN", "PPR", "PIN", "CRP"},
        proof=proof,
        gap=gap,
    )


def _detail(step: Step) -> str:
    if step.kind is Kind.COMMAND:
        return step.result or "no answer"
    shown = dict(step.fields)
    words = [_word(key, shown[key]) for key in _SHOWN_FIELDS if shown.get(key)]
    if step.kind in {Kind.PAGE, Kind.TRAINING}:
        words.append(f"{step.octets} octets in {step.seconds:.1f} s")
    if step.text and not words:
        words.append(step.text)
    text = ", ".join(word for word in words if word)
    return text if len(text) <= _LONG_TEXT else text[: _LONG_TEXT - 1] + "…"


def _word(key: str, value: str) -> str:
    if key == "error correction":
        return "" if value == "no" else "error correction"
    if key == "bad rows" and value == "0":
        return ""
    units = {"rate": f"{value} bit/s", "bad rows": f"{value} bad rows",
             "frames wanted": f"{value} frames wanted", "zeros": f"{value} zeros",
             "frames": f"{value} frames", "code": f"code {value}"}  # fmt: skip
    return units.get(key, value)

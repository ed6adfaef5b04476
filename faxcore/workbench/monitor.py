"""Watching a call: what phase it is in, what is said, how far a page is, what bodes ill.

Theory of operation. A call is watched through its transcript, which the port writes as it goes: a
finished one is played, one that grows is followed. So the watcher never stands in the way of the
call, and can watch one that another program makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from faxcore.errors import SettingsError
from faxcore.transport.transcript import parse_entry
from faxcore.workbench.evidence import Kind, Step, Way
from faxcore.workbench.evidence_steps import StepMaker
from faxcore.workbench.reading import MAX_LINE, TITLE, Piece, Reader

_EXPECTED = re.compile(r"SendPage (\d+), (\d+) octets")
_TROUBLE = frozenset({"FTT", "RTN", "RTP", "PPR", "PIN", "CRP", "RNR", "EOR", "page given up"})
_LATE_S = 0.8
_RECENT, _TROUBLES = 14, 6
_POLL_S = 0.2
_PHASES = {
    "DIS": "B: identifying", "DCS": "B: agreeing", "TCF": "B: training", "CFR": "C: ready",
    "FTT": "B: training again", "DCN": "E: over", "hang-up": "E: over",
    **dict.fromkeys("MPS EOM EOP PPS MCF RTN RTP PPR RNR".split(), "D: confirming"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """What is to be seen at a moment. ``share`` is how much of a page of ours has gone, 0 to 1."""

    at: float = 0.0
    phase: str = "before a call"
    rate: str = ""
    session: str = ""
    remote: str = ""
    page: str = ""
    octets: int = 0
    expected: int = 0
    confirmed: int = 0
    trouble: tuple[str, ...] = ()
    recent: tuple[Step, ...] = ()

    @property
    def share(self) -> float:
        """How much of the page under way has gone; 0 where nobody knows how long it is."""
        return min(1.0, self.octets / self.expected) if self.expected else 0.0


def advanced(view: View, step: Step) -> View:
    """The view once a step is over."""
    view = replace(view, at=max(view.at, step.ended), phase=_phase(view, step))
    if step.kind is Kind.MARK:
        expected = _EXPECTED.match(step.text)
        if expected:
            return replace(view, page=f"page {expected[1]}", expected=int(expected[2]), octets=0)
        return view
    view = replace(view, recent=(*view.recent, step)[-_RECENT:])
    if step.name == "DCS":
        words = [step.field(each) for each in ("modulation", "coding", "resolution")]
        view = replace(view, rate=step.field("rate"), session=" ".join(filter(None, words)))
    elif step.name in {"CSI", "TSI"} and step.way is Way.IN:
        view = replace(view, remote=step.field("identity"))
    elif step.kind is Kind.PAGE:
        whole = step.octets if step.ok else view.expected
        view = replace(view, page=step.name, octets=step.octets, expected=whole)
    elif step.name in {"MCF", "RTP", "PIP"}:
        view = replace(view, confirmed=view.confirmed + 1)
    told = _trouble(step)
    return replace(view, trouble=(*view.trouble, told)[-_TROUBLES:]) if told else view


def _phase(view: View, step: Step) -> str:
    if step.kind is Kind.COMMAND and step.name[:1] == "D":
        return "A: dialling" if not step.result else "A: connected"
    if step.name == "RING":
        return "A: ringing"
    if step.kind is Kind.PAGE or step.text.startswith(("SendPage", "ReceivePage")):
        return "C: page"
    return _PHASES.get(step.name, view.phase)


def _trouble(step: Step) -> str:
    at = f"{step.at:.1f} s: "
    if step.name in _TROUBLE:
        return f"{at}{step.name}"
    if not step.ok and step.kind in {Kind.FRAME, Kind.PAGE, Kind.REPORT}:
        return f"{at}{step.name} {step.result or step.text}".rstrip()
    if step.kind is Kind.COMMAND and step.result in {"ERROR", "NO CARRIER", "BUSY", "NO ANSWER"}:
        return f"{at}{step.name}: {step.result}"
    if step.reaction_s > _LATE_S and step.kind is not Kind.COMMAND:
        return f"{at}this computer was {step.reaction_s:.1f} s late"
    return ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One look at a call: the view, and the steps that have just ended."""

    view: View
    steps: tuple[Step, ...]


def play(path: Path, wait: Callable[[float], None] | None = None) -> Iterator[Moment]:
    """A finished transcript, moment by moment; ``wait`` lets the time between them pass."""
    maker, view, now = StepMaker(), View(), 0.0
    for piece in Reader(path):
        if wait is not None and piece.entry.at > now:
            wait(piece.entry.at - now)
        now = max(now, piece.entry.at)
        view, moment = _look(maker, view, piece)
        yield moment
    yield _last(maker, view)


def follow(
    path: Path, going_on: Callable[[], bool], wait: Callable[[float], None]
) -> Iterator[Moment]:
    """A transcript that grows, until it is whole and nobody is ``going_on``."""
    maker, view = StepMaker(), View()
    with _opened(path, going_on, wait) as file:
        number, rest = 0, b""
        while True:
            last_look = not going_on()
            chunk: bytes = file.read(MAX_LINE)
            if not chunk and last_look:
                break
            if not chunk:
                wait(_POLL_S)
                continue
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                number += 1
                piece = _piece(number, line)
                if piece is not None:
                    view, moment = _look(maker, view, piece)
                    yield moment
            rest = rest[-MAX_LINE:]
    yield _last(maker, view)


def _opened(path: Path, going_on: Callable[[], bool], wait: Callable[[float], None]) -> BinaryIO:
    """The file, once the port that writes it has made it."""
    while not path.exists():
        if not going_on():
            raise SettingsError(f"{path}: no transcript was written")
        wait(_POLL_S)
    return path.open("rb")


def _piece(number: int, line: bytes) -> Piece | None:
    """A line of the body; heads, empty lines and those that are none are passed over."""
    if not line or line == TITLE or not line[:1].isdigit():
        return None
    try:
        return Piece(number, parse_entry(line.decode("utf-8")))
    except ValueError:
        return None


def _look(maker: StepMaker, view: View, piece: Piece) -> tuple[View, Moment]:
    steps = tuple(maker.feed(maker.segmenter.feed(piece)))
    for step in steps:
        view = advanced(view, step)
    view = replace(view, at=max(view.at, piece.entry.at))
    under_way = maker.segmenter.under_way
    if under_way:
        view = replace(view, octets=under_way)
    return view, Moment(view, steps)


def _last(maker: StepMaker, view: View) -> Moment:
    steps = tuple(maker.finish())
    for step in steps:
        view = advanced(view, step)
    return Moment(view, steps)

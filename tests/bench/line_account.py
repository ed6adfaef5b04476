"""Where the seconds of a fax call go: the audio of both directions, cut into signals and silences.

What counts as ours or theirs is read off the line itself, so that every program is measured alike.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import numpy as np

from faxcore.t30.frames import FCF, Frame
from tests.interop.machines import Block
from tests.interop.spandsp import BLOCK_S, to_array

_SLICES = 4
"""Energy is judged every 5 ms."""

_SLICE_S = BLOCK_S / _SLICES
_LOUD = 100.0
_HOLE_SLICES = 3
"""Up to 15 ms without energy are part of a signal."""

_HEARD_LATE_S = 0.15
"""A receiver reports a frame so long after its end at the latest."""

_FAST = {FCF.FCD, FCF.RCP, None}


class Phase(enum.Enum):
    """What a second of a call goes to."""

    PAGES = "pages, with their training"
    CHECKS = "training checks (TCF), with training"
    COMMANDS = "our frames"
    GAPS = "silence between two signals of ours"
    TURNS = "silence before we answer"
    FAR = "the far end's frames"
    FAR_TURNS = "silence before the far end answers"


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal on the line: whose, from when to when, and its frames if it has any."""

    ours: bool
    began: float
    ended: float
    frames: tuple[Frame, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return self.ended - self.began

    def has(self, kind: FCF) -> bool:
        """Whether such a frame is in it."""
        return any(frame.kind is kind for frame in self.frames)


@dataclass(frozen=True, slots=True)
class Account:
    """The seconds of one call from the first flag of DIS to the end of DCN, by phase."""

    seconds: dict[Phase, float]
    checks: int
    bursts: int

    @property
    def total(self) -> float:
        """All of them."""
        return sum(self.seconds.values())


@dataclass(slots=True)
class RecordingLine:
    """A clear ``TelephoneLine`` that notes when each side is heard, and the frames that are."""

    _energy: dict[bool, list[np.ndarray]] = field(default_factory=lambda: {True: [], False: []})
    _frames: list[tuple[float, bool, Frame]] = field(default_factory=list)

    def carry(self, said: Block, outward: bool) -> Block:
        """See ``TelephoneLine``."""
        slices = to_array(said).astype(np.float64).reshape(_SLICES, -1)
        self._energy[outward].append(np.sqrt((slices**2).mean(axis=1)) > _LOUD)
        return said

    def note(self, theirs: bool, frame: Frame) -> None:
        """A frame was said or heard by the far end; those of the fast carrier are left out."""
        if frame.kind not in _FAST:
            self._frames.append((len(self._energy[False]) * BLOCK_S, not theirs, frame))

    def signals(self) -> list[Signal]:
        """Everything that was said, in the order of time."""
        both = [signal for ours in (True, False) for signal in self._signals(ours)]
        return sorted(both, key=lambda signal: signal.began)

    def _signals(self, ours: bool) -> list[Signal]:
        if not self._energy[ours]:
            return []
        loud = np.flatnonzero(np.concatenate(self._energy[ours]))
        starts = np.flatnonzero(np.diff(loud, prepend=-_HOLE_SLICES - 2) > _HOLE_SLICES + 1)
        pieces = np.split(loud, starts[1:])
        edges = [(piece[0] * _SLICE_S, (piece[-1] + 1) * _SLICE_S) for piece in pieces]
        heard = [(at, frame) for at, whose, frame in self._frames if whose is ours]
        made = []
        for place, (began, ended) in enumerate(edges):
            # A far end's frame is noted when it is said, ours when it has been heard.
            low = edges[place - 1][1] if not ours and place else began
            high = ended + _HEARD_LATE_S if ours else ended
            own = tuple(frame for at, frame in heard if low <= at <= high)
            made.append(Signal(ours, float(began), float(ended), own))
        return made


def account(signals: list[Signal]) -> Account:
    """Add up a call. ValueError for one without DIS or without DCN."""
    first = next((n for n, each in enumerate(signals) if each.has(FCF.DIS)), None)
    last = next((n for n, each in enumerate(signals) if each.ours and each.has(FCF.DCN)), None)
    if first is None or last is None:
        raise ValueError("the call has no DIS or no DCN")
    call = signals[first : last + 1]
    seconds = dict.fromkeys(Phase, 0.0)
    checks = 0
    for before, each in zip([None, *call], call, strict=False):
        check = each.ours and not each.frames and before is not None and before.has(FCF.DCS)
        checks += check
        seconds[_phase(each, check)] += each.seconds
        if before is not None:
            seconds[_silence(before, each)] += each.began - before.ended
    return Account(seconds, checks, len(call))


def _phase(signal: Signal, check: bool) -> Phase:
    if not signal.ours:
        return Phase.FAR
    if signal.frames:
        return Phase.COMMANDS
    return Phase.CHECKS if check else Phase.PAGES


def _silence(before: Signal, after: Signal) -> Phase:
    if not after.ours:
        return Phase.FAR_TURNS
    return Phase.GAPS if before.ours else Phase.TURNS

"""The seconds that T.30 demands for a call at the least: its signals, and 75 ms between each two.

A preamble is 1 s of flags, 15 % more or less (T.30 5.3.1), a training check 1.5 s of zeros
(5.3.6.1.3); frames go at 300 bit/s with their inserted zeros, FCS and one flag; a page is its coded
bits, its end and, with error correction, its frames, at the rate of its carrier.
"""

from __future__ import annotations

from faxcore.t30.frames import Frame
from faxcore.t30.hdlc import burst
from faxcore.t30.line import Heard, LineOp, ReceiveFrames, SendFrames, SendPage, SendTraining
from faxcore.t30.modulation import TCF_SECONDS, Modulation, Rung
from faxcore.t30.timers import TURN_ROUND_MS
from tests.bench.line_account import Phase

_PREAMBLE_S = 32 * 8 / 300
"""What the soft modem sends before a frame: 32 flags, 1 s less the 15 % that T.30 allows."""

_V21_BITS_PER_SECOND = 300
_LONG_TRAIN = {
    (Modulation.V17, 14400): 3344 / 2400,
    (Modulation.V29, 9600): 608 / 2400,
    (Modulation.V27TER, 4800): 1133 / 1600,
}
"""Seconds: symbols of the training sequences by their Recommendations over symbols a second."""

_SHORT_TRAIN = {(Modulation.V17, 14400): 342 / 2400}
_SILENCES = {"us us": Phase.GAPS, "far us": Phase.TURNS, "us far": Phase.FAR_TURNS}


class Minimum:
    """Adds up what a call's operations must take; its ``tell`` is an ``Observer``."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(Phase, 0.0)
        self._last = ""

    @property
    def total(self) -> float:
        """All of them."""
        return sum(self.seconds.values())

    def tell(self, op: LineOp, heard: Heard | None) -> None:
        """An operation has ended."""
        if heard is None:
            return
        if isinstance(op, SendFrames):
            self._add("us", Phase.COMMANDS, _frames_seconds(op.frames))
        elif isinstance(op, ReceiveFrames) and heard.frames:
            self._add("far", Phase.FAR, _frames_seconds(heard.frames))
        elif isinstance(op, SendTraining):
            self._add("us", Phase.CHECKS, _training(op.rung, _LONG_TRAIN) + TCF_SECONDS)
        elif isinstance(op, SendPage):
            train = _training(op.rung, _SHORT_TRAIN if not op.long_train else _LONG_TRAIN)
            self._add("us", Phase.PAGES, train + len(op.octets) * 8 / op.rung.bits_per_second)

    def _add(self, who: str, phase: Phase, seconds: float) -> None:
        self.seconds[phase] += seconds
        if self._last:
            self.seconds[_SILENCES[f"{self._last} {who}"]] += TURN_ROUND_MS / 1000
        self._last = who


def _frames_seconds(frames: tuple[Frame, ...]) -> float:
    octets = burst([frame.octets for frame in frames], 0, 0)
    return _PREAMBLE_S + len(octets) * 8 / _V21_BITS_PER_SECOND


def _training(rung: Rung, table: dict[tuple[Modulation, int], float]) -> float:
    key = (rung.modulation, rung.bits_per_second)
    return table.get(key, _LONG_TRAIN[key])

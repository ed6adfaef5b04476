"""The carriers of a fax call and how long their parts last (T.30 5.3.1, V.17, V.27ter, V.29).

Typed here a second time, apart from ``t30.modulation``, on purpose: the simulator and the driver
must not share a slip.
"""

from __future__ import annotations

from dataclasses import dataclass

from faxcore.t30.modulation import Modulation

MAX_FRAME_SECONDS = 3.45
PREAMBLE_SECONDS = 1.0
V21_BITS_PER_SECOND = 300
FLAG_SECONDS = 8 / V21_BITS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of carrier; ``modulation`` None is V.21 channel 2."""

    modulation: Modulation | None
    bits_per_second: int
    train_seconds: float
    long_train: bool = True

    @property
    def name(self) -> str:
        """For people."""
        if self.modulation is None:
            return "V.21"
        train = " short" if not self.long_train else ""
        return f"{self.modulation.value} {self.bits_per_second}{train}"


V21 = Signal(None, V21_BITS_PER_SECOND, PREAMBLE_SECONDS)

FAST = {
    24: Signal(Modulation.V27TER, 2400, 0.943),
    48: Signal(Modulation.V27TER, 4800, 0.708),
    72: Signal(Modulation.V29, 7200, 0.253),
    96: Signal(Modulation.V29, 9600, 0.253),
    73: Signal(Modulation.V17, 7200, 1.393),
    74: Signal(Modulation.V17, 7200, 0.142, long_train=False),
    97: Signal(Modulation.V17, 9600, 1.393),
    98: Signal(Modulation.V17, 9600, 0.142, long_train=False),
    121: Signal(Modulation.V17, 12000, 1.393),
    122: Signal(Modulation.V17, 12000, 0.142, long_train=False),
    145: Signal(Modulation.V17, 14400, 1.393),
    146: Signal(Modulation.V17, 14400, 0.142, long_train=False),
}
"""By ``+FTM`` and ``+FRM`` value (T.31 table 3)."""

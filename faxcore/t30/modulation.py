"""The fast carriers and the ladder between them (T.30 table 2 bits 11-14, T.31 table 3).

A ``Rung`` is one modulation at one rate. The ladder is walked down one rung per FTT.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Modulation(enum.Enum):
    """A modem Recommendation for the message carrier."""

    V27TER = "V.27ter"
    V29 = "V.29"
    V17 = "V.17"


class Duplex(enum.Enum):
    """A Recommendation that finds its rates by itself and has channels both ways (T.30 Annex F)."""

    V34 = "V.34"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder.

    ``dcs_bits`` are bits 11, 12, 13, 14 of a DCS, in that order. ``long_train`` and
    ``short_train`` are T.31's ``+FTM``/``+FRM`` values; they differ for V.17 only: TCF, and the
    first burst after CTR, use the long one, page data after CFR the short one.
    """

    modulation: Modulation | Duplex
    bits_per_second: int
    dcs_bits: tuple[int, int, int, int]
    long_train: int
    short_train: int

    @property
    def name(self) -> str:
        """For people: ``14400 V.17``."""
        return f"{self.bits_per_second} {self.modulation.value}"


V17_14400 = Rung(Modulation.V17, 14400, (0, 0, 0, 1), 145, 146)
V17_12000 = Rung(Modulation.V17, 12000, (0, 1, 0, 1), 121, 122)
V17_9600 = Rung(Modulation.V17, 9600, (1, 0, 0, 1), 97, 98)
V17_7200 = Rung(Modulation.V17, 7200, (1, 1, 0, 1), 73, 74)
V29_9600 = Rung(Modulation.V29, 9600, (1, 0, 0, 0), 96, 96)
V29_7200 = Rung(Modulation.V29, 7200, (1, 1, 0, 0), 72, 72)
V27TER_4800 = Rung(Modulation.V27TER, 4800, (0, 1, 0, 0), 48, 48)
V27TER_2400 = Rung(Modulation.V27TER, 2400, (0, 0, 0, 0), 24, 24)

RUNGS = (
    V17_14400, V17_12000, V17_9600, V17_7200, V29_9600, V29_7200, V27TER_4800, V27TER_2400,
)  # fmt: skip
"""Every rung, fastest first."""

FALLBACK = (
    V17_14400, V17_12000, V17_9600, V29_9600, V17_7200, V29_7200, V27TER_4800, V27TER_2400,
)  # fmt: skip
"""By rate, V.17 before V.29 at the same rate; ``step_down`` chooses from it the way down."""

BY_DCS_BITS: dict[tuple[int, ...], Rung] = {
    **{rung.dcs_bits: rung for rung in RUNGS},
    (0, 1, 1, 0): V17_12000,
    (0, 0, 1, 0): V17_14400,
}
"""What a DCS commands. The last two are V.33, withdrawn, whose carriers T.31 codes like V.17's."""


def v34_rung(bits_per_second: int) -> Rung:
    """The primary channel of V.34 at a rate: no DCS names it, and no ``+FTM`` (T.30 F.3)."""
    return Rung(Duplex.V34, bits_per_second, (0, 0, 0, 0), 0, 0)


TCF_SECONDS = 1.5
"""The training check lasts 1.5 s +- 10 % (T.30 5.3.6.1.3)."""

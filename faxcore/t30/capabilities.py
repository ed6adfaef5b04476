"""What a receiver offers (DIS) and what a sender commands (DCS): T.30 table 2.

Bit n of table 2 sits in octet (n - 1) // 8 of the FIF, on the link at mask 1 << ((n - 1) % 8).
Octets after the third exist only where the extend bit of the octet before them is set, and DIS
comes from strangers: no octet is looked at without asking for its presence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from faxcore.t4 import Coding, Resolution
from faxcore.t30.modulation import (
    BY_DCS_BITS,
    V17_14400,
    Modulation,
    Rung,
)

EXTEND_BITS = (24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120)

_MODEMS: dict[tuple[int, ...], frozenset[Modulation]] = {
    (0, 0, 0, 0): frozenset({Modulation.V27TER}),
    (0, 1, 0, 0): frozenset({Modulation.V27TER}),
    (1, 0, 0, 0): frozenset({Modulation.V29}),
    (1, 1, 0, 0): frozenset({Modulation.V27TER, Modulation.V29}),
    (1, 1, 1, 0): frozenset({Modulation.V27TER, Modulation.V29}),
    (1, 1, 0, 1): frozenset({Modulation.V27TER, Modulation.V29, Modulation.V17}),
}
"""Bits 11-14 of a DIS. (0, 0, 0, 0) is V.27ter at 2400 bit/s only."""

_SCAN_TIMES: dict[tuple[int, ...], tuple[int, int]] = {
    (0, 0, 0): (20, 20),
    (1, 0, 0): (5, 5),
    (0, 1, 0): (10, 10),
    (0, 0, 1): (40, 40),
    (0, 1, 1): (10, 5),
    (1, 1, 0): (20, 10),
    (1, 0, 1): (40, 20),
    (1, 1, 1): (0, 0),
}
"""Bits 21-23 of a DIS: minimum scan line time in ms at 98 and at 196 lines/inch."""

_SCAN_TIME_BITS = {times: pattern for pattern, times in _SCAN_TIMES.items()}

_SCAN_BITS: dict[int, tuple[int, ...]] = {
    20: (0, 0, 0),
    5: (1, 0, 0),
    10: (0, 1, 0),
    40: (0, 0, 1),
    0: (1, 1, 1),
}
"""Bits 21-23 of a DCS by milliseconds."""

_COMMANDED_SCAN_TIMES = {pattern: ms for ms, pattern in _SCAN_BITS.items()}

_WIDTHS: dict[tuple[int, ...], tuple[int, ...]] = {
    (0, 0): (1728,),
    (0, 1): (1728, 2048, 2432),
    (1, 0): (1728, 2048),
    (1, 1): (1728, 2048, 2432),
}
"""Bits 17, 18: 215 mm; 215 and 255; 215, 255 and 303. The pattern 11 is invalid, read as 01."""

_WIDTH_BITS: dict[int, tuple[int, ...]] = {1728: (0, 0), 2048: (1, 0), 2432: (0, 1)}
"""Bits 17, 18 by the pels of a page (DCS) or of the widest that can be taken (DIS)."""

_COMMANDED_WIDTHS = {pattern: pels for pels, pattern in _WIDTH_BITS.items()}

_DENSER: dict[Resolution, tuple[int, int]] = {
    Resolution.R300X300: (3, 2),
    Resolution.R400X400: (2, 1),
    Resolution.R408X391: (2, 1),
}
"""How many pels such a resolution has for so many at 8 pels/mm (T.4 table 1)."""


def standard_width(width: int, resolution: Resolution) -> int:
    """The pels that a page as wide has at 8 pels/mm: 1728, 2048 or 2432."""
    more, fewer = _DENSER.get(resolution, (1, 1))
    return width * fewer // more


def pels_across(standard: int, resolution: Resolution) -> int:
    """The pels of a page whose width is told at 8 pels/mm."""
    more, fewer = _DENSER.get(resolution, (1, 1))
    return standard * more // fewer


class Bits:
    """The FIF of a DIS, DTC or DCS, asked bit by bit; what is not announced is 0.

    ``announced`` is how many octets there are that the extend bits announce.
    """

    def __init__(self, fif: bytes) -> None:
        self.announced = min(3, len(fif))
        while 3 <= self.announced < len(fif) and fif[self.announced - 1] & 0x80:
            self.announced += 1
        self._number = int.from_bytes(fif[: self.announced], "little")

    def __getitem__(self, bit: int) -> int:
        """Bit ``bit`` of table 2, counted from 1."""
        return self._number >> (bit - 1) & 1

    def several(self, *bits: int) -> tuple[int, ...]:
        """Some bits in the order asked for."""
        return tuple([self._number >> (bit - 1) & 1 for bit in bits])


@dataclass(frozen=True, slots=True)
class SessionParameters:
    """What DCS says: how pages are sent from now on.

    ``scan_time_ms`` is the minimum scan line time (T.4 4.1.3); ``width`` is in pels;
    ``unlimited_length`` whether a page may be longer than the paper; ``frame_octets`` is the size
    of an error-correction frame; ``subaddress`` and ``password`` say that such a frame precedes.
    """

    rung: Rung
    coding: Coding = Coding.MH
    resolution: Resolution = Resolution.FINE
    width: int = 1728
    scan_time_ms: int = 0
    ecm: bool = False
    unlimited_length: bool = False
    b4_length: bool = False
    frame_octets: int = 256
    subaddress: bool = False
    password: bool = False

    def encode(self) -> bytes:
        """The FIF of the DCS: trailing zero octets trimmed to three, extend bits set."""
        bits = {10: 1}
        bits[11], bits[12], bits[13], bits[14] = self.rung.dcs_bits
        bits[15] = int(self.resolution in _FINE_BIT)
        bits[16] = int(self.coding is Coding.MR)
        bits[17], bits[18] = _WIDTH_BITS[standard_width(self.width, self.resolution)]
        bits[19], bits[20] = int(self.b4_length), int(self.unlimited_length)
        bits[21], bits[22], bits[23] = _SCAN_BITS[self.scan_time_ms]
        bits[27], bits[28] = int(self.ecm), int(self.ecm and self.frame_octets == 64)
        bits[31] = int(self.coding is Coding.MMR)
        bits[41] = int(self.resolution is Resolution.SUPERFINE)
        bits[42] = int(self.resolution is Resolution.R300X300)
        bits[43] = int(self.resolution in _BIT_43)
        bits[44] = int(self.resolution is Resolution.R400X400)
        bits[49], bits[50] = int(self.subaddress), int(self.password)
        return _pack(bits)

    @classmethod
    def decode(cls, fif: bytes) -> SessionParameters | None:
        """What a received DCS commands; None when its rate or scan time is none of T.30's."""
        bits = Bits(fif)
        rung = BY_DCS_BITS.get(bits.several(11, 12, 13, 14))
        scan = _COMMANDED_SCAN_TIMES.get(bits.several(21, 22, 23))
        if rung is None or scan is None:
            return None
        resolution = _commanded_resolution(bits)
        coding = Coding.MMR if bits[31] else Coding.MR if bits[16] else Coding.MH
        width = _COMMANDED_WIDTHS.get(bits.several(17, 18), 2432)
        return cls(
            rung=rung,
            coding=coding,
            resolution=resolution,
            width=pels_across(width, resolution),
            scan_time_ms=scan,
            ecm=bool(bits[27]),
            unlimited_length=bool(bits[20]),
            b4_length=bool(bits[19]),
            frame_octets=64 if bits[27] and bits[28] else 256,
            subaddress=bool(bits[49]),
            password=bool(bits[50]),
        )


_FINE_BIT = (Resolution.FINE,)
_BIT_43 = (Resolution.R400X400, Resolution.R408X391)


def _commanded_resolution(bits: Bits) -> Resolution:
    """That of a DCS; bit 44 tells 400 pels/inch from 16 pels/mm."""
    if bits[43]:
        return Resolution.R400X400 if bits[44] else Resolution.R408X391
    if bits[42]:
        return Resolution.R300X300
    if bits[41]:
        return Resolution.SUPERFINE
    return Resolution.FINE if bits[15] else Resolution.COARSE


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What DIS says: what a receiver can take.

    ``widths`` are in pels at 8 pels/mm. ``scan_time_ms`` is the pair of minimum scan line times at
    98 and 196 lines/inch; ``small_frames`` whether error-correction frames of 64 octets are
    preferred; ``has_document`` whether one is held ready to be polled, ``selective_polling``
    whether SEP is taken, or precedes this DTC; ``v8`` whether V.8, and so V.34, is known;
    ``octets`` how many octets the DIS had.
    """

    can_receive: bool = True
    modulations: frozenset[Modulation] = frozenset(Modulation)
    slow_v27ter_only: bool = False
    resolutions: frozenset[Resolution] = frozenset({Resolution.COARSE, Resolution.FINE})
    codings: frozenset[Coding] = frozenset({Coding.MH})
    widths: tuple[int, ...] = (1728,)
    scan_time_ms: tuple[int, int] = (0, 0)
    ecm: bool = False
    unlimited_length: bool = True
    b4_length: bool = False
    small_frames: bool = False
    subaddress: bool = False
    password: bool = False
    has_document: bool = False
    selective_polling: bool = False
    v8: bool = False
    octets: int = field(default=3, compare=False)

    @classmethod
    def decode(cls, fif: bytes) -> Capabilities:
        """Read a DIS of any length; what it does not announce it cannot do."""
        bits = Bits(fif)
        modems = bits.several(11, 12, 13, 14)
        resolutions = {Resolution.COARSE}
        if bits[15]:
            resolutions.add(Resolution.FINE)
        if bits[41]:
            resolutions.add(Resolution.SUPERFINE)
        if bits[42]:
            resolutions.add(Resolution.R300X300)
        if bits[43] and bits[44]:
            resolutions.add(Resolution.R400X400)
        if bits[43] and (bits[45] or not bits[44]):
            resolutions.add(Resolution.R408X391)
        codings = {Coding.MH}
        if bits[16]:
            codings.add(Coding.MR)
        if bits[31] and bits[27]:
            codings.add(Coding.MMR)
        return cls(
            can_receive=bool(bits[10]),
            modulations=_MODEMS.get(modems, frozenset({Modulation.V27TER})),
            slow_v27ter_only=modems == (0, 0, 0, 0),
            resolutions=frozenset(resolutions),
            codings=frozenset(codings),
            widths=_WIDTHS[bits[17], bits[18]],
            scan_time_ms=_SCAN_TIMES[bits.several(21, 22, 23)],
            ecm=bool(bits[27]),
            unlimited_length=(bits[19], bits[20]) in {(0, 1), (1, 1)},
            b4_length=(bits[19], bits[20]) == (1, 0),
            small_frames=bool(bits[7] and bits[27]),
            subaddress=bool(bits[49]),
            password=bool(bits[50]),
            has_document=bool(bits[9]),
            selective_polling=bool(bits[47]),
            v8=bool(bits[6]),
            octets=bits.announced,
        )

    def encode(self) -> bytes:
        """The FIF of the DIS, or DTC, that says this."""
        bits: dict[int, int] = {}
        bits[6], bits[9] = int(self.v8), int(self.has_document)
        bits[47] = int(self.selective_polling)
        bits[10] = int(self.can_receive)
        bits[11], bits[12], bits[13], bits[14] = self._modem_bits()
        bits[15] = int(Resolution.FINE in self.resolutions)
        bits[16] = int(Coding.MR in self.codings)
        bits[17], bits[18] = _WIDTH_BITS[max(self.widths)]
        bits[19], bits[20] = int(self.b4_length), int(self.unlimited_length)
        bits[21], bits[22], bits[23] = _SCAN_TIME_BITS[self.scan_time_ms]
        bits[7], bits[27] = int(self.small_frames), int(self.ecm)
        bits[31] = int(Coding.MMR in self.codings)
        bits[41] = int(Resolution.SUPERFINE in self.resolutions)
        bits[42] = int(Resolution.R300X300 in self.resolutions)
        bits[43] = int(not self.resolutions.isdisjoint(_BIT_43))
        bits[44] = int(Resolution.R400X400 in self.resolutions)
        bits[45] = int(Resolution.R408X391 in self.resolutions)
        bits[49], bits[50] = int(self.subaddress), int(self.password)
        return _pack(bits)

    def _modem_bits(self) -> tuple[int, ...]:
        if self.slow_v27ter_only:
            return (0, 0, 0, 0)
        if Modulation.V17 in self.modulations:
            return (1, 1, 0, 1)
        if Modulation.V29 in self.modulations:
            return (1, 1, 0, 0) if Modulation.V27TER in self.modulations else (1, 0, 0, 0)
        return (0, 1, 0, 0)

    def has(self, rung: Rung) -> bool:
        """Whether this receiver has the modem for ``rung``."""
        if self.slow_v27ter_only:
            return rung.modulation is Modulation.V27TER and rung.bits_per_second == 2400
        return rung.modulation in self.modulations


def _pack(bits: dict[int, int]) -> bytes:
    """Table 2's bits as the FIF of a DIS or DCS: at least three octets, announced where more."""
    number = sum([on << (bit - 1) for bit, on in bits.items()])
    octets = bytearray(number.to_bytes(max(3, -(-number.bit_length() // 8)), "little"))
    for place in range(2, len(octets) - 1):
        octets[place] |= 0x80
    return bytes(octets)


FASTEST = V17_14400
"""Where the ladder starts when both sides have everything."""

"""From modes to codes, eight pixels at a time: T.4 4.2.1.3, table 4.

Theory of operation. Octets of a page in which something is coded (``modes``) are its *units*. What
is coded in a unit is four octets, one of each plane, and a table has the codes joined: of two
planes for all eight pixels, which does for most units, of four planes for four pixels at a time.

Horizontal codes hold runs, which no table of pixels has. They are placed afterwards, in gaps: the
code of a unit is what comes before the first of them in it, and its length is that of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bitmaps import BITS, Layout, Words
from faxcore.t4.bits import LENGTH_MASK, join_codes, make_code, place_codes
from faxcore.t4.codes import MAX_WIDTH, run_codes
from faxcore.t4.modes import CODES, PLANES, Active, Modes

_BITS = ~LENGTH_MASK
_HORIZONTAL_BITS = np.uint64(len(tables.HORIZONTAL))
WORD_OCTETS = BITS // 8
_OCTET_BITS = WORD_OCTETS.bit_length() - 1

Planes = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Units:
    """Where something is coded: the octets of some active words that have stops, and these.

    ``octets`` are their numbers among all octets of the words. ``common`` are the first and the
    second plane of each, side by side. ``rare`` are the units with something in the third and
    fourth plane, ``uncommon`` these planes of them.
    """

    active: NDArray[np.intp]
    octets: NDArray[np.intp]
    common: Planes
    rare: NDArray[np.intp]
    uncommon: Planes

    def places(self, numbers: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where units are: octets counted from the first row's beginning."""
        octets = self.octets.take(numbers, mode="clip")
        places = self.active.take(octets >> _OCTET_BITS)
        places <<= _OCTET_BITS
        octets &= WORD_OCTETS - 1
        places += octets
        return places


def find_units(modes: Modes, active: NDArray[np.intp]) -> Units:
    """The units of some active words."""
    octets = (modes.stops.view(np.uint8) != 0).nonzero()[0]
    first, second, third, fourth = modes.planes
    uncommon = _side_by_side(third, fourth).take(octets)
    rare = (uncommon != 0).nonzero()[0]
    common = _side_by_side(first, second).take(octets)
    return Units(active, octets, common, rare, uncommon.take(rare))


def _side_by_side(low: Words, high: Words) -> Planes:
    """The octets of two planes, the first in the lower half of each number."""
    both = low.view(np.uint8).astype(np.uint16)
    upper = high.view(np.uint8).astype(np.uint16)
    upper <<= _PLANE
    both |= upper
    return both


@dataclass(frozen=True, slots=True)
class Coded:
    """Rows joined to words, of which the first is the one that holds their first bit.

    ``row_bits`` are the lengths of the rows, ``end`` is the bit after the last gap.
    """

    words: NDArray[np.uint64]
    row_bits: NDArray[np.int64]
    end: int


def code_rows(
    modes: Modes,
    layout: Layout,
    active: Active,
    start: int,
    gaps: NDArray[np.int64],
) -> Coded:
    """The codes of some rows from bit ``start`` of the page on, with gaps behind each row."""
    units = find_units(modes, active.words)
    last = units.octets.searchsorted(active.ends * WORD_OCTETS + layout.width % BITS // 8)
    codes = _table((0, 1), 8).take(units.common, mode="clip")
    common, uncommon = units.common.take(units.rare), units.uncommon
    runs = _take_horizontal(units, common, uncommon, modes, layout)
    codes[units.rare] = _join_halves(common, uncommon)
    lengths = codes & LENGTH_MASK
    codes &= _BITS
    own = lengths.take(runs.units)
    lengths[runs.units] += runs.room
    row_ends = lengths.take(last)
    lengths[last] += gaps.view(np.uint64)
    words, end, begins = join_codes(codes, lengths, start, np.concatenate((last, runs.units)))
    if len(runs.units):
        runs.place(words, begins[len(last) :].view(np.uint64) + own - np.uint64(start & ~63))
    row_bits = begins[: len(last)] + row_ends.view(np.int64)
    row_bits[1:] -= row_bits[:-1] + gaps[:-1]
    row_bits[0] -= start
    return Coded(words, row_bits, end)


@dataclass(frozen=True, slots=True)
class _Runs:
    """Horizontal codes and, behind each, what else is coded in its unit.

    ``units`` are the units with horizontal codes, ``counts`` how many there are in each, ``room``
    what all of them take. ``before`` is where each code is, counted from where its unit's begin.
    """

    units: NDArray[np.intp]
    counts: NDArray[np.uint8]
    codes: NDArray[np.uint64]
    tails: NDArray[np.uint64]
    before: NDArray[np.uint64]
    room: NDArray[np.uint64]

    @classmethod
    def of(
        cls,
        units: NDArray[np.intp],
        counts: NDArray[np.uint8],
        codes: NDArray[np.uint64],
        tails: NDArray[np.uint64],
    ) -> _Runs:
        lengths = codes & LENGTH_MASK
        lengths += tails & LENGTH_MASK
        if len(units) == len(codes):
            return cls(units, counts, codes, tails, np.zeros_like(lengths), lengths)
        before = lengths.cumsum()
        before -= lengths
        first = counts.cumsum(dtype=np.intp)
        first -= counts
        starts = before.take(first)
        before -= starts.repeat(counts)
        return cls(units, counts, codes, tails, before, np.add.reduceat(lengths, first))

    def place(self, words: NDArray[np.uint64], starts: NDArray[np.uint64]) -> None:
        """Put them where each unit's begin."""
        at = starts.repeat(self.counts)
        at += self.before
        place_codes(words, self.codes & _BITS, at.view(np.int64))
        some = self.tails.nonzero()[0]
        at += self.codes & LENGTH_MASK
        place_codes(words, self.tails.take(some) & _BITS, at.take(some).view(np.int64))


def _take_horizontal(
    units: Units, common: Planes, uncommon: Planes, modes: Modes, layout: Layout
) -> _Runs:
    """Find the horizontal codes, and leave in the planes only what comes before them.

    The planes are those of the rare units, in which all of them are.
    """
    vertical = common >> _PLANE
    vertical |= common
    marked = (uncommon >> _PLANE & ~vertical).astype(np.uint8)
    at = (marked != 0).nonzero()[0]
    marks = marked.take(at)
    inside = (np.unpackbits(marks, bitorder="little").view(np.bool_)).nonzero()[0]
    of = inside >> 3  # which of the units in ``at``
    bit = inside & 7
    unit = units.rare.take(at)
    code = _horizontal_codes(units, modes, layout, unit.take(of), bit)
    key = marks.take(of).astype(np.intp)
    key <<= 3
    key |= bit
    behind = _BEHIND.take(key)
    front = _FRONT.take(marks)
    own_common, own_uncommon = common.take(at), uncommon.take(at)
    tails = np.zeros(len(of), np.uint64)
    some = ((own_common | own_uncommon & _THIRD).take(of) & behind).nonzero()[0]
    of_some, behind = of.take(some), behind.take(some)
    tails[some] = _join_halves(
        own_common.take(of_some) & behind, own_uncommon.take(of_some) & behind
    )
    own_common &= front
    own_uncommon &= front
    common[at], uncommon[at] = own_common, own_uncommon
    return _Runs.of(unit, np.bitwise_count(marks), code, tails)


def _horizontal_codes(
    units: Units, modes: Modes, layout: Layout, unit: NDArray[np.intp], bit: NDArray[np.intp]
) -> NDArray[np.uint64]:
    """The codes of these: 001, a0 to a1, a1 to a2."""
    stops = modes.stops.view(np.uint8)
    octet = units.octets.take(unit)
    place = units.places(unit)
    key = stops.take(octet).astype(np.intp)
    key <<= 3
    key |= bit
    first, second = _BACK.take(key), _AHEAD.take(key)
    far = (first == 0).nonzero()[0]
    other = unit.take(far)
    other -= 1
    run = place.take(far)
    run -= units.places(other)
    run <<= 3
    run += bit.take(far)
    run += 1 - _LENGTHS.take(stops.take(units.octets.take(other, mode="clip")))
    run[other < 0] = MAX_WIDTH
    first[far] = run
    far = (second == 0).nonzero()[0]
    other = unit.take(far)
    other += 1
    run = units.places(other)
    run -= place.take(far)
    run <<= 3
    run += _LOWEST.take(stops.take(units.octets.take(other, mode="clip")))
    run -= bit.take(far) + 1
    run[other == len(units.octets)] = MAX_WIDTH
    second[far] = run
    column = place
    column %= layout.words * WORD_OCTETS
    column <<= 3
    column |= bit
    np.minimum(first, column, out=first)  # a row begins at its left edge, and not at a stop
    np.minimum(second, layout.width - column, out=second)
    black = modes.before.view(np.uint8).take(octet) >> bit.astype(np.uint8) & 1
    black = black * np.intp(MAX_WIDTH + 1)
    first += black
    second += MAX_WIDTH + 1
    second -= black
    code = _horizontal_runs().take(first)
    other = run_codes().take(second)
    length, behind = code & LENGTH_MASK, other & LENGTH_MASK
    other ^= behind
    other >>= length
    code += behind
    code |= other
    return code


@lru_cache(maxsize=1)
def _horizontal_runs() -> NDArray[np.uint64]:
    """``run_codes`` behind the code of horizontal mode."""
    runs = run_codes()
    codes = (runs & _BITS) >> _HORIZONTAL_BITS
    codes |= make_code(tables.HORIZONTAL) & _BITS
    codes |= (runs & LENGTH_MASK) + _HORIZONTAL_BITS
    return codes


def _join_halves(common: Planes, uncommon: Planes) -> NDArray[np.uint64]:
    """The joined codes of these octets of the four planes."""
    left = common & _LOW_HALVES | (uncommon & _LOW_HALVES) << _HALF
    right = common >> _HALF & _LOW_HALVES | uncommon & ~_LOW_HALVES
    front: NDArray[np.uint64] = _table((0, 2, 1, 3), 4).take(left, mode="clip")
    codes: NDArray[np.uint64] = _table((0, 2, 1, 3), 4).take(right, mode="clip")
    length, behind = front & LENGTH_MASK, codes & LENGTH_MASK
    codes ^= behind
    codes >>= length
    codes |= front
    codes += behind
    return codes


@lru_cache(maxsize=2)
def _table(planes: tuple[int, ...], pixels: int) -> NDArray[np.uint64]:
    """The codes of some pixels, joined, by the bits of these planes, the first plane lowest."""
    index = np.arange(1 << (len(planes) * pixels))
    mode_codes = np.zeros(1 << PLANES, np.uint64)
    for mode, bits in CODES.items():
        mode_codes[mode] = make_code(bits)
    joined = np.zeros(len(index), np.uint64)
    for pixel in range(pixels):
        modes = np.zeros_like(index)
        for at, plane in enumerate(planes):
            modes |= (index >> (at * pixels + pixel) & 1) << plane
        codes = mode_codes.take(modes)
        joined |= (codes & _BITS) >> (joined & LENGTH_MASK)
        joined += codes & LENGTH_MASK
    return joined


_PLANE, _HALF = np.uint16(8), np.uint16(4)
_LOW_HALVES, _THIRD = np.uint16(0x0F0F), np.uint16(0x00FF)  # of two planes side by side
_BOTH = np.uint16(0x0101)
_OCTET, _BIT = np.arange(256).repeat(8), np.tile(np.arange(8), 256)  # by octet and bit
_LOWER, _HIGHER = _OCTET & ((1 << _BIT) - 1), _OCTET >> (_BIT + 1)
_LENGTHS = np.array([n.bit_length() for n in range(256)])
_LOWEST = np.array(
    [(n & -n).bit_length() for n in range(256)]
)  # counted from 1, 0 if there is none
_BACK = np.where(_LOWER, _BIT + 1 - _LENGTHS[_LOWER], 0)  # how far the next lower 1 is, or 0
_AHEAD = _LOWEST[_HIGHER]  # how far the next higher 1 is, or 0
# Masks of two planes: the bits below the lowest 1; the bits above this one, below the next 1.
_FRONT = ((1 << (_LOWEST - 1).clip(0, 8)) - 1).astype(np.uint16) * _BOTH
_BEHIND = (((1 << np.where(_AHEAD, _AHEAD - 1, 8)) - 1) << (_BIT + 1) & 255).astype(
    np.uint16
) * _BOTH

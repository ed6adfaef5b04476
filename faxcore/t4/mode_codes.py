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
from faxcore.t4.bitmaps import BITS, Layout
from faxcore.t4.bits import LENGTH_MASK, join_codes, make_code, place_codes
from faxcore.t4.codes import MAX_WIDTH, run_codes
from faxcore.t4.modes import CODES, PLANES, Active, Modes

_BITS = ~LENGTH_MASK
_HORIZONTAL_BITS = np.uint64(len(tables.HORIZONTAL))
WORD_OCTETS = BITS // 8
_OCTET_BITS = WORD_OCTETS.bit_length() - 1

Octets = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Units:
    """Where something is coded: the octets of some active words that have stops, and these.

    ``octets`` are their numbers among all octets of the words. ``pair`` are two planes side by
    side. ``rare`` are the units with something in the third and fourth plane; of these units
    only are all planes given.
    """

    active: NDArray[np.intp]
    octets: NDArray[np.intp]
    pair: Octets
    rare: NDArray[np.intp]
    planes: Octets

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
    first, second, third, fourth = (plane.view(np.uint8) for plane in modes.planes)
    pair = np.empty((len(octets), 2), np.uint8)
    pair[:, 0] = first.take(octets)
    pair[:, 1] = second.take(octets)
    rare = ((third | fourth).take(octets) != 0).nonzero()[0]
    some = octets.take(rare)
    planes = np.array([plane.take(some) for plane in (first, second, third, fourth)])
    return Units(active, octets, pair, rare, planes)


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
    codes = _table(2, 8).take(units.pair.view("<u2").ravel(), mode="clip")
    runs = _take_horizontal(units, modes, layout)
    codes[units.rare] = _join_halves(units.planes)
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

    ``units`` are the units with horizontal codes, ``first`` the index of each one's first code,
    ``counts`` how many there are in each, ``room`` what all of them take.
    """

    units: NDArray[np.intp]
    first: NDArray[np.intp]
    counts: NDArray[np.uint8]
    codes: NDArray[np.uint64]
    tails: NDArray[np.uint64]
    room: NDArray[np.uint64]

    def place(self, words: NDArray[np.uint64], starts: NDArray[np.uint64]) -> None:
        """Put them where each unit's begin."""
        lengths = self.codes & LENGTH_MASK
        tails = self.tails & LENGTH_MASK
        both = lengths + tails
        before = both.cumsum()
        before -= both
        starts = starts - before.take(self.first)
        at = before + starts.repeat(self.counts)
        place_codes(words, self.codes & _BITS, at.view(np.int64))
        some = (tails != 0).nonzero()[0]
        at += lengths
        place_codes(words, self.tails.take(some) & _BITS, at.take(some).view(np.int64))


def _take_horizontal(units: Units, modes: Modes, layout: Layout) -> _Runs:
    """Find the horizontal codes, and leave in the planes only what comes before them."""
    marked = units.planes[3] & ~(units.planes[0] | units.planes[1])
    at = (marked != 0).nonzero()[0]
    marks = marked.take(at)
    inside = (np.unpackbits(marks, bitorder="little").view(np.bool_)).nonzero()[0]
    of = inside >> 3  # which of the units in ``at``
    bit = inside & 7
    unit = units.rare.take(at)
    code = _horizontal_codes(units, modes, layout, unit.take(of), bit)
    key = marks.take(of).astype(np.intp) << 3
    key |= bit
    behind = _BEHIND.take(key)
    own = units.planes.take(at, axis=1)
    tails = np.zeros(len(of), np.uint64)
    behind &= (own[0] | own[1] | own[2]).take(of)
    some = (behind != 0).nonzero()[0]
    of_some, behind = of.take(some), behind.take(some)
    tails[some] = _join_halves(own.take(of_some, axis=1) & behind)
    units.planes[:, at] = own & _FRONT.take(marks)
    counts = np.bitwise_count(marks)
    begin = counts.cumsum(dtype=np.intp)
    begin -= counts
    room = (code & LENGTH_MASK) + (tails & LENGTH_MASK)
    room = np.add.reduceat(room, begin) if len(begin) else room
    return _Runs(unit, begin, counts, code, tails, room)


def _horizontal_codes(
    units: Units, modes: Modes, layout: Layout, unit: NDArray[np.intp], bit: NDArray[np.intp]
) -> NDArray[np.uint64]:
    """The codes of these: 001, a0 to a1, a1 to a2."""
    stops = modes.stops.view(np.uint8)
    octet = units.octets.take(unit)
    place = units.places(unit)
    column = place - place // (layout.words * WORD_OCTETS) * (layout.words * WORD_OCTETS)
    column <<= 3
    column |= bit
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
    np.minimum(first, column, out=first)  # a row begins at its left edge, and not at a stop
    np.minimum(second, layout.width - column, out=second)
    black = modes.before.view(np.uint8).take(octet) >> bit.astype(np.uint8) & 1
    black = black * np.intp(MAX_WIDTH + 1)
    first += black
    second += MAX_WIDTH + 1
    second -= black
    code = run_codes().take(first)
    other = run_codes().take(second)
    length = (code & LENGTH_MASK) + _HORIZONTAL_BITS
    code &= _BITS
    code >>= _HORIZONTAL_BITS
    code |= make_code(tables.HORIZONTAL) & _BITS
    code |= (other & _BITS) >> length
    code |= length + (other & LENGTH_MASK)
    return code


def _join_halves(planes: Octets) -> NDArray[np.uint64]:
    """The joined codes of these octets of the four planes."""
    halves = np.array((planes & 15, planes >> 4), np.uint16)
    halves <<= _SHIFTS
    halves = np.bitwise_or.reduce(halves, axis=1)
    left: NDArray[np.uint64] = _table(PLANES, 4).take(halves[0], mode="clip")
    right: NDArray[np.uint64] = _table(PLANES, 4).take(halves[1], mode="clip")
    length = left & LENGTH_MASK
    codes: NDArray[np.uint64] = right & _BITS
    codes >>= length
    length += right & LENGTH_MASK
    codes |= length
    left &= _BITS
    codes |= left
    return codes


@lru_cache(maxsize=2)
def _table(planes: int, pixels: int) -> NDArray[np.uint64]:
    """The codes of some pixels, joined, by the bits of their planes, the first plane lowest."""
    index = np.arange(1 << (planes * pixels))
    mode_codes = np.zeros(1 << PLANES, np.uint64)
    for mode, bits in CODES.items():
        mode_codes[mode] = make_code(bits)
    joined = np.zeros(len(index), np.uint64)
    for pixel in range(pixels):
        modes = np.zeros_like(index)
        for plane in range(planes):
            modes |= (index >> (plane * pixels + pixel) & 1) << plane
        codes = mode_codes.take(modes)
        joined |= (codes & _BITS) >> (joined & LENGTH_MASK)
        joined += codes & LENGTH_MASK
    return joined


_SHIFTS = np.arange(0, 4 * PLANES, 4, dtype=np.uint16)[:, np.newaxis]
_OCTET, _BIT = np.arange(256).repeat(8), np.tile(np.arange(8), 256)  # by octet and bit
_LOWER, _HIGHER = _OCTET & ((1 << _BIT) - 1), _OCTET >> (_BIT + 1)
_LENGTHS = np.array([n.bit_length() for n in range(256)])
_LOWEST = np.array(
    [(n & -n).bit_length() for n in range(256)]
)  # counted from 1, 0 if there is none
_BACK = np.where(_LOWER, _BIT + 1 - _LENGTHS[_LOWER], 0)  # how far the next lower 1 is, or 0
_AHEAD = _LOWEST[_HIGHER]  # how far the next higher 1 is, or 0
_FRONT = ((1 << (_LOWEST - 1).clip(0, 8)) - 1).astype(np.uint8)  # the bits below the lowest 1
_BEHIND = (  # the bits above this one, below the next 1
    (((1 << np.where(_AHEAD, _AHEAD - 1, 8)) - 1) << (_BIT + 1) & 255).astype(np.uint8)
)

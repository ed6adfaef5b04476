"""Horizontal codes, which hold two runs: T.4 4.2.1.3.2, table 4.

No table of pixels has them. What is coded behind one in its octet is its *tail*. Both are joined to
what comes before them in the octet. Where that gets too long for a word, the code of the octet is
what comes before its first horizontal code, its length is that of all, and the rest is placed
afterwards, in the gap.

Few pixels have such a code, so what takes time is not their number but that of the calls: what is
done to a0 and a1 is done to a1 and a2 by the same call.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bitmaps import BITS, Layout
from faxcore.t4.bits import CODE_MASK, LENGTH_MASK, WORD_BITS, make_code, place_codes
from faxcore.t4.codes import MAX_WIDTH, run_codes
from faxcore.t4.modes import Modes
from faxcore.t4.units import Units, rare_codes

_HORIZONTAL_BITS = np.uint64(len(tables.HORIZONTAL))
_ONE, _PLANE = np.array(1, np.uint16), np.array(8, np.uint16)
_THIRD = np.array(0x00FF, np.uint16)  # of two planes side by side
_OCTET_SHIFT, _OCTET_MASK, _ODD = np.array(3), np.array(7), np.array(1)
_NOTHING = np.array(0, np.uint8)
_COLOUR = np.array(MAX_WIDTH + 1, np.int32)  # from white to black runs in a table of runs
_SECOND = np.array(2 * (MAX_WIDTH + 1), np.int32)  # and from first to second runs
_STEP, _NONE = np.array(1, np.int32), np.array(0, np.int32)


@dataclass(frozen=True, slots=True)
class Horizontal:
    """Horizontal codes, their lengths and their tails.

    ``units`` tell in which unit each is, ``sides`` whether in its left (0) or right (1) octet,
    ``before`` how many bits of such codes and their tails precede it in its octet.
    """

    units: NDArray[np.intp]
    sides: NDArray[np.intp]
    before: NDArray[np.uint64]
    codes: NDArray[np.uint64]
    sizes: NDArray[np.uint64]
    tails: NDArray[np.uint64]

    def append(self, codes: NDArray[np.uint64], lengths: NDArray[np.uint64]) -> Far | None:
        """Join them to the codes of their octets; what gets too long for a word is left out.

        Both are those of the left octets of all units and, in a second row, the right ones. Room is
        made for what is left out, too.
        """
        octet = self.sides * lengths.shape[1]
        octet += self.units
        flat = lengths.reshape(-1)
        at: NDArray[np.uint64] = flat.take(octet)
        at += self.before
        spans = self.tails & LENGTH_MASK
        spans += self.sizes
        np.add.at(flat, octet, spans)
        long = flat.take(octet) > WORD_BITS
        joined = self.tails & CODE_MASK
        joined >>= self.sizes
        joined |= self.codes
        joined >>= at
        some = long.nonzero()[0]
        joined[some] = 0
        np.add.at(codes.reshape(-1), octet, joined)
        if not len(some):
            return None
        units = self.units.take(some)
        behind = lengths[0].take(units)
        behind *= self.sides.take(some).view(np.uint64)
        behind += at.take(some)
        return Far(
            units,
            behind.view(np.int64),
            self.codes.take(some),
            self.sizes.take(some).view(np.int64),
            self.tails.take(some) & CODE_MASK,
        )


@dataclass(frozen=True, slots=True)
class Far:
    """Horizontal codes to be placed in gaps, so many bits ``behind`` the begin of their units."""

    units: NDArray[np.intp]
    behind: NDArray[np.int64]
    codes: NDArray[np.uint64]
    sizes: NDArray[np.int64]
    tails: NDArray[np.uint64]

    def place(self, words: NDArray[np.uint64], begins: NDArray[np.int64]) -> None:
        """Put them into the units that begin at these bits of ``words``."""
        starts = begins + self.behind
        place_codes(words, self.codes, starts)
        starts += self.sizes
        place_codes(words, self.tails, starts)


def find_horizontal(
    units: Units, modes: Modes, layout: Layout
) -> tuple[Horizontal, NDArray[np.uint64]]:
    """The horizontal codes, and the joined codes of the rare octets up to the first of these.

    All of them are in rare octets, whose planes are used up.
    """
    common, uncommon = units.common, units.uncommon
    marked = common >> _PLANE
    marked |= common
    np.invert(marked, out=marked)
    marked &= uncommon >> _PLANE
    marks = marked.astype(np.uint8)
    octets = (marks != _NOTHING).nonzero()[0]  # of the rare ones
    marks = marks.take(octets)
    inside = np.unpackbits(marks, None, None, "little").view(np.bool_).nonzero()[0]
    of = inside >> _OCTET_SHIFT  # which of ``octets``
    inside &= _OCTET_MASK

    own_common, own_uncommon = common.take(octets), uncommon.take(octets)
    before = _BEFORE.take(marks)
    common[octets], uncommon[octets] = own_common & before, own_uncommon & before
    place = marks.astype(np.intp).take(of)
    place <<= _OCTET_SHIFT
    place |= inside
    behind = _BEHIND.take(place)
    seen = own_uncommon & _THIRD
    seen |= own_common
    some = ((seen.take(of) & behind) != _NOTHING).nonzero()[0]
    with_tail, behind = of.take(some), behind.take(some)
    joined = rare_codes(
        np.concatenate((common, own_common.take(with_tail) & behind)),
        np.concatenate((uncommon, own_uncommon.take(with_tail) & behind)),
    )
    tails = np.zeros(len(of), np.uint64)
    tails[some] = joined[len(common) :]

    octet = units.rare.take(octets).take(of)
    unit, side = octet >> _ODD, octet & _ODD
    codes, sizes = _codes(units, modes, layout, unit, side << _OCTET_SHIFT | inside)
    spans = tails & LENGTH_MASK
    spans += sizes
    before_each = np.add.accumulate(spans)
    before_each -= spans
    counts = np.bitwise_count(marks)
    first = np.add.accumulate(counts, dtype=np.intp)
    first -= counts
    before_each -= before_each.take(first).take(of)
    return Horizontal(unit, side, before_each, codes, sizes, tails), joined[: len(common)]


def _codes(
    units: Units,
    modes: Modes,
    layout: Layout,
    unit: NDArray[np.intp],
    pixel: NDArray[np.intp],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The codes at these pixels of units, 001, a0 to a1, a1 to a2, and their lengths."""
    bit, number = pixel.astype(np.uint16), units.numbers.take(unit)
    behind = pixel.astype(np.int32)
    behind += _STEP
    ends = np.empty((2, len(unit)), np.int32)
    begin = units.columns(number)
    ends[0] = begin
    np.add(begin, behind, out=ends[1])
    runs = _find_stops(units, modes.stops.view(np.uint16), unit, number, bit, ends)
    np.subtract(behind, runs[0], out=runs[0])

    row_pixels = np.array(layout.words * BITS, np.int32)
    begin //= row_pixels
    begin *= row_pixels
    begin += _STEP
    np.subtract(ends[1], begin, out=ends[0])  # the column
    np.subtract(np.array(layout.width, np.int32), ends[0], out=ends[1])
    np.minimum(runs, ends, out=runs)  # a row begins at its left edge, and not at a stop

    before = modes.before.view(np.uint16).take(number)
    before >>= bit
    before &= _ONE
    runs += before * _COLOUR
    runs[1] += _SECOND
    codes = _run_tables().take(runs)
    lengths = codes & LENGTH_MASK
    codes ^= lengths
    codes[1] >>= lengths[0]
    return codes[0] | codes[1], lengths[0] + lengths[1]


def _find_stops(
    units: Units,
    stops: NDArray[np.uint16],
    unit: NDArray[np.intp],
    number: NDArray[np.intp],
    bit: NDArray[np.uint16],
    ends: NDArray[np.int32],
) -> NDArray[np.int32]:
    """The stops before and behind these pixels, whether in their row or not.

    The first are counted from the begin of the unit, the others from the pixel; ``ends`` are both
    of these. Where there is no stop, it is far away.
    """
    higher = stops.take(number)
    near = np.empty((2, len(unit)), np.uint16)
    lower = np.right_shift(higher, bit, out=near[1])
    np.bitwise_xor(higher, lower << bit, out=near[0])
    higher = lower >> _ONE
    np.bitwise_and(higher, np.negative(higher), out=near[1])
    found = _bit_lengths(near.ravel())
    far = (found == _NONE).nonzero()[0]
    other = np.concatenate((unit - _ODD, unit + _ODD)).take(far)
    number = units.numbers.take(other, mode="clip")
    beside = stops.take(number)
    second = int(far.searchsorted(len(unit)))
    beside[second:] &= np.negative(beside[second:])
    away = _bit_lengths(beside)
    away += units.columns(number)
    away -= ends.ravel().take(far)
    if len(other):
        if other[0] < 0:
            away[0] = -MAX_WIDTH
        if other[-1] == len(units):
            away[-1] = MAX_WIDTH
    found[far] = away
    return found.reshape(2, -1)


def _bit_lengths(numbers: NDArray[np.uint16]) -> NDArray[np.int32]:
    """How many bits each has: the exponent of a float, which is quicker than a table."""
    return np.frexp(numbers.astype(np.float32))[1]


@lru_cache(maxsize=1)
def _run_tables() -> NDArray[np.uint64]:
    """``run_codes`` behind the code of horizontal mode, and as they are, black before white."""
    runs = run_codes()
    codes = (runs & CODE_MASK) >> _HORIZONTAL_BITS
    codes |= make_code(tables.HORIZONTAL) & CODE_MASK
    codes |= (runs & LENGTH_MASK) + _HORIZONTAL_BITS
    return np.concatenate((codes, runs[_COLOUR:], runs[:_COLOUR]))


_BOTH = np.uint16(0x0101)  # planes
_LOWEST = np.array([(n & -n).bit_length() for n in range(256)])  # counted from 1, 0: there is none
_OCTET, _BIT = np.arange(256).repeat(8), np.tile(np.arange(8), 256)  # by octet and bit
_AHEAD = _LOWEST[_OCTET >> (_BIT + 1)]  # how far the next higher 1 is, or 0
# Masks of two planes: the bits below the lowest 1; the bits above this one, below the next 1.
_BEFORE = ((1 << (_LOWEST - 1).clip(0, 8)) - 1).astype(np.uint16) * _BOTH
_BEHIND = (((1 << np.where(_AHEAD, _AHEAD - 1, 8)) - 1) << (_BIT + 1) & 255).astype(
    np.uint16
) * _BOTH

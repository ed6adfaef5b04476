"""Horizontal codes, which hold two runs: T.4 4.2.1.3.2, table 4.

No table of pixels has them. What is coded behind one in its octet is its *tail*. Both are joined to
what comes before them in the octet. Where that gets too long for a word, the code of the octet is
what comes before its first horizontal code, its length is that of all, and the rest is placed
afterwards, in the gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bitmaps import Layout
from faxcore.t4.bits import CODE_MASK, LENGTH_MASK, WORD_BITS, make_code, place_codes
from faxcore.t4.codes import MAX_WIDTH, run_codes
from faxcore.t4.modes import Modes
from faxcore.t4.units import Units, rare_codes

_HORIZONTAL_BITS = np.uint64(len(tables.HORIZONTAL))
_ONE = np.array(1, np.uint16)
_PLANE, _THIRD = np.array(8, np.uint16), np.array(0x00FF, np.uint16)  # of two side by side
_BLACK = np.array(MAX_WIDTH + 1, np.int32)  # where black runs begin in ``run_codes``


@dataclass(frozen=True, slots=True)
class Horizontal:
    """The horizontal codes of some units, and their tails.

    ``octets`` are those with horizontal codes, and ``counts`` how many each has.
    """

    octets: NDArray[np.intp]
    counts: NDArray[np.uint8]
    codes: NDArray[np.uint64]
    tails: NDArray[np.uint64]

    def append(self, units: Units, codes: NDArray[np.uint64], lengths: NDArray[np.uint64]) -> Apart:
        """Join them to the codes of their octets; what gets too long remains to be placed."""
        at = units.side(self.octets)
        own = lengths.take(at)
        first = self.counts.cumsum(dtype=np.intp)
        first -= self.counts
        items, sizes = self._with_tails()
        joined = codes.take(at)
        joined |= items.take(first) >> own
        total = own + sizes.take(first)
        for nth in range(1, int(self.counts.max(initial=0))):
            some = (self.counts > nth).nonzero()[0]
            item = first.take(some)
            item += nth
            before = total.take(some)
            joined[some] |= items.take(item) >> before
            before += sizes.take(item)
            total[some] = before
        long = (total > WORD_BITS).nonzero()[0]
        joined[long] = codes.take(at.take(long))
        codes[at], lengths[at] = joined, total
        return Apart(self._only(long), own.take(long))

    def _with_tails(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Each code and its tail joined, and the lengths of both together."""
        sizes = self.codes & LENGTH_MASK
        items = self.tails & CODE_MASK
        items >>= sizes
        items |= self.codes ^ sizes
        sizes += self.tails & LENGTH_MASK
        return items, sizes

    def _only(self, some: NDArray[np.intp]) -> Horizontal:
        """Those of some of the octets."""
        if not len(some):
            return Horizontal(some, self.counts[:0], self.codes[:0], self.tails[:0])
        wanted = np.zeros(len(self.octets), np.bool_)
        wanted[some] = True
        kept = wanted.repeat(self.counts).nonzero()[0]
        octets, counts = self.octets.take(some), self.counts.take(some)
        return Horizontal(octets, counts, self.codes.take(kept), self.tails.take(kept))


@dataclass(frozen=True, slots=True)
class Apart:
    """Horizontal codes to be placed in gaps, ``own`` bits behind the begin of their octets."""

    runs: Horizontal
    own: NDArray[np.uint64]

    def place(self, words: NDArray[np.uint64], starts: NDArray[np.int64]) -> None:
        """Put them into the octets that begin at these bits of ``words``."""
        codes, tails, counts = self.runs.codes, self.runs.tails, self.runs.counts
        sizes = (codes & LENGTH_MASK) + (tails & LENGTH_MASK)
        at = sizes.cumsum()
        at -= sizes
        first = counts.cumsum(dtype=np.intp) - counts
        at += (starts.view(np.uint64) + self.own - at.take(first)).repeat(counts)
        place_codes(words, codes & CODE_MASK, at.view(np.int64))
        some = (tails != 0).nonzero()[0]
        at += codes & LENGTH_MASK
        place_codes(words, tails.take(some) & CODE_MASK, at.take(some).view(np.int64))


def take_horizontal(units: Units, modes: Modes, layout: Layout) -> Horizontal:
    """Find the horizontal codes, and leave in the planes only what comes before them.

    The planes are those of the rare octets, in which all of them are.
    """
    common, uncommon = units.common, units.uncommon
    vertical = common >> _PLANE
    vertical |= common
    marked = uncommon >> _PLANE
    marked &= ~vertical
    octets = (marked.astype(np.uint8) != 0).nonzero()[0]  # of the rare ones
    marks = marked.take(octets).astype(np.uint8)
    inside = np.unpackbits(marks, bitorder="little").view(np.bool_).nonzero()[0]
    of = inside >> 3  # which of ``octets``
    inside &= 7
    own_common, own_uncommon = common.take(octets), uncommon.take(octets)
    seen = own_uncommon & _THIRD
    seen |= own_common
    places = marks.take(of).astype(np.intp)
    places <<= 3
    places |= inside
    behind = _BEHIND.take(places)
    some = ((seen.take(of) & behind) != 0).nonzero()[0]
    of_some, behind = of.take(some), behind.take(some)
    tails = np.zeros(len(of), np.uint64)
    tails[some] = rare_codes(own_common.take(of_some) & behind, own_uncommon.take(of_some) & behind)
    before = _BEFORE.take(marks)
    own_common &= before
    own_uncommon &= before
    common[octets], uncommon[octets] = own_common, own_uncommon
    octets = units.rare.take(octets)
    codes = _codes(units, modes, layout, octets.take(of), inside)
    return Horizontal(octets, np.bitwise_count(marks), codes, tails)


def _codes(
    units: Units,
    modes: Modes,
    layout: Layout,
    octet: NDArray[np.intp],
    inside: NDArray[np.intp],
) -> NDArray[np.uint64]:
    """The codes at these pixels of octets: 001, a0 to a1, a1 to a2."""
    unit = octet >> 1
    octet &= 1
    octet <<= 3
    inside |= octet
    bit = inside.astype(np.uint16)
    number = units.numbers.take(unit)
    begin = units.columns(number)
    first, second = _runs(units, modes.stops.view(np.uint16), unit, number, begin, bit)
    row_pixels = np.int32(layout.words * 32)
    row = begin // row_pixels
    row *= row_pixels
    begin -= row
    begin += bit
    np.minimum(first, begin, out=first)  # a row begins at its left edge, and not at a stop
    np.subtract(np.int32(layout.width), begin, out=begin)
    np.minimum(second, begin, out=second)
    before = modes.before.view(np.uint16).take(number)
    before >>= bit
    before &= _ONE
    black = before.astype(np.int32)
    black *= _BLACK
    first += black
    second += _BLACK
    second -= black
    return _join_runs(first, second)


def _runs(
    units: Units,
    stops: NDArray[np.uint16],
    unit: NDArray[np.intp],
    number: NDArray[np.intp],
    begin: NDArray[np.int32],
    bit: NDArray[np.uint16],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """How far the stops before and behind these pixels are, whether in their row or not."""
    here = stops.take(number)
    higher = here >> bit
    lower = here ^ (higher << bit)
    higher >>= _ONE
    back, ahead = _bit_lengths(lower), _bit_lengths(higher & -higher)
    far = (lower == 0).nonzero()[0]
    other = units.numbers.take(unit.take(far) - 1, mode="clip")
    back[far] = _bit_lengths(stops.take(other)) + units.columns(other) - begin.take(far)
    if len(far) and unit[far[0]] == 0:
        back[far[0]] = -MAX_WIDTH
    far = (higher == 0).nonzero()[0]
    other = units.numbers.take(unit.take(far) + 1, mode="clip")
    stop = stops.take(other)
    ahead[far] = (
        _bit_lengths(stop & -stop) + units.columns(other) - begin.take(far) - bit.take(far) - 1
    )
    if len(far) and unit[far[-1]] == len(units) - 1:
        ahead[far[-1]] = MAX_WIDTH
    np.subtract(bit + _ONE, back, out=back)
    return back, ahead


def _bit_lengths(numbers: NDArray[np.uint16]) -> NDArray[np.int32]:
    """How many bits each has: the exponent of a float, which is quicker than a table."""
    return np.frexp(numbers.astype(np.float32))[1]


def _join_runs(first: NDArray[np.int32], second: NDArray[np.int32]) -> NDArray[np.uint64]:
    """The codes of horizontal mode with these runs, as indices of ``run_codes``."""
    code, other = _first_runs().take(first), run_codes().take(second)
    length, behind = code & LENGTH_MASK, other & LENGTH_MASK
    other ^= behind
    other >>= length
    code += behind
    code |= other
    return code


@lru_cache(maxsize=1)
def _first_runs() -> NDArray[np.uint64]:
    """``run_codes`` behind the code of horizontal mode."""
    runs = run_codes()
    codes = (runs & CODE_MASK) >> _HORIZONTAL_BITS
    codes |= make_code(tables.HORIZONTAL) & CODE_MASK
    codes |= (runs & LENGTH_MASK) + _HORIZONTAL_BITS
    return codes


_BOTH = np.uint16(0x0101)  # planes
_LOWEST = np.array(
    [(n & -n).bit_length() for n in range(256)]
)  # counted from 1, 0 if there is none
_OCTET, _BIT = np.arange(256).repeat(8), np.tile(np.arange(8), 256)  # by octet and bit
_AHEAD = _LOWEST[_OCTET >> (_BIT + 1)]  # how far the next higher 1 is, or 0
# Masks of two planes: the bits below the lowest 1; the bits above this one, below the next 1.
_BEFORE = ((1 << (_LOWEST - 1).clip(0, 8)) - 1).astype(np.uint16) * _BOTH
_BEHIND = (((1 << np.where(_AHEAD, _AHEAD - 1, 8)) - 1) << (_BIT + 1) & 255).astype(
    np.uint16
) * _BOTH

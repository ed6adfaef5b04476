"""The symbols of MH: eight or sixteen pixels at a time, as ``mh`` looks them up.

A symbol's *kind* is its pixels and the pixel before them. Of each kind is known where its first and
its last change of colour are, and the codes, joined, of the runs between these. Two kinds more are
the end of a row after a white and after a black pixel; they carry the next row's EOL.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bitmaps import BITS, layout_of
from faxcore.t4.bits import CODE_MASK, LENGTH_MASK, MAX_CODE_BITS, make_code
from faxcore.t4.codes import MAX_WIDTH, run_codes

TOO_LONG = 63  # in place of a length, where the codes of a symbol exceed MAX_CODE_BITS
UNIT = 16  # symbols are this many pixels at most, and a row's end is one behind its last
_LAST = np.array(16, np.int32)
_FIRST = np.array((1 << 16) - 1, np.int32)


@dataclass(frozen=True, slots=True)
class Symbols:
    """The tables for symbols of ``pixels`` pixels; entry ``before << pixels | value`` is a kind.

    ``value`` is the pixels as an octet, or as two octets of which the first is the low one. Kinds
    ``end_kind`` and the next one are the ends of rows. ``inner`` are the joined codes.
    ``first_last`` holds the last change in its upper and the first in its lower 16 bits, both plus
    ``UNIT`` to be positive. To the first is added, as a multiple of ``MAX_WIDTH`` + 1, the colour
    before it, so that a difference of positions at once is the index of a run's code.
    """

    pixels: int
    inner: NDArray[np.uint64]
    first_last: NDArray[np.int32]

    @property
    def end_kind(self) -> int:
        """The kind of a row's end after a white pixel; after a black one it is the next."""
        return 2 << self.pixels

    def first_and_last(
        self, kind: NDArray[np.intp], position: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """First and last change of symbols at these positions; ``position`` is used up."""
        last = self.first_last.take(kind)
        first = last & _FIRST
        first += position
        last >>= _LAST
        position += last
        return first, position


@lru_cache(maxsize=16)
def symbols_for(width: int, pixels: int) -> Symbols:
    """The symbols of eight or sixteen pixels for pages of this width."""
    inner, first, last = _octets() if pixels == 8 else _pairs()
    black_before = np.arange(len(inner)) >> pixels
    spare = -width % UNIT  # where the row's end is, seen from the unit behind it
    first = np.append(first + black_before * (MAX_WIDTH + 1), [-spare, MAX_WIDTH + 1 - spare])
    next_row = layout_of(width).words * BITS - (width + spare)
    last = np.append(last, [next_row, next_row])
    joined = np.append(inner, [make_code(tables.EOL)] * 2)
    return Symbols(pixels, joined, ((last + UNIT) << 16 | (first + UNIT)).astype(np.int32))


_Table = tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]


@lru_cache(maxsize=1)
def _octets() -> _Table:
    """Inner codes, first and last change of all octets after white and after black.

    Octets without a change have -1 there.
    """
    inner = np.zeros(512, np.uint64)
    first, last = np.full(512, -1, np.int64), np.full(512, -1, np.int64)
    for before in (0, 1):
        for octet in range(256):
            pixels = [before, *(octet >> (7 - n) & 1 for n in range(8))]
            changes = [n for n in range(8) if pixels[n] != pixels[n + 1]]
            runs = [(b - a, pixels[a + 1] == 1) for a, b in pairwise(changes)]
            kind = before << 8 | octet
            inner[kind] = make_code("".join(tables.run_code(*run) for run in runs))
            if changes:
                first[kind], last[kind] = changes[0], changes[-1]
    return inner, first, last


@lru_cache(maxsize=1)
def _pairs() -> _Table:
    """The same of two octets, made from the tables of one."""
    inner, first, last = _octets()
    kind = np.arange(1 << 17)
    left = kind >> 8 & 0x100 | kind & 0xFF
    right = kind << 8 & 0x100 | kind >> 8 & 0xFF
    no_left, no_right = first[left] < 0, first[right] < 0
    between = np.where(no_left | no_right, 0, 8 + first[right] - last[left])
    middle = run_codes().take(between + (left & 1) * (MAX_WIDTH + 1))
    joined = _join(_join(inner[left], middle), inner[right])
    joined = np.where(no_left, inner[right], np.where(no_right, inner[left], joined))
    return (
        joined,
        np.where(no_left, 8 + first[right], first[left]),
        np.where(no_right, last[left], 8 + last[right]),
    )


def _join(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.uint64]:
    length = (left & LENGTH_MASK) + (right & LENGTH_MASK)
    bits = (left | (right & CODE_MASK) >> (left & LENGTH_MASK)) & CODE_MASK
    return np.where(length > np.uint64(MAX_CODE_BITS), np.uint64(TOO_LONG), bits | length)

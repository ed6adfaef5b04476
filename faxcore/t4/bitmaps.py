"""Pages as words of 32 pixels, on which whole rows are computed with at once.

Theory of operation. The first pixel is the *lowest* bit of a word and words follow each other, so a
page is one long number: what lies to the right of a pixel is worth more. Then addition walks along
rows: a 1 added to the first bit of a stretch of ones carries through to its end and comes out in
the bit behind it. So one addition (``add``) takes something that is known at the left end of every
stretch of a page to the right end, however long the stretches are.

Each row has spare bits behind it, which separate it from the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WORD = np.uint32
Words = NDArray[WORD]

BITS = 32  # of a word
SPARE_BITS = 8  # at least so many behind each row
_ONE, _TOP = np.array(1, WORD), np.array(BITS - 1, WORD)
_WIDE = np.uint64
_FULL = np.array((1 << 64) - 1, _WIDE)
_SWAPS = [
    (np.array(step, WORD), np.array(mask, WORD))
    for step, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F))
]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a row of so many pixels lies in words.

    It takes ``words``, an even number, with 16 spare bits behind whole 16 bits; ``used`` of them
    hold the row and the spare bits. ``end`` is the bit behind the row in its word, ``behind`` are
    those after that.
    """

    width: int
    words: int
    used: int
    end: NDArray[WORD]
    behind: NDArray[WORD]


@lru_cache(maxsize=16)
def layout_of(width: int) -> Layout:
    """How rows of this width lie in words."""
    words = ((width + 15) // 16 + 4) // 4 * 2
    used = (width + SPARE_BITS) // BITS + 1
    end = 1 << width % BITS
    behind = (1 << BITS) - 2 * end
    return Layout(width, words, used, np.array(end, WORD), np.array(behind, WORD))


def lay_out(rows: NDArray[np.uint8], layout: Layout) -> Words:
    """Packed rows as words with zeros behind each row.

    The bits of each octet are still in the order of the page, first pixel on top.
    """
    count = rows.shape[1]
    octets = np.empty((len(rows), layout.words * BITS // 8), np.uint8)
    octets.view(_WIDE)[:, count // 8 :] = 0
    octets[:, :count] = rows
    return octets.view(WORD)


def differing_rows(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which packed rows differ from the one above, the first from a white one."""
    differs = np.empty(len(rows), np.bool_)
    differs[:1] = np.count_nonzero(rows[:1])
    octets = rows.shape[1]
    if octets % 8 or octets > 8 * BITS or not rows.flags.c_contiguous:
        differs[1:] = np.bitwise_or.reduce(rows[1:] ^ rows[:-1], axis=1)
        return differs
    wide = rows.view(_WIDE)
    marks = np.zeros((len(rows) - 1, BITS), np.bool_)  # of each row, to be looked at together
    np.not_equal(wide[1:], wide[:-1], out=marks[:, : octets // 8])
    differs[1:] = np.packbits(marks).view(WORD) != 0
    return differs


def rows_with_copies(
    keep: NDArray[np.bool_],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows that are kept, the first one always, and for each how often it is there in a row."""
    keep[0] = True
    kept = keep.nonzero()[0]
    counts = np.empty_like(kept)
    np.subtract(kept[1:], kept[:-1], out=counts[:-1])
    counts[-1] = len(keep) - kept[-1]
    return kept, counts


def reverse_octets(words: Words) -> None:
    """Turn the bits of each octet around, in place: swap neighbours, then pairs, then halves."""
    other = np.empty_like(words)
    for step, mask in _SWAPS:
        np.right_shift(words, step, out=other)
        other &= mask
        words &= mask
        words <<= step
        words |= other


def later(bitmap: Words, out: Words | None = None) -> Words:
    """Every pixel one column to the right."""
    moved = np.left_shift(bitmap, _ONE, out=out)
    moved[1:] |= bitmap[:-1] >> _TOP
    return moved


def add(left: Words, right: Words) -> Words:
    """The sum of two bitmaps of an even number of words, each taken as one number.

    Each sum of two words is a bit of two long numbers, which Python adds: one says where a 1 is
    carried out of it, one where it is all ones, which hands on what is carried into it.
    """
    wide = left.view(_WIDE)
    total = wide + right.view(_WIDE)
    carried = _number(total < wide) << 1
    if carried:
        full = _number(total == _FULL)
        into = carried + full ^ full
        bits = np.frombuffer(into.to_bytes((len(total) + 9) // 8, "little"), np.uint8)
        total += np.unpackbits(bits, None, len(total), "little").astype(_WIDE)
    return total.view(WORD)


def _number(marks: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(marks, None, "little").tobytes(), "little")

"""Pages as words of 64 pixels, on which whole rows are computed with at once.

Theory of operation. The first pixel is the *lowest* bit of a word and words follow each other, so a
page is one long number: what lies to the right of a pixel is worth more. Then addition walks along
rows: a 1 added to the first bit of a stretch of ones carries through to its end and comes out in
the bit behind it. So one addition (``add``) takes something that is known at the left end of every
stretch of a page to the right end, however long the stretches are.

Each row has spare bits behind it, which separate it from the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

SPARE_BITS = 8  # at least so many behind each row
_ONE, _63 = np.uint64(1), np.uint64(63)
_SWAPS = [
    (np.uint64(step), np.uint64(mask))
    for step, mask in ((1, 0x5555555555555555), (2, 0x3333333333333333), (4, 0x0F0F0F0F0F0F0F0F))
]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a row of so many pixels lies in words."""

    width: int

    @property
    def words(self) -> int:
        """How many words a row takes."""
        return (self.width + SPARE_BITS) // 64 + 1

    @property
    def end(self) -> np.uint64:
        """The bit behind the row, in its word."""
        return np.uint64(1 << self.width % 64)


def words_of_rows(rows: NDArray[np.uint8]) -> Words:
    """Packed rows as words, a view where that can be; octets are not turned around."""
    if rows.shape[1] % 8 == 0 and rows.flags.c_contiguous:
        return rows.view(np.uint64)
    words = np.zeros((len(rows), -(-rows.shape[1] // 8)), np.uint64)
    words.view(np.uint8)[:, : rows.shape[1]] = rows
    return words


def differing_rows(words: Words) -> NDArray[np.bool_]:
    """Which rows differ from the one above, the first from a white one."""
    differs = np.empty(len(words), np.bool_)
    differs[:1] = words[:1].any()
    differs[1:] = np.bitwise_or.reduce(words[1:] ^ words[:-1], axis=1)
    return differs


def lay_out(rows: NDArray[np.uint8], layout: Layout) -> Words:
    """Packed rows as words with zeros behind each row.

    The bits of each octet are still in the order of the page, first pixel on top.
    """
    words = np.zeros((len(rows), layout.words), np.uint64)
    words.view(np.uint8)[:, : rows.shape[1]] = rows
    return words


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
    moved[1:] |= bitmap[:-1] >> _63
    return moved


def add(left: Words, right: Words) -> Words:
    """The sum of two bitmaps, each taken as one number."""
    total = left + right
    carries = (total < left).nonzero()[0]
    while len(carries):
        carries += 1
        total[carries] += _ONE
        carries = carries[total.take(carries) == 0]
    return total

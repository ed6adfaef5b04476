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

import numpy as np
from numpy.typing import NDArray

WORD = np.uint32
Words = NDArray[WORD]

BITS = 32  # of a word
SPARE_BITS = 8  # at least so many behind each row
_ONE, _TOP, _FULL = WORD(1), WORD(BITS - 1), WORD((1 << BITS) - 1)
_FEW_STEPS = 4
_SWAPS = [
    (WORD(step), WORD(mask)) for step, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F))
]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a row of so many pixels lies in words."""

    width: int

    @property
    def words(self) -> int:
        """How many words a row takes."""
        return (self.width + SPARE_BITS) // BITS + 1

    @property
    def end(self) -> WORD:
        """The bit behind the row, in its word."""
        return WORD(1 << self.width % BITS)


def differing_rows(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which packed rows differ from the one above, the first from a white one."""
    pixels: NDArray[np.uint8] | NDArray[np.uint64] = rows
    if rows.shape[1] % 8 == 0 and rows.flags.c_contiguous:
        pixels = rows.view(np.uint64)
    differs = np.empty(len(rows), np.bool_)
    differs[:1] = pixels[:1].any()
    differs[1:] = np.bitwise_or.reduce(pixels[1:] ^ pixels[:-1], axis=1)
    return differs


def lay_out(rows: NDArray[np.uint8], layout: Layout) -> Words:
    """Packed rows as words with zeros behind each row.

    The bits of each octet are still in the order of the page, first pixel on top.
    """
    words = np.zeros((len(rows), layout.words), WORD)
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
    moved[1:] |= bitmap[:-1] >> _TOP
    return moved


def add(left: Words, right: Words) -> Words:
    """The sum of two bitmaps, each taken as one number."""
    total = left + right
    carries = (total < left).nonzero()[0]
    for _ in range(_FEW_STEPS):
        carries += 1
        total[carries] += _ONE
        carries = carries[total.take(carries) == 0]
        if not len(carries):
            return total
    return _carry(total, carries + 1)


def _carry(total: Words, carries: NDArray[np.intp]) -> Words:
    """Add a 1 to these words and what that carries into others, however far.

    Each word is a bit of a long number here, which Python adds as one: a word of ones hands on.
    """
    marks = np.zeros(len(total) + 1, np.bool_)
    marks[carries] = True
    full = np.append(total == _FULL, False)
    into = _number(marks) + _number(full) ^ _number(full)
    octets = into.to_bytes((len(marks) + 8) // 8, "little")
    bits = np.frombuffer(octets, np.uint8)
    total += np.unpackbits(bits, count=len(total), bitorder="little")
    return total


def _number(marks: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(marks, bitorder="little").tobytes(), "little")

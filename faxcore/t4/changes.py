"""Where the colour changes: the one list from which two-dimensional coding is made (T.4 4.2.1).

Theory of operation. The *events* of a row are its changes of colour and its end. Every row is given
two or three end events, so that their number is even; then, numbered through the whole page, even
events turn white to black and odd ones black to white, in every row. Rows are laid out as 64-bit
words with at least one spare octet behind each, where the end events are ordinary bits of a *change
map*. The number of events before a pixel is then a running count over words plus the population
count of a part of a word, and that number is at once the index of the next event. Positions are 32
bits wide, which halves the memory that all the rest of coding goes through: ``MAX_BITS``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SEVENS = np.uint64(0x7F7F7F7F7F7F7F7F)
_ONES = np.uint64(0x0101010101010101)
_SIX = np.uint64(6)
MAX_BITS = 1 << 30  # of a map: a position times two still is an int32
_END_EVENTS = (0xC0, 0xE0)  # two, or three after a black last pixel


@dataclass(frozen=True, slots=True)
class ChangeMap:
    """Rows as maps of change: ``words`` of shape (height, words a row), first pixel on top.

    ``before`` counts the events before each word, flat, and of all at the end; ``first`` is the
    index of each row's first event, and of all at the end.
    """

    words: NDArray[np.uint64]
    before: NDArray[np.int32]
    first: NDArray[np.int64]

    @property
    def row_bits(self) -> int:
        """The distance of two rows in the map, in bits."""
        return int(self.words.shape[1]) * 64


def map_changes(rows: NDArray[np.uint8], width: int) -> ChangeMap:
    """The change map of packed rows."""
    height, octets = rows.shape
    stride = octets // 8 * 8 + 8
    buffer = np.zeros(8 + height * stride, np.uint8)
    pixels = buffer[8:].reshape(height, stride)
    pixels[:, :octets] = rows
    last = rows[:, -1] >> (-width % 8) & 1
    if width % 8:  # pixels beyond the width look like the last one
        pixels[:, octets - 1] |= last * ((1 << (-width % 8)) - 1)
    shown = buffer.view(np.uint64)
    changes = shown[1:] >> np.uint64(1)
    changes &= _SEVENS
    changes ^= shown[1:]
    shown &= _ONES
    shown <<= np.uint64(7)
    changes ^= shown[1:] << np.uint64(8)
    changes ^= shown[:-1] >> np.uint64(56)
    ends = changes.view(np.uint8).reshape(height, stride)
    ends[:, octets] = np.array(_END_EVENTS, np.uint8)[last]
    changes.byteswap(inplace=True)
    before = np.zeros(len(changes) + 1, np.int32)
    np.cumsum(np.bitwise_count(changes), out=before[1:])
    first = before[:: stride // 8].astype(np.int64)
    return ChangeMap(changes.reshape(height, -1), before, first)


def find_events(changes: ChangeMap) -> NDArray[np.int32]:
    """The positions of all events in the map, counted in bits from its beginning."""
    octets = changes.words.byteswap().view(np.uint8).ravel()
    hit = np.flatnonzero(octets != 0)
    bits = np.unpackbits(octets.take(hit))
    inside = np.flatnonzero(bits.view(np.bool_))
    begin = hit.astype(np.int32)
    begin <<= 3
    position = begin.take(inside >> 3)
    rest = inside.astype(np.int32)
    rest &= 7
    position |= rest
    return position

"""What the next bits of a one-dimensional row say, several codes at a time: T.4 tables 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables

WINDOW = 15  # bits looked at in a step; the longest code has 13
CHANGES = 6  # at most so many changes of colour in a step
FAR = 64  # more than CHANGES
PLACE = 39  # the bit of a row's state from which on its place is told
_CODE = 13
_TOP = np.array(1 << 63, np.uint64)


@dataclass(frozen=True, slots=True)
class StepTable:
    """What a step does, indexed by ``colour << WINDOW | next bits``.

    ``step`` is what to add to a row's state: the bits consumed (0: no code here), which are less
    than 32, and the columns that the row advanced; the colour that comes next is bit ``WINDOW``.
    ``count`` says how many changes there were, ``changes`` at which columns, from where the step
    began, of shape (CHANGES, size); those that a step does not have are like its last one.
    ``marks`` are the same as bits, the first on top, from the column ``offsets`` on; both have a
    second row for those that are not within 64 columns of the first. Where a step has such, its
    ``count`` is more by ``FAR``.
    """

    step: NDArray[np.uint64]
    count: NDArray[np.int8]
    changes: NDArray[np.int16]
    marks: NDArray[np.uint64]
    offsets: NDArray[np.int64]


@lru_cache(maxsize=1)
def code_table() -> NDArray[np.int32]:
    """Every 13-bit window: (colour, window) to (bits, run length), bits 0 where no code begins."""
    table = np.zeros((2, 1 << _CODE, 2), np.int32)
    for black in (0, 1):
        runs = [*enumerate(tables.TERMINATING[black])]
        runs += [(64 * n, code) for n, code in enumerate(tables.MAKE_UP[black], 1)]
        for length, code in runs:
            low = int(code, 2) << (_CODE - len(code))
            table[black, low : low + (1 << (_CODE - len(code)))] = (len(code), length)
    return table


@lru_cache(maxsize=1)
def step_table() -> StepTable:
    """Build the table of steps out of the table of codes, all entries at once."""
    codes = code_table()
    index = np.arange(2 << WINDOW)
    colour, window = index >> WINDOW, index & ((1 << WINDOW) - 1)
    bits, advance, count = (np.zeros(len(index), np.int64) for _ in range(3))
    changes = np.zeros((CHANGES, len(index)), np.int64)
    while True:
        shown = ((window << bits) & ((1 << WINDOW) - 1)) >> (WINDOW - _CODE)
        taken, length = codes[colour, shown].astype(np.int64).T
        going = (taken > 0) & (bits + taken <= WINDOW) & (count < CHANGES)
        if not going.any():
            step = bits | colour << WINDOW | advance << PLACE
            for number in range(1, CHANGES):
                lacks = count <= number
                changes[number, lacks] = changes[number - 1, lacks]
            marks, offsets = _marks(changes, count)
            small = changes.astype(np.int16)
            count += FAR * (offsets[1] > 0)
            return StepTable(step.astype(np.uint64), count.astype(np.int8), small, marks, offsets)
        bits += np.where(going, taken, 0)
        advance += np.where(going, length, 0)
        ended = np.flatnonzero(going & ~_is_make_up(codes, colour, shown))
        changes[count[ended], ended] = advance[ended]
        count[ended] += 1
        colour[ended] ^= 1


def _marks(
    changes: NDArray[np.int64], count: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Changes as bits from the first on, and from the first one out of reach on."""
    marks = np.zeros((2, changes.shape[1]), np.uint64)
    offsets = np.zeros(marks.shape, np.int64)
    left = np.arange(len(changes))[:, None] < count
    for group in (0, 1):
        first = np.where(left, changes, changes.max()).min(axis=0)
        offsets[group] = np.where(left.any(axis=0), first, 0)
        near = left & (changes - first < 64)
        bits = np.where(near, changes - first, 64).astype(np.uint64)
        marks[group] = np.bitwise_xor.reduce(_TOP >> bits, axis=0)
        left &= ~near
    return marks, offsets


def _is_make_up(
    codes: NDArray[np.int32], colour: NDArray[np.int64], shown: NDArray[np.int64]
) -> NDArray[np.bool_]:
    return np.asarray(codes[colour, shown, 1] >= 64)

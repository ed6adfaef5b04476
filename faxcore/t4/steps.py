"""What the next bits of a one-dimensional row say, several codes at a time: T.4 tables 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables

WINDOW = 15  # bits looked at in a step; the longest code has 13
CHANGES = 6  # at most so many changes of colour in a step
PLACE = 39  # the bit of a row's state from which on its place is told
_CODE = 13


@dataclass(frozen=True, slots=True)
class StepTable:
    """What a step does, indexed by ``colour << WINDOW | next bits``.

    ``step`` is what to add to a row's state: the bits consumed (0: no code here), which are less
    than 32, and the columns that the row advanced; the colour that comes next is bit ``WINDOW``.
    ``count`` says how many changes there were, ``changes`` at which columns, from where the step
    began, of shape (CHANGES, size); those that a step does not have are like its last one.
    ``pairs`` are the same, two in one number, the first in its lower 16 bits.
    """

    step: NDArray[np.uint64]
    count: NDArray[np.int8]
    changes: NDArray[np.int16]
    pairs: NDArray[np.int32]


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
            pairs = (changes[::2] | changes[1::2] << 16).astype(np.int32)
            small = changes.astype(np.int16)
            return StepTable(step.astype(np.uint64), count.astype(np.int8), small, pairs)
        bits += np.where(going, taken, 0)
        advance += np.where(going, length, 0)
        ended = np.flatnonzero(going & ~_is_make_up(codes, colour, shown))
        changes[count[ended], ended] = advance[ended]
        count[ended] += 1
        colour[ended] ^= 1


def _is_make_up(
    codes: NDArray[np.int32], colour: NDArray[np.int64], shown: NDArray[np.int64]
) -> NDArray[np.bool_]:
    return np.asarray(codes[colour, shown, 1] >= 64)

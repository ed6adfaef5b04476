"""One-dimensional codes to pixels, all rows of a page abreast: T.4 4.1.1.

Theory of operation. The rows of an MH page do not depend on each other and EOLs tell where they
begin, so one step decodes the next few codes of *every* row with one table look-up each: the table
is indexed by colour and the next ``WINDOW`` bits and says how many bits it took, how far the row
advanced, which colour comes next, and at which columns the colour changed. A code that is none,
like the zeros of fill and EOL, takes no bits, so a row that came to its end stays where it is.
Rows are sorted by their length on the line, longest first, so those still busy are a prefix, and
a page takes as many steps as its longest row has groups of codes. The changes are then set in a
bit map of the page, and a running exclusive or of it along the rows is the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables

WINDOW = 15  # bits looked at in a step; the longest code has 13
CHANGES = 4  # at most so many changes of colour in a step
_CODE = 13
_CHECK_EVERY = 8


@dataclass(frozen=True, slots=True)
class StepTable:
    """What a step does, indexed by ``colour << WINDOW | next bits``.

    ``bits`` consumed (0: no code here), ``advance`` in columns, ``colour`` that comes next
    already shifted by ``WINDOW``, and the columns of the ``changes``, from where the step began,
    or -1: shape (CHANGES, size).
    """

    bits: NDArray[np.int64]
    advance: NDArray[np.int64]
    colour: NDArray[np.int64]
    changes: NDArray[np.int32]


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
    changes = np.full((CHANGES, len(index)), -1, np.int32)
    while True:
        shown = ((window << bits) & ((1 << WINDOW) - 1)) >> (WINDOW - _CODE)
        taken, length = codes[colour, shown].astype(np.int64).T
        going = (taken > 0) & (bits + taken <= WINDOW) & (count < CHANGES)
        if not going.any():
            return StepTable(bits, advance, colour << WINDOW, changes)
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


@dataclass(frozen=True, slots=True)
class DecodedRuns:
    """Rows decoded abreast: the bit where each stopped, whether it is whole, and its pixels."""

    stops: NDArray[np.int64]
    whole: NDArray[np.bool_]
    pixels: NDArray[np.uint8]


def decode_rows(
    window24: NDArray[np.int64], starts: NDArray[np.int64], lengths: NDArray[np.int64], width: int
) -> DecodedRuns:
    """Decode the rows that start at these bits until each meets something that is no code.

    ``window24`` are the 24 bits from every octet on. ``lengths`` only say in which order rows
    are likely to end. A row is whole if its last run ended at ``width``; the pixels of other rows
    mean nothing.
    """
    order = np.argsort(-lengths, kind="stable")
    table = step_table()
    position = starts[order]
    colour = np.zeros(len(order), np.int64)
    column = np.zeros(len(order), np.int64)
    steps: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    busy = len(order)
    while busy and len(steps) < width + _CHECK_EVERY:
        at, in_colour, here = position[:busy], colour[:busy], column[:busy]
        index = (window24[at >> 3] >> ((24 - WINDOW) - (at & 7))) & ((1 << WINDOW) - 1)
        index |= in_colour
        steps.append((index, here.copy()))
        taken = table.bits[index]
        at += taken
        here += table.advance[index]
        in_colour[:] = table.colour[index]
        if len(steps) % _CHECK_EVERY == 0:
            going = np.flatnonzero((taken > 0) & (here <= width))
            busy = int(going[-1]) + 1 if len(going) else 0
    changes = _set_changes(steps, order, width, len(starts))
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    whole = (column[back] == width) & changes[:, width]
    return DecodedRuns(position[back], whole, fill_between(changes, width))


def _set_changes(
    steps: list[tuple[NDArray[np.int64], NDArray[np.int64]]],
    order: NDArray[np.int64],
    width: int,
    height: int,
) -> NDArray[np.bool_]:
    """Every change of every step, in an array of ``width`` + 1 or more columns."""
    stride = width // 64 * 64 + 64
    changed = np.zeros((height + 1) * stride, np.bool_)
    table = step_table()
    row_base = order * stride
    for index, column in steps:
        base = row_base[: len(column)] + column
        for offsets in table.changes:
            offset = offsets[index]
            # two runs of no length at one column undo each other, hence the exclusive or
            changed[
                base[(offset >= 0) & (column + offset <= width)]
                + offset[(offset >= 0) & (column + offset <= width)]
            ] ^= True
    return changed[: height * stride].reshape(height, stride)


def fill_between(changes: NDArray[np.bool_], width: int) -> NDArray[np.uint8]:
    """Packed pixels from the columns where colour changes: a running exclusive or along rows."""
    words = np.packbits(changes, axis=1).view(">u8").astype(np.uint64)
    for shift in (1, 2, 4, 8, 16, 32):
        words ^= words >> np.uint64(shift)
    carry = np.zeros_like(words)
    carry[:, 1:] = np.bitwise_xor.accumulate(words[:, :-1] & np.uint64(1), axis=1)
    words ^= np.uint64(0) - carry
    pixels = words.astype(">u8").view(np.uint8)[:, : (width + 7) // 8].copy()
    if width % 8:
        pixels[:, -1] &= (0xFF00 >> (width % 8)) & 0xFF
    return pixels

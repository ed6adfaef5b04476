"""One row after the other, code by code: T.4 4.1.1 and 4.2.1, T.6 2.2.

A row is the list of its columns of change, ascending, white first, the row's end not among them.
In two-dimensional coding each row needs the one above, so here is a loop over rows; what keeps it
short is that vertical codes of one bit, half of all, are taken as many as follow each other: they
copy as many changes from the row above; and that the two runs of a horizontal code, if they are
short, come out of one table.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from faxcore.t4 import tables
from faxcore.t4.steps import code_table

_CODE = 13  # bits of the longest code of a run
_PAIR = 16  # bits looked at for two runs
_MODE = 7  # bits of the longest two-dimensional code
PASS, HORIZONTAL, NO_MODE = 100, 101, 102  # modes that are no vertical offset
_ONES = bytes(16 - (n ^ 0xFFFF).bit_length() for n in range(1 << 16))

Row = tuple[int, list[int]]  # the bit after the row, and its changes


@lru_cache(maxsize=1)
def _runs() -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    white, black = ([(int(n), int(run)) for n, run in half] for half in code_table())
    return white, black


@lru_cache(maxsize=1)
def mode_table() -> list[tuple[int, int]]:
    """By the next seven bits: the mode, or the vertical offset, and its length."""
    modes = [(NO_MODE, 0)] * (1 << _MODE)
    named = {tables.PASS: PASS, tables.HORIZONTAL: HORIZONTAL}
    named |= {code: offset for offset, code in tables.VERTICAL.items()}
    for code, mode in named.items():
        low = int(code, 2) << (_MODE - len(code))
        for window in range(low, low + (1 << (_MODE - len(code)))):
            modes[window] = (mode, len(code))
    return modes


@lru_cache(maxsize=1)
def _run_pairs() -> tuple[list[int], list[int]]:
    """By the colour of the first: two runs out of sixteen bits, if both are below 64 and fit.

    The bits that they take, then six bits for each run; 0 where there are no two.
    """
    codes = code_table().astype(np.int64)
    window = np.arange(1 << _PAIR)
    tables_of_pairs = []
    for black in (0, 1):
        bits, first = codes[black, window >> (_PAIR - _CODE)].T
        shown = (window << bits & (1 << _PAIR) - 1) >> (_PAIR - _CODE)
        further, second = codes[1 - black, shown].T
        found = (bits > 0) & (further > 0) & (bits + further <= _PAIR)
        found &= (first < 64) & (second < 64)
        pair = bits + further | first << 5 | second << 11
        tables_of_pairs.append(np.where(found, pair, 0).tolist())
    return tables_of_pairs[0], tables_of_pairs[1]


def decode_run(window24: list[int], position: int, black: bool) -> tuple[int, int]:
    """One run, make-up codes and all: the bit after it and its length, or -1 if it is none."""
    codes = _runs()[black]
    total = 0
    while True:
        window = window24[position >> 3] >> (11 - (position & 7)) & ((1 << _CODE) - 1)
        taken, length = codes[window]
        if not taken:
            return position, -1
        position += taken
        total += length
        if length < 64:
            return position, total


def decode_1d_row(window24: list[int], start: int, stop: int, width: int) -> Row | None:
    """A row of runs, or None if it is none; no run may begin at or after ``stop``."""
    position, column, black, clean = start, 0, False, True
    changes: list[int] = []
    while column < width and position < stop:
        position, run = decode_run(window24, position, black)
        if run < 0 or column + run > width:
            return None
        if not run and column:
            clean = False
        column += run
        changes.append(column)
        black = not black
    if column < width:
        return None
    return position, _canonical(changes, width, clean)


def decode_2d_row(  # noqa: PLR0912, PLR0915 - one loop, where calls would cost twice the time
    window24: list[int], start: int, stop: int, width: int, above: list[int]
) -> Row | None:
    """A row coded against the changes of the one above, or None if it is none."""
    modes, pairs = mode_table(), _run_pairs()
    reference = [*above, width, width, width, width]
    count = len(above)
    changes: list[int] = []
    position, a0, b1 = start, 0, 0  # b1 is an index
    clean = True
    while True:
        if position >= stop:
            return None
        window = window24[position >> 3] >> (8 - (position & 7)) & 0xFFFF
        ones = _ONES[window]
        if ones:
            if ones > count - b1:
                changes += reference[b1:count]
                return position + max(count - b1, 0) + 1, _canonical(changes, width, clean)
            changes += reference[b1 : b1 + ones]
            b1 += ones
            position += ones
            a0 = reference[b1 - 1]
            if ones > 16 - _MODE:
                continue
            window = window << ones & 0xFFFF
        mode, taken = modes[window >> (16 - _MODE)]
        position += taken
        if mode <= 3:
            a1 = reference[b1] + mode
            if a1 > width or (a1 <= a0 and (a0 or changes)) or a1 < 0:
                return None
            if a1 == width:
                return position, _canonical(changes, width, clean)
            changes.append(a1)
            a0 = a1
            b1 += 1
            if mode < 0 and b1 >= 2 and reference[b1 - 2] > a0:
                b1 -= 2
        elif mode == HORIZONTAL:
            black = len(changes) & 1
            pair = pairs[black][window24[position >> 3] >> (8 - (position & 7)) & 0xFFFF]
            if pair:
                position += pair & 31
                first, second = pair >> 5 & 63, pair >> 11
            else:
                position, first = decode_run(window24, position, black == 1)
                if first < 0:
                    return None
                position, second = decode_run(window24, position, black == 0)
            if not second or (not first and a0):
                clean = False
            a1 = a0 + first
            a0 = a1 + second
            if second < 0 or a0 > width:
                return None
            changes.append(a1)
            changes.append(a0)
            if a0 == width:
                return position, _canonical(changes, width, clean)
        elif mode == PASS:
            a0 = reference[b1 + 1]
            b1 += 2
            if a0 >= width:
                return None
        else:
            return None
        while reference[b1] <= a0 and (a0 or changes):
            b1 += 2


def _canonical(changes: list[int], width: int, clean: bool) -> list[int]:
    """Without changes at the row's end and without runs of no length, which change nothing."""
    while changes and changes[-1] == width:
        changes.pop()
    if clean:
        return changes
    kept: list[int] = []
    for column in changes:
        if kept and kept[-1] == column:
            kept.pop()
        else:
            kept.append(column)
    return kept

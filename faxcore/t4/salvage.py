"""What can be saved where a stretch between two EOLs is not exactly one row.

Noise hits EOLs, fill and codes alike. An EOL lost to one flipped bit leaves two rows in one
stretch, both decodable; a 1 in the fill makes a false EOL or follows a whole row; equipment that
sends no EOLs leaves many rows in a stretch. Each of these is recognised by a row that comes out at
exactly the right width; anything else is one bad row. This is the slow path, code by code.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.run_decoder import code_table, fill_between

_EOL_BITS = 12
_CODE = 13
_SURE_ROWS = 8  # so many rows without an EOL between them are no accident


@lru_cache(maxsize=1)
def _codes() -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    white, black = ([(int(n), int(run)) for n, run in half] for half in code_table())
    return white, black


def decode_run_row(
    window24: NDArray[np.int64], start: int, stop: int, width: int
) -> tuple[int, list[int]] | None:
    """One row code by code: the bit after it and its columns of change, or None if it is none.

    No code may begin at or after ``stop``.
    """
    position, column, colour = start, 0, 0
    codes = _codes()
    changes: list[int] = []
    while column < width:
        if position >= stop:
            return None
        while True:
            window = int(window24[position >> 3]) >> (11 - (position & 7))
            taken, length = codes[colour][window & ((1 << _CODE) - 1)]
            if not taken:
                return None
            position += taken
            column += length
            if length < 64:
                break
            if position >= stop or column > width:
                return None
        changes.append(column)
        colour ^= 1
    return (position, changes) if column == width else None


def salvage(
    window24: NDArray[np.int64], start: int, stop: int, end: int, width: int
) -> list[list[int] | None]:
    """The rows between two EOLs: columns of change, or None for a bad one.

    ``stop`` is where the last zeros before the EOL begin, ``end`` where its codes must have ended.
    """
    rows: list[list[int] | None] = []
    sure = 0  # rows that a damaged EOL, too, shows to be whole
    position = start
    while position < stop:
        found = decode_run_row(window24, position, stop, width)
        if found is None:
            skipped = _skip_damaged_eol(window24, position, stop)
            if skipped >= stop and (rows or skipped - position >= _EOL_BITS):
                return rows
            sure = len(rows) if skipped - position >= _EOL_BITS else sure
            found = decode_run_row(window24, skipped, stop, width) if skipped else None
        if found is None or found[0] > end:
            keep = rows if len(rows) - sure >= _SURE_ROWS else rows[:sure]
            return [*keep, None]
        position = found[0]
        rows.append(found[1])
    return rows


def _skip_damaged_eol(window24: NDArray[np.int64], position: int, stop: int) -> int:
    """Where the row begins if here are zeros with a stray 1 among them; 0 if not.

    That is an EOL, or the end of the fill before it, with one bit flipped.
    """
    ones: list[int] = []
    for at in range(position, min(position + 2 * _EOL_BITS, stop)):
        if int(window24[at >> 3]) >> (23 - (at & 7)) & 1:
            ones.append(at)
        if len(ones) == 2:
            break
    if len(ones) == 2 and ones[1] - position >= _EOL_BITS - 1:
        return ones[1] + 1
    if ones and (ones[0] > position or ones[0] + 1 == stop):
        return ones[0] + 1
    return 0


def draw_rows(rows: list[list[int]], width: int) -> NDArray[np.uint8]:
    """Packed pixels of rows given by their columns of change."""
    changes = np.zeros((len(rows), width // 64 * 64 + 64), np.bool_)
    for row, columns in zip(changes, rows, strict=True):
        for column in columns:
            row[column] ^= True
    return fill_between(changes, width)

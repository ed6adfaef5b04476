"""The decoder of ``[fast]``: T.4 4.1 and 4.2 and T.6 row by row, compiled by numba.

It decodes what is beyond doubt: rows that come out at exactly the right width, between EOLs that
are where they should be, without runs of no length. At the first other row it stops and says so,
and ``decode`` asks the patient code about that row, so that damage is judged in one place and
results are the same bit for bit.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from functools import lru_cache

import numba
import numpy as np
from numpy.typing import NDArray

from faxcore.t4.row_decoder import HORIZONTAL, PASS, mode_table
from faxcore.t4.segments import Rows
from faxcore.t4.steps import code_table

SPARE = 8  # octets of zeros after the data, so that a window never ends beyond it


class Stopped(enum.IntEnum):
    """Why the compiled decoder returned."""

    FULL = 0
    END = 1
    EOFB = 2
    DOUBT = 3


@dataclass(slots=True)
class CompiledDecoder:
    """Decodes one page, in as many calls as it needs.

    ``above`` are the columns of change of the row above the next one.
    """

    width: int
    data: NDArray[np.uint8]
    _above: NDArray[np.int32] = field(init=False)
    _count: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.data = np.concatenate((self.data, np.zeros(SPARE, np.uint8)))
        self._above = np.empty(self.width + 16, np.int32)

    def look_up_to(self, changes: list[int] | None) -> None:
        """Set the row above the next one; None if it is bad, so that none can be coded against."""
        self._count = -1 if changes is None else len(changes)
        if changes is not None:
            self._above[: len(changes)] = changes

    def rows_between_eols(self, rows: Rows, first: int, pixels: NDArray[np.uint8]) -> int:
        """Decode rows of MH or MR from ``first`` on into ``pixels``; returns the first in doubt."""
        stopped, self._count = _decode_between_eols(
            self.data,
            rows.starts,
            rows.stops,
            rows.latest,
            rows.flat,
            first,
            self.width,
            self._above,
            self._count,
            run_table(),
            mode_entries(),
            pixels,
        )
        return int(stopped)

    def mmr_rows(
        self, position: int, last: int, pixels: NDArray[np.uint8], bits: NDArray[np.int64]
    ) -> tuple[Stopped, int, int]:
        """Decode rows of MMR from bit ``position`` on; no row begins at or after ``last``.

        Returns why it stopped, how many rows there are and where the next one begins. ``bits``
        receives the length of each.
        """
        why, rows, position, self._count = _decode_mmr(
            self.data,
            position,
            last,
            self.width,
            self._above,
            self._count,
            run_table(),
            mode_entries(),
            pixels,
            bits,
        )
        return Stopped(why), int(rows), int(position)


@lru_cache(maxsize=1)
def run_table() -> NDArray[np.int32]:
    """By ``colour << 13 | window``: the run's length above its bits in the low octet."""
    codes = code_table()
    return (codes[:, :, 1] << 8 | codes[:, :, 0]).ravel().astype(np.int32)


@lru_cache(maxsize=1)
def mode_entries() -> NDArray[np.int32]:
    """By a window of seven bits: mode plus 3, above its bits in the low octet."""
    return np.array([(mode + 3) << 8 | bits for mode, bits in mode_table()], np.int32)


@numba.njit(cache=True, nogil=True, boundscheck=True)
def _peek(data: NDArray[np.uint8], position: int, count: int) -> int:
    """The next bits, at most 24."""
    at = position >> 3
    window = (
        int(data[at]) << 24 | int(data[at + 1]) << 16 | int(data[at + 2]) << 8 | int(data[at + 3])
    )
    return window >> (32 - count - (position & 7)) & ((1 << count) - 1)


@numba.njit(cache=True, nogil=True, boundscheck=True)
def _run(
    data: NDArray[np.uint8], position: int, black: int, runs: NDArray[np.int32]
) -> tuple[int, int]:
    """The bit after a run and its length, -1 if there is none."""
    total = 0
    while True:
        entry = (
            runs[black << 13 | _peek(data, position, 13)] if position >> 3 < data.size - 3 else 0
        )
        if entry & 0xFF == 0:
            return position, -1
        position += entry & 0xFF
        total += entry >> 8
        if entry >> 8 < 64:
            return position, total


@numba.njit(cache=True, nogil=True, boundscheck=True)
def flat_row(
    data: NDArray[np.uint8],
    position: int,
    stop: int,
    width: int,
    runs: NDArray[np.int32],
    changes: NDArray[np.int32],
) -> tuple[int, int]:
    """T.4 4.1.1: the bit after a row and how many changes it has, -1 if in doubt."""
    column, count = 0, 0
    while column < width and position < stop:
        position, run = _run(data, position, count & 1, runs)
        if run < 0 or column + run > width or (run == 0 and count > 0):
            return position, -1
        column += run
        changes[count] = column
        count += 1
    return position, (count - 1 if column == width and count else -1)


@numba.njit(cache=True, nogil=True, boundscheck=True)
def row_against(  # noqa: PLR0912 - one loop; compiled code takes no records
    data: NDArray[np.uint8],
    position: int,
    stop: int,
    width: int,
    runs: NDArray[np.int32],
    modes: NDArray[np.int32],
    above: NDArray[np.int32],
    above_count: int,
    changes: NDArray[np.int32],
) -> tuple[int, int]:
    """T.4 4.2.1: the bit after a row and how many changes it has, -1 if in doubt.

    The row ends where a code reaches ``width``, which is no change.
    """
    above[above_count : above_count + 4] = width
    count, a0, b1 = 0, 0, 0
    while position < stop:
        entry = modes[_peek(data, position, 7)]
        mode = (entry >> 8) - 3
        position += entry & 0xFF
        if mode <= 3:
            a1 = above[b1] + mode
            if a1 > width or a1 < 0 or (a1 <= a0 and (a0 or count)):
                return position, -1
            if a1 == width:
                return position, count
            changes[count] = a1
            count += 1
            a0 = a1
            b1 += 1
            if mode < 0 and b1 >= 2 and above[b1 - 2] > a0:
                b1 -= 2
        elif mode == HORIZONTAL:
            position, first = _run(data, position, count & 1, runs)
            if first < 0 or (first == 0 and (a0 or count)):
                return position, -1
            position, second = _run(data, position, 1 - (count & 1), runs)
            if second <= 0 or a0 + first + second > width:
                return position, -1
            if a0 + first == width:
                return position, -1
            changes[count] = a0 + first
            a0 += first + second
            changes[count + 1] = a0
            if a0 == width:
                return position, count + 1
            count += 2
        elif mode == PASS:
            a0 = above[b1 + 1]
            b1 += 2
            if a0 >= width:
                return position, -1
        else:
            return position, -1
        while above[b1] <= a0 and (a0 or count):
            b1 += 2
    return position, -1


@numba.njit(cache=True, nogil=True, boundscheck=True)
def _draw(row: NDArray[np.uint8], changes: NDArray[np.int32], count: int, width: int) -> None:
    """Blacken the row from each even change to the next one."""
    for n in range(0, count, 2):
        left = changes[n]
        right = changes[n + 1] if n + 1 < count else width
        if left >= right:
            continue
        first, last = left >> 3, (right - 1) >> 3
        head = 0xFF >> (left & 7)
        tail = 0xFF00 >> (((right - 1) & 7) + 1) & 0xFF
        if first == last:
            row[first] |= head & tail
        else:
            row[first] |= head
            row[first + 1 : last] = 0xFF
            row[last] |= tail


@numba.njit(cache=True, nogil=True, boundscheck=True)
def _decode_between_eols(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    latest: NDArray[np.int64],
    flat: NDArray[np.bool_],
    first: int,
    width: int,
    above_out: NDArray[np.int32],
    above_count: int,
    runs: NDArray[np.int32],
    modes: NDArray[np.int32],
    pixels: NDArray[np.uint8],
) -> tuple[int, int]:
    """Rows from ``first`` on; returns the first in doubt and how many changes the last one has."""
    above, changes = above_out.copy(), np.empty_like(above_out)
    row = first
    while row < len(starts):
        if flat[row]:
            after, count = flat_row(data, starts[row], stops[row], width, runs, changes)
        elif above_count < 0:
            break
        else:
            after, count = row_against(
                data, starts[row], stops[row], width, runs, modes, above, above_count, changes
            )
        if count < 0 or after < stops[row] or after > latest[row]:
            break
        _draw(pixels[row - first], changes, count, width)
        above, changes = changes, above
        above_count = count
        row += 1
    above_out[:] = above
    return row, above_count


@numba.njit(cache=True, nogil=True, boundscheck=True)
def _decode_mmr(
    data: NDArray[np.uint8],
    position: int,
    last: int,
    width: int,
    above_out: NDArray[np.int32],
    above_count: int,
    runs: NDArray[np.int32],
    modes: NDArray[np.int32],
    pixels: NDArray[np.uint8],
    bits: NDArray[np.int64],
) -> tuple[int, int, int, int]:
    """T.6 2.2; returns why it stopped, rows, position, and how many changes the last row has."""
    above, changes = above_out.copy(), np.empty_like(above_out)
    stop = (len(data) - SPARE) * 8
    row, why = 0, 0
    while row < len(pixels):
        if position >= last:
            why = 1
            break
        if _peek(data, position, 12) == 1:
            why = 2
            break
        after, count = row_against(
            data, position, stop, width, runs, modes, above, above_count, changes
        )
        if count < 0:
            why = 3
            break
        _draw(pixels[row], changes, count, width)
        bits[row] = after - position
        position = after
        above, changes = changes, above
        above_count = count
        row += 1
    above_out[:] = above
    return why, row, position, above_count

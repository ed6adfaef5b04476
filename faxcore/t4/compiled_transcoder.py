"""From one coding to another without pixels, compiled by numba: T.4 4.1 and 4.2, T.6.

Each row is decoded to its changes, and these are coded at once.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.compiled_decoder import SPARE, flat_row, mode_entries, row_against, run_table
from faxcore.t4.compiled_encoder import (
    EOL,
    MODES,
    TAGGED,
    VERTICAL,
    code_against,
    code_runs,
    put,
    room_for,
    run_numbers,
    to_octets,
)
from faxcore.t4.page import Coding, EncodedPage

_HEADER_BITS = {Coding.MH: len(tables.EOL), Coding.MR: len(tables.EOL) + 1, Coding.MMR: 0}
_ZERO = np.uint64(0)


def transcode_rows(
    page: EncodedPage, flat: NDArray[np.bool_], coding: Coding, k: int
) -> tuple[bytes, NDArray[np.int32]] | None:
    """A page's codes in this coding, and each row's length in bits; None if a row is in doubt.

    ``flat`` are the rows that are coded one-dimensionally.
    """
    ends = page.row_bits.cumsum(dtype=np.int64)
    starts = ends - page.row_bits + _HEADER_BITS[page.coding]
    if len(ends) and (int(ends[-1]) > len(page.data) * 8 or (starts > ends).any()):
        return None
    data = np.frombuffer(page.data + bytes(SPARE), np.uint8)
    words, row_bits = room_for(page.height, page.width)
    total = _transcode(
        data,
        starts,
        ends,
        flat,
        page.width,
        run_table(),
        mode_entries(),
        MODES[coding],
        k,
        run_numbers(),
        VERTICAL,
        words,
        row_bits,
    )
    return None if total < 0 else (to_octets(words, int(total)), row_bits)


@numba.njit(cache=True, nogil=True)
def _transcode(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    flat: NDArray[np.bool_],
    width: int,
    run_codes: NDArray[np.int32],
    mode_codes: NDArray[np.int32],
    mode: int,
    k: int,
    runs: NDArray[np.uint64],
    vertical: NDArray[np.uint64],
    words: NDArray[np.uint64],
    row_bits: NDArray[np.int32],
) -> int:
    """All rows into ``words``; returns how many bits there are, -1 if a row is in doubt."""
    changes, above = np.empty(width + 16, np.int32), np.empty(width + 16, np.int32)
    changes[:4] = width
    count, total = 0, 0
    at, word, free = 0, _ZERO, 64
    for y in range(len(starts)):
        changes, above = above, changes
        if flat[y]:
            after, found = flat_row(data, starts[y], ends[y], width, run_codes, changes)
        else:
            after, found = row_against(
                data, starts[y], ends[y], width, run_codes, mode_codes, above, count, changes
            )
        if found < 0 or after != ends[y]:
            return -1
        count = found
        changes[count : count + 4] = width
        above_is_known = mode == 2 or (mode == 1 and y % k != 0)
        if mode == 0:
            at, word, free = put(EOL, words, at, word, free)
        elif mode == 1:
            at, word, free = put(TAGGED[0 if above_is_known else 1], words, at, word, free)
        if above_is_known:
            at, word, free = code_against(
                above, changes, width, runs, vertical, words, at, word, free
            )
        else:
            at, word, free = code_runs(changes, count, runs, words, at, word, free)
        row_bits[y] = at * 64 + 64 - free - total
        total += row_bits[y]
    words[at] = word
    return total

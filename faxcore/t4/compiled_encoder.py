"""The encoder of ``[fast]``: T.4 4.1 and 4.2 and T.6 row by row, compiled by numba.

The same bits as ``mh`` and ``two_dimensional_page``, for those who code pages by the thousand. Rows
are coded one after the other as the Recommendations tell it: find the changes, walk along them. A
row like the one above reuses what that has found: in MMR and MR it is a row of V0 codes, in MH the
same codes again.
"""

from __future__ import annotations

from functools import lru_cache

import numba
import numpy as np
from numba.cpython.unsafe.numbers import leading_zeros
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bits import LENGTH_MASK
from faxcore.t4.codes import MAX_WIDTH, run_codes
from faxcore.t4.page import Coding

_MODES = {Coding.MH: 0, Coding.MR: 1, Coding.MMR: 2}
_WORST_BITS = 7  # of code to a pixel: a V3 for every change
_TOP = np.uint64(1 << 63)
_ONE, _ZERO = np.uint64(1), np.uint64(0)
_SIX, _SIXTY_THREE = np.uint64(6), np.uint64(63)
_STRIDE = MAX_WIDTH + 1
_OCTETS, _PAIRS = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)


def _number(bits: str) -> np.uint64:
    """A code right-justified above its length in the low six bits."""
    return np.uint64(int(bits, 2) << 6 | len(bits))


_EOL = _number(tables.EOL)
_TAGGED = (_number(tables.EOL + "0"), _number(tables.EOL + "1"))
_PASS, _HORIZONTAL = _number(tables.PASS), _number(tables.HORIZONTAL)
_VERTICAL = np.array([_number(tables.VERTICAL[offset]) for offset in range(-3, 4)])


def encode_rows(
    rows: NDArray[np.uint8], width: int, coding: Coding, k: int
) -> tuple[bytes, NDArray[np.int32]]:
    """A page's codes, padded with zeros to an octet, and each row's length in bits."""
    spare = -rows.shape[1] % 8
    whole = np.pad(rows, ((0, 0), (0, spare))) if spare else np.ascontiguousarray(rows)
    words = np.empty(len(rows) * (width * _WORST_BITS // 64 + 4) + 2, np.uint64)
    row_bits = np.empty(len(rows), np.int32)
    pixels = whole.view("<u8").astype(np.uint64, copy=False)
    total = _encode(pixels, width, _MODES[coding], k, _runs(), _VERTICAL, words, row_bits)
    octets = words[: (total >> 6) + 1].astype(">u8").tobytes()
    return octets[: (total + 7) >> 3], row_bits


@lru_cache(maxsize=1)
def _runs() -> NDArray[np.uint64]:
    """``run_codes``, right-justified above their lengths."""
    left = run_codes()
    lengths = left & LENGTH_MASK
    return left >> (np.uint64(64) - lengths) << _SIX | lengths


@numba.njit(cache=True, nogil=True)
def _swap(word: np.uint64) -> np.uint64:
    """Its octets in the opposite order: the first pixel on top."""
    word = (word & _OCTETS) << np.uint64(8) | word >> np.uint64(8) & _OCTETS
    word = (word & _PAIRS) << np.uint64(16) | word >> np.uint64(16) & _PAIRS
    return word << np.uint64(32) | word >> np.uint64(32)


@numba.njit(cache=True, nogil=True)
def _find_changes(row: NDArray[np.uint64], width: int, changes: NDArray[np.int32]) -> int:
    """The columns of change of a row, followed by some ends; returns how many there are."""
    count, last = 0, _ZERO
    for n in range(row.shape[0]):
        word = _swap(row[n])
        change = word ^ (word >> _ONE | last << _SIXTY_THREE)
        last = word & _ONE
        while change:
            bit = leading_zeros(change)
            change ^= _TOP >> np.uint64(bit)
            changes[count] = n * 64 + int(bit)
            count += 1
    while count and changes[count - 1] >= width:
        count -= 1
    for n in range(4):
        changes[count + n] = width
    return count


@numba.njit(cache=True, nogil=True)
def _code_runs(
    changes: NDArray[np.int32],
    count: int,
    runs: NDArray[np.uint64],
    codes: NDArray[np.uint64],
    used: int,
) -> int:
    """T.4 4.1.1; returns how many codes there are now."""
    a0 = 0
    for n in range(count + 1):
        codes[used] = runs[(n & 1) * _STRIDE + changes[n] - a0]
        a0 = changes[n]
        used += 1
    return used


@numba.njit(cache=True, nogil=True)
def _code_against(
    above: NDArray[np.int32],
    changes: NDArray[np.int32],
    width: int,
    runs: NDArray[np.uint64],
    vertical: NDArray[np.uint64],
    codes: NDArray[np.uint64],
    used: int,
) -> int:
    """T.4 4.2.1; returns how many codes there are now. ``n`` and ``b`` are indices of a1 and b1."""
    a0, n, b = -1, 0, 0
    while a0 < width:
        a1 = changes[n]
        while above[b] <= a0 and above[b] < width:
            b += 2
        offset = a1 - above[b]
        if above[b + 1] < a1:
            codes[used] = _PASS
            a0 = above[b + 1]
        elif -3 <= offset <= 3:
            codes[used] = vertical[offset + 3]
            a0 = a1
            n += 1
            b += -1 if b else 1
        else:
            codes[used] = _HORIZONTAL
            colour, a2 = n & 1, changes[n + 1]
            codes[used + 1] = runs[colour * _STRIDE + a1 - max(a0, 0)]
            codes[used + 2] = runs[(1 - colour) * _STRIDE + a2 - a1]
            used += 2
            a0 = a2
            n += 2
        used += 1
    return used


@numba.njit(cache=True, nogil=True)
def _append(codes: NDArray[np.uint64], used: int, words: NDArray[np.uint64], position: int) -> int:
    """Put a row's codes at a bit position, whose word holds zeros there; returns their bits."""
    at, free, bits = position >> 6, 64 - (position & 63), 0
    word = words[at]
    for n in range(used):
        length = int(codes[n] & _SIXTY_THREE)
        code = codes[n] >> _SIX
        bits += length
        if length < free:
            free -= length
            word |= code << np.uint64(free)
        else:
            over = length - free
            words[at] = word | code >> np.uint64(over)
            at += 1
            free = 64 - over
            word = code << np.uint64(free) if over else _ZERO
    words[at] = word
    return bits


@numba.njit(cache=True, nogil=True)
def _encode(
    rows: NDArray[np.uint64],
    width: int,
    mode: int,
    k: int,
    runs: NDArray[np.uint64],
    vertical: NDArray[np.uint64],
    words: NDArray[np.uint64],
    row_bits: NDArray[np.int32],
) -> int:
    """All rows into ``words``; returns how many bits there are."""
    changes, above = np.empty(width + 16, np.int32), np.empty(width + 16, np.int32)
    changes[:4] = width
    codes = np.empty(2 * width + 16, np.uint64)
    count, used, total, flat_before = 0, 0, 0, False
    words[0] = _ZERO
    for y in range(rows.shape[0]):
        flat = mode == 0 or (mode == 1 and y % k == 0)
        same = y > 0
        if same:
            for n in range(rows.shape[1]):
                if rows[y, n] != rows[y - 1, n]:
                    same = False
                    break
        if same:
            above[: count + 4] = changes[: count + 4]
        else:
            changes, above = above, changes
            count = _find_changes(rows[y], width, changes)
        if not (same and flat and flat_before):
            used = 0
            if mode == 0:
                codes[0], used = _EOL, 1
            elif mode == 1:
                codes[0], used = _TAGGED[1 if flat else 0], 1
            if flat:
                used = _code_runs(changes, count, runs, codes, used)
            else:
                used = _code_against(above, changes, width, runs, vertical, codes, used)
        flat_before = flat
        row_bits[y] = _append(codes, used, words, total)
        total += row_bits[y]
    return total

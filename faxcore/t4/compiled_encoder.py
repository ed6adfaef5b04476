"""The encoder of ``[fast]``: T.4 4.1 and 4.2 and T.6 row by row, compiled by numba.

The same bits as ``mh`` and ``two_dimensional_page``, for those who code pages by the thousand. Rows
are coded one after the other as the Recommendations tell it: find the changes, walk along them, and
append each code to the word that is being filled. A row like the one above reuses what that has
found: in MMR and MR its changes, in MH its bits.
"""

from __future__ import annotations

from functools import lru_cache

import numba
import numpy as np
from numba.cpython.unsafe.numbers import leading_zeros, trailing_zeros
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bits import LENGTH_MASK
from faxcore.t4.codes import MAX_WIDTH, run_codes
from faxcore.t4.mh_symbols import symbols_for
from faxcore.t4.page import Coding

MODES = {Coding.MH: 0, Coding.MR: 1, Coding.MMR: 2}
_WORST_BITS = 7  # of code to a pixel: a V3 for every change
_TOP = np.uint64(1 << 63)
_ONE, _ZERO = np.uint64(1), np.uint64(0)
_SIX, _SIXTY_THREE = np.uint64(6), np.uint64(63)
_STRIDE = MAX_WIDTH + 1
_PIECE = 58  # bits moved at a time
_MANY = 16  # changes in 64 pixels from which on octets are coded, not single runs
_PAIR_BITS, _FOUR_BITS = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_EIGHT_BITS, _EVERY_OCTET = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
_OCTETS, _PAIRS = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)


def _number(bits: str) -> np.uint64:
    """A code right-justified above its length in the low six bits."""
    return np.uint64(int(bits, 2) << 6 | len(bits))


EOL = _number(tables.EOL)
TAGGED = (_number(tables.EOL + "0"), _number(tables.EOL + "1"))
_PASS, _HORIZONTAL = _number(tables.PASS), _number(tables.HORIZONTAL)
VERTICAL = np.array([_number(tables.VERTICAL[offset]) for offset in range(-3, 4)])


def encode_rows(
    rows: NDArray[np.uint8], width: int, coding: Coding, k: int
) -> tuple[bytes, NDArray[np.int32]]:
    """A page's codes, padded with zeros to an octet, and each row's length in bits."""
    words, row_bits = room_for(len(rows), width)
    spare = -rows.shape[1] % 8
    whole = np.pad(rows, ((0, 0), (0, spare))) if spare else np.ascontiguousarray(rows)
    pixels = whole.view("<u8").astype(np.uint64, copy=False)
    runs, inner = run_numbers(), _inner()
    total = _encode(pixels, width, MODES[coding], k, runs, inner, VERTICAL, words, row_bits)
    return to_octets(words, total), row_bits


def room_for(height: int, width: int) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Words for the longest codes that a page can have, and a number for each row."""
    words = np.empty(height * (width * _WORST_BITS // 64 + 4) + 2, np.uint64)
    return words, np.empty(height, np.int32)


def to_octets(words: NDArray[np.uint64], bits: int) -> bytes:
    """The first bits of these words."""
    return words[: (bits >> 6) + 1].byteswap().view(np.uint8)[: (bits + 7) >> 3].tobytes()


def _right_justified(left: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Codes above their lengths, which are in the low six bits of both."""
    lengths = left & LENGTH_MASK
    return left >> (np.uint64(63) - lengths) >> _ONE << _SIX | lengths


@lru_cache(maxsize=1)
def run_numbers() -> NDArray[np.uint64]:
    """The codes of all runs, as ``run_codes`` has them, but right-justified."""
    return _right_justified(run_codes())


@lru_cache(maxsize=1)
def _inner() -> NDArray[np.uint64]:
    return _right_justified(symbols_for(8, 8).inner[:512])


@numba.njit(cache=True, nogil=True)
def _swap(word: np.uint64) -> np.uint64:
    """Its octets in the opposite order: the first pixel on top."""
    word = (word & _OCTETS) << np.uint64(8) | word >> np.uint64(8) & _OCTETS
    word = (word & _PAIRS) << np.uint64(16) | word >> np.uint64(16) & _PAIRS
    return word << np.uint64(32) | word >> np.uint64(32)


@numba.njit(cache=True, nogil=True)
def _find_changes(row: NDArray[np.uint64], width: int, changes: NDArray[np.int32]) -> int:
    """The columns of change of a row, followed by some ends; returns how many there are."""
    count, last, plain = 0, _ZERO, _ZERO  # ``plain`` is a word of the colour that goes on
    for n in range(row.shape[0]):
        if row[n] == plain:
            continue
        word = _swap(row[n])
        change = word ^ (word >> _ONE | last << _SIXTY_THREE)
        last = word & _ONE
        plain = _ZERO - last
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


@numba.njit(inline="always")
def put(
    code: np.uint64, words: NDArray[np.uint64], at: int, word: np.uint64, free: int
) -> tuple[int, np.uint64, int]:
    """Append a code: the number of the word being filled, that word, and its free bits."""
    length = int(code & _SIXTY_THREE)
    bits = code >> _SIX
    if length < free:
        return at, word | bits << np.uint64(free - length), free - length
    over = length - free
    words[at] = word | bits >> np.uint64(over)
    return at + 1, (bits << np.uint64(64 - over) if over else _ZERO), 64 - over


@numba.njit(inline="always")
def count_ones(word: np.uint64) -> int:
    """By pairs, then fours, then octets, then all at once."""
    word -= word >> _ONE & _PAIR_BITS
    word = (word & _FOUR_BITS) + (word >> np.uint64(2) & _FOUR_BITS)
    word = (word + (word >> np.uint64(4))) & _EIGHT_BITS
    return int(word * _EVERY_OCTET >> np.uint64(56))


@numba.njit(cache=True, nogil=True)
def _code_pixels(
    row: NDArray[np.uint64],
    width: int,
    runs: NDArray[np.uint64],
    inner: NDArray[np.uint64],
    words: NDArray[np.uint64],
    at: int,
    word: np.uint64,
    free: int,
) -> tuple[int, np.uint64, int]:
    """T.4 4.1.1, from pixels straight to codes.

    Where pixels are mixed, ``inner`` has the joined codes of the runs that lie inside an octet, as
    in ``mh_symbols``.
    """
    a0, colour, last = 0, 0, _ZERO
    for n in range(row.shape[0]):
        if row[n] == _ZERO - last:  # no change
            continue
        pixels = _swap(row[n])
        change = pixels ^ (pixels >> _ONE | last << _SIXTY_THREE)
        if n * 64 + 64 <= width and count_ones(change) > _MANY:
            for octet in range(8):
                changed = change << np.uint64(8 * octet) >> np.uint64(56)
                if changed:
                    left = n * 64 + 8 * octet
                    first = left + int(leading_zeros(changed)) - 56
                    at, word, free = put(runs[colour + first - a0], words, at, word, free)
                    seen = pixels << np.uint64(8 * octet) >> np.uint64(56)
                    code = inner[int(seen) + (256 if colour else 0)]
                    at, word, free = put(code, words, at, word, free)
                    a0 = left + 7 - int(trailing_zeros(changed))
                    colour = _STRIDE if seen & _ONE else 0
            change = _ZERO
        last = pixels & _ONE
        while change:
            bit = leading_zeros(change)
            change ^= _TOP >> np.uint64(bit)
            column = n * 64 + int(bit)
            if column >= width:
                break
            at, word, free = put(runs[colour + column - a0], words, at, word, free)
            a0, colour = column, _STRIDE - colour
    at, word, free = put(runs[colour + width - a0], words, at, word, free)
    return at, word, free


@numba.njit(cache=True, nogil=True)
def _repeat(
    start: int, bits: int, words: NDArray[np.uint64], at: int, word: np.uint64, free: int
) -> tuple[int, np.uint64, int]:
    """Append these bits of the page once more."""
    words[at] = word
    while bits > 0:
        shift = np.uint64(start & 63)
        piece = words[start >> 6] << shift
        if shift:
            piece |= words[(start >> 6) + 1] >> (np.uint64(64) - shift)
        length = min(bits, _PIECE)
        code = piece >> np.uint64(64 - length) << _SIX | np.uint64(length)
        at, word, free = put(code, words, at, word, free)
        start += length
        bits -= length
    return at, word, free


@numba.njit(cache=True, nogil=True)
def code_runs(
    changes: NDArray[np.int32],
    count: int,
    runs: NDArray[np.uint64],
    words: NDArray[np.uint64],
    at: int,
    word: np.uint64,
    free: int,
) -> tuple[int, np.uint64, int]:
    """T.4 4.1.1, from changes that are known."""
    a0, colour = 0, 0
    for n in range(count + 1):
        at, word, free = put(runs[colour + changes[n] - a0], words, at, word, free)
        a0, colour = changes[n], _STRIDE - colour
    return at, word, free


@numba.njit(cache=True, nogil=True)
def code_against(
    above: NDArray[np.int32],
    changes: NDArray[np.int32],
    width: int,
    runs: NDArray[np.uint64],
    vertical: NDArray[np.uint64],
    words: NDArray[np.uint64],
    at: int,
    word: np.uint64,
    free: int,
) -> tuple[int, np.uint64, int]:
    """T.4 4.2.1; ``n`` and ``b`` are indices of a1 and b1."""
    a0, n, b = -1, 0, 0
    while a0 < width:
        a1 = changes[n]
        while above[b] <= a0 and above[b] < width:
            b += 2
        offset = a1 - above[b]
        if above[b + 1] < a1:
            at, word, free = put(_PASS, words, at, word, free)
            a0 = above[b + 1]
        elif -3 <= offset <= 3:
            at, word, free = put(vertical[offset + 3], words, at, word, free)
            a0 = a1
            n += 1
            b += -1 if b else 1
        else:
            colour, a2 = _STRIDE * (n & 1), changes[n + 1]
            at, word, free = put(_HORIZONTAL, words, at, word, free)
            at, word, free = put(runs[colour + a1 - max(a0, 0)], words, at, word, free)
            at, word, free = put(runs[_STRIDE - colour + a2 - a1], words, at, word, free)
            a0 = a2
            n += 2
    return at, word, free


@numba.njit(cache=True, nogil=True)
def _code_copy(
    ones: int, words: NDArray[np.uint64], at: int, word: np.uint64, free: int
) -> tuple[int, np.uint64, int]:
    """A row like the one above: V0, a 1, for each change and for the end."""
    while ones > 0:
        length = min(ones, _PIECE)
        code = ((_ONE << np.uint64(length)) - _ONE) << _SIX | np.uint64(length)
        at, word, free = put(code, words, at, word, free)
        ones -= length
    return at, word, free


@numba.njit(cache=True, nogil=True)
def _same(row: NDArray[np.uint64], other: NDArray[np.uint64]) -> bool:
    """Without an early end, so that many words are compared at once."""
    differs = _ZERO
    for n in range(row.shape[0]):
        differs |= row[n] ^ other[n]
    return bool(differs == _ZERO)


@numba.njit(cache=True, nogil=True)
def _encode(
    rows: NDArray[np.uint64],
    width: int,
    mode: int,
    k: int,
    runs: NDArray[np.uint64],
    inner: NDArray[np.uint64],
    vertical: NDArray[np.uint64],
    words: NDArray[np.uint64],
    row_bits: NDArray[np.int32],
) -> int:
    """All rows into ``words``; returns how many bits there are."""
    changes, above = np.empty(width + 16, np.int32), np.empty(width + 16, np.int32)
    changes[:4] = width
    count, total, flat_before, bits = 0, 0, False, 0
    at, word, free = 0, _ZERO, 64
    for y in range(rows.shape[0]):
        flat = mode == 0 or (mode == 1 and y % k == 0)
        same = y > 0 and _same(rows[y], rows[y - 1])
        if same and flat and flat_before:
            at, word, free = _repeat(total - bits, bits, words, at, word, free)
        elif mode == 0:
            at, word, free = put(EOL, words, at, word, free)
            at, word, free = _code_pixels(rows[y], width, runs, inner, words, at, word, free)
        else:
            if not same:
                changes, above = above, changes
                count = _find_changes(rows[y], width, changes)
            if mode == 1:
                at, word, free = put(TAGGED[1 if flat else 0], words, at, word, free)
            if flat:
                at, word, free = code_runs(changes, count, runs, words, at, word, free)
            elif same:
                at, word, free = _code_copy(count + 1, words, at, word, free)
            else:
                at, word, free = code_against(
                    above, changes, width, runs, vertical, words, at, word, free
                )
        bits = at * 64 + 64 - free - total
        flat_before = flat
        row_bits[y] = bits
        total += bits
    words[at] = word
    return total

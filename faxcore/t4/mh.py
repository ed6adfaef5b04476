"""MH, T.4 4.1.1, a byte of pixels at a time.

Theory of operation. An octet of pixels matters only if a colour changes in it, in text one octet
in four or ten. Each that does is one *symbol*, known by its pixels and by the pixel before it, 512
kinds in all. A table gives the codes of the runs that lie wholly inside the octet, already joined
(at most 33 bits). The run that ends at the octet's first change began at the last change of the
symbol before; its length is a difference of positions, its code another table. So a symbol is two
table look-ups and a join, however many runs it holds: a dithered page has 460,000 symbols for 2.2
million runs.

The end of a row is a symbol too. Rows are laid out with two octets behind each: the first holds
the colour of the row's last pixel eight times over, which no octet with a change in it looks like,
and carries the next row's EOL; the second is white, so that every row begins after white. Rows
without black are taken out before all this and come back as one code for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bits import LENGTH_MASK, join_codes, make_code, place_codes
from faxcore.t4.codes import MAX_WIDTH, run_codes

_EOL = len(tables.EOL)
_BITS = ~LENGTH_MASK
_LAST, _FIRST = 32, (1 << 32) - 1
_SPARE = 2  # octets behind each row
_BLOCK_SYMBOLS = 100_000  # arrays of this many stay in the cache


def encode_mh(rows: NDArray[np.uint8], width: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The page's words, each row after its EOL, and each row's length in bits, EOL included."""
    height = len(rows)
    black = np.flatnonzero(rows_with_black(rows))
    white = make_code(tables.run_code(width, False) + tables.EOL)
    white_bits = int(white & LENGTH_MASK)
    row_bits = np.full(height, white_bits, np.int64)
    blanks = np.zeros(len(black) + 1, np.int64)  # blank rows above each black one and at the end
    if len(black):
        blanks[1:-1] = np.diff(black) - 1
        blanks[0], blanks[-1] = black[0], height - 1 - black[-1]
    else:
        blanks[0] = height
    kept = rows if len(black) == height else rows[black]
    words, row_bits[black] = _encode_black(kept, width, blanks * white_bits)
    if len(black) < height:
        ends = np.cumsum(row_bits) + _EOL
        blank = np.ones(height, np.bool_)
        blank[black] = False
        starts = (ends - row_bits)[blank]
        place_codes(words, np.full(len(starts), white & _BITS), starts)
    words[0] |= make_code(tables.EOL) & _BITS
    return words, row_bits


def rows_with_black(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which rows hold a black pixel."""
    if rows.shape[1] % 8 == 0 and rows.flags.c_contiguous:
        words: NDArray[np.uint64] = np.bitwise_or.reduce(rows.view(np.uint64), axis=1)
        return words.astype(np.bool_)
    return np.asarray(rows.any(axis=1))


@dataclass(frozen=True, slots=True)
class _Symbols:
    """By symbol: the joined codes of its inner runs, and where its first and last change are.

    ``first_last`` is the last change in the upper and the first in the lower 32 bits, both plus 8
    to be positive. To the first is added, as a multiple of ``MAX_WIDTH`` + 1, the colour before it,
    so that a difference of positions at once is the index of a run's code.
    """

    inner: NDArray[np.uint64]
    first_last: NDArray[np.int64]


@lru_cache(maxsize=16)
def _symbols(width: int) -> _Symbols:
    inner = np.zeros(512, np.uint64)
    first, last = np.zeros(512, np.int64), np.zeros(512, np.int64)
    spare_pixels = -width % 8
    for before in (0, 1):
        for octet in range(256):
            symbol = before << 8 | octet
            pixels = [before, *(octet >> (7 - n) & 1 for n in range(8))]
            changes = [n for n in range(8) if pixels[n] != pixels[n + 1]]
            colour = before * (MAX_WIDTH + 1)
            if changes:
                runs = pairwise(changes)
                codes = [tables.run_code(b - a, pixels[a + 1] == 1) for a, b in runs]
                inner[symbol] = make_code("".join(codes))
                first[symbol], last[symbol] = colour + changes[0], changes[-1]
            else:  # the end of a row; the next one begins behind the spare octets
                inner[symbol] = make_code(tables.EOL)
                first[symbol], last[symbol] = colour - spare_pixels, 8 * _SPARE
    return _Symbols(inner, (last + 8 << _LAST) + first + 8)


def _encode_black(
    rows: NDArray[np.uint8], width: int, blank_bits: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Rows that hold black, leaving room for blank ones before each row and at the end."""
    height, octets = rows.shape
    stride = octets + _SPARE
    before, pixels, hit = _lay_out(rows, width)
    found = np.flatnonzero(hit)
    ends = np.searchsorted(found, np.arange(height) * stride + octets)
    blocks = max(1, len(found) // _BLOCK_SYMBOLS)
    bounds = [height * n // blocks for n in range(blocks + 1)]
    parts: list[tuple[int, NDArray[np.uint64]]] = []
    row_ends = np.zeros(height, np.int64)
    start, symbol = _EOL + int(blank_bits[0]), 0
    for top, bottom in pairwise(bounds):
        if top == bottom:
            continue
        upto = int(ends[bottom - 1]) + 1
        at = found[symbol:upto]
        kind = pixels.take(at).astype(np.intp)
        kind |= before.take(at).astype(np.intp) << 8
        bits, lengths = _codes(at, kind, 8 * stride * top, _symbols(width))
        last = ends[top:bottom] - symbol
        # blank rows after a row come after the EOL that its last symbol carries
        lengths[last] += blank_bits[top + 1 : bottom + 1].view(np.uint64)
        words, end, row_ends[top:bottom] = join_codes(bits, lengths, start, last)
        row_ends[top:bottom] -= blank_bits[top + 1 : bottom + 1]
        parts.append((start >> 6, words))
        start, symbol = end, upto
    total = max([start >> 6, *(first + len(part) for first, part in parts)]) + 2
    page = np.zeros(total, np.uint64)
    for first, part in parts:
        page[first : first + len(part)] |= part
    row_starts = np.concatenate(([_EOL], row_ends[:-1]))[:height] + blank_bits[:-1][:height]
    return page, row_ends - row_starts


def _lay_out(
    rows: NDArray[np.uint8], width: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]]:
    """For each octet: the pixel before it (0 or 1), its pixels, and whether it is a symbol."""
    height, octets = rows.shape
    stride = octets + _SPARE
    buffer = np.zeros(1 + height * stride, np.uint8)
    pixels = buffer[1:].reshape(height, stride)
    pixels[:, :octets] = rows
    if width % 8:  # pixels beyond the width look like the last one
        last = rows[:, -1] >> (-width % 8) & 1
        pixels[:, octets - 1] |= last * ((1 << (-width % 8)) - 1)
    before: NDArray[np.uint8] = buffer[:-1] & np.uint8(1)
    repeated: NDArray[np.uint8] = np.negative(before)
    pixels[:, octets] = repeated.reshape(height, stride)[:, octets]
    hit: NDArray[np.bool_] = np.not_equal(repeated, buffer[1:])
    marks = hit.reshape(height, stride)
    marks[:, octets], marks[:, octets + 1] = True, False
    return before, buffer[1:], hit


def _codes(
    at: NDArray[np.intp], kind: NDArray[np.intp], row_start: int, symbols: _Symbols
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Each symbol's code, left-justified, and its length."""
    position = at << 3
    last = symbols.first_last.take(kind)
    run = last & _FIRST
    run += position
    last >>= _LAST
    position += last
    run[1:] -= position[:-1]
    run[0] -= row_start + 8
    bits = run_codes().take(run)
    inner = symbols.inner.take(kind)
    run_lengths = bits & LENGTH_MASK
    lengths = inner & LENGTH_MASK
    lengths += run_lengths
    inner >>= run_lengths
    bits |= inner
    bits &= _BITS
    return bits, lengths

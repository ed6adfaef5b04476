"""Whole pages in MR (T.4 4.2) and MMR (T.6): which rows are coded how, and what stands between.

A row equal to the one above is all vertical codes of one bit, and what MR codes one-dimensionally
is left to ``mh``. Only the other rows are *kept*: they go through ``modes`` and ``mode_codes``, in
blocks whose arrays stay in the cache. How long everything else will be is known beforehand, so the
kept rows are joined with gaps for it, which are filled at the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bitmaps import Layout, Words, lay_out
from faxcore.t4.bits import (
    LENGTH_MASK,
    cut_bits,
    make_code,
    place_codes,
    repeat_pattern,
    words_to_octets,
)
from faxcore.t4.mh import encode_mh
from faxcore.t4.mode_codes import Coded, code_rows
from faxcore.t4.modes import find_active, find_modes

_BITS = ~LENGTH_MASK
_BLOCK_WORDS = 32_768
_EOL = len(tables.EOL)
_HEADERS = (tables.EOL + "0", tables.EOL + "1")  # T.4 4.2.2: the tag bit is 1 before a 1-D row
_HEADER = len(_HEADERS[0])


def encode_mmr(rows: NDArray[np.uint8], width: int) -> tuple[Words, NDArray[np.int64]]:
    """The page's words without EOFB, and each row's length in bits; some row must hold black."""
    page = lay_out(rows, Layout(width))
    same = _like_the_one_above(page)
    row_bits = np.zeros(len(rows), np.int64)
    copies = np.flatnonzero(same)
    row_bits[copies] = _copied_bits(page, width, same, copies)
    words = _code_kept(page, width, ~same, row_bits)
    if len(copies):  # nothing but 1s: each stretch of copies as one
        edges = np.flatnonzero(np.diff(same, prepend=False, append=False))
        first, after = edges[::2], edges[1::2]
        ends = np.cumsum(row_bits)
        starts = ends[first] - row_bits[first]
        repeat_pattern(words, tables.VERTICAL[0], starts, ends[after - 1] - starts)
    return words, row_bits


def encode_mr(rows: NDArray[np.uint8], width: int, k: int) -> tuple[Words, NDArray[np.int64]]:
    """The page's words, each row after EOL and tag bit, and each row's length in bits.

    Of every ``k`` rows the first is coded one-dimensionally; some row must hold black.
    """
    page = lay_out(rows, Layout(width))
    same = _like_the_one_above(page)
    flat = np.arange(len(rows)) % k == 0
    flat_words, flat_bits = encode_mh(rows[::k], width)
    copies = np.flatnonzero(same & ~flat)
    row_bits = np.zeros(len(rows), np.int64)
    row_bits[::k] = flat_bits + 1
    ones = _copied_bits(page, width, same, copies)
    row_bits[copies] = ones + _HEADER
    words = _code_kept(page, width, ~(same | flat), row_bits, _HEADER)
    ends = np.cumsum(row_bits)
    starts = ends - row_bits
    place_codes(words, _headers().take(flat), starts)
    starts += _HEADER
    repeat_pattern(words, tables.VERTICAL[0], starts[copies], ones)
    _move_rows(words, flat_words, flat_bits, starts[::k])
    return words, row_bits


def _like_the_one_above(page: Words) -> NDArray[np.bool_]:
    """Which rows equal the one above, the first one a white row."""
    return ~np.bitwise_or.reduce(page[1:] ^ page[:-1], axis=1).astype(np.bool_)


def _copied_bits(
    page: Words, width: int, same: NDArray[np.bool_], copies: NDArray[np.intp]
) -> NDArray[np.int64]:
    """How long rows like the one above are: a 1 for each change, and one for the end."""
    origin = np.arange(1, len(page))  # above the first row is row 0 of the page
    origin[same] = 0
    np.maximum.accumulate(origin, out=origin)
    origins, number = np.unique(origin[copies], return_inverse=True)
    pixels = page[origins].view(np.uint8)
    changes = pixels ^ (pixels >> 1)
    changes[:, 1:] ^= pixels[:, :-1] << 7
    changes[:, width // 8] |= 0x80 >> width % 8
    return np.bitwise_count(changes).sum(axis=1, dtype=np.int64)[number]


def _code_kept(
    page: Words,
    width: int,
    keep: NDArray[np.bool_],
    row_bits: NDArray[np.int64],
    header: int = 0,
) -> Words:
    """The kept rows joined, each behind so many bits for a header, with gaps for the others.

    ``row_bits`` are the lengths of the others; those of the kept rows are put in.
    """
    layout = Layout(width)
    row_bits[keep] = header
    before = np.cumsum(row_bits)
    kept = np.flatnonzero(keep)
    gaps = np.diff(before[kept], append=before[-1] + header)
    start = int(before[kept[0]]) if len(kept) else int(before[-1])
    coded: list[tuple[int, Coded]] = []
    for rows, _, active in find_active(page, layout, keep).blocks(_BLOCK_WORDS):
        modes = find_modes(page, active, layout)
        part = code_rows(modes, layout, active, start, gaps[rows])
        row_bits[kept[rows]] += np.diff(part.row_ends, prepend=start)
        row_bits[kept[rows][1:]] -= gaps[rows][:-1]
        coded.append((start, part))
        start = part.end
    words = np.zeros((start >> 6) + 4, np.uint64)
    for first, part in coded:
        words[first >> 6 : (first >> 6) + len(part.words)] |= part.words
    return words


def _move_rows(
    words: Words, source: Words, row_bits: NDArray[np.int64], targets: NDArray[np.int64]
) -> None:
    """Put the codes of MH rows, without their EOLs, where these bits are."""
    ends = np.cumsum(row_bits)
    octets = words_to_octets(source, int(ends[-1]))
    codes, row, offset = cut_bits(octets, ends - row_bits + _EOL, row_bits - _EOL)
    place_codes(words, codes, targets[row] + offset)


def _headers() -> NDArray[np.uint64]:
    return np.array([make_code(header) & _BITS for header in _HEADERS])

"""Whole pages in MR (T.4 4.2) and MMR (T.6): which rows are coded how, and what stands between.

A row equal to the one above is all vertical codes of one bit, and what MR codes one-dimensionally
is left to ``mh``. Only the other rows are *kept*: they go through ``modes`` and ``mode_codes``, in
blocks whose arrays stay in the cache. How long everything else will be is known beforehand, so the
kept rows are joined with gaps for it, which are filled at the end.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import mh, tables
from faxcore.t4.bitmaps import (
    Layout,
    Words,
    differing_rows,
    lay_out,
    layout_of,
    rows_with_copies,
)
from faxcore.t4.bits import (
    CODE_MASK,
    MAX_CODE_BITS,
    join_stretches,
    make_code,
    place_codes,
    repeat_pattern,
)
from faxcore.t4.mode_codes import code_rows
from faxcore.t4.modes import find_active, find_modes

_BLOCK_WORDS = 48_000
_ONCE = np.array(1)
_ONE, _TOP = np.array(1, np.uint64), np.array(63, np.uint64)
_HEADERS = (tables.EOL + "0", tables.EOL + "1")  # T.4 4.2.2: the tag bit is 1 before a 1-D row
_HEADER = len(_HEADERS[0])
_ONES = MAX_CODE_BITS - _HEADER  # as many fit behind a header


def encode_mmr(rows: NDArray[np.uint8], width: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The page's words without EOFB, and each row's length in bits; some row must hold black."""
    layout = layout_of(width)
    kept, counts = rows_with_copies(differing_rows(rows))
    copied, copy_bits = _copied(rows, kept, counts, layout)
    stretches = counts.take(copied)
    stretches -= 1
    stretches *= copy_bits.take(copied)
    gaps = np.zeros(len(kept), np.int64)
    gaps[copied] = stretches
    words, kept_bits = _code_kept(rows, kept, layout, 0, gaps)
    gaps += kept_bits
    starts = np.add.accumulate(gaps).take(copied)
    starts -= stretches
    repeat_pattern(words, tables.VERTICAL[0], starts, stretches)  # copies are nothing but 1s
    row_bits = copy_bits.repeat(counts)
    row_bits[kept] = kept_bits
    return words, row_bits


def encode_mr(
    rows: NDArray[np.uint8], width: int, k: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The page's words, each row after EOL and tag bit, and each row's length in bits.

    Of every ``k`` rows the first is coded one-dimensionally; some row must hold black.
    """
    layout = layout_of(width)
    keep = differing_rows(rows)
    kept, counts = rows_with_copies(keep)
    _, copy_bits = _copied(rows, kept, counts, layout)
    copy_bits += _HEADER
    row_bits = copy_bits.repeat(counts)
    row_bits[kept] = _HEADER
    keep[::k] = False
    kept = keep.nonzero()[0]
    np.logical_not(keep, out=keep)
    keep[::k] = False
    copies = keep.nonzero()[0]
    flat = list(mh.code_rows(np.ascontiguousarray(rows[::k]), width))
    flat_bits = np.concatenate([block.row_bits for block in flat])
    row_bits[::k] = flat_bits + 1  # the EOL behind a row for the one before it, and the tag bit
    before = np.add.accumulate(row_bits)
    start = int(before[kept[0] if len(kept) else -1])
    words, kept_bits = _code_kept(rows, kept, layout, start, _gaps(before, kept))
    row_bits[kept] += kept_bits
    starts = np.add.accumulate(row_bits)
    starts -= row_bits
    _place_headers(words, starts, k, copies, row_bits.take(copies))
    _place_flat(words, flat, flat_bits, starts[::k] + _HEADER)
    return words, row_bits


def _place_headers(
    words: NDArray[np.uint64],
    starts: NDArray[np.int64],
    k: int,
    copies: NDArray[np.intp],
    bits: NDArray[np.int64],
) -> None:
    """Put EOL and tag bit where each row begins, and behind those of copies the 1s of the row.

    ``bits`` are how long the copies are. Most are so short that their header has room for them.
    """
    headers = _headers()
    kinds = np.zeros(len(starts), np.intp)
    kinds[copies] = np.minimum(bits - _HEADER, _ONES)
    kinds[::k] = len(headers) - 1
    place_codes(words, headers.take(kinds), starts)
    long = (bits > _HEADER + _ONES).nonzero()[0]
    if len(long):
        behind = starts.take(copies.take(long)) + (_HEADER + _ONES)
        repeat_pattern(words, tables.VERTICAL[0], behind, bits.take(long) - (_HEADER + _ONES))


def _place_flat(
    words: NDArray[np.uint64],
    flat: list[mh.CodedRows],
    row_bits: NDArray[np.int64],
    starts: NDArray[np.int64],
) -> None:
    """Put one-dimensional rows where they begin."""
    gaps = np.zeros_like(row_bits)
    np.subtract(starts[1:], starts[:-1], out=gaps[:-1])
    gaps[:-1] -= row_bits[:-1]
    top = 0
    for block in flat:
        bottom = top + len(block.row_bits)
        start = int(starts[top])
        joined, _ = block.join(start, gaps[top:bottom])
        first = start >> 6
        words[first : first + len(joined)] |= joined[: len(words) - first]
        top = bottom


def _copied(
    rows: NDArray[np.uint8], kept: NDArray[np.intp], counts: NDArray[np.intp], layout: Layout
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Which kept rows have copies below them, and, for each kept row, the length of a copy or 0.

    A copy is a 1 for each change of colour, and one for the row's end.
    """
    copied = (counts > _ONCE).nonzero()[0]
    some = rows.take(kept.take(copied), axis=0)
    pixels = lay_out(some, layout).view(">u8").astype(np.uint64)
    changes = pixels >> _ONE
    changes[:, 1:] |= pixels[:, :-1] << _TOP
    changes ^= pixels
    changes[:, layout.width // 64] |= np.uint64(1 << 63 - layout.width % 64)
    bits = np.zeros(len(kept), np.int64)
    bits[copied] = np.bitwise_count(changes).sum(axis=1, dtype=np.int64)
    return copied, bits


def _code_kept(
    rows: NDArray[np.uint8],
    kept: NDArray[np.intp],
    layout: Layout,
    start: int,
    gaps: NDArray[np.int64],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The kept rows joined from bit ``start`` on, with gaps behind each, and their lengths."""
    stretches: list[NDArray[np.uint64]] = []
    row_bits = np.empty(len(kept), np.int64)
    if not len(kept):
        return np.zeros((start >> 6) + 2, np.uint64), row_bits
    here, above = _lay_out_pairs(rows, kept, layout)
    end = start
    for some, active in find_active(here, above, layout).blocks(_BLOCK_WORDS):
        modes = find_modes(here, above, active, layout)
        part = code_rows(modes, layout, active, end, gaps[some])
        row_bits[some] = part.row_bits
        stretches.append(part.words)
        end = part.end
    return join_stretches(stretches, start), row_bits


def _lay_out_pairs(
    rows: NDArray[np.uint8], kept: NDArray[np.intp], layout: Layout
) -> tuple[Words, Words]:
    """The kept rows, and the row above each."""
    if len(kept) > len(rows) // 2:
        laid = lay_out(rows, layout)
        here = laid if len(kept) == len(rows) else laid.take(kept, axis=0)
        above = laid.take(kept - 1, axis=0, mode="clip")
    else:
        here = lay_out(rows.take(kept, axis=0), layout)
        above = lay_out(rows.take(kept - 1, axis=0, mode="clip"), layout)
    above[0] *= kept[0] > 0  # above the page is white
    return here, above


def _gaps(before: NDArray[np.int64], kept: NDArray[np.intp]) -> NDArray[np.int64]:
    """From the end of each kept row to the codes of the next one, or to the end of the page.

    ``before`` is where each row would end if no kept row had codes.
    """
    places = np.empty(len(kept) + 1, np.int64)
    before.take(kept, out=places[:-1])
    places[-1] = before[-1]
    return places[1:] - places[:-1]


@lru_cache(maxsize=1)
def _headers() -> NDArray[np.uint64]:
    """Headers of two-dimensional rows with so many 1s behind them, and that of a 1-D row."""
    headers = [_HEADERS[0] + tables.VERTICAL[0] * ones for ones in range(_ONES + 1)]
    return np.array([make_code(header) & CODE_MASK for header in (*headers, _HEADERS[1])])

"""Whole pages in MR (T.4 4.2) and MMR (T.6): which rows are coded how, and what stands between.

A row equal to the one above is all vertical codes of one bit, and what MR codes one-dimensionally
is left to ``mh``. Only the other rows are *kept*: they go through ``modes`` and ``mode_codes``, in
blocks whose arrays stay in the cache. How long everything else will be is known beforehand, so the
kept rows are joined with gaps for it, which are filled at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import mh, tables
from faxcore.t4.bitmaps import BITS, WORD, Layout, Words, differing_rows, lay_out
from faxcore.t4.bits import (
    CODE_MASK,
    make_code,
    place_codes,
    repeat_pattern,
)
from faxcore.t4.mode_codes import Coded, code_rows
from faxcore.t4.modes import find_active, find_modes

_BLOCK_WORDS = 48_000
_ONE = WORD(1)
_INSIDE = WORD(0x7F7F7F7F)  # pixels of an octet that have their neighbour in it
_HEADERS = (tables.EOL + "0", tables.EOL + "1")  # T.4 4.2.2: the tag bit is 1 before a 1-D row
_HEADER = len(_HEADERS[0])


def encode_mmr(rows: NDArray[np.uint8], width: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The page's words without EOFB, and each row's length in bits; some row must hold black."""
    layout = Layout(width)
    keep = differing_rows(rows)
    copies = _Copies.find(rows, layout, keep)
    row_bits = np.zeros(len(rows), np.int64)
    row_bits[~keep] = copies.bits.repeat(copies.counts)
    words = _code_kept(rows, layout, keep, row_bits)
    if len(copies.bits):  # nothing but 1s: each stretch of copies as one
        starts = row_bits.cumsum().take(copies.first - 1, mode="wrap")
        starts[copies.first == 0] = 0
        repeat_pattern(words, tables.VERTICAL[0], starts, copies.bits * copies.counts)
    return words, row_bits


def encode_mr(
    rows: NDArray[np.uint8], width: int, k: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The page's words, each row after EOL and tag bit, and each row's length in bits.

    Of every ``k`` rows the first is coded one-dimensionally; some row must hold black.
    """
    layout = Layout(width)
    keep = differing_rows(rows)
    copies = _Copies.find(rows, layout, keep)
    row_bits = np.zeros(len(rows), np.int64)
    row_bits[~keep] = copies.bits.repeat(copies.counts) + _HEADER
    copied = ~keep
    copied[::k] = keep[::k] = False
    flat = list(mh.code_rows(np.ascontiguousarray(rows[::k]), width))
    flat_bits = np.concatenate([block.row_bits for block in flat])
    row_bits[::k] = flat_bits + 1  # the EOL behind a row for the one before it, and the tag bit
    words = _code_kept(rows, layout, keep, row_bits, _HEADER)
    starts = row_bits.cumsum()
    starts -= row_bits
    tags = np.zeros(len(rows), np.intp)
    tags[::k] = 1
    place_codes(words, _headers().take(tags), starts)
    starts += _HEADER
    repeat_pattern(words, tables.VERTICAL[0], starts[copied], row_bits[copied] - _HEADER)
    flat_starts = starts[::k]
    gaps = np.zeros_like(flat_bits)
    np.subtract(flat_starts[1:], flat_starts[:-1], out=gaps[:-1])
    gaps[:-1] -= flat_bits[:-1]
    top = 0
    for block in flat:
        bottom = top + len(block.row_bits)
        start = int(flat_starts[top])
        joined, _ = block.join(start, gaps[top:bottom])
        words[start >> 6 : (start >> 6) + len(joined)] |= joined[: len(words) - (start >> 6)]
        top = bottom
    return words, row_bits


@dataclass(frozen=True, slots=True)
class _Copies:
    """Stretches of rows like the one above them: ``first`` row, ``counts``, ``bits`` of each row.

    Such a row is a 1 for each change of colour, and one for its end.
    """

    first: NDArray[np.intp]
    counts: NDArray[np.intp]
    bits: NDArray[np.int64]

    @classmethod
    def find(cls, rows: NDArray[np.uint8], layout: Layout, keep: NDArray[np.bool_]) -> _Copies:
        copied = np.zeros(len(keep) + 2, np.bool_)
        np.logical_not(keep, out=copied[1:-1])
        edges = (copied[1:] != copied[:-1]).nonzero()[0]
        first, counts = edges[::2], edges[1::2] - edges[::2]
        pixels = lay_out(rows.take(first, axis=0), layout)
        changes = pixels >> _ONE
        changes ^= pixels
        changes &= _INSIDE
        beside = pixels << WORD(15)
        beside[:, 1:] |= pixels[:, :-1] >> WORD(BITS - 15)
        beside ^= pixels
        beside &= ~_INSIDE
        changes |= beside
        octet, bit = divmod(layout.width % BITS, 8)
        changes[:, layout.width // BITS] |= WORD(0x80 >> bit << octet * 8)
        bits = np.bitwise_count(changes).sum(axis=1, dtype=np.int64)
        return cls(first, counts, bits)


def _code_kept(
    rows: NDArray[np.uint8],
    layout: Layout,
    keep: NDArray[np.bool_],
    row_bits: NDArray[np.int64],
    header: int = 0,
) -> NDArray[np.uint64]:
    """The kept rows joined, each behind so many bits for a header, with gaps for the others.

    ``row_bits`` are the lengths of the others; those of the kept rows are put in.
    """
    kept = keep.nonzero()[0]
    row_bits[keep] = header
    before = row_bits.cumsum()
    start = int(before[-1])
    coded: list[tuple[int, Coded]] = []
    if len(kept):
        start = int(before[kept[0]])
        gaps = _gaps(before, kept)
        here, above = _lay_out_pairs(rows, kept, layout)
        for some, active in find_active(here, above, layout).blocks(_BLOCK_WORDS):
            modes = find_modes(here, above, active, layout)
            part = code_rows(modes, layout, active, start, gaps[some])
            row_bits[kept[some]] += part.row_bits
            coded.append((start, part))
            start = part.end
    words = np.zeros((start >> 6) + 4, np.uint64)
    for first, part in coded:
        words[first >> 6 : (first >> 6) + len(part.words)] |= part.words
    return words


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


def _headers() -> NDArray[np.uint64]:
    return np.array([make_code(header) & CODE_MASK for header in _HEADERS])

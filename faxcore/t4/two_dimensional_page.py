"""Whole pages in MR (T.4 4.2) and MMR (T.6): which rows are coded how, and what stands between.

A row equal to the one above is all vertical codes of one bit, so it is taken out before anything
is computed and comes back as that many 1s; likewise white rows under white ones where MR codes
them one-dimensionally. The rows that are left go through ``two_dimensional`` in blocks whose
arrays stay in the cache; a block looks up to the last row of the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bits import LENGTH_MASK, join_codes, make_code, place_codes, repeat_pattern
from faxcore.t4.changes import MAX_BITS
from faxcore.t4.two_dimensional import RowCodes, code_rows

_BITS = ~LENGTH_MASK
_BLOCK_EVENTS = 100_000
_HEADERS = (tables.EOL + "0", tables.EOL + "1")  # T.4 4.2.2: the tag bit is 1 before a 1-D row


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which rows of a page are coded and how.

    ``kept`` are the rows to be coded, by number; ``flat`` tells which of all rows are coded
    one-dimensionally. Under each kept row ``flat_copies`` and ``copies`` rows were taken out that
    are coded one- and two-dimensionally, under the row above the page ``leading`` of both kinds.
    """

    kept: NDArray[np.intp]
    flat: NDArray[np.bool_]
    flat_copies: NDArray[np.int64]
    copies: NDArray[np.int64]
    leading: int
    header_bits: int
    white_code: str

    @property
    def white_bits(self) -> int:
        """The length of a white row coded one-dimensionally."""
        return len(self.white_code)

    @property
    def leading_bits(self) -> int:
        """How many bits the rows take that were taken out above all kept ones."""
        flat = int(np.count_nonzero(self.flat[: self.leading]))
        return self.leading * (self.header_bits + 1) + flat * (self.white_bits - 1)

    def gaps(self, block: slice, changes: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many bits the rows take that were taken out under these kept ones."""
        copies = self.copies[block] * (self.header_bits + changes + 1)
        return copies + self.flat_copies[block] * (self.header_bits + self.white_bits)


def encode_mmr(rows: NDArray[np.uint8], width: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The page's words without EOFB, and each row's length in bits; some row must hold black."""
    same, _ = _compare(rows)
    return _encode(rows, width, _plan(~same, np.zeros(len(rows), np.bool_), 0, width))


def encode_mr(
    rows: NDArray[np.uint8], width: int, k: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The page's words, each row after EOL and tag bit, and each row's length in bits.

    Of every ``k`` rows the first is coded one-dimensionally; some row must hold black.
    """
    same, blank = _compare(rows)
    flat = np.arange(len(rows)) % k == 0
    return _encode(rows, width, _plan(~(same & (~flat | blank)), flat, len(_HEADERS[0]), width))


def _compare(rows: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows equal the one above (white above the first), and which are white."""
    words: NDArray[np.uint64] | NDArray[np.uint8] = rows
    if rows.shape[1] % 8 == 0 and rows.flags.c_contiguous:
        words = rows.view(np.uint64)
    blank: NDArray[np.bool_] = ~np.bitwise_or.reduce(words, axis=1).astype(np.bool_)
    differs = np.empty(len(rows), np.bool_)
    differs[:1] = ~blank[:1]
    differs[1:] = np.bitwise_or.reduce(words[1:] ^ words[:-1], axis=1)
    return ~differs, blank


def _plan(keep: NDArray[np.bool_], flat: NDArray[np.bool_], header_bits: int, width: int) -> _Plan:
    kept = np.flatnonzero(keep)
    gone = np.concatenate(([0], np.cumsum(~keep)))
    flat_gone = np.concatenate(([0], np.cumsum(~keep & flat)))
    until = np.append(kept[1:], len(keep))
    flat_copies = flat_gone[until] - flat_gone[kept]
    copies = gone[until] - gone[kept] - flat_copies
    leading = int(kept[0])
    white_code = tables.run_code(width, False)
    return _Plan(kept, flat, flat_copies, copies, leading, header_bits, white_code)


def _encode(
    rows: NDArray[np.uint8], width: int, plan: _Plan
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Code the kept rows block by block, then put in what was left out."""
    kept = plan.kept
    above = np.zeros((1, rows.shape[1]), np.uint8)
    source = np.concatenate((above, rows if len(kept) == len(rows) else rows[kept]))
    blocks: list[_Block] = []
    start = plan.leading_bits
    for top, bottom in pairwise(_bounds(source)):
        flat = plan.flat[kept[top:bottom]]
        codes = code_rows(source[top : bottom + 1], width, flat if flat.any() else None)
        if plan.header_bits:
            codes.bits[codes.headers] = _headers()[flat.astype(np.intp)]
            codes.lengths[codes.headers] += np.uint64(plan.header_bits)
        blocks.append(_join_rows(codes, start, plan.gaps(slice(top, bottom), codes.changes)))
        start = blocks[-1].end
    page = np.zeros((start >> 6) + 4, np.uint64)
    for block in blocks:
        page[block.first_word : block.first_word + len(block.words)] |= block.words
    for block in blocks:
        repeat_pattern(page, tables.PASS, block.pass_starts, block.passes)
    row_bits = np.zeros(len(rows), np.int64)
    changes = np.zeros(len(rows), np.int64)
    row_bits[kept] = np.concatenate([block.row_bits for block in blocks])
    changes[kept] = np.concatenate([block.changes for block in blocks])
    if len(kept) < len(rows):
        _put_copies(page, plan, row_bits, changes)
    return page, row_bits


@dataclass(frozen=True, slots=True)
class _Block:
    """Some kept rows joined to words, of which the first is word ``first_word`` of the page.

    ``end`` is the bit after them and what was left out under them. Where passes are to be filled
    in is told by ``pass_starts`` and ``passes``.
    """

    first_word: int
    words: NDArray[np.uint64]
    end: int
    row_bits: NDArray[np.int64]
    changes: NDArray[np.int64]
    pass_starts: NDArray[np.int64]
    passes: NDArray[np.int64]


def _join_rows(codes: RowCodes, start: int, gaps: NDArray[np.int64]) -> _Block:
    """Join the codes of some rows, leaving ``gaps`` bits under each."""
    codes.lengths[codes.row_ends] += gaps.view(np.uint64)
    marks = np.concatenate((codes.row_ends, codes.pass_slots))
    words, _, after = join_codes(codes.bits, codes.lengths, start, marks)
    row_ends, pass_ends = after[: len(gaps)], after[len(gaps) :]
    return _Block(
        start >> 6,
        words,
        int(row_ends[-1]),
        np.diff(row_ends, prepend=start) - gaps,
        codes.changes,
        pass_ends - codes.passes * len(tables.PASS),
        codes.passes,
    )


def _put_copies(
    page: NDArray[np.uint64], plan: _Plan, row_bits: NDArray[np.int64], changes: NDArray[np.int64]
) -> None:
    """The rows that were taken out: headers, 1s, and the code of a white row."""
    gone = np.ones(len(row_bits), np.bool_)
    gone[plan.kept] = False
    copies = np.flatnonzero(gone)
    owner = np.cumsum(~gone)[copies] - 1
    ones = np.where(owner < 0, 0, changes[plan.kept[owner]]) + 1
    flat = plan.flat[copies]
    row_bits[copies] = plan.header_bits + np.where(flat, plan.white_bits, ones)
    ends = np.cumsum(row_bits)
    if not plan.header_bits:  # nothing but 1s: each stretch of copies as one
        edges = np.flatnonzero(np.diff(gone, prepend=False, append=False))
        first, after = edges[::2], edges[1::2]
        starts = ends[first] - row_bits[first]
        repeat_pattern(page, tables.VERTICAL[0], starts, ends[after - 1] - starts)
        return
    starts = (ends - row_bits)[copies]
    place_codes(page, _headers()[flat.astype(np.intp)], starts)
    starts += plan.header_bits
    white = make_code(plan.white_code) & _BITS
    place_codes(page, np.full(int(flat.sum()), white), starts[flat])
    repeat_pattern(page, tables.VERTICAL[0], starts[~flat], ones[~flat])


def _headers() -> NDArray[np.uint64]:
    return np.array([make_code(header) & _BITS for header in _HEADERS])


def _bounds(source: NDArray[np.uint8]) -> list[int]:
    """Where to cut the rows so that a block has about ``_BLOCK_EVENTS`` events."""
    count = len(source) - 1
    words = np.ascontiguousarray(source[:, : source.shape[1] // 8 * 8]).view(np.uint64)
    events = int(np.bitwise_count(words ^ (words >> np.uint64(1))).sum()) + 3 * count
    map_bits = count * (source.shape[1] + 8) * 8
    blocks = min(count, max(1, events // _BLOCK_EVENTS, -(-map_bits // (MAX_BITS // 2))))
    return [count * n // blocks for n in range(blocks + 1)]

"""MH, T.4 4.1.1, sixteen pixels at a time.

Theory of operation. Two octets of pixels matter only if a colour changes in them: in dense text one
such *unit* in two or three. Each that does is one *symbol* (``mh_symbols``), known by its pixels
and by the pixel before it. A table gives the codes of the runs that lie wholly inside, already
joined. The run that ends at the symbol's first change began at the last change of the symbol
before; its length is a difference of positions, its code another table. So a symbol is three table
look-ups and a join, however many runs it holds.

The end of a row is a symbol too, in the one unit behind each row; it carries the next row's EOL.
Rows like the one above are taken out before all this. The others are joined with gaps for them,
into which their bits are copied, 64 at a time.

Why it is fast: everything runs over all symbols of a page at once, in blocks that stay in the
cache, and nothing over pixels but four passes of vector arithmetic that find the symbols. Where
pixels are so mixed that the codes of sixteen exceed a word (dither), a block goes by octets: then
what is looked up still is 5 runs at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bitmaps import BITS, Words, differing_rows, lay_out, layout_of, rows_with_copies
from faxcore.t4.bits import (
    CODE_MASK,
    LENGTH_MASK,
    MAX_CODE_BITS,
    join_codes,
    join_stretches,
    make_code,
    move_bits,
)
from faxcore.t4.codes import run_codes
from faxcore.t4.mh_symbols import TOO_LONG, UNIT, Symbols, symbols_for

_EOL = len(tables.EOL)
_BLOCK_SYMBOLS = 100_000  # arrays of this many stay in the cache
_DENSE = 0.8  # share of units that are symbols above which octets are the better symbols


def encode_mh(rows: NDArray[np.uint8], width: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The page's words, each row after its EOL, and each row's length in bits, EOL included."""
    keep = differing_rows(rows)
    kept, counts = rows_with_copies(keep)
    some = rows if len(kept) == len(rows) else rows.take(kept, axis=0)
    words, kept_bits = _join_with_copies(code_rows(some, width), counts)
    words[0] |= make_code(tables.EOL) & CODE_MASK
    row_bits = kept_bits.repeat(counts)
    if len(kept) < len(rows):
        # what is copied is a row's codes with the EOL behind it
        begins = row_bits.cumsum()
        begins -= row_bits - _EOL
        copies = (~keep).nonzero()[0]
        origins = begins.take(kept).repeat(counts - 1)
        move_bits(words, origins, row_bits.take(copies), words, begins.take(copies))
    return words, row_bits


@dataclass(frozen=True, slots=True)
class _Found:
    """The symbols of some rows: where they are, counted in symbols, and what stands there.

    Each is so many ``pixels``. ``ends`` are the indices of those that end a row, ``origin`` is
    where the first row begins.
    """

    pixels: int
    at: NDArray[np.intp]
    values: NDArray[np.uint8] | NDArray[np.uint16]
    ends: NDArray[np.intp]
    origin: int


@dataclass(frozen=True, slots=True)
class CodedRows:
    """The codes of some rows, each row with the EOL behind it, left-justified, and their lengths.

    ``last`` are the indices of each row's last code, ``row_bits`` the rows' lengths.
    """

    bits: NDArray[np.uint64]
    lengths: NDArray[np.uint64]
    last: NDArray[np.intp]
    row_bits: NDArray[np.int64]

    def join(self, start: int, gaps: NDArray[np.int64]) -> tuple[NDArray[np.uint64], int]:
        """The words from the one with bit ``start`` on, with gaps behind the rows, and the end."""
        lengths = self.lengths
        lengths[self.last] += gaps.view(np.uint64)
        words, end, _ = join_codes(self.bits, lengths, start, self.last[:0])
        return words, end


def code_rows(rows: NDArray[np.uint8], width: int) -> Iterator[CodedRows]:
    """Code packed rows, in blocks of some rows."""
    words = lay_out(rows, layout_of(width))
    _extend_last_pixels(words, width)
    page = _find_units(words, width) or _find_octets(words, width)
    row_symbols = words.shape[1] * BITS // page.pixels
    blocks = max(1, len(page.at) // _BLOCK_SYMBOLS)
    symbol = 0
    for top, bottom in pairwise([len(rows) * n // blocks for n in range(blocks + 1)]):
        if top == bottom:
            continue
        upto = int(page.ends[bottom - 1]) + 1
        here = slice(symbol, upto)
        ends, origin = page.ends[top:bottom] - symbol, top * row_symbols
        found = _Found(page.pixels, page.at[here], page.values[here], ends, origin)
        coded = _code(found, width) or _code(_find_octets(words[top:bottom], width), width)
        assert coded is not None, "the codes of an octet always fit"
        bits, lengths, last = coded
        begins = np.zeros(bottom - top, np.intp)
        begins[1:] = last[:-1] + 1
        yield CodedRows(bits, lengths, last, np.add.reduceat(lengths, begins).view(np.int64))
        symbol = upto


def _join_with_copies(
    blocks: Iterable[CodedRows], counts: NDArray[np.intp]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The page behind one EOL, with room for so many of each row, and the rows' lengths."""
    stretches: list[NDArray[np.uint64]] = []
    row_bits = np.empty(len(counts), np.int64)
    start, top = _EOL, 0
    for block in blocks:
        bottom = top + len(block.row_bits)
        row_bits[top:bottom] = block.row_bits
        words, start = block.join(start, block.row_bits * (counts[top:bottom] - 1))
        stretches.append(words)
        top = bottom
    return join_stretches(stretches, _EOL), row_bits


def _extend_last_pixels(rows: Words, width: int) -> None:
    """Let pixels between the width and the next unit look like the last one: no colour changes."""
    spare = -width % UNIT
    if spare:
        octets = rows.view(np.uint8)
        end = (width + 7) // 8
        last = octets[:, end - 1] >> spare % 8 & 1
        octets[:, end - 1] |= last * ((1 << spare % 8) - 1)
        octets[:, end : end + spare // 8] = np.negative(last)[:, np.newaxis]


def _find_units(rows: Words, width: int) -> _Found | None:
    """The symbols of sixteen pixels: units that do not look like the pixel before them.

    A row ends with the unit behind it. None if nearly all are symbols: then octets are better.
    """
    units = rows.view(np.uint16).ravel()
    before = np.empty(len(units), np.int16)
    before[0] = 0
    np.left_shift(units[:-1], 7, out=before[1:].view(np.uint16))  # the last pixel on top
    before >>= UNIT - 1
    hit = before.view(np.uint16) != units
    end = (width + UNIT - 1) // UNIT
    hit.reshape(len(rows), -1)[:, end] = True
    ends = _row_ends(hit, len(rows))
    if ends[-1] >= _DENSE * len(rows) * (end + 1):
        return None
    at = hit.nonzero()[0]
    return _Found(UNIT, at, units.take(at), ends, 0)


def _find_octets(rows: Words, width: int) -> _Found:
    """The symbols of eight pixels; a row ends with the octet behind its last unit."""
    octets = rows.view(np.uint8).ravel()
    before = np.empty_like(octets)
    before[0] = 0
    np.bitwise_and(octets[:-1], 1, out=before[1:])
    np.negative(before, out=before)
    hit = before != octets
    end = (width + UNIT - 1) // UNIT * UNIT // 8
    hit.reshape(len(rows), -1)[:, end] = True
    at = hit.nonzero()[0]
    return _Found(8, at, octets.take(at), _row_ends(hit, len(rows)), 0)


def _row_ends(hit: NDArray[np.bool_], rows: int) -> NDArray[np.intp]:
    """Which hits are the last of each row."""
    most = len(hit) // rows
    begins = np.arange(0, len(hit), most)
    counts = np.add.reduceat(hit.view(np.uint8), begins, dtype=np.min_scalar_type(most))
    ends = np.add.accumulate(counts, dtype=np.intp)
    ends -= 1
    return ends


def _code(
    found: _Found, width: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.intp]] | None:
    """Codes, left-justified, their lengths, and the index of each row's last one.

    None if the codes inside one of the symbols are too long for a word.
    """
    symbols = symbols_for(width, found.pixels)
    kind = _kinds(found, symbols)
    inner = symbols.inner.take(kind)
    position = found.at.astype(np.int32)
    position *= symbols.pixels
    run, last = symbols.first_and_last(kind, position)
    run[1:] -= last[:-1]
    run[0] -= found.origin * symbols.pixels + UNIT
    runs = run_codes().take(run)
    run_lengths = runs & LENGTH_MASK
    lengths = inner & LENGTH_MASK
    lengths += run_lengths
    if int(lengths.max()) <= MAX_CODE_BITS:
        inner >>= run_lengths
        runs |= inner
        runs &= CODE_MASK
        return runs, lengths, found.ends
    inner_lengths = inner & LENGTH_MASK
    if int(inner_lengths.max()) == TOO_LONG:
        return None
    lengths = np.column_stack((run_lengths, inner_lengths)).ravel()
    return (
        np.column_stack((runs & CODE_MASK, inner & CODE_MASK)).ravel(),
        lengths,
        2 * found.ends + 1,
    )


def _kinds(found: _Found, symbols: Symbols) -> NDArray[np.intp]:
    """Each symbol's kind. Between two symbols no colour changes: before one is the other's end."""
    narrow = np.uint16 if symbols.pixels == 8 else np.uint32
    kind: NDArray[np.unsignedinteger] = found.values.astype(narrow)
    before = kind & (1 << (symbols.pixels - 8))  # the last pixel: bit 0 of the last octet
    before <<= 8
    kind[1:] |= before[:-1]  # a row begins after white, for so are the pixels of its end
    ends = kind.take(found.ends)
    ends >>= symbols.pixels
    ends += symbols.end_kind
    kind[found.ends] = ends
    return kind.astype(np.intp)

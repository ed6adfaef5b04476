"""Codes to pixels, and an account of what was wrong with them: T.4 4.1 and 4.2, T.6.

``decode_page`` inverts ``encode_page`` exactly. ``decode_octets`` takes whatever came over a line
and never raises for it. Rows of MH and MR are found by their EOLs (``segments``); those coded one-
dimensionally are decoded abreast (``run_decoder``), the others one after the other
(``row_decoder``); and only where a stretch between two EOLs is not exactly one row does ``salvage``
look at it again (``eol_decoder``). MMR has no EOLs: what follows its first bad row is lost
(``mmr_decoder``).
"""

from __future__ import annotations

import numpy as np

from faxcore.t4 import tables
from faxcore.t4.account import DecodedPage, EndedBy, Repair, repair_rows
from faxcore.t4.bits import octets_to_words
from faxcore.t4.blank import blank_rows
from faxcore.t4.eol_decoder import decode_with_eols
from faxcore.t4.mmr_decoder import decode_mmr
from faxcore.t4.page import Coding, EncodedPage, PageBitmap, Resolution
from faxcore.t4.row_decoder import decode_1d_row
from faxcore.t4.row_store import RowStore
from faxcore.t4.run_decoder import decode_rows, window24

MAX_ROWS = 65_535
MAX_WIDTH = 65_535
MAX_PIXELS = 1 << 28
_EOL = len(tables.EOL)


def decode_page(encoded: EncodedPage) -> PageBitmap:
    """The pixels of a page; ``ValueError`` if it is not what ``encode_page`` makes."""
    if encoded.coding is Coding.MH:
        lengths = encoded.row_bits.astype(np.int64) - _EOL
        starts = np.cumsum(lengths + _EOL) - lengths
        if lengths.min(initial=0) < 0 or (starts + lengths > len(encoded.data) * 8).any():
            raise ValueError("the rows of the page are not as long as its data")
        decoded = decode_rows(octets_to_words(encoded.data), starts, lengths, encoded.width)
        bad, pixels = ~decoded.whole, decoded.pixels
    else:
        page = decode_octets(encoded.data, encoded.coding, encoded.width, max_rows=encoded.height)
        bad, pixels = page.bad, page.bitmap.rows
    if bad.any() or len(bad) != encoded.height:
        row = int(np.append(np.flatnonzero(bad), len(bad))[0])
        raise ValueError(f"row {row} of the page does not decode to {encoded.width} pixels")
    return PageBitmap(pixels, encoded.width, encoded.resolution)


def decode_octets(
    octets: bytes,
    coding: Coding,
    width: int,
    resolution: Resolution = Resolution.FINE,
    *,
    max_rows: int = MAX_ROWS,
    repair: Repair = Repair.COPY,
) -> DecodedPage:
    """Decode what came over the line, first-sent bit in the most significant bit.

    Fill, missing EOLs, a damaged or missing RTC and garbage after it are taken as they come. A row
    that cannot be decoded keeps its place, is repaired as ``repair`` says, and is counted; in MR so
    are the two-dimensional rows under it. No line data raises; ``ValueError`` means a width that no
    page has.
    """
    if not 0 < width <= MAX_WIDTH:
        raise ValueError(f"a page is 1 to {MAX_WIDTH} pixels wide, not {width}")
    limit = min(max_rows, MAX_PIXELS // width)
    if coding is Coding.MH and 0 < (rows := blank_rows(octets, width)) <= limit:
        return _blank_page(rows, width, resolution)
    store = RowStore(width)
    if coding is Coding.MMR:
        ended_by = decode_mmr(octets, width, limit, store)
    else:
        ended_by = decode_with_eols(octets, coding is Coding.MR, width, limit, store)
    if store.height > limit:
        ended_by = EndedBy.ROW_LIMIT
    pixels, bad, row_bits = store.finish(limit)
    bitmap = PageBitmap(repair_rows(pixels, bad, repair), width, resolution)
    return DecodedPage(bitmap, bad, row_bits, ended_by)


def _blank_page(rows: int, width: int, resolution: Resolution) -> DecodedPage:
    pixels = np.zeros((rows, (width + 7) // 8), np.uint8)
    row_bits = np.full(rows, _EOL + len(tables.run_code(width, False)), np.int64)
    bitmap = PageBitmap(pixels, width, resolution)
    return DecodedPage(bitmap, np.zeros(rows, np.bool_), row_bits, EndedBy.RTC)


def decode_rows_on_octets(
    octets: bytes, width: int, resolution: Resolution, max_rows: int
) -> DecodedPage:
    """Decode MH rows without EOLs that each begin on an octet: TIFF compression 2.

    Nothing marks where a row begins, so the first row that cannot be decoded ends the page.
    """
    words: list[int] = window24(octets).tolist()
    store = RowStore(width)
    position, total = 0, len(octets) * 8
    while position < total and store.height < max_rows:
        found = decode_1d_row(words, position, total, width)
        if found is None:
            break
        store.add(found[1], found[0] - position)
        position = (found[0] + 7) // 8 * 8
    pixels, bad, row_bits = store.finish(max_rows)
    return DecodedPage(PageBitmap(pixels, width, resolution), bad, row_bits, EndedBy.END_OF_DATA)

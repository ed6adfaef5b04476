"""Codes to pixels, and an account of what was wrong with them: T.4 4.1 and 4.2, T.6.

``decode_page`` inverts ``encode_page`` exactly. ``decode_octets`` takes whatever came over a line
and never raises for it. Rows of MH and MR are found by their EOLs (``segments``); those coded one-
dimensionally are decoded abreast (``run_decoder``), the others one after the other
(``row_decoder``); and only where a stretch between two EOLs is not exactly one row does ``salvage``
look at it again. MMR has no EOLs: what follows its first bad row is lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.account import DecodedPage, EndedBy, Repair, repair_rows
from faxcore.t4.page import Coding, EncodedPage, PageBitmap, Resolution
from faxcore.t4.row_decoder import decode_1d_row, decode_2d_row
from faxcore.t4.row_store import RowStore
from faxcore.t4.run_decoder import decode_rows
from faxcore.t4.salvage import Salvager
from faxcore.t4.segments import Segments, find_segments, return_to_control

MAX_ROWS = 65_535
MAX_WIDTH = 65_535
MAX_PIXELS = 1 << 28
_EOL = len(tables.EOL)


def decode_page(encoded: EncodedPage) -> PageBitmap:
    """The pixels of a page; ``ValueError`` if it is not what ``encode_page`` makes."""
    if encoded.coding is Coding.MH:
        lengths = encoded.row_bits.astype(np.int64)
        starts = np.cumsum(lengths) - lengths + _EOL
        decoded = decode_rows(_window24(encoded.data), starts, lengths, encoded.width)
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
    store = RowStore(width)
    if coding is Coding.MMR:
        ended_by = _decode_mmr(octets, width, limit, store)
    else:
        ended_by = _decode_with_eols(octets, coding, width, limit, store)
    if store.height > limit:
        ended_by = EndedBy.ROW_LIMIT
    pixels, bad, row_bits = store.finish(limit)
    bitmap = PageBitmap(repair_rows(pixels, bad, repair), width, resolution)
    return DecodedPage(bitmap, bad, row_bits, ended_by)


def decode_rows_on_octets(
    octets: bytes, width: int, resolution: Resolution, max_rows: int
) -> DecodedPage:
    """Decode MH rows without EOLs that each begin on an octet: TIFF compression 2.

    Nothing marks where a row begins, so the first row that cannot be decoded ends the page.
    """
    window24: list[int] = _window24(octets).tolist()
    store = RowStore(width)
    position, total = 0, len(octets) * 8
    while position < total and store.height < max_rows:
        found = decode_1d_row(window24, position, total, width)
        if found is None:
            break
        store.add(found[1], found[0] - position)
        position = (found[0] + 7) // 8 * 8
    pixels, bad, row_bits = store.finish(max_rows)
    return DecodedPage(PageBitmap(pixels, width, resolution), bad, row_bits, EndedBy.END_OF_DATA)


def _decode_with_eols(
    octets: bytes, coding: Coding, width: int, limit: int, store: RowStore
) -> EndedBy:
    """MH and MR: one row between two EOLs, unless damage shows otherwise."""
    tag_bits = 1 if coding is Coding.MR else 0
    segments = find_segments(np.frombuffer(octets, np.uint8), tag_bits)
    rtc = return_to_control(segments)
    count = len(segments.starts) if rtc is None else rtc + 1
    chosen = np.flatnonzero(~segments.empty[:count])
    ended_by = EndedBy.END_OF_DATA if rtc is None else EndedBy.RTC
    if len(chosen) > limit:
        chosen, ended_by = chosen[:limit], EndedBy.ROW_LIMIT
    has_eol = chosen < len(segments.starts) - 1
    segments = Segments(segments.starts[chosen], segments.stops[chosen], segments.ends[chosen])
    latest = np.where(has_eol, segments.ends - _EOL - tag_bits, segments.ends)
    row_bits = np.where(has_eol, segments.ends - segments.starts, 0)
    window24 = _window24(octets)
    flat = np.ones(len(chosen), np.bool_)
    if coding is Coding.MR:
        tagged = np.maximum(segments.starts - 1, 0)
        flat = (window24[tagged >> 3] >> (23 - (tagged & 7)) & 1 == 1) | (segments.starts == 0)
    lengths = segments.stops - segments.starts
    decoded = decode_rows(window24, segments.starts[flat], lengths[flat], width)
    regular = np.zeros(len(chosen), np.bool_)
    regular[flat] = (
        decoded.whole & (decoded.stops >= segments.stops[flat]) & (decoded.stops <= latest[flat])
    )
    store.give_pixels(decoded.pixels)
    if regular.all():
        store.add_given(row_bits)
        return ended_by
    numbers = np.cumsum(flat) - 1
    words: list[int] = window24.tolist()
    salvager = Salvager(words, width, tag_bits)
    rows = zip(
        segments.starts.tolist(),
        segments.stops.tolist(),
        latest.tolist(),
        row_bits.tolist(),
        flat.tolist(),
        regular.tolist(),
        numbers.tolist(),
        strict=True,
    )
    for start, stop, end, bits, is_flat, is_regular, number in rows:
        if is_regular:
            store.add_one_given(number, bits)
            continue
        above = store.above() if coding is Coding.MR else None
        if not is_flat and above is not None:
            found = decode_2d_row(words, start, stop, width, above)
            if found is not None and stop <= found[0] <= end:
                store.add(found[1], bits)
                continue
        salvaged = salvager.rows(start, stop, end, above)
        for changes in salvaged[:-1]:
            store.add(changes, 0)
        for changes in salvaged[-1:]:
            store.add(changes, bits)
        if store.height > limit:
            break
    return ended_by


def _decode_mmr(octets: bytes, width: int, limit: int, store: RowStore) -> EndedBy:
    """Row after row until EOFB, a bad row or the end of the data."""
    window24: list[int] = _window24(octets).tolist()
    last_one = len(octets.rstrip(b"\0")) * 8
    position = 0
    above: list[int] = []
    while position < last_one and store.height <= limit:
        if window24[position >> 3] >> (12 - (position & 7)) & 0xFFF == 1:
            return EndedBy.EOFB
        found = decode_2d_row(window24, position, len(octets) * 8, width, above)
        if found is None:
            store.add(None, 0)
            break
        store.add(found[1], found[0] - position)
        position, above = found
    return EndedBy.END_OF_DATA


def _window24(octets: bytes) -> NDArray[np.int64]:
    """The 24 bits that begin at each octet; zeros follow the data."""
    padded = np.zeros(len(octets) + 8, np.int64)
    padded[: len(octets)] = np.frombuffer(octets, np.uint8)
    return (padded[:-2] << 16) | (padded[1:-1] << 8) | padded[2:]

"""Codes to pixels, and an account of what was wrong with them: T.4 4.1.

``decode_page`` inverts ``encode_page`` exactly. ``decode_octets`` takes whatever came over a line
and never raises for it. Rows are found by their EOLs (``segments``) and decoded abreast
(``run_decoder``); only where a stretch between two EOLs is not exactly one row does ``salvage``
look at it code by code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.account import DecodedPage, EndedBy, Repair, repair_rows
from faxcore.t4.page import Coding, EncodedPage, PageBitmap, Resolution
from faxcore.t4.run_decoder import decode_rows
from faxcore.t4.salvage import decode_run_row, draw_rows, salvage
from faxcore.t4.segments import Segments, find_segments, return_to_control

MAX_ROWS = 65_535
MAX_WIDTH = 65_535
MAX_PIXELS = 1 << 28


def decode_page(encoded: EncodedPage) -> PageBitmap:
    """The pixels of a page; ``ValueError`` if it is not what ``encode_page`` makes."""
    if encoded.coding is not Coding.MH:
        raise ValueError(f"no decoder for {encoded.coding.name}")
    lengths = encoded.row_bits.astype(np.int64)
    starts = np.cumsum(lengths) - lengths + len(tables.EOL)
    decoded = decode_rows(_window24(encoded.data), starts, lengths, encoded.width)
    if not decoded.whole.all():
        row = int(np.flatnonzero(~decoded.whole)[0])
        raise ValueError(f"row {row} of the page does not decode to {encoded.width} pixels")
    return PageBitmap(decoded.pixels, encoded.width, encoded.resolution)


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
    that cannot be decoded keeps its place, is repaired as ``repair`` says, and is counted. No
    line data raises; ``ValueError`` means a width that no page has.
    """
    if not 0 < width <= MAX_WIDTH:
        raise ValueError(f"a page is 1 to {MAX_WIDTH} pixels wide, not {width}")
    if coding is not Coding.MH:
        raise ValueError(f"no decoder for {coding.name}")
    segments = find_segments(np.frombuffer(octets, np.uint8))
    rtc = return_to_control(segments)
    ended_by = EndedBy.END_OF_DATA if rtc is None else EndedBy.RTC
    count = len(segments.starts) if rtc is None else rtc + 1
    limit = min(max_rows, MAX_PIXELS // width)
    chosen = np.flatnonzero(~segments.empty[:count])
    if len(chosen) > limit:
        chosen, ended_by = chosen[:limit], EndedBy.ROW_LIMIT
    rows = _decode_segments(_window24(octets), segments, chosen, width)
    if len(rows.bad) > limit:
        rows, ended_by = rows.first(limit), EndedBy.ROW_LIMIT
    bitmap = PageBitmap(repair_rows(rows.pixels, rows.bad, repair), width, resolution)
    return DecodedPage(bitmap, rows.bad, rows.row_bits, ended_by)


@dataclass(frozen=True, slots=True)
class _Rows:
    pixels: NDArray[np.uint8]
    bad: NDArray[np.bool_]
    row_bits: NDArray[np.int64]

    def first(self, count: int) -> _Rows:
        return _Rows(self.pixels[:count], self.bad[:count], self.row_bits[:count])


def _decode_segments(
    window24: NDArray[np.int64], segments: Segments, chosen: NDArray[np.intp], width: int
) -> _Rows:
    """The rows of these segments, one each where all is well."""
    starts, stops, ends = segments.starts[chosen], segments.stops[chosen], segments.ends[chosen]
    has_eol = chosen < len(segments.starts) - 1
    latest = np.where(has_eol, ends - len(tables.EOL), ends)
    decoded = decode_rows(window24, starts, stops - starts, width)
    regular = decoded.whole & (decoded.stops >= stops) & (decoded.stops <= latest)
    row_bits = np.where(has_eol, ends - starts, 0)
    rows = _Rows(decoded.pixels, ~regular, row_bits)
    parts: list[_Rows] = []
    done = 0
    for odd in np.flatnonzero(~regular):
        parts.append(_Rows(rows.pixels[done:odd], rows.bad[done:odd], rows.row_bits[done:odd]))
        found = salvage(window24, int(starts[odd]), int(stops[odd]), int(latest[odd]), width)
        bits = np.zeros(len(found), np.int64)
        bits[-1:] = row_bits[odd]
        bad = np.array([columns is None for columns in found], np.bool_)
        parts.append(_Rows(draw_rows([columns or [] for columns in found], width), bad, bits))
        done = int(odd) + 1
    if not parts:
        return rows
    parts.append(_Rows(rows.pixels[done:], rows.bad[done:], rows.row_bits[done:]))
    return _Rows(
        np.concatenate([part.pixels for part in parts]),
        np.concatenate([part.bad for part in parts]),
        np.concatenate([part.row_bits for part in parts]),
    )


def decode_rows_on_octets(
    octets: bytes, width: int, resolution: Resolution, max_rows: int
) -> DecodedPage:
    """Decode MH rows without EOLs that each begin on an octet: TIFF compression 2.

    Nothing marks where a row begins, so the first row that cannot be decoded ends the page.
    """
    window24 = _window24(octets)
    rows: list[list[int]] = []
    position, total = 0, len(octets) * 8
    while position < total and len(rows) < max_rows:
        found = decode_run_row(window24, position, total, width)
        if found is None:
            break
        position = (found[0] + 7) // 8 * 8
        rows.append(found[1])
    bitmap = PageBitmap(draw_rows(rows, width), width, resolution)
    good = np.zeros(len(rows), np.bool_)
    return DecodedPage(bitmap, good, np.zeros(len(rows), np.int64), EndedBy.END_OF_DATA)


def _window24(octets: bytes) -> NDArray[np.int64]:
    """The 24 bits that begin at each octet; zeros follow the data."""
    padded = np.zeros(len(octets) + 8, np.int64)
    padded[: len(octets)] = np.frombuffer(octets, np.uint8)
    return (padded[:-2] << 16) | (padded[1:-1] << 8) | padded[2:]

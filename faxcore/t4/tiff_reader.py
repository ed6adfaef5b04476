"""Pages out of a TIFF file, one at a time: TIFF 6.0 sections 10 and 11, TIFF-F (RFC 2306).

Reads what a fax can be: one bit a pixel; uncompressed, MH with and without EOLs; both bit orders;
both photometric senses; one or many strips. Damage inside a strip is accounted for like damage on
a line and does not raise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.account import DecodedPage, EndedBy, Repair, repair_rows
from faxcore.t4.bits import reverse_bits
from faxcore.t4.decode import MAX_PIXELS, MAX_WIDTH, decode_octets, decode_rows_on_octets
from faxcore.t4.page import Coding, PageBitmap
from faxcore.t4.tiff_directory import (
    MAX_PAGES,
    TiffEntry,
    TiffSource,
    open_source,
    read_directories,
)
from faxcore.t4.tiff_tags import Compression


@dataclass(frozen=True, slots=True, eq=False)
class TiffPage:
    """A page of a TIFF file: what its directory says, and its pixels with their account."""

    entry: TiffEntry
    decoded: DecodedPage

    @property
    def bitmap(self) -> PageBitmap:
        """The pixels, 1 = black whatever the file's photometric sense."""
        return self.decoded.bitmap

    @property
    def is_fax_page(self) -> bool:
        """Whether the page can go out pixel-true."""
        return self.entry.is_fax_page


def tiff_entries(source: TiffSource, *, max_pages: int = MAX_PAGES) -> Iterator[TiffEntry]:
    """The directories of a TIFF file, without decoding a page.

    ``AttachmentError`` for a file that is no TIFF or broken; a page that this package does not
    decode is no error but has an ``obstacle``.
    """
    with open_source(source) as (file, name):
        yield from read_directories(file, name, max_pages)


def is_fax_tiff(source: TiffSource) -> bool:
    """Whether every page is one that ``read_tiff`` decodes; broken files are not."""
    entries = tiff_entries(source)
    return all(not entry.obstacle for entry in entries)


def read_tiff(source: TiffSource, *, max_pages: int = MAX_PAGES) -> Iterator[TiffPage]:
    """Decode a TIFF file page by page, in the memory of one page.

    ``AttachmentError``, naming file and page, for what is no TIFF, is broken in its structure, or
    holds pages of another kind (``TiffEntry.obstacle``; ``is_fax_tiff`` asks beforehand).
    """
    with open_source(source) as (file, name):
        for entry in read_directories(file, name, max_pages):
            yield TiffPage(entry, _decode(file, entry))


def _decode(file: BinaryIO, entry: TiffEntry) -> DecodedPage:
    if entry.obstacle:
        raise entry.error(entry.obstacle)
    if not 0 < entry.width <= MAX_WIDTH or not 0 < entry.height <= MAX_PIXELS // entry.width:
        raise entry.error(f"{entry.width} x {entry.height} pixels is no page")
    parts: list[DecodedPage] = []
    left = entry.height
    for offset, count in entry.strips:
        if left <= 0:
            break
        file.seek(offset)
        rows = min(entry.rows_per_strip, left)
        parts.append(_decode_strip(file.read(count), entry, rows))
        left -= rows
    return _join(parts, entry)


def _decode_strip(octets: bytes, entry: TiffEntry, rows: int) -> DecodedPage:
    if entry.fill_order == 2:
        octets = reverse_bits(octets)
    size = (entry.width, entry.resolution)
    if entry.compression == Compression.NONE:
        return _uncompressed(octets, entry, rows)
    if entry.compression == Compression.MH_ROWS:
        return decode_rows_on_octets(octets, *size, rows)
    if entry.compression == Compression.T6:
        return decode_octets(octets, Coding.MMR, *size, max_rows=rows)
    coding = Coding.MR if entry.two_dimensional else Coding.MH
    return decode_octets(octets, coding, *size, max_rows=rows)


def _uncompressed(octets: bytes, entry: TiffEntry, rows: int) -> DecodedPage:
    stride = (entry.width + 7) // 8
    rows = min(rows, len(octets) // stride)
    pixels = np.frombuffer(octets[: rows * stride], np.uint8).reshape(rows, stride).copy()
    _clear_spare(pixels, entry.width)
    bitmap = PageBitmap(pixels, entry.width, entry.resolution)
    return DecodedPage(
        bitmap, np.zeros(rows, np.bool_), np.zeros(rows, np.int64), EndedBy.END_OF_DATA
    )


def _clear_spare(pixels: NDArray[np.uint8], width: int) -> None:
    if width % 8:
        pixels[:, -1] &= (0xFF00 >> (width % 8)) & 0xFF


def _join(parts: list[DecodedPage], entry: TiffEntry) -> DecodedPage:
    """The strips as one page of the stated height; rows that are missing count as bad."""
    stride = (entry.width + 7) // 8
    pixels = np.zeros((entry.height, stride), np.uint8)
    bad = np.ones(entry.height, np.bool_)
    row_bits = np.zeros(entry.height, np.int64)
    for number, part in enumerate(parts):
        top = number * entry.rows_per_strip
        rows = part.bitmap.height
        pixels[top : top + rows] = part.bitmap.rows
        bad[top : top + rows] = part.bad
        row_bits[top : top + rows] = part.row_bits
    if not entry.white_is_zero:
        np.invert(pixels, out=pixels)
        _clear_spare(pixels, entry.width)
    bitmap = PageBitmap(repair_rows(pixels, bad, Repair.COPY), entry.width, entry.resolution)
    ended_by = parts[-1].ended_by if parts else EndedBy.END_OF_DATA
    return DecodedPage(bitmap, bad, row_bits, ended_by)

"""Pages to a TIFF class F file, streamed: TIFF 6.0 sections 2, 10 and 11; RFC 2306 (TIFF-F).

Each page is one strip of exactly the coded rows; TIFF has no RTC. A page's directory stands before
its data and they follow each other in their order, as profile S of RFC 3949 asks. A file of any
length needs the memory of one page; only the places of the ``n of m`` entries are remembered,
because m is known when the last page came.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from faxcore.errors import ContentError
from faxcore.t4.account import DecodedPage
from faxcore.t4.bits import reverse_bits
from faxcore.t4.encode import encode_page
from faxcore.t4.line import aligned_rows, line_octets
from faxcore.t4.page import Coding, EncodedPage
from faxcore.t4.tiff_tags import Compression, FieldType, Tag

SOFTWARE = "faxcore"
_LITTLE_ENDIAN = b"II*\0"
_SINGLE_PAGE_OF_MANY = 2  # NewSubfileType
_MIN_IS_WHITE = 0
_INCH = 2
_T4_TWO_DIMENSIONAL, _T4_ALIGNED = 1, 4
_MAX_OFFSET = (1 << 32) - (1 << 16)

_Value = int | str | tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class OrientedPage:
    """A page that is to be seen turned or mirrored: ``orientation`` is TIFF 6.0's, 1 to 8."""

    page: EncodedPage
    orientation: int


AnyPage = EncodedPage | DecodedPage | OrientedPage


def write_tiff(
    target: str | os.PathLike[str] | BinaryIO,
    pages: Iterable[AnyPage],
    *,
    coding: Coding = Coding.MH,
    fill_order: int = 1,
    aligned_eols: bool = False,
) -> int:
    """Write pages as TIFF class F and return how many there were.

    An ``EncodedPage`` is written as it is; a ``DecodedPage``, a received page, is coded in
    ``coding`` and its account written in CleanFaxData, BadFaxLines and ConsecutiveBadFaxLines. An
    ``OrientedPage`` keeps its pixels and says how they are to be seen.
    ``fill_order`` 2 stores the first-sent bit in the least significant bit; with ``aligned_eols``
    every EOL ends on an octet (T4Options bit 2). MH pages of 1728 pels, 204 x 98 or 204 x 196, in
    ``fill_order`` 2 are TIFF/FX profile S, all others profile F.

    A binary file must be seekable and is left open; at a path a file of mode 0600 appears when it
    is complete, and nothing if not. ``ContentError`` if there is no page or the file cannot be
    written.
    """
    if fill_order not in (1, 2):
        raise ValueError(f"FillOrder is 1 or 2, not {fill_order}")
    layout = _Layout(coding, fill_order, aligned_eols)
    if not isinstance(target, (str, os.PathLike)):
        return _write_pages(target, pages, layout)
    try:
        with _appearing_when_complete(Path(target)) as file:
            return _write_pages(file, pages, layout)
    except OSError as error:
        raise ContentError(f"{target}: cannot be written: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class _Layout:
    """How pages are stored."""

    coding: Coding
    fill_order: int
    aligned_eols: bool


@contextmanager
def _appearing_when_complete(path: Path) -> Iterator[BinaryIO]:
    """A new file beside ``path``, private to its owner, that takes its name at the end."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write_pages(file: BinaryIO, pages: Iterable[AnyPage], layout: _Layout) -> int:
    base = file.tell()
    file.write(_LITTLE_ENDIAN + bytes(4))
    link = 4  # where the offset of the next directory goes
    totals: list[int] = []
    for number, page in enumerate(pages):
        encoded = _encoded(page, layout.coding)
        data = _strip_data(encoded, layout)
        entries = _entries(encoded, number, len(data), layout)
        if isinstance(page, DecodedPage):
            entries |= _account(page)
        if isinstance(page, OrientedPage):
            entries[Tag.ORIENTATION] = page.orientation
        at = _align(file, base)
        if at + len(data) > _MAX_OFFSET:
            raise ContentError(f"a TIFF file holds 4 GiB, which page {number + 1} exceeds")
        entries[Tag.STRIP_OFFSETS] = at + len(_pack_directory(entries, at))
        file.write(_pack_directory(entries, at) + data)
        totals.append(at + _directory_total(entries))
        _patch(file, base + link, struct.pack("<I", at))
        link = at + 2 + 12 * len(entries)
    if not totals:
        raise ContentError("a TIFF file needs at least one page")
    for place in totals:
        _patch(file, base + place, struct.pack("<H", min(len(totals), 0xFFFF)))
    return len(totals)


def _encoded(page: AnyPage, coding: Coding) -> EncodedPage:
    """The page as it is coded, or as it is to be."""
    if isinstance(page, OrientedPage):
        return page.page
    return page if isinstance(page, EncodedPage) else encode_page(page.bitmap, coding)


def _strip_data(page: EncodedPage, layout: _Layout) -> bytes:
    """The rows as TIFF stores them: MH and MR without RTC, MMR with its EOFB (TIFF 6.0)."""
    if page.coding is Coding.MMR:
        data = line_octets(page)
    else:
        data = aligned_rows(page) if layout.aligned_eols else page.data
    return reverse_bits(data) if layout.fill_order == 2 else data


def _entries(page: EncodedPage, number: int, octets: int, layout: _Layout) -> dict[Tag, _Value]:
    entries: dict[Tag, _Value] = {
        Tag.NEW_SUBFILE_TYPE: _SINGLE_PAGE_OF_MANY,
        Tag.IMAGE_WIDTH: page.width,
        Tag.IMAGE_LENGTH: page.height,
        Tag.BITS_PER_SAMPLE: 1,
        Tag.COMPRESSION: Compression.T6 if page.coding is Coding.MMR else Compression.T4,
        Tag.PHOTOMETRIC: _MIN_IS_WHITE,
        Tag.FILL_ORDER: layout.fill_order,
        Tag.STRIP_OFFSETS: 0,
        Tag.ORIENTATION: 1,
        Tag.SAMPLES_PER_PIXEL: 1,
        Tag.ROWS_PER_STRIP: page.height,
        Tag.STRIP_BYTE_COUNTS: octets,
        Tag.X_RESOLUTION: (page.resolution.x_dpi, 1),
        Tag.Y_RESOLUTION: (page.resolution.y_dpi, 1),
        Tag.RESOLUTION_UNIT: _INCH,
        Tag.PAGE_NUMBER: (number & 0xFFFF, 0),
        Tag.SOFTWARE: SOFTWARE,
    }
    if page.coding is Coding.MMR:
        entries[Tag.T6_OPTIONS] = 0
    else:
        two_dimensional = _T4_TWO_DIMENSIONAL if page.coding is Coding.MR else 0
        entries[Tag.T4_OPTIONS] = two_dimensional | (_T4_ALIGNED if layout.aligned_eols else 0)
    return entries


def _account(page: DecodedPage) -> dict[Tag, _Value]:
    """RFC 2306: CleanFaxData 0 = no bad rows, 1 = bad rows were replaced by the receiver."""
    return {
        Tag.BAD_FAX_LINES: page.bad_rows,
        Tag.CLEAN_FAX_DATA: 1 if page.bad_rows else 0,
        Tag.CONSECUTIVE_BAD_FAX_LINES: page.longest_bad_run,
    }


def _pack_directory(entries: dict[Tag, _Value], at: int) -> bytes:
    """A directory without a successor, its long values behind it."""
    behind = at + 2 + 12 * len(entries) + 4
    fields, values = struct.pack("<H", len(entries)), b""
    for tag, value in sorted(entries.items()):
        kind, count, packed = _pack_value(tag, value)
        if len(packed) > 4:
            place = struct.pack("<I", behind + len(values))
            values += packed + bytes(len(packed) % 2)
        else:
            place = packed.ljust(4, b"\0")
        fields += struct.pack("<HHI", tag, kind, count) + place
    return fields + bytes(4) + values


def _pack_value(tag: Tag, value: _Value) -> tuple[FieldType, int, bytes]:
    kind = tag.field_type
    if isinstance(value, str):
        text = value.encode("ascii") + b"\0"
        return kind, len(text), text
    if kind is FieldType.RATIONAL and isinstance(value, tuple):
        return kind, 1, struct.pack("<II", *value)
    numbers = value if isinstance(value, tuple) else (value,)
    letter = "H" if kind is FieldType.SHORT else "I"
    return kind, len(numbers), struct.pack(f"<{len(numbers)}{letter}", *numbers)


def _directory_total(entries: dict[Tag, _Value]) -> int:
    """Where in the directory the m of ``n of m`` stands."""
    return 2 + 12 * sorted(entries).index(Tag.PAGE_NUMBER) + 8 + 2


def _align(file: BinaryIO, base: int) -> int:
    """Go to the end of the file, at an even offset from its base: TIFF 6.0 asks words."""
    end = file.seek(0, os.SEEK_END) - base
    if end % 2:
        file.write(b"\0")
    return end + end % 2


def _patch(file: BinaryIO, at: int, octets: bytes) -> None:
    file.seek(at)
    file.write(octets)
    file.seek(0, os.SEEK_END)

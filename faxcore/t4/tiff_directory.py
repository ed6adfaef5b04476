"""The directories of a TIFF file, read as the word of a stranger: TIFF 6.0 section 2.

Every offset, count and size is checked against the file before it is followed, and nothing is
allocated by a number that the file states. Directories that loop are an error, and so is a file
whose values and strips come to many times its octets because they lie over each other, which the
section on duplicate pointers forbids: a small file could ask for days of work.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from faxcore.errors import AttachmentError
from faxcore.t4.page import Resolution
from faxcore.t4.tiff_tags import Compression, Tag

MAX_PAGES = 10_000
_MAX_VALUES = 1 << 16

_MOST_TIMES, _MOST_MORE = 8, 1 << 20
"""All values and strips may come to so many times the file, and so many octets more: those that
lie beside each other come to 5 times at most, and some writers store a blank strip only once."""

_REDUCED, _MASK = 1, 4  # of NewSubfileType

_STRIP_WORK = 16
"""What a strip is counted for besides its octets; it takes four or more in its directory."""

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_LETTERS = {1: "B", 3: "H", 4: "I", 5: "II", 6: "b", 8: "h", 9: "i", 10: "ii", 13: "I"}

LEGAL_WIDTHS = {
    200: (1728, 2048, 2432),
    204: (1728, 2048, 2432),
    300: (2592, 3072, 3648),
    400: (3456, 4096, 4864),
    408: (3456, 4096, 4864),
}

TiffSource = str | os.PathLike[str] | bytes | BinaryIO


@dataclass(frozen=True, slots=True)
class TiffEntry:
    """What one directory says of its page.

    ``name`` is the file's; ``number`` counts from 0. ``resolution`` is the nearest of T.4, guessed
    from the page's height where ``resolution_known`` is false. ``strips`` are (offset, octets)
    inside the file. ``dpi`` is what the file states across and down, 0 where it states nothing.
    ``orientation`` is 1 where the file states none of 1 to 8. ``bad_fax_lines`` is None where the
    file does not say. ``obstacle`` tells why the pixels cannot be read here, as grey or LZW pages
    cannot; it is empty for fax pages. ``is_copy`` is a picture that is no page: a smaller copy of
    another, or its mask (NewSubfileType).
    """

    name: str
    number: int
    width: int
    height: int
    compression: int
    white_is_zero: bool
    fill_order: int
    two_dimensional: bool
    orientation: int
    rows_per_strip: int
    strips: tuple[tuple[int, int], ...]
    resolution: Resolution
    resolution_known: bool
    dpi: tuple[float, float]
    bad_fax_lines: int | None
    obstacle: str
    is_copy: bool = False

    @property
    def is_fax_page(self) -> bool:
        """Whether the page can go out pixel-true: one bit, a legal width, a known resolution."""
        return (
            not self.obstacle
            and self.orientation == 1
            and self.resolution_known
            and self.width in LEGAL_WIDTHS[self.resolution.x_dpi]
        )

    @property
    def octets(self) -> int:
        """How many octets the page takes."""
        return sum(count for _, count in self.strips)

    def error(self, text: str) -> AttachmentError:
        """An error that names the file and the page."""
        return AttachmentError(f"{self.name}: page {self.number + 1}: {text}")


@contextmanager
def open_source(source: TiffSource) -> Iterator[tuple[BinaryIO, str]]:
    """A seekable file and its name for messages."""
    if isinstance(source, bytes):
        yield io.BytesIO(source), "TIFF data"
    elif isinstance(source, (str, os.PathLike)):
        try:
            file = Path(source).open("rb")  # noqa: SIM115 - closed below
        except OSError as error:
            raise AttachmentError(f"{source}: cannot be read: {error.strerror}") from error
        with file:
            yield file, str(source)
    else:
        yield source, str(getattr(source, "name", "TIFF data"))


def read_directories(file: BinaryIO, name: str, max_pages: int = MAX_PAGES) -> Iterator[TiffEntry]:
    """Each page's directory in the order of the file; ``AttachmentError`` where it is broken."""
    reader = _Reader(file, name)
    seen: set[int] = set()
    offset = reader.first_directory()
    number = 0
    while offset:
        if offset in seen:
            raise AttachmentError(f"{name}: the directory at {offset} comes twice: a loop")
        if number >= max_pages:
            raise AttachmentError(f"{name}: more than {max_pages} pages")
        seen.add(offset)
        values, offset = reader.directory(offset)
        entry = _entry(values, name, number, reader.size)
        reader.count(_work(entry.strips, reader.size), f"page {number + 1}")
        yield entry
        number += 1


def _work(strips: tuple[tuple[int, int], ...], size: int) -> int:
    """What strips are counted for, those parts of them that lie in the file."""
    octets = sum(min(count, max(size - offset, 0)) for offset, count in strips)
    return octets + _STRIP_WORK * len(strips)


class _Reader:
    """Octets of the file by offset, each range checked."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file = file
        self.name = name
        self.size = file.seek(0, os.SEEK_END)
        self.order = "<"
        self._counted = 0

    def octets(self, offset: int, count: int, what: str) -> bytes:
        if offset + count > self.size:
            raise AttachmentError(
                f"{self.name}: {what} at {offset} needs {count} octets, the file has {self.size}"
            )
        self.file.seek(offset)
        octets = self.file.read(count)
        if len(octets) != count:
            raise AttachmentError(f"{self.name}: {what} at {offset} cannot be read")
        return octets

    def count(self, octets: int, what: str) -> None:
        """AttachmentError, naming the thing at which it happens, for more than a file can hold."""
        self._counted += octets
        if self._counted > _MOST_TIMES * self.size + _MOST_MORE:
            raise AttachmentError(
                f"{self.name}: with {what} its values and strips come to {self._counted} octets "
                f"of work, the file has {self.size}: they lie over each other"
            )

    def unpack(self, layout: str, octets: bytes) -> tuple[int, ...]:
        return struct.unpack(self.order + layout, octets)

    def first_directory(self) -> int:
        head = self.octets(0, 8, "the TIFF header")
        orders = {b"II": "<", b"MM": ">"}
        if head[:2] not in orders:
            raise AttachmentError(f"{self.name}: not a TIFF file, it begins with {head[:4]!r}")
        self.order = orders[head[:2]]
        magic, offset = self.unpack("HI", head[2:])
        if magic != 42:
            raise AttachmentError(f"{self.name}: not a TIFF file of version 42 but of {magic}")
        return offset

    def directory(self, offset: int) -> tuple[dict[int, tuple[int, ...]], int]:
        """The values of the tags that matter, and where the next directory is.

        A tag that comes again is passed over: so many of them could ask for the same octets.
        """
        (count,) = self.unpack("H", self.octets(offset, 2, "a directory"))
        fields = self.octets(offset + 2, 12 * count, "a directory")
        values: dict[int, tuple[int, ...]] = {}
        known = {int(tag) for tag in Tag} - {Tag.SOFTWARE}
        for at in range(0, 12 * count, 12):
            tag, kind, number = self.unpack("HHI", fields[at : at + 8])
            if tag in known and tag not in values and kind in _LETTERS:
                values[tag] = self.values(tag, kind, number, fields[at + 8 : at + 12])
        link = offset + 2 + 12 * count
        following = self.octets(link, 4, "a link") if link + 4 <= self.size else bytes(4)
        return values, self.unpack("I", following)[0]

    def values(self, tag: int, kind: int, count: int, place: bytes) -> tuple[int, ...]:
        if count > _MAX_VALUES:
            raise AttachmentError(f"{self.name}: tag {tag} has {count} values")
        size = count * _SIZES[kind]
        if size > 4:
            self.count(size, f"tag {tag}")
            place = self.octets(self.unpack("I", place)[0], size, f"tag {tag}")
        return self.unpack(_LETTERS[kind] * count, place[:size])


def _entry(values: dict[int, tuple[int, ...]], name: str, number: int, size: int) -> TiffEntry:
    def one(tag: Tag, default: int) -> int:
        return (values.get(tag) or (default,))[0]

    width, height = one(Tag.IMAGE_WIDTH, 0), one(Tag.IMAGE_LENGTH, 0)
    offsets = values.get(Tag.STRIP_OFFSETS, ())
    counts = values.get(Tag.STRIP_BYTE_COUNTS, ())
    if len(offsets) == 1 and not counts:
        counts = (max(size - offsets[0], 0),)
    dpi = _stated_dpi(values)
    orientation = one(Tag.ORIENTATION, 1)
    resolution, known = _resolution(dpi, height)
    bad = values.get(Tag.BAD_FAX_LINES)
    return TiffEntry(
        name=name,
        number=number,
        width=width,
        height=height,
        compression=one(Tag.COMPRESSION, 1),
        white_is_zero=one(Tag.PHOTOMETRIC, 0) == 0,
        fill_order=2 if one(Tag.FILL_ORDER, 1) == 2 else 1,
        two_dimensional=bool(one(Tag.T4_OPTIONS, 0) & 1),
        orientation=orientation if 1 <= orientation <= 8 else 1,
        rows_per_strip=min(one(Tag.ROWS_PER_STRIP, height) or height, height),
        strips=tuple(zip(offsets, counts, strict=False)),
        resolution=resolution,
        resolution_known=known,
        dpi=dpi,
        bad_fax_lines=bad[0] if bad else None,
        obstacle=_obstacle(values, offsets, counts, size),
        is_copy=bool(one(Tag.NEW_SUBFILE_TYPE, 0) & (_REDUCED | _MASK)),
    )


def _obstacle(
    values: dict[int, tuple[int, ...]],
    offsets: tuple[int, ...],
    counts: tuple[int, ...],
    size: int,
) -> str:
    """Why this is not a one-bit page in a coding of TIFF class F, or nothing."""
    bits = values.get(Tag.BITS_PER_SAMPLE, (1,))
    samples = values.get(Tag.SAMPLES_PER_PIXEL, (1,))[:1]
    compression = (values.get(Tag.COMPRESSION) or (1,))[0]
    photometric = (values.get(Tag.PHOTOMETRIC) or (0,))[0]
    if compression not in set(Compression):
        return f"compression {compression} is no fax coding"
    if tuple(bits) != (1,) or samples != (1,) or photometric not in (0, 1):
        return f"{bits[0] if bits else 0} bits a pixel, photometric {photometric}: not black/white"
    if not offsets or len(offsets) != len(counts):
        return f"{len(offsets)} strip offsets and {len(counts)} strip sizes"
    for offset, count in zip(offsets, counts, strict=True):
        if offset + count > size:
            return f"a strip of {count} octets at {offset} reaches beyond the file's {size}"
    return ""


def _stated_dpi(values: dict[int, tuple[int, ...]]) -> tuple[float, float]:
    """Pixels an inch across and down, 0 where the file does not say."""
    per_inch = {2: 1.0, 3: 2.54}.get((values.get(Tag.RESOLUTION_UNIT) or (2,))[0], 0.0)

    def stated(tag: Tag) -> float:
        over, under = (*values.get(tag, ()), 0, 0)[:2]
        return over / under * per_inch if under else 0.0

    return stated(Tag.X_RESOLUTION), stated(Tag.Y_RESOLUTION)


def _resolution(stated: tuple[float, float], height: int) -> tuple[Resolution, bool]:
    """The nearest resolution of T.4, and whether the file says one within 3 %.

    Without a usable one, a page of up to 1400 rows is taken for coarse: an A4 page has 1143 then.
    """
    for known in Resolution:
        pairs = zip(stated, (known.x_dpi, known.y_dpi), strict=True)
        if all(abs(said - dpi) <= 0.01 * dpi for said, dpi in pairs):
            return known, True
    for known in Resolution:
        pairs = zip(stated, (known.x_dpi, known.y_dpi), strict=True)
        if all(abs(said - dpi) <= 0.03 * dpi for said, dpi in pairs):
            return known, True
    return (Resolution.COARSE if height <= 1400 else Resolution.FINE), False

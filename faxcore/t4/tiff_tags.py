"""The numbers of TIFF 6.0 that a fax file uses, and those of TIFF-F (RFC 2306)."""

from __future__ import annotations

import enum


class FieldType(enum.IntEnum):
    """The types of directory values: TIFF 6.0 section 2."""

    BYTE = 1
    ASCII = 2
    SHORT = 3
    LONG = 4
    RATIONAL = 5

    @property
    def size(self) -> int:
        """Octets of one value."""
        return (1, 1, 2, 4, 8)[self - 1]


class Compression(enum.IntEnum):
    """The values of the Compression tag that hold one-bit pages."""

    NONE = 1
    MH_ROWS = 2  # T.4 one-dimensional codes, no EOL, every row from an octet on
    T4 = 3
    T6 = 4

    @property
    def title(self) -> str:
        """A name for people."""
        return ("uncompressed", "MH without EOLs", "T.4", "MMR")[self - 1]


class Tag(enum.IntEnum):
    """Directory entries, in the order in which a directory must hold them."""

    NEW_SUBFILE_TYPE = 254
    IMAGE_WIDTH = 256
    IMAGE_LENGTH = 257
    BITS_PER_SAMPLE = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIP_OFFSETS = 273
    ORIENTATION = 274
    SAMPLES_PER_PIXEL = 277
    ROWS_PER_STRIP = 278
    STRIP_BYTE_COUNTS = 279
    X_RESOLUTION = 282
    Y_RESOLUTION = 283
    T4_OPTIONS = 292
    T6_OPTIONS = 293
    RESOLUTION_UNIT = 296
    PAGE_NUMBER = 297
    SOFTWARE = 305
    BAD_FAX_LINES = 326
    CLEAN_FAX_DATA = 327
    CONSECUTIVE_BAD_FAX_LINES = 328

    @property
    def field_type(self) -> FieldType:
        """The type in which faxcore writes it."""
        return _TYPES.get(self, FieldType.LONG)


_TYPES = {
    Tag.BITS_PER_SAMPLE: FieldType.SHORT,
    Tag.COMPRESSION: FieldType.SHORT,
    Tag.PHOTOMETRIC: FieldType.SHORT,
    Tag.FILL_ORDER: FieldType.SHORT,
    Tag.ORIENTATION: FieldType.SHORT,
    Tag.SAMPLES_PER_PIXEL: FieldType.SHORT,
    Tag.X_RESOLUTION: FieldType.RATIONAL,
    Tag.Y_RESOLUTION: FieldType.RATIONAL,
    Tag.RESOLUTION_UNIT: FieldType.SHORT,
    Tag.PAGE_NUMBER: FieldType.SHORT,
    Tag.SOFTWARE: FieldType.ASCII,
    Tag.CLEAN_FAX_DATA: FieldType.SHORT,
}

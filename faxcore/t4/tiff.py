"""TIFF fax files, in and out: TIFF 6.0, TIFF class F (RFC 2306)."""

from __future__ import annotations

from faxcore.t4.tiff_directory import TiffEntry
from faxcore.t4.tiff_orientation import is_on_its_side, upright
from faxcore.t4.tiff_reader import TiffPage, is_fax_tiff, read_tiff, tiff_entries
from faxcore.t4.tiff_writer import OrientedPage, write_tiff

__all__ = [
    "OrientedPage",
    "TiffEntry",
    "TiffPage",
    "is_fax_tiff",
    "is_on_its_side",
    "read_tiff",
    "tiff_entries",
    "upright",
    "write_tiff",
]

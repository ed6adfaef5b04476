"""TIFF fax files, in and out: TIFF 6.0, TIFF class F (RFC 2306)."""

from __future__ import annotations

from faxcore.t4.tiff_directory import TiffEntry
from faxcore.t4.tiff_reader import TiffPage, is_fax_tiff, read_tiff, tiff_entries
from faxcore.t4.tiff_writer import write_tiff

__all__ = ["TiffEntry", "TiffPage", "is_fax_tiff", "read_tiff", "tiff_entries", "write_tiff"]

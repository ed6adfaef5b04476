"""The folder of one fax that comes in: each page is on the disk before it is confirmed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faxcore.durable import synchronize
from faxcore.errors import FaxcoreError, SettingsError
from faxcore.t4 import DecodedPage
from faxcore.t4.tiff import read_tiff, write_tiff
from faxcore.t30.line import KeepPage

DOCUMENT = "fax.tif"
SUBADDRESS = "subaddress"


class Inbox:
    """The folder of one fax that comes in. Raises SettingsError where there is a fax already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages: list[Path] = []
        self.notes: tuple[str, ...] = ()
        self._bad_rows: list[NDArray[np.bool_]] = []
        self._subaddress = self._written = ""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            there = next((each for each in folder.iterdir() if _is_ours(each.name)), None)
        except OSError as error:
            raise SettingsError(f"{folder}: no folder for pages: {error.strerror}") from error
        if there is not None:
            raise SettingsError(f"{folder}: there is a fax in it already ({there.name})")

    def keep(self, op: KeepPage) -> bool:
        """Make a page durable: the file and its name are on the disk on return.

        Raises ContentError or OSError where they are not; the page is then refused.
        """
        self._write_address()
        path = self.folder / f"page-{op.number:03d}.tif"
        write_tiff(path, [op.decoded])
        synchronize(self.folder)
        self.pages.append(path)
        self._bad_rows.append(op.decoded.bad)
        return True

    def note_address(self, subaddress: str) -> None:
        """Whom the fax is for: on the disk with the next page, as a carrier is due now."""
        self._subaddress = subaddress

    def _write_address(self) -> None:
        """A disk that refuses is left to the pages."""
        if not self._subaddress or self._subaddress == self._written:
            return
        try:
            with (self.folder / SUBADDRESS).open("w", encoding="ascii") as file:
                file.write(self._subaddress)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self.notes += (f"{SUBADDRESS} could not be written: {error}",)
        self._written = self._subaddress

    def bind(self) -> Path | None:
        """All pages in one file; where that fails a note says so, and the pages are safe."""
        if not self.pages:
            return None
        path = self.folder / DOCUMENT
        try:
            write_tiff(path, self._stored())
            synchronize(self.folder)
        except (FaxcoreError, OSError) as error:
            self.notes += (f"{DOCUMENT} could not be written, the pages are kept: {error}",)
            return None
        return path

    def _stored(self) -> Iterator[DecodedPage]:
        """Every page from its file, with the account of what it was like on the line."""
        for path, bad in zip(self.pages, self._bad_rows, strict=True):
            for page in read_tiff(path):
                yield replace(page.decoded, bad=bad)


def kept_pages(folder: Path) -> list[Path]:
    """The pages in a folder, in their order: from the thousandth on, names are longer."""
    return sorted(folder.glob("page-*.tif"), key=lambda path: (len(path.name), path.name))


def _is_ours(name: str) -> bool:
    return name == DOCUMENT or (name.startswith("page-") and name.endswith(".tif"))

"""The simulated fax machine that answers: it keeps its pages and lets the judge see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faxcore.errors import ContentError
from faxcore.sim.judge import Note, judge_page
from faxcore.t4 import DecodedPage, PageBitmap
from faxcore.t4.tiff import write_tiff
from faxcore.t30.capabilities import SessionParameters
from faxcore.t30.line import KeepPage


@dataclass(frozen=True, slots=True, eq=False)
class ReceivedPage:
    """A page as the far end decoded it from what crossed the line.

    ``octets`` are those of the fast carrier, the bit sent first in the most significant place.
    """

    number: int
    octets: bytes
    parameters: SessionParameters
    decoded: DecodedPage

    @property
    def bitmap(self) -> PageBitmap:
        """The pixels."""
        return self.decoded.bitmap


class Answerer:
    """Keeps received pages in memory and, where ``folder`` is given, each as ``page-NNN.tif``.

    A page that cannot be written is refused, as any fax machine out of memory refuses it.
    """

    def __init__(self, folder: Path | None, note: Callable[[Note], None]) -> None:
        self.pages: list[ReceivedPage] = []
        self.problem = ""
        self._folder = folder
        self._note = note

    def keep(self, op: KeepPage, at: float) -> bool:
        """Take one page; whether it is durable."""
        for note in judge_page(at, op.decoded, op.parameters):
            self._note(note)
        page = ReceivedPage(len(self.pages) + 1, op.octets, op.parameters, op.decoded)
        if self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_tiff(self._folder / f"page-{page.number:03d}.tif", [op.decoded])
            except (OSError, ContentError) as error:
                self.problem = f"page {page.number} could not be kept: {error}"
                return False
        self.pages.append(page)
        return True

"""Plain text to PDF pages without WeasyPrint: one face, one size, cell by cell. Worker only.

WeasyPrint takes half a second to load and 40 ms for a page; text in cells needs none of what it
knows (see ``text_pdf``). HarfBuzz, which Pango brings, tells which characters the face has and cuts
it to size. What cannot be set so (another script, a
control character, no such face on this computer) is left to ``layout``, which looks alike.

A cell is 18 pixels wide and 36 rows of fine high, so that the same letter comes out the same
wherever it stands, and pages can be put together of ``cells`` in place of being drawn.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from faxcore.errors import RenderError
from faxcore.render.content import Paper
from faxcore.render.cut_face import Face
from faxcore.render.fonts import is_of_the_system
from faxcore.render.geometry import Frame, frame_of, place, widths_for
from faxcore.render.pdf import POINTS_PER_MM, open_pdf
from faxcore.render.plain_text import is_cells, text_pages
from faxcore.render.text_pdf import Line, Type, text_pdf
from faxcore.t4 import Resolution

CELL_PIXELS, CELL_ROWS = 18, 36

_FACE = "DejaVuSansMono.ttf"
_FOLDERS = (
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/dejavu-sans-mono-fonts",
    "/usr/share/fonts/dejavu",
    "/usr/share/fonts/TTF",
    "/usr/local/share/fonts",
)
_PAPERS_MM = {
    Paper.A4: (210.0, 297.0),
    Paper.LETTER: (215.9, 279.4),
    Paper.LEGAL: (215.9, 355.6),
    Paper.B4: (257.0, 364.0),
    Paper.A3: (297.0, 420.0),
}
"""The same as CSS's sizes."""

_TOP_MM, _SIDE_MM, _BOTTOM_MM = 18.0, 15.0, 16.0
_ADVANCE, _BASELINE_ROWS = 0.602, 28
"""The face's cell in em, as PDF has it; from a cell's upper edge to its baseline."""

_CLEAR = 0.25
"""The part of a pixel by which letters stand off the grid: nothing is rounded now up, now down."""

_LAST = "\uffff"
"""Characters behind it have no code of two octets (see ``text_pdf``)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of cells: its size in points, and the frame in which its cells are whole pixels.

    ``left`` and ``top`` are where the first cell begins in that frame's picture of the page: in a
    fax page's row, that is where an octet begins.
    """

    width: float
    height: float
    frame: Frame
    left: int
    top: int
    columns: int
    rows: int

    @classmethod
    def of(cls, paper: Paper) -> Grid:
        """The grid for a size of paper, at the widest fax page that is made of it."""
        wide, high = _PAPERS_MM[paper]
        frame = frame_of(place(wide, high, widths_for(wide, high)[0]), Resolution.FINE, 1)
        across, down = frame.across / wide, frame.down / high
        return cls(
            wide * POINTS_PER_MM,
            high * POINTS_PER_MM,
            frame,
            round((frame.left + _SIDE_MM * across) / 8) * 8 - frame.left,
            round(_TOP_MM * down / 2) * 2,
            int((wide - 2 * _SIDE_MM) * across / CELL_PIXELS),
            int((high - _TOP_MM - _BOTTOM_MM) * down / CELL_ROWS),
        )

    @property
    def size(self) -> float:
        """The size of the type in points."""
        return CELL_PIXELS * self.width / self.frame.across / _ADVANCE

    def origin(self, line: int, column: int) -> tuple[float, float]:
        """Where a letter of this cell stands, in points from the lower left corner."""
        across, down = self.width / self.frame.across, self.height / self.frame.down
        pixels = self.left + column * CELL_PIXELS + _CLEAR
        rows = self.top + line * CELL_ROWS + _BASELINE_ROWS + _CLEAR
        return pixels * across, self.height - rows * down


@dataclass(frozen=True, slots=True)
class Typed:
    """Typewritten pages: an open ``PdfDocument``, and what stands where on its pages.

    ``letters`` are those that ``pages``, the lines of each, are of; there may be more.
    """

    document: Any
    pages: list[list[str]] = field(repr=False)
    grid: Grid
    letters: frozenset[str]


def typewritten(text: str, paper: Paper) -> Typed | None:
    """A text's pages, or None where it needs a typesetter."""
    characters = set(text)
    if not is_cells(characters) or max(characters, default="") > _LAST:
        return None
    if not is_of_the_system(os.environ.get("FONTCONFIG_FILE")):
        return None
    face, letters = _face(), frozenset(each for each in characters if each >= " ") | {" "}
    if face is None or not face.has(letters):
        return None
    grid = Grid.of(paper)
    return typed(text_pages(text, grid.columns, grid.rows), grid, letters)


@cache
def _face() -> Face | None:
    paths = (Path(folder, _FACE) for folder in _FOLDERS)
    there = next((path for path in paths if path.is_file()), None)
    return None if there is None else Face.load(there)


def typed(pages: list[list[str]], grid: Grid, letters: frozenset[str]) -> Typed:
    """Pages of lines that fit the grid, and have only letters that the face has."""
    face = _face()
    if face is None:
        raise RenderError(f"the face of plain text, {_FACE}, is not there any more")
    lines = (list(_lines(page, grid)) for page in pages)
    data = text_pdf(
        lines, (grid.width, grid.height), Type(face.cut_to(letters), grid.size, _ADVANCE)
    )
    return Typed(open_pdf(data, "the text"), pages, grid, letters)


def _lines(page: Sequence[str], grid: Grid) -> Iterator[Line]:
    """The lines of a page that are not blank, each from its first letter on."""
    for number, line in enumerate(page):
        text = line.lstrip(" ")
        if text:
            yield Line(text, *grid.origin(number, len(line) - len(text)))

"""Plain text to PDF pages without WeasyPrint: one face, one size, cell by cell. Worker only.

WeasyPrint takes half a second to load and 40 ms for a page; text in cells needs none of what it
knows. PDFium, which draws the pages anyway, makes them in 2 ms each. HarfBuzz, which Pango brings,
tells which characters the face has and cuts it to size. What cannot be set so (another script, a
control character, no such face on this computer) is left to ``layout``, which looks alike.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from faxcore.errors import RenderError
from faxcore.render.content import Paper
from faxcore.render.cut_face import Face
from faxcore.render.fonts import is_of_the_system
from faxcore.render.pdf import POINTS_PER_MM
from faxcore.render.plain_text import is_cells, text_pages

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

_SIZE, _LEADING = 10.5, 13.65
_TOP_MM, _SIDE_MM, _BOTTOM_MM = 18.0, 15.0, 16.0
_ADVANCE, _BASELINE = 0.602, 10.46
"""The face's cell in em; from a line's upper edge to its baseline, in points."""

_LAST = "\uffff"
"""Of characters behind it PDFium takes each half for one, and draws nothing."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page's size in points, and how many cells and lines it has."""

    width: float
    height: float
    columns: int
    rows: int


def _sheet(paper: Paper) -> _Sheet:
    width, height = _PAPERS_MM[paper]
    across = (width - 2 * _SIDE_MM) * POINTS_PER_MM
    down = (height - _TOP_MM - _BOTTOM_MM) * POINTS_PER_MM
    columns, rows = int(across / (_ADVANCE * _SIZE)), int(down / _LEADING)
    return _Sheet(width * POINTS_PER_MM, height * POINTS_PER_MM, columns, rows)


def typewritten(text: str, paper: Paper) -> Any:
    """The pages as an open ``PdfDocument``, or None where the text needs a typesetter."""
    characters = set(text)
    if not is_cells(characters) or max(characters, default="") > _LAST:
        return None
    if not is_of_the_system(os.environ.get("FONTCONFIG_FILE")):
        return None
    face = _face()
    if face is None or not face.has(character for character in characters if character >= " "):
        return None
    sheet = _sheet(paper)
    return _written(text_pages(text, sheet.columns, sheet.rows), sheet, face.cut_to(characters))


@cache
def _face() -> Face | None:
    paths = (Path(folder, _FACE) for folder in _FOLDERS)
    there = next((path for path in paths if path.is_file()), None)
    return None if there is None else Face.load(there)


def _written(pages: list[list[str]], sheet: _Sheet, face: bytes) -> Any:
    document = pdfium.PdfDocument.new()
    octets = (ctypes.c_uint8 * len(face)).from_buffer_copy(face)
    font = raw.FPDFText_LoadFont(document, octets, len(face), raw.FPDF_FONT_TRUETYPE, 1)
    if not font:
        raise RenderError(f"PDFium cannot load the face {_FACE}")
    for lines in pages:
        page = document.new_page(sheet.width, sheet.height)
        for number, line in enumerate(lines):
            top = _TOP_MM * POINTS_PER_MM + number * _LEADING
            _write_line(document, page, font, line, sheet.height - top - _BASELINE)
        page.gen_content()
        page.close()
    raw.FPDFFont_Close(font)
    return document


def _write_line(document: Any, page: Any, font: Any, line: str, up: float) -> None:
    """One line of text, its baseline so many points above the page's lower edge."""
    indent = len(line) - len(line.lstrip(" "))
    if indent == len(line):
        return
    item = raw.FPDFPageObj_CreateTextObj(document, font, _SIZE)
    octets = ctypes.create_string_buffer(line[indent:].encode("utf-16-le") + b"\0\0")
    if not raw.FPDFText_SetText(item, ctypes.cast(octets, raw.FPDF_WIDESTRING)):
        raise RenderError("PDFium cannot write a line of text")
    left = _SIDE_MM * POINTS_PER_MM + indent * _ADVANCE * _SIZE
    raw.FPDFPageObj_SetMatrix(item, raw.FS_MATRIX(1, 0, 0, 1, left, up))
    raw.FPDFPage_InsertObject(page, item)

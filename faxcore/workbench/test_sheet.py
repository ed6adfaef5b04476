"""The test sheet: one page that shows what a line and a far machine do to a page.

From top to bottom: who sends it and how; resolution wedges, lines that are one to eight pels and
one to eight rows apart; text from 6 to 16 points; steps of grey from 1/16 to 15/16; a black and a
white field; a comb at both edges, of which no tooth may be missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faxcore.render.binarize import change_rows
from faxcore.render.fonts import vera_folder
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t30.document import FaxDocument, FaxPage

WIDTH, HEIGHT = 1728, 752
"""Pels and rows of the fine page: a third of a page of A4, for telephones cost by the minute."""

_LEFT, _RIGHT = 60, WIDTH - 60
_TITLE_ROWS, _TITLE_PIXELS = 44, 34
_WEDGES_AT, _WEDGE_ROWS = 170, 48
_TEXT_AT = 300
_GREYS_AT, _GREY_ROWS = 584, 40
_FIELDS_AT, _FIELD_ROWS = 656, 72
_COMB = 16
_SPACINGS = (1, 2, 3, 4, 6, 8)
_POINTS = (6, 8, 10, 12, 16)
_SAMPLE = "Sphinx of black quartz, judge my vow. 0123456789 +-=/%"
_DITHER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
"""Bayer's matrix: of 16 neighbouring pels so many are black as the step says."""


def sheet_document(identity: Sequence[str]) -> FaxDocument:
    """The sheet as a document of one page, in every coding, fine and coarse."""
    fine = draw_sheet(identity)
    coarse = change_rows(fine.to_array(), Resolution.FINE, Resolution.COARSE)
    forms = (fine, PageBitmap.from_array(coarse, Resolution.COARSE))
    return FaxDocument(
        (FaxPage(tuple(encode_page(f, coding) for f in forms for coding in Coding)),)
    )


def draw_sheet(identity: Sequence[str]) -> PageBitmap:
    """The sheet, fine. ``identity`` is its heading, up to three lines."""
    from PIL import Image, ImageDraw  # noqa: PLC0415

    image = Image.new("1", (WIDTH, HEIGHT), 0)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    for place, line in enumerate(identity[:3]):
        draw.text((_LEFT, 20 + place * _TITLE_ROWS), line, 1, _face(_TITLE_PIXELS))
    _draw_text(draw)
    pixels = np.array(image, np.bool_)
    _draw_comb(pixels)
    _draw_wedges(pixels)
    _draw_greys(pixels)
    third = (_RIGHT - _LEFT) // 3
    pixels[_FIELDS_AT : _FIELDS_AT + _FIELD_ROWS, _LEFT : _LEFT + third] = True
    frame = pixels[_FIELDS_AT : _FIELDS_AT + _FIELD_ROWS, _LEFT + 2 * third : _RIGHT]
    frame[:3] = frame[-3:] = frame[:, :3] = frame[:, -3:] = True
    return PageBitmap.from_array(pixels)


def _face(pixels: int) -> Any:
    from PIL import ImageFont  # noqa: PLC0415

    return ImageFont.truetype(str(vera_folder() / "Vera.ttf"), pixels)


def _draw_text(draw: Any) -> None:
    top = _TEXT_AT
    for points in _POINTS:
        pixels = round(points * 200 / 72)
        draw.text((_LEFT, top), f"{points} pt  {_SAMPLE}", 1, _face(pixels))
        top += round(pixels * 1.7)


def _draw_comb(pixels: NDArray[np.bool_]) -> None:
    """Teeth at both edges, all the way down."""
    rows = np.arange(HEIGHT) // _COMB % 2 == 0
    pixels[rows, :12] = pixels[rows, -12:] = True


def _draw_wedges(pixels: NDArray[np.bool_]) -> None:
    """Upright lines above, level lines under them, in fields from fine to wide."""
    width = (_RIGHT - _LEFT) // len(_SPACINGS)
    for place, spacing in enumerate(_SPACINGS):
        left = _LEFT + place * width
        columns = np.arange(left, left + width - 20)
        upright = columns[(columns - left) // spacing % 2 == 0]
        pixels[_WEDGES_AT : _WEDGES_AT + _WEDGE_ROWS, upright] = True
        rows = np.arange(_WEDGE_ROWS)
        level = _WEDGES_AT + _WEDGE_ROWS + 20 + rows[rows // spacing % 2 == 0]
        pixels[np.ix_(level, columns)] = True


def _draw_greys(pixels: NDArray[np.bool_]) -> None:
    width = (_RIGHT - _LEFT) // 8
    for place in range(8):
        columns = np.arange(_LEFT + place * width, _LEFT + (place + 1) * width)
        rows = np.arange(_GREYS_AT, _GREYS_AT + _GREY_ROWS)
        black = _DITHER[np.ix_(rows // 2 % 4, columns // 2 % 4)] < 2 * place + 1
        pixels[np.ix_(rows, columns)] = black

"""PDF pages made anew from others: with a banner on top, or cut into several. Worker only.

PDFium moves and cuts in a page's own coordinates, which its rotation turns and its box shifts;
here all is said as a reader sees the page: points from the lower left corner of what is shown.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image
from pypdfium2 import raw

from faxcore.errors import RenderError
from faxcore.render.pdf import POINTS_PER_MM, load_page, open_pdf, saved

BANNER_TOP_MM = 8.0
BANNER_MM = 40.0
"""A banner is at most so high, and begins so far below the upper edge: under the header line."""

_GAP_MM = 3.0
_SIDE_MM = 10.0
_SCREEN_DPI = 96.0
_LOOK_DPI = 50.0
_PAPER = 250

_Matrix = NDArray[np.float64]
"""3 x 3, for row vectors (x, y, 1), as PDF writes them."""


def seen(page: Any) -> _Matrix:
    """Takes a page's own coordinates to those in which it is read."""
    left, bottom, right, top = page.get_bbox()
    turns: dict[int, list[list[float]]] = {
        0: [[1, 0, 0], [0, 1, 0], [-left, -bottom, 1]],
        90: [[0, -1, 0], [1, 0, 0], [-bottom, right, 1]],
        180: [[-1, 0, 0], [0, -1, 0], [right, top, 1]],
        270: [[0, 1, 0], [-1, 0, 0], [top, -left, 1]],
    }
    return np.array(turns[page.get_rotation()], np.float64)


def flattened(document: Any, index: int) -> Any:
    """A new document with this page alone, its annotations and form fields part of the page."""
    copy = pdfium.PdfDocument.new()
    try:
        copy.import_pages(document, [index])
    except pdfium.PdfiumError as error:
        raise RenderError("a page cannot be copied") from error
    page = copy[0]
    if raw.FPDFPage_Flatten(page, raw.FLAT_PRINT) == raw.FLATTEN_FAIL:
        raise RenderError("the annotations of a page cannot be drawn")
    page.close()
    return open_pdf(saved(copy), "a page")


def with_values(document: Any) -> Any:
    """The document with what its form was filled in with as part of its pages.

    PDFium draws no form field with a page. A program that fills in a form may also leave it to the
    reader to draw the values (ISO 32000-1, 12.7.3.3), which PDFium does as it loads the page.
    """
    if document.get_formtype() == raw.FORMTYPE_NONE:
        return document
    document.init_forms()
    for index in range(len(document)):
        page = load_page(document, index, "a page")
        if raw.FPDFPage_Flatten(page, raw.FLAT_PRINT) == raw.FLATTEN_FAIL:
            raise RenderError("the annotations of a page cannot be drawn")
        page.close()
    return open_pdf(saved(document), "a page")


def with_banner(document: Any, index: int, banner: Image.Image, source: str) -> Any:
    """A document of one page: this one below a banner, moved down, or smaller if it is full."""
    page = load_page(document, index, source)
    width, height = page.get_size()
    size = banner_size(banner, width)
    room = (BANNER_TOP_MM + _GAP_MM) * POINTS_PER_MM + size[1]
    if room > height / 2:
        raise RenderError(f"{source} is too small a page for a banner")
    moved = _below(page, room)
    page.close()
    made = pdfium.PdfDocument.new()
    page = made.new_page(width, height)
    _lay(made, page, flattened(document, index), moved)
    _stamp(made, page, banner, size)
    page.gen_content()
    page.close()
    return open_pdf(saved(made), source)


def banner_size(banner: Image.Image, page_width: float) -> tuple[float, float]:
    """A banner's width and height in points: its own, or what fits."""
    dpi = banner.info.get("dpi", (_SCREEN_DPI, _SCREEN_DPI))
    natural = [
        max(side / max(float(each), 1.0) * 72, 1.0)
        for side, each in zip(banner.size, dpi, strict=True)
    ]
    share = min(
        1.0,
        (page_width - 2 * _SIDE_MM * POINTS_PER_MM) / natural[0],
        BANNER_MM * POINTS_PER_MM / natural[1],
    )
    return natural[0] * share, natural[1] * share


def _below(page: Any, room: float) -> _Matrix:
    """The way of a page, as it is read, that frees so many points on top."""
    width, height = page.get_size()
    rows = inked_rows(page)
    if not rows.any():
        return np.eye(3)
    first, last = np.flatnonzero(rows)[[0, -1]]
    above = first / len(rows) * height
    under = (len(rows) - 1 - last) / len(rows) * height
    moved = np.eye(3)
    if above >= room:
        return moved
    if above + under >= room:
        moved[2, 1] = above - room
        return moved
    share = (height - room) / height
    return np.array([[share, 0, 0], [0, share, 0], [(1 - share) / 2 * width, 0, 1]])


def inked_rows(page: Any, dpi: float = _LOOK_DPI) -> NDArray[np.bool_]:
    """Which rows of a page, from its upper edge, have anything on them."""
    bitmap = page.render(scale=dpi / 72, grayscale=True, optimize_mode="print")
    rows: NDArray[np.bool_] = (bitmap.to_numpy()[:, :].reshape(bitmap.height, -1) < _PAPER).any(1)
    bitmap.close()
    return rows


def _lay(document: Any, page: Any, source: Any, matrix: _Matrix) -> None:
    """Put the first page of another document on a page, as one object with a state of its own.

    PDFium turns and shifts such an object so that it lies as its page is read.
    """
    form = source.page_as_xobject(0, document)
    laid = form.as_pageobject()
    laid.set_matrix(pdfium.PdfMatrix(*_numbers(matrix)))
    page.insert_obj(laid)


def _stamp(document: Any, page: Any, banner: Image.Image, size: tuple[float, float]) -> None:
    """Put the banner on the page, centred on top."""
    width, height = page.get_size()
    octets = io.BytesIO()
    banner.convert("RGB").save(octets, "JPEG", quality=95)
    octets.seek(0)
    image = pdfium.PdfImage.new(document)
    image.load_jpeg(octets, inline=True)
    top = BANNER_TOP_MM * POINTS_PER_MM
    place = np.array(
        [[size[0], 0, 0], [0, size[1], 0], [(width - size[0]) / 2, height - top - size[1], 1]]
    )
    image.set_matrix(pdfium.PdfMatrix(*_numbers(place)))
    page.insert_obj(image)


def _numbers(matrix: _Matrix) -> tuple[float, ...]:
    return tuple(float(each) for each in matrix[:, :2].ravel())


def cut_page(document: Any, index: int, longest_mm: float, source: str) -> Any:
    """A document with the parts of a page that is too long, each at most ``longest_mm``.

    It is cut where it is blank, in the last third of a part; through the ink if it must be.
    """
    page = load_page(document, index, source)
    height = page.get_size()[1]
    rows = inked_rows(page)
    page.close()
    cuts = _cuts(rows, int(longest_mm * POINTS_PER_MM / height * len(rows)))
    parts = pdfium.PdfDocument.new()
    for number, (upper, lower) in enumerate(zip([0, *cuts], [*cuts, len(rows)], strict=True)):
        parts.import_pages(document, [index])
        page = load_page(parts, number, source)
        _show(page, height * (1 - upper / len(rows)), height * (1 - lower / len(rows)))
        page.close()
    return open_pdf(saved(parts), source)


def _cuts(rows: NDArray[np.bool_], longest: int) -> list[int]:
    """The rows before which a page is cut."""
    cuts: list[int] = []
    top = 0
    while len(rows) - top > longest:
        first = top + longest * 2 // 3
        blank = np.flatnonzero(~rows[first : top + longest])
        top = first + int(blank[-1]) if blank.size else top + longest
        cuts.append(top)
    return cuts


def _show(page: Any, upper: float, lower: float) -> None:
    """Make a page show only what is between two heights, in points above its lower edge."""
    back = np.linalg.inv(seen(page))
    width = page.get_size()[0]
    corners = np.array([[0, lower, 1], [width, upper, 1]]) @ back
    (left, right), (bottom, top) = (sorted(corners[:, axis]) for axis in (0, 1))
    page.set_mediabox(left, bottom, right, top)
    page.set_cropbox(left, bottom, right, top)

"""Sheets to coded pages: drawn, made black and white, headed and coded. Worker only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import PdfiumError

from faxcore.errors import AttachmentError, ContentError, RenderError
from faxcore.render.binarize import (
    black_and_white,
    change_rows,
    oversampling,
    plain_black_and_white,
)
from faxcore.render.compose import Sheet
from faxcore.render.document import Limits, RenderedPage
from faxcore.render.exchange import Request
from faxcore.render.fonts import raise_for_missing
from faxcore.render.geometry import (
    WIDTH_MM,
    Frame,
    Placement,
    frame_of,
    place,
    rows_per_mm,
    widths_for,
)
from faxcore.render.pdf import (
    has_visible_content,
    is_cut,
    load_page,
    open_pdf,
    page_size_mm,
    picture_boxes,
    text_boxes,
)
from faxcore.render.raster import box_pixels, draw_covered, draw_grey
from faxcore.render.tagline import BAND_MM, HeaderLine, LineWriter, header_html
from faxcore.render.tone import Tone, ToneKind
from faxcore.t4 import PageBitmap, Resolution, encode_page

_CUT = (ToneKind.AUTO, ToneKind.TEXT, ToneKind.FAST)
"""The tones by which words are cut in the same way."""

_SHORT_MM = 65.0
"""The header line takes a tenth of a page of this length: what is on a shorter one keeps its size,
be it a label or the last strip of a long page that was cut."""

_PAPER = 253
"""A grey value from here on is nothing that was meant to be seen."""


class HeaderBands:
    """The bands with the header line, page by page."""

    def __init__(self, line: HeaderLine, values: Mapping[str, str], pages: int) -> None:
        self._lines = [line.parts(values, page) for page in range(1, pages + 1)]
        self._writer = LineWriter()
        self._typeset: Any = None
        if not all(self._writer.can_write("".join(parts)) for parts in self._lines):
            self._lines = [line.parts(values, page + 1, marked=True) for page in range(pages)]
            self._typeset = self._laid_out()

    def _laid_out(self) -> Any:
        from faxcore.render.layout import Typesetter  # noqa: PLC0415

        typesetter = Typesetter([])
        document = typesetter.lay_out(header_html(self._lines), "the header line")
        data = typesetter.write([document])
        raise_for_missing(typesetter.missing.characters, [("", "the header line")])
        if len(document.pages) != len(self._lines):
            raise ContentError("the header line does not fit on one line")
        return open_pdf(data, "the header line")

    def band(self, page: int, resolution: Resolution) -> PageBitmap:
        """The band of a page (from 1)."""
        if self._typeset is None:
            return self._writer.band(self._lines[page - 1], resolution)
        rows_each = oversampling(resolution)
        frame = frame_of(Placement(BAND_MM, WIDTH_MM, BAND_MM), resolution, rows_each)
        drawn = load_page(self._typeset, page - 1, "the header line")
        return black_and_white(draw_grey(drawn, frame), resolution)


class Drawing:
    """A sheet's page being drawn; the last drawing is kept, because it is often wanted twice."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._last: tuple[Frame, NDArray[np.uint8]] | None = None

    @cached_property
    def page(self) -> Any:
        """The PDF's page, loaded when something has to be drawn of it."""
        return load_page(self._sheet.document, self._sheet.index, self._sheet.source)

    def close(self) -> None:
        """The page is not drawn any more."""
        if "page" in vars(self):
            self.page.close()

    def grey(self, frame: Frame) -> NDArray[np.uint8]:
        """The page's grey values in this frame; not to be written to."""
        if self._last is None or self._last[0] != frame:
            self._last = frame, self._drawn(frame)
        return self._last[1]

    def _drawn(self, frame: Frame) -> NDArray[np.uint8]:
        cells = self._sheet.cells
        made = None if cells is None else cells.grey(self._sheet.index, frame)
        return draw_grey(self.page, frame) if made is None else made

    def ink(self, frame: Frame, resolution: Resolution, tone: Tone) -> PageBitmap | None:
        """The page's ink where it is known without drawing the page, in fine."""
        cells = self._sheet.cells
        if cells is None or resolution is not Resolution.FINE or tone.kind not in _CUT:
            return None
        return cells.black(self._sheet.index, frame)


class BlankParts:
    """Notices a body or cover page that has words in it and nothing but blank pages."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, bool]] = []

    def add(self, sheet: Sheet, blank: bool) -> None:
        """Take a page into account, in the order of the pages: the first of a part begins it."""
        if not sheet.typeset:
            return
        inked = sheet.number > 1 and self._parts.pop()[1]
        self._parts.append((sheet.part, inked or not blank))

    def check(self) -> None:
        """RenderError for the first part that came out blank."""
        for part, inked in self._parts:
            if not inked:
                raise RenderError(f"{part} came out blank although it is not empty")


def render_sheet(
    sheet: Sheet,
    number: int,
    bands: HeaderBands | None,
    request: Request,
) -> tuple[RenderedPage, bool, bool]:
    """One page in every resolution; whether it is blank but for the header line, and whether cut.

    Cut is what was laid out here and runs over the edge of the page. RenderError if the page
    came out blank and should not have.
    """
    try:
        return _render_sheet(sheet, number, bands, request)
    except PdfiumError as error:
        raise AttachmentError(f"{sheet.source} is broken ({error})") from error


def _render_sheet(
    sheet: Sheet,
    number: int,
    bands: HeaderBands | None,
    request: Request,
) -> tuple[RenderedPage, bool, bool]:
    codings = []
    blank = True
    drawing = Drawing(sheet)
    placements = _placements(sheet, request.limits)
    if bands is not None and sheet.bitmap is None and sheet.cells is None:  # which have room on top
        placements = [_with_room(drawing, each, request.resolutions[0]) for each in placements]
    forms = product(_wanted(sheet, request.resolutions, keep=bands is None), placements)
    for resolution, placement in forms:
        if sheet.bitmap is not None:
            page = _in_rows_of(sheet.bitmap, resolution)
        else:
            page = _drawn(drawing, placement, resolution, request.tone, sheet.source)
        blank = blank and not page.rows.any()
        if bands is not None:
            page = _headed(page, bands.band(number, resolution), sheet.bitmap is not None)
        codings += [encode_page(page, coding) for coding in request.codings]
    cut = sheet.typeset and sheet.cells is None and is_cut(drawing.page)
    drawing.close()
    return RenderedPage(sheet.source, tuple(codings)), blank, cut


def _wanted(
    sheet: Sheet, resolutions: tuple[Resolution, ...], *, keep: bool
) -> tuple[Resolution, ...]:
    """The resolutions to make. A fax page that keeps its pixels is not blown up to a finer one."""
    if not keep or sheet.bitmap is None or sheet.bitmap.resolution not in resolutions:
        return resolutions
    own = sheet.bitmap.resolution
    return tuple(each for each in resolutions if each.y_dpi <= own.y_dpi)


def _placements(sheet: Sheet, limits: Limits) -> list[Placement]:
    """Where the page lies on each fax page that is made of it, the widest one first."""
    size = page_size_mm(sheet.document, sheet.index, sheet.source)
    widths = widths_for(*size) if sheet.bitmap is None else (sheet.bitmap.width,)
    placements = [place(*size, pixels) for pixels in widths]
    placement = placements[0]
    if placement.page_mm > limits.page_mm:
        raise ContentError(
            f"{sheet.source} is {placement.page_mm / 1000:.2f} m long; at most "
            f"{limits.page_mm / 1000:.2f} m can be sent"
        )
    return placements


def _with_room(drawing: Drawing, placement: Placement, resolution: Resolution) -> Placement:
    """The placement that keeps the header's band free: as it is, moved down, or smaller.

    A page so short that its words would get too small becomes longer.
    """
    rows_each = oversampling(resolution)
    grey = drawing.grey(frame_of(placement, resolution, rows_each))
    inked = np.flatnonzero(grey.min(axis=1) < _PAPER)
    if inked.size == 0:
        return placement
    step = rows_per_mm(resolution) * rows_each
    above, below = inked[0] / step, (grey.shape[0] - 1 - inked[-1]) / step
    if above >= BAND_MM:
        return placement
    if above + below >= BAND_MM:
        return placement.moved_down(BAND_MM - above)
    if placement.page_mm < _SHORT_MM:
        return placement.lengthened_above(BAND_MM - above)
    return placement.shrunk_below(BAND_MM)


def page_pixels(
    sheet: Sheet, placement: Placement, resolution: Resolution, tone: Tone
) -> PageBitmap:
    """A sheet as it is placed, black and white; RenderError if it came out blank and is not."""
    return _drawn(Drawing(sheet), placement, resolution, tone, sheet.source)


def _drawn(
    drawing: Drawing, placement: Placement, resolution: Resolution, tone: Tone, source: str
) -> PageBitmap:
    frame = frame_of(placement, resolution, oversampling(resolution))

    def finer(region: tuple[slice, slice]) -> NDArray[np.uint8]:
        return draw_covered(drawing.page, frame, region, oversampling(resolution))

    ink = drawing.ink(frame, resolution, tone)
    if ink is not None and ink.rows.any():
        return plain_black_and_white(ink, finer)
    grey, page = drawing.grey(frame), drawing.page
    pictures = [box_pixels(page, frame, box) for box in picture_boxes(page)]
    labels = [box_pixels(page, frame, box) for box in text_boxes(page)] if pictures else []
    bitmap = black_and_white(grey, resolution, pictures, labels, tone, finer)
    if not bitmap.rows.any() and (int(grey.min()) < _PAPER or has_visible_content(page)):
        raise RenderError(
            f"{source} came out blank although it is not: its darkest ink, a grey of "
            f"{_percent(int(grey.min()))} %, is too pale to be sent"
        )
    return bitmap


def _in_rows_of(page: PageBitmap, resolution: Resolution) -> PageBitmap:
    """A fax page in another resolution's rows."""
    return PageBitmap(change_rows(page.rows, page.resolution, resolution), page.width, resolution)


def _percent(grey: int) -> int:
    """How dark a grey value is, as printers say it: 100 % is black."""
    return round(100 * (255 - grey) / 255)


def _headed(page: PageBitmap, band: PageBitmap, extend: bool) -> PageBitmap:
    """The page with its header line; ``extend`` puts the band above rows that are not blank."""
    high, octets = band.rows.shape
    above = high if extend and page.rows[:high].any() else 0
    below = max(0, high - above - page.height)
    rows = np.pad(page.rows, ((above, below), (0, 0))) if above or below else page.rows.copy()
    side = (page.width - band.width) // 2 // 8  # all widths differ by whole octets on each side
    rows[:high, side : side + octets] |= band.rows
    return PageBitmap(rows, page.width, page.resolution)

"""Where a page lies on the fax page: millimetres, pixels and rows. T.4 section 2.

A fax page is 1728 pixels of 1/8.04 mm, which is 215 mm; its rows are 1/7.7 mm apart in fine and
1/3.85 mm in coarse. Wider ones, of 2048 and 2432 pixels, are for B4 and A3 paper and for far ends
that have it. Pages keep their true size and are centred; ones that are wider than the fax page are
shrunk as a whole, and landscape ones are turned first, so that their text keeps its size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from faxcore.t4 import Resolution

WIDTH = 1728
PIXELS_PER_MM = 8.04
WIDTH_MM = WIDTH / PIXELS_PER_MM

WIDTHS = (1728, 2048, 2432)
"""Pixels of pages of 215, 255 and 303 mm."""

_OVER = 1.02
"""So much wider than the fax page a page may be before a wider one is made: Letter, JIS B4."""

_METRIC_ROWS = {98: 3.85, 196: 7.7, 391: 15.4}


def rows_per_mm(resolution: Resolution) -> float:
    """Rows a millimetre, by T.4's metric figures where the resolution is one of them."""
    return _METRIC_ROWS.get(resolution.y_dpi, resolution.y_dpi / 25.4)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a PDF page comes to lie on the fax page; all lengths in millimetres.

    ``turn`` is in quarters clockwise. The fax page is ``page_mm`` long and ``pixels`` wide; the
    picture of the PDF page is ``width_mm`` x ``height_mm``, centred, ``top_mm`` below the upper
    edge.
    """

    page_mm: float
    width_mm: float
    height_mm: float
    top_mm: float = 0.0
    turn: int = 0
    pixels: int = WIDTH

    def moved_down(self, by_mm: float) -> Placement:
        """The same page with its picture lower, cut at the lower edge."""
        return replace(self, top_mm=by_mm)

    def shrunk_below(self, by_mm: float) -> Placement:
        """The same page with its picture made so much smaller that it leaves room on top."""
        share = (self.page_mm - by_mm) / self.page_mm
        return replace(
            self, width_mm=self.width_mm * share, height_mm=self.height_mm * share, top_mm=by_mm
        )

    def lengthened_above(self, by_mm: float) -> Placement:
        """A longer page with the picture so much lower: it keeps its size."""
        return replace(self, page_mm=self.page_mm + by_mm, top_mm=by_mm)


def widths_for(width_mm: float, height_mm: float) -> tuple[int, ...]:
    """The widths in which a page of this size is made, the best one first, always 1728 too."""
    if width_mm > WIDTH_MM and width_mm > height_mm:
        width_mm = height_mm
    needed = next((each for each in WIDTHS if width_mm <= each / PIXELS_PER_MM * _OVER), WIDTHS[-1])
    return tuple(each for each in reversed(WIDTHS) if each in {needed, WIDTH})


def place(width_mm: float, height_mm: float, pixels: int = WIDTH) -> Placement:
    """How a page of this size lies on a fax page of so many pixels."""
    turn = int(width_mm > WIDTH_MM and width_mm > height_mm)
    if turn:
        width_mm, height_mm = height_mm, width_mm
    share = min(1.0, pixels / PIXELS_PER_MM / width_mm)
    return Placement(height_mm * share, width_mm * share, height_mm * share, 0.0, turn, pixels)


@dataclass(frozen=True, slots=True)
class Frame:
    """A placement in whole pixels of one grid: what PDFium wants to be told."""

    rows: int
    left: int
    top: int
    across: int
    down: int
    turn: int
    pixels: int = WIDTH


def frame_of(placement: Placement, resolution: Resolution, oversampling: int) -> Frame:
    """The pixels of a placement, with ``oversampling`` times the rows of the resolution."""
    step = rows_per_mm(resolution) * oversampling
    rows = max(1, round(placement.page_mm * step / oversampling)) * oversampling
    across = max(1, round(placement.width_mm * PIXELS_PER_MM))
    down = max(1, round(placement.height_mm * step))
    left, top = (placement.pixels - across) // 2, round(placement.top_mm * step)
    return Frame(rows, left, top, across, down, placement.turn, placement.pixels)

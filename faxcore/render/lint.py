"""What on a PDF page will suffer on its way through a fax: hints for designers. Worker only.

A fax page is black dots, 204 an inch across and 98 or 196 down (T.4 2): what is smaller than a few
rows or very pale is lost. What ``binarize`` makes of tints and thin rules is said, not warned of.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from typing import Any

from pypdfium2 import raw

_SMALL_PT, _TINY_PT = 9.0, 7.0
_HAIRLINE_PT = 0.5
_NO_SIDE_PT = 0.01
"""A side of a border that is thinner is not there."""

_PALE = 0.3
"""Ink of less than this share of black breaks up in thin strokes; at 15 to 20 % it is lost."""

_MAX_OBJECTS = 20_000
_LARGE = 0.05


def hints_for(page: Any, inked: float) -> tuple[str, ...]:
    """Sentences about this page, the most serious first; none for a page that will do.

    ``inked`` is the share of the page that tints and dark areas cover.
    """
    found = _Found(page)
    found.inked = inked
    return tuple(found.sentences())


class _Found:
    """What the objects of a page are like, added up."""

    def __init__(self, page: Any) -> None:
        self.smallest = math.inf
        self.palest_text = 1.0
        self.thinnest = math.inf
        self.inked = 0.0
        self.overflows = False
        width, height = page.get_size()
        self._size = width, height
        for number, (kind, item) in enumerate(_objects(page.raw)):
            if number == _MAX_OBJECTS:
                break
            self._add(kind, item)

    def sentences(self) -> Iterator[str]:
        """In the order of what they cost."""
        if self.overflows:
            yield "text runs over the edge of the page and will be cut off"
        if self.smallest < _TINY_PT:
            yield f"text of {self.smallest:.1f} pt cannot be read in coarse, and hardly in fine"
        elif self.smallest < _SMALL_PT:
            yield f"text of {self.smallest:.1f} pt is hard to read in coarse; 11 pt are safe"
        if self.palest_text < _PALE:
            yield f"text of {self.palest_text * 100:.0f} % ink is pale; black is safe"
        if self.thinnest < _HAIRLINE_PT:
            yield f"rules of {self.thinnest:.2f} pt arrive a whole pixel thick; 0.75 pt do not grow"
        if self.inked > _LARGE:
            share = self.inked * 100
            yield (
                f"tints and dark areas cover {share:.0f} % of the page; tints arrive as their "
                "outlines, dark areas black"
            )

    def _add(self, kind: int, item: Any) -> None:
        box = _bounds(item)
        if box is None:
            return
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            self._add_text(item, box, _ink(item))
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            self._add_path(item, box)

    def _add_text(self, item: Any, box: tuple[float, float, float, float], ink: float) -> None:
        size = ctypes.c_float()
        matrix = raw.FS_MATRIX()
        if raw.FPDFTextObj_GetFontSize(item, size) and raw.FPDFPageObj_GetMatrix(item, matrix):
            points = size.value * math.hypot(matrix.c, matrix.d)
            if points > 0:
                self.smallest = min(self.smallest, points)
        self.palest_text = min(self.palest_text, ink)
        left, bottom, right, top = box
        width, height = self._size
        self.overflows |= right > width + 1 or left < -1 or bottom < -1 or top > height + 1

    def _add_path(self, item: Any, box: tuple[float, float, float, float]) -> None:
        left, bottom, right, top = box
        across, up = abs(right - left), abs(top - bottom)
        mode, stroked = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(item, mode, stroked)
        width = ctypes.c_float()
        if stroked.value and raw.FPDFPageObj_GetStrokeWidth(item, width) and width.value > 0:
            self.thinnest = min(self.thinnest, width.value)
        if mode.value and 0 < min(across, up) < _HAIRLINE_PT < max(across, up):
            self.thinnest = min(self.thinnest, across, up)
        elif mode.value:
            self.thinnest = min(self.thinnest, _border_of(item))


def _objects(container: Any) -> Iterator[tuple[int, Any]]:
    for index in range(raw.FPDFPage_CountObjects(container)):
        item = raw.FPDFPage_GetObject(container, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            for inner in range(raw.FPDFFormObj_CountObjects(item)):
                part = raw.FPDFFormObj_GetObject(item, inner)
                yield raw.FPDFPageObj_GetType(part), part
        else:
            yield kind, item


def _bounds(item: Any) -> tuple[float, float, float, float] | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return None
    return left.value, bottom.value, right.value, top.value


_Box = tuple[float, float, float, float]


def _border_of(item: Any) -> float:
    """The thinnest side of a border that is filled between two boxes, as WeasyPrint draws them."""
    boxes = _boxes_of(item) if raw.FPDFPath_CountSegments(item) in {8, 10} else []
    matrix = raw.FS_MATRIX()
    if len(boxes) != 2 or not raw.FPDFPageObj_GetMatrix(item, matrix):
        return math.inf
    (left, bottom, right, top), inner = boxes
    across, up = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
    sides = [across * abs(left - inner[0]), across * abs(right - inner[2])]
    sides += [up * abs(bottom - inner[1]), up * abs(top - inner[3])]
    return min((side for side in sides if side > _NO_SIDE_PT), default=math.inf)


def _boxes_of(item: Any) -> list[_Box]:
    """The boxes around the parts of a path."""
    parts: list[list[tuple[float, float]]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(raw.FPDFPath_CountSegments(item)):
        segment = raw.FPDFPath_GetPathSegment(item, number)
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            return []
        if not parts or raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
            parts.append([])
        parts[-1].append((x.value, y.value))
    columns = [tuple(zip(*part, strict=True)) for part in parts]
    return [(min(xs), min(ys), max(xs), max(ys)) for xs, ys in columns]


def _ink(item: Any) -> float:
    """How dark an object's fill is on white paper: 1 is black."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return 1.0
    luminance = (0.299 * red.value + 0.587 * green.value + 0.114 * blue.value) / 255
    return (1.0 - luminance) * alpha.value / 255

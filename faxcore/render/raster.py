"""PDF pages to grey pixels: PDFium draws straight into numpy's memory. Worker only."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import raw

from faxcore.render.geometry import WIDTH, Frame

_FLAGS = raw.FPDF_ANNOT | raw.FPDF_PRINTING


def draw_grey(page: Any, frame: Frame) -> NDArray[np.uint8]:
    """The page as (rows, 1728) grey values, 0 = black."""
    pixels = np.full((frame.rows, WIDTH), 255, np.uint8)
    bitmap = raw.FPDFBitmap_CreateEx(
        WIDTH, frame.rows, raw.FPDFBitmap_Gray, pixels.ctypes.data_as(ctypes.c_void_p), WIDTH
    )
    if not bitmap:
        raise MemoryError(f"PDFium has no memory for {frame.rows} rows")
    raw.FPDF_RenderPageBitmap(
        bitmap, page, frame.left, frame.top, frame.across, frame.down, frame.turn, _FLAGS
    )
    raw.FPDFBitmap_Destroy(bitmap)
    return pixels


def box_pixels(
    page: Any, frame: Frame, box: tuple[float, float, float, float]
) -> tuple[slice, slice]:
    """A box on the PDF page, in points, as rows and columns of the frame, soft edges included."""
    x, y = ctypes.c_int(), ctypes.c_int()
    columns, rows = [], []
    for across, up in ((box[0], box[1]), (box[2], box[3])):
        raw.FPDF_PageToDevice(
            page, frame.left, frame.top, frame.across, frame.down, frame.turn, across, up, x, y
        )
        columns.append(x.value)
        rows.append(y.value)
    left, right = max(0, min(columns) - 1), min(WIDTH, max(columns) + 2)
    top, bottom = max(0, min(rows) - 2), min(frame.rows, max(rows) + 3)
    return slice(top, max(top, bottom)), slice(left, max(left, right))

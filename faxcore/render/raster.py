"""PDF pages to grey pixels: PDFium draws straight into numpy's memory. Worker only."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import raw

from faxcore.render.geometry import Frame

Grey = NDArray[np.uint8]

_FINER = 5  # odd: no pixel is covered by just a half
_FLAGS = raw.FPDF_ANNOT | raw.FPDF_PRINTING


def draw_grey(page: Any, frame: Frame) -> Grey:
    """The page as (rows, pixels) grey values, 0 = black."""
    return _drawn(page, frame, frame.pixels)


def _drawn(page: Any, frame: Frame, width: int) -> Grey:
    pixels = np.full((frame.rows, width), 255, np.uint8)
    bitmap = raw.FPDFBitmap_CreateEx(
        width, frame.rows, raw.FPDFBitmap_Gray, pixels.ctypes.data_as(ctypes.c_void_p), width
    )
    if not bitmap:
        raise MemoryError(f"PDFium has no memory for {frame.rows} rows")
    raw.FPDF_RenderPageBitmap(
        bitmap, page, frame.left, frame.top, frame.across, frame.down, frame.turn, _FLAGS
    )
    raw.FPDFBitmap_Destroy(bitmap)
    return pixels


def draw_covered(page: Any, frame: Frame, region: tuple[slice, slice], each: int) -> Grey:
    """A region of the page that is sent, every pixel as dark as it is covered with ink.

    ``frame`` has ``each`` rows for one of ``region``'s. PDFium draws boxes on whole pixels, so the
    region is drawn five times as fine each way, and averaged.
    """
    rows, columns = region
    down = _FINER / each
    height, width = (rows.stop - rows.start) * _FINER, (columns.stop - columns.start) * _FINER
    finer = Frame(
        height,
        (frame.left - columns.start) * _FINER,
        round(frame.top * down) - rows.start * _FINER,
        frame.across * _FINER,
        round(frame.down * down),
        frame.turn,
    )
    pixels = _drawn(page, finer, width)
    shape = height // _FINER, _FINER, width // _FINER, _FINER
    total = pixels.reshape(shape).sum(axis=(1, 3), dtype=np.uint16)
    mean: Grey = (total // _FINER**2).astype(np.uint8)
    return mean


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
    left, right = max(0, min(columns) - 1), min(frame.pixels, max(columns) + 2)
    top, bottom = max(0, min(rows) - 2), min(frame.rows, max(rows) + 3)
    return slice(top, max(top, bottom)), slice(left, max(left, right))

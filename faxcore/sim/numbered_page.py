"""The pages that simulated callers send: always the same, each with its number in large blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import PageBitmap, Resolution

_WIDTH = 1728
_INCHES = 3.0
_CELL_X, _CELL_INCHES = 48, 0.2
"""A block of a figure: pels across, inches down, whatever the resolution."""

_ROWS = {
    "0": "75557", "1": "26227", "2": "71747", "3": "71717", "4": "55711",
    "5": "74717", "6": "74757", "7": "71111", "8": "75757", "9": "75717",
}  # fmt: skip
"""Each figure in five rows of three blocks; a row is an octal figure, its high bit leftmost."""


def numbered_page(number: int, resolution: Resolution = Resolution.FINE) -> PageBitmap:
    """A page of three inches with a frame, a comb, a ramp and ``number`` in blocks."""
    height = round(_INCHES * resolution.y_dpi)
    pixels = np.zeros((height, _WIDTH), dtype=np.bool_)
    pixels[:8] = pixels[-8:] = True
    pixels[:, :8] = pixels[:, -8:] = True
    pixels[20 : height // 8, 40:-40:7] = True
    columns = np.arange(height // 2) * (_WIDTH - 80) // height
    pixels[np.arange(height // 2) + height // 2 - 10, 40 + columns] = True
    _draw_number(pixels, str(number), round(_CELL_INCHES * resolution.y_dpi), height // 4)
    return PageBitmap.from_array(pixels, resolution)


def _draw_number(pixels: NDArray[np.bool_], text: str, cell_y: int, top: int) -> None:
    for place, figure in enumerate(text):
        left = 200 + 4 * _CELL_X * place
        for row, bits in enumerate(_ROWS[figure]):
            for column in range(3):
                if int(bits) >> (2 - column) & 1:
                    y, x = top + row * cell_y, left + column * _CELL_X
                    pixels[y : y + cell_y, x : x + _CELL_X] = True

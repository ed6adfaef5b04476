"""The edges of tints: a tint is dropped, and a line of one pixel stays where it ended.

The ground at each pixel is a grey closing of 4 mm, as in ``contrast``, but pixel by pixel, so that
the line is where the edge is. Where the ground steps by 7 % or more within four pixels, the pixels
on the darker side that touch the lighter one are the outline.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from faxcore.render.contrast import CELL, lightest_cells, spread

Grey = NDArray[np.uint8]

_STEP = 18
_NEAR = 2
_BAND = 256


def outlines(grey: Grey, reach: tuple[int, int]) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """The outlines of all tints; ``reach`` is the closing, in rows and pixels to each side.

    They come band by band, each with its first row, and each is made from all rows that bear on
    it: that takes the memory of a band. Where there is nothing, there is no band.
    """
    margin = 2 * reach[0] + _NEAR + 1
    white = _white_rows(grey, reach)
    for top in range(0, grey.shape[0], _BAND):
        first = max(0, top - margin)
        if not white[first : top + _BAND + margin].all():
            made = _outlines(grey[first : top + _BAND + margin], reach)
            yield top, made[top - first : top - first + _BAND]


def _white_rows(grey: Grey, reach: tuple[int, int]) -> NDArray[np.bool_]:
    """The rows in which even a smaller closing, cell by cell, leaves no step that counts."""
    light = lightest_cells(grey)
    for axis, half in enumerate(reach):
        light = spread(light, max(0, (half - CELL + 1) // CELL), axis)
    rows: NDArray[np.bool_] = (light.min(axis=1) > 255 - _STEP).repeat(CELL)
    return rows[: grey.shape[0]]


def _outlines(grey: Grey, reach: tuple[int, int]) -> NDArray[np.bool_]:
    ground = grey
    for axis, half in enumerate(reach):
        ground = _running(ground, 2 * half + 1, axis, np.maximum)
    for axis, half in enumerate(reach):
        ground = _running(ground, 2 * half + 1, axis, np.minimum)
    high = low = ground
    for axis in (0, 1):
        high = _running(high, 2 * _NEAR + 1, axis, np.maximum)
        low = _running(low, 2 * _NEAR + 1, axis, np.minimum)
    steep = high - low >= _STEP
    if not steep.any():
        return steep
    dark = ground < (high >> 1) + (low >> 1)
    return steep & dark & _touching(steep & ~dark)


def _touching(there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels above, below, left and right of what is there."""
    beside = np.zeros_like(there)
    beside[1:] |= there[:-1]
    beside[:-1] |= there[1:]
    beside[:, 1:] |= there[:, :-1]
    beside[:, :-1] |= there[:, 1:]
    return beside


def _running(grey: Grey, size: int, axis: int, pick: np.ufunc) -> Grey:
    """The largest or smallest of ``size`` neighbours around each pixel, by doubling."""
    half = size // 2
    frame = [(half, half) if each == axis else (0, 0) for each in (0, 1)]
    window = np.pad(grey, frame, mode="edge")
    length = 1
    while length < size:
        step = min(length, size - length)
        count = window.shape[axis] - step
        window = pick(_part(window, 0, count, axis), _part(window, step, step + count, axis))
        length += step
    return window


def _part(grey: Grey, start: int, stop: int, axis: int) -> Grey:
    return grey[start:stop] if axis == 0 else grey[:, start:stop]

"""How dark a pixel must be to count as ink, judged by what surrounds it.

A fixed threshold loses grey letters, letters on a tint and the shaded corner of a scan. So the
page is looked at in cells of half a millimetre. The *ground* of a cell is the paper or tint behind
the letters: a grey closing of 4 mm, which fills what is thinner than that. The *contrast* is how
much darker the darkest ink within a cell's distance is. A pixel is ink if it is darker than the
ground by a share of the contrast. Where all is black on white this is the fixed threshold again.

A light ground is paper, so tints vanish; where one ends a thin outline stays, because the cells
there still have the lighter ground. A dark ground is black itself, but for the surroundings of
letters that are darker still.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CELL = 4
"""Pixels along the side of a cell; the rows must be 7.7 to the millimetre."""

_CLOSING = 4
"""Cells to each side that a letter on its ground may reach."""

_DARK_GROUND = 140
_LEAST_CONTRAST = 110
_DARK_LETTERS = 70

Grey = NDArray[np.uint8]


def thresholds(grey: Grey, share: float) -> Grey:
    """For each pixel the grey value below which it is ink; ``share`` is the part of contrast."""
    lightest, darkest = _cells(grey)
    ground = _closed(lightest)
    darkest = _shrunk(darkest, 1)
    bare = ground < darkest.astype(np.int16) + _DARK_LETTERS
    ground[bare & (ground < _DARK_GROUND)] = 255
    contrast = ground.astype(np.int16) - darkest
    limit = ground - share * np.maximum(contrast, _LEAST_CONTRAST)
    limits = limit.clip(0, 255).astype(np.uint8)
    wide = np.ascontiguousarray(_in_rows(limits.T).T)
    return _in_rows(wide)[: grey.shape[0], : grey.shape[1]]


def ground_cells(grey: Grey) -> Grey:
    """The ground of every cell: what the picture looks like without all that is thin and dark."""
    return _closed(_cells(grey)[0])


def _closed(lightest: Grey) -> Grey:
    closed: Grey = np.maximum(_shrunk(_grown(lightest, _CLOSING), _CLOSING), lightest)
    return closed


def _in_rows(limits: Grey) -> Grey:
    """A row for each pixel of a cell; the outermost are at least what the next cell's are.

    So the outline of a tint stays where cell and tint end as one.
    """
    rows = limits.repeat(CELL, axis=0)
    between = np.maximum(limits[1:], limits[:-1])
    rows[CELL - 1 : -1 : CELL] = between
    rows[CELL::CELL] = between
    return rows


def _cells(grey: Grey) -> tuple[Grey, Grey]:
    """The lightest and the darkest pixel of every cell."""
    rows, columns = (-size % CELL for size in grey.shape)
    padded = np.pad(grey, ((0, rows), (0, columns)), mode="edge") if rows or columns else grey
    return _folded(padded, np.maximum), _folded(padded, np.minimum)


def _folded(grey: Grey, pick: np.ufunc) -> Grey:
    """One of every cell's pixels; four slices at a time are quicker than a reduction of four."""
    across = pick(pick(grey[0::4], grey[1::4]), pick(grey[2::4], grey[3::4]))
    picked: Grey = pick(
        pick(across[:, 0::4], across[:, 1::4]), pick(across[:, 2::4], across[:, 3::4])
    )
    return picked


def _grown(cells: Grey, reach: int) -> Grey:
    """The largest value within ``reach`` cells, across and down."""
    for axis in (0, 1):
        cells = _spread(cells, reach, axis)
    return cells


def _shrunk(cells: Grey, reach: int) -> Grey:
    """The smallest value within ``reach`` cells, across and down."""
    return 255 - _grown(255 - cells, reach)


def _spread(cells: Grey, reach: int, axis: int) -> Grey:
    size = cells.shape[axis]
    spread = cells.copy()
    for step in range(1, min(reach, size - 1) + 1):
        later, earlier = slice(step, None), slice(size - step)
        for to, source in ((later, earlier), (earlier, later)):
            there = (to, slice(None)) if axis == 0 else (slice(None), to)
            here = (source, slice(None)) if axis == 0 else (slice(None), source)
            np.maximum(spread[there], cells[here], out=spread[there])
    return spread

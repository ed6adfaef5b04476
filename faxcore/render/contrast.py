"""How dark a pixel must be to count as ink, judged by what surrounds it.

A fixed threshold loses grey letters, letters on a tint and the shaded corner of a scan. So the
page is looked at in cells of half a millimetre. The *ground* of a cell is the paper or tint behind
the letters: a grey closing of 4 mm, which fills what is thinner than that. The *contrast* is how
much darker the darkest ink within a cell's distance is. A pixel is ink if it is darker than the
ground by a share of the contrast. Where all is black on white this is the fixed threshold again.

A light ground is paper, so tints vanish (``outlines`` keeps their edges). A dark ground is black
itself, but for the surroundings of letters that are darker still. What is pale and thick, a
watermark or a stripe, is ground too, although a closing of 4 mm fills it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

CELL = 4
"""Pixels along the side of a cell, and rows of fine."""

_CLOSING = 4
"""Cells to each side that a letter on its ground may reach."""

_THICK = 2
"""Cells to each side that no stroke of a letter reaches."""

_DARK_GROUND = 140
_LEAST_CONTRAST = 110
_DARK_LETTERS = 100
_FULL_CONTRAST = 180
"""Ink so much darker than its ground is black with soft edges: the plain threshold will do."""

_PALE = 76
_PALE_INK = np.uint8(255 - _FULL_CONTRAST)
"""Ink on white that is not black by ``_FULL_CONTRAST``: from this tone on."""

_BAND_CELLS = 64
"""Cells down that are looked at together."""

Grey = NDArray[np.uint8]
_Rows = TypeVar("_Rows", np.uint8, np.bool_)


class Surroundings:
    """What surrounds each pixel of a page: its ground, and how much darker ink there is.

    ``cell_rows`` is how many rows of ``grey`` a cell has: a power of two.
    """

    def __init__(self, grey: Grey, cell_rows: int = CELL) -> None:
        self._grey, self._cell_rows = grey, cell_rows
        lightest, self._darkest = _cells(grey, cell_rows)
        self._white = _is_white(lightest)
        self.ground = np.full_like(lightest, 255) if self._white else _ground(lightest)
        self._near = _shrunk(self._darkest, 1)

    def of(self, grey: Grey) -> Surroundings:
        """The same for a picture that is nearly the same: ``grey`` is what is cut."""
        other = copy.copy(self)
        other._grey = grey
        return other

    def ink(self, share: float) -> NDArray[np.bool_]:
        """The pixels that are darker than the ground by this share of the contrast, or more."""
        return _gathered(self._inked(share), np.empty(self._grey.shape, np.bool_))

    def packed_ink(self, share: float) -> NDArray[np.uint8]:
        """The same, eight pixels to an octet."""
        height, width = self._grey.shape
        octets = (np.packbits(band, axis=1) for band in self._inked(share))
        return _gathered(octets, np.empty((height, -(-width // 8)), np.uint8))

    def _inked(self, share: float) -> Iterator[NDArray[np.bool_]]:
        """The ink, band by band."""
        greys, limits = _bands(self._grey, self._cell_rows), self._cut_at(share)
        if not limits.ndim:
            yield from (grey < limits for grey in greys)
            return
        for grey, cells in zip(greys, _bands(limits, 1), strict=True):
            wide = cells.repeat(CELL, axis=1).repeat(self._cell_rows, axis=0)
            yield grey < wide[: grey.shape[0], : grey.shape[1]]

    def _cut_at(self, share: float) -> NDArray[np.uint8]:
        """What is darker is ink: the one limit that is right for every cell, else that of each."""
        if self._white:
            by_tone = limits_on_white(share)
            if not self._any_pale(by_tone.max()):
                return np.array(by_tone[0])
        limits = self._limits(share)
        inked = limits[self._darkest < limits]
        if inked.size and inked.min() == inked.max() and not self._any_below(inked[0], limits):
            return np.array(inked[0])
        return limits

    def _any_pale(self, highest: np.uint8) -> bool:
        """Whether on white there may be ink with nothing black nearby: it has limits of its own."""
        pale = self._near >= _PALE_INK
        return bool((pale & (self._darkest < highest)).any())

    def _any_below(self, limit: np.uint8, limits: Grey) -> bool:
        """Whether a cell without ink would have some by this limit."""
        return bool(((self._darkest < limit) & (self._darkest >= limits)).any())

    def _limits(self, share: float) -> Grey:
        ground_and_near = self.ground.astype(np.intp)
        ground_and_near <<= 8
        ground_and_near |= self._near
        limits: Grey = _limits(share).take(ground_and_near)
        return limits


def limits_on_white(share: float) -> Grey:
    """What is darker than this is ink on white paper, by the darkest tone nearby."""
    limits: Grey = _limits(share)[255]
    return limits


def is_cut_as_on_white(letters: Grey, share: float) -> NDArray[np.bool_]:
    """For each letter, whether one limit holds for it wherever it stands, that of black on white.

    ``letters`` are pictures of one size, each with all its ink. It is so where white is near
    enough for the smaller closing, and black near all ink, however the cells of the page may lie.
    """
    limits = limits_on_white(share)
    light, dark = letters, letters
    for axis in (1, 2):
        light = _near(light, _THICK * CELL, axis, np.maximum)
        dark = _near(dark, CELL, axis, np.minimum)
    pale = (letters < limits.max()) & (dark >= _PALE_INK)
    plain: NDArray[np.bool_] = ~pale.any(axis=(1, 2)) & (light == 255).all(axis=(1, 2))
    return plain


def _near(pictures: Grey, reach: int, axis: int, pick: np.ufunc) -> Grey:
    """The lightest or darkest of the pixels within ``reach`` along an axis."""
    size, picked = pictures.shape[axis], pictures.copy()
    for step in range(1, min(reach, size - 1) + 1):
        for to, source in (
            (slice(step, None), slice(size - step)),
            (slice(size - step), slice(step, None)),
        ):
            there = np.moveaxis(picked, axis, 0)[to]
            pick(there, np.moveaxis(pictures, axis, 0)[source], out=there)
    return picked


@cache
def _limits(share: float) -> Grey:
    """What is darker than this is ink: 256 grounds by the 256 tones of the darkest ink nearby."""
    ground, near = np.indices((256, 256), np.int16)
    bare = (ground < near + _DARK_LETTERS) & (ground < _DARK_GROUND)
    ground[bare] = 255
    contrast = ground - near
    contrast[(contrast > _FULL_CONTRAST) & ~bare] = 255
    contrast = np.maximum(contrast, _LEAST_CONTRAST)
    limits: Grey = (ground - share * contrast).clip(0, 255).astype(np.uint8)
    return limits


def ground_cells(grey: Grey, cell_rows: int = CELL) -> Grey:
    """The ground of every cell: what the picture looks like without all that is thin and dark."""
    return _closed(lightest_cells(grey, cell_rows), _CLOSING)


def lightest_cells(grey: Grey, cell_rows: int = CELL) -> Grey:
    """The lightest pixel of every cell."""
    return _folded(_in_whole_cells(grey), np.maximum, cell_rows)


def _is_white(lightest: Grey) -> bool:
    """Whether even the smaller closing fills all there is with white: words on paper, no more."""
    return bool(_grown(lightest, _THICK).min() == 255)


def _ground(lightest: Grey) -> Grey:
    ground = _closed(lightest, _CLOSING)
    thick = _closed(lightest, _THICK)
    pale = (ground - thick < _PALE) & (thick > _DARK_GROUND)
    ground[pale] = thick[pale]
    return ground


def _closed(lightest: Grey, reach: int) -> Grey:
    closed: Grey = np.maximum(_shrunk(_grown(lightest, reach), reach), lightest)
    return closed


def _cells(grey: Grey, cell_rows: int) -> tuple[Grey, Grey]:
    """The lightest and the darkest pixel of every cell."""
    padded = _in_whole_cells(grey)
    return _folded(padded, np.maximum, cell_rows), _folded(padded, np.minimum, cell_rows)


def _in_whole_cells(grey: Grey) -> Grey:
    columns = -grey.shape[1] % CELL
    return np.pad(grey, ((0, 0), (0, columns)), mode="edge") if columns else grey


def _bands(rows: NDArray[_Rows], cell_rows: int) -> Iterator[NDArray[_Rows]]:
    """A page's rows some at a time: what is made of them then finds room in the cache."""
    each = _BAND_CELLS * cell_rows
    return (rows[top : top + each] for top in range(0, len(rows), each))


def _gathered(bands: Iterable[NDArray[_Rows]], whole: NDArray[_Rows]) -> NDArray[_Rows]:
    """``whole``, filled with bands one below the other."""
    top = 0
    for band in bands:
        whole[top : top + len(band)] = band
        top += len(band)
    return whole


def _folded(grey: Grey, pick: np.ufunc, cell_rows: int) -> Grey:
    """One of every cell's pixels."""
    bands = (_folded_band(band, pick, cell_rows) for band in _bands(grey, cell_rows))
    return np.concatenate([*bands, np.empty((0, grey.shape[1] // CELL), np.uint8)])


def _folded_band(grey: Grey, pick: np.ufunc, cell_rows: int) -> Grey:
    """The same of a band; halving again and again is quicker than a reduction."""
    whole = grey.shape[0] // cell_rows * cell_rows
    rest = grey[whole:]
    grey = grey[:whole]
    while cell_rows > 1:
        grey, cell_rows = pick(grey[0::2], grey[1::2]), cell_rows // 2
    if len(rest):
        grey = np.vstack([grey, pick.reduce(rest, axis=0)])
    return _folded_across(np.ascontiguousarray(grey), pick)


def _folded_across(grey: Grey, pick: np.ufunc) -> Grey:
    """One of four neighbours: as the halves of words, which is quicker than every other octet."""
    pairs = grey.view(np.uint16)
    pairs = pick(pairs & 0xFF, pairs >> 8)
    fours = pairs.view(np.uint32)
    folded: Grey = pick(fours & 0xFFFF, fours >> 16).astype(np.uint8)
    return folded


def _grown(cells: Grey, reach: int) -> Grey:
    """The largest value within ``reach`` cells, across and down."""
    for axis in (0, 1):
        cells = spread(cells, reach, axis)
    return cells


def _shrunk(cells: Grey, reach: int) -> Grey:
    """The smallest value within ``reach`` cells, across and down."""
    return 255 - _grown(255 - cells, reach)


def spread(cells: Grey, reach: int, axis: int) -> Grey:
    """The largest value within ``reach`` cells along an axis."""
    size = cells.shape[axis]
    spread = cells.copy()
    for step in range(1, min(reach, size - 1) + 1):
        later, earlier = slice(step, None), slice(size - step)
        for to, source in ((later, earlier), (earlier, later)):
            there = (to, slice(None)) if axis == 0 else (slice(None), to)
            here = (source, slice(None)) if axis == 0 else (slice(None), source)
            np.maximum(spread[there], cells[here], out=spread[there])
    return spread

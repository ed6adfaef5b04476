"""Bar codes and QR codes: found by what they look like, and drawn so that they can be read.

PDFium draws filled boxes on whole pixels, so that rules live; bars of a pixel and a half come out
as one or two, and a code cannot be read any more. Where half of what is there is black and the
colour changes often, the page is therefore drawn again, five times as fine each way, and a pixel is
black if half of it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Black = NDArray[np.bool_]
Region = tuple[slice, slice]

BLOCK = 8
"""Pixels and rows that are looked at as one."""

_SHARES = (0.3, 0.65)
_CHANGES = 0.07
"""Changes of colour from pixel to pixel, at least: bars are a millimetre thick at most."""

_BORDER = 1
_FAR = 3
"""Blocks that a code is away from a dark ground, at least."""

_LEAST_BLOCKS = 3

_ONES, _LAST_OCTET = np.uint64(0x0101010101010101), np.uint64(56)
"""The product of a word and the first has the sum of its octets in the last octet."""


def code_areas(black: Black, rows_each: int, no_code: Black) -> tuple[Black, list[Region]]:
    """Where codes may be: a mark for each pixel of the page, and boxes around them.

    ``rows_each`` is how many rows of the page are as high as one of coarse; ``no_code`` is where
    no code can be, cell by cell, with any number of cells.
    """
    sample = black[::rows_each]
    share = mean_nearby(sample)
    found = (share > _SHARES[0]) & (share < _SHARES[1])
    if not found.any():
        return np.zeros_like(black), []
    if no_code.any():
        found &= ~grown(_at_blocks(no_code, found.shape), _FAR)
        if not found.any():
            return np.zeros_like(black), []
    changes = np.zeros_like(sample)
    changes[:, 1:] = sample[:, 1:] ^ sample[:, :-1]
    found &= mean_nearby(changes) > _CHANGES
    found = grown(found, _BORDER)
    boxes = [_in_pixels(box, black.shape, rows_each) for box in _boxes(found)]
    if not boxes:
        return np.zeros_like(black), []
    return in_pixels(found, black.shape, rows_each), boxes


def _at_blocks(cells: Black, shape: tuple[int, ...]) -> Black:
    """The marks of cells, which are smaller than blocks, at the blocks that they lie in."""
    marks = np.zeros(shape, np.bool_)
    rows, columns = np.nonzero(cells)
    marks[rows * shape[0] // cells.shape[0], columns * shape[1] // cells.shape[1]] = True
    return marks


def mean_nearby(black: Black) -> NDArray[np.float64]:
    """The share of black within about 5 mm, for every block."""
    framed = np.pad(_blocks(black), ((2, 1), (3, 2)), mode="edge").cumsum(axis=0).cumsum(axis=1)
    total = framed[3:, 5:] - framed[:-3, 5:] - framed[3:, :-5] + framed[:-3, :-5]
    share: NDArray[np.float64] = total / (15 * BLOCK * BLOCK)
    return share


def _blocks(black: Black) -> NDArray[np.int32]:
    """How many pixels of every block are black.

    Eight pixels are added as one word: no octet of a sum of eight rows carries into the next.
    """
    if black.shape[1] % BLOCK or black.strides[1] != 1:
        black = np.ascontiguousarray(np.pad(black, ((0, 0), (0, -black.shape[1] % BLOCK))))
    words = black.view(np.uint64)
    whole = words.shape[0] // BLOCK * BLOCK
    sums = words[:whole:BLOCK].copy()
    for row in range(1, BLOCK):
        sums += words[row:whole:BLOCK]
    if whole < words.shape[0]:
        sums = np.vstack([sums, words[whole:].sum(axis=0, dtype=np.uint64)])
    blocks: NDArray[np.int32] = ((sums * _ONES) >> _LAST_OCTET).astype(np.int32)
    return blocks


def grown(blocks: Black, reach: int) -> Black:
    """Blocks and their neighbours, so many to each side."""
    for axis in (0, 1):
        wide = blocks.copy()
        to, source = np.moveaxis(wide, axis, 0), np.moveaxis(blocks, axis, 0)
        for step in range(1, min(reach, len(source) - 1) + 1):
            to[step:] |= source[:-step]
            to[:-step] |= source[step:]
        blocks = wide
    return blocks


def in_pixels(blocks: Black, shape: tuple[int, ...], rows_each: int = 1) -> Black:
    """A mark for each pixel of a page of this shape, of the marks of its blocks.

    A block is ``BLOCK`` pixels wide and ``rows_each`` times as many rows high.
    """
    wide = (blocks * _ONES).view(np.bool_)  # each mark eight times
    marks: Black = wide.repeat(BLOCK * rows_each, axis=0)[: shape[0], : shape[1]]
    return marks


def _boxes(found: Black) -> Iterator[Region]:
    """Boxes around what is marked: bands of rows, and in each what stands side by side."""
    for rows in _runs(found.any(axis=1)):
        for columns in _runs(found[rows].any(axis=0)):
            inner = np.flatnonzero(found[rows, columns].any(axis=1))
            box = slice(rows.start + int(inner[0]), rows.start + int(inner[-1]) + 1), columns
            if min(box[0].stop - box[0].start, columns.stop - columns.start) >= _LEAST_BLOCKS:
                yield box


def _runs(there: Any) -> Iterator[slice]:
    edges = np.flatnonzero(np.diff(np.pad(there, 1).astype(np.int8)))
    for start, stop in edges.reshape(-1, 2).tolist():
        yield slice(start, stop)


def _in_pixels(box: Region, shape: tuple[int, ...], rows_each: int) -> Region:
    rows, columns = box
    high = BLOCK * rows_each
    return (
        slice(rows.start * high, min(rows.stop * high, shape[0])),
        slice(columns.start * BLOCK, min(columns.stop * BLOCK, shape[1])),
    )

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
Packed = NDArray[np.uint8]
"""Rows of pixels, eight to an octet, as in a ``PageBitmap``."""

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

_ONES = np.uint64(0x0101010101010101)


def code_areas(
    sample: Packed, shape: tuple[int, int], rows_each: int, no_code: Black
) -> list[tuple[Region, Black]]:
    """Where codes may be: boxes on a page of this shape, and which pixels of each are meant.

    ``sample`` has one row of every ``rows_each``, which are as high as one of coarse; ``no_code``
    is where no code can be, cell by cell, with any number of cells.
    """
    share = mean_nearby(sample)
    found = (share > _SHARES[0]) & (share < _SHARES[1])
    if not found.any():
        return []
    if no_code.any():
        found &= ~grown(_at_blocks(no_code, found.shape), _FAR)
        if not found.any():
            return []
    found &= mean_nearby(_changes(sample)) > _CHANGES
    found = grown(found, _BORDER)
    areas = []
    for box in _boxes(found):
        rows, columns = region = _in_pixels(box, shape, rows_each)
        size = rows.stop - rows.start, columns.stop - columns.start
        areas.append((region, in_pixels(found[box], size, rows_each)))
    return areas


def _at_blocks(cells: Black, shape: tuple[int, ...]) -> Black:
    """The marks of cells, which are smaller than blocks, at the blocks that they lie in."""
    marks = np.zeros(shape, np.bool_)
    rows, columns = np.nonzero(cells)
    marks[rows * shape[0] // cells.shape[0], columns * shape[1] // cells.shape[1]] = True
    return marks


def _changes(rows: Packed) -> Packed:
    """The pixels that are not like the one before them; the first of a row never is one."""
    before: Packed = rows >> np.uint8(1)
    before[:, 1:] |= rows[:, :-1] * np.uint8(128)  # the last bit alone is left, as the first
    before[:, 0] |= rows[:, 0] & 128
    before ^= rows
    return before


def mean_nearby(rows: Packed) -> NDArray[np.float64]:
    """The share of black within about 5 mm, for every block."""
    blocks = _blocks(rows)
    framed = np.empty((blocks.shape[0] + 2, blocks.shape[1] + 4), np.uint16)
    framed[1:-1, 2:-2] = blocks
    framed[0], framed[-1] = framed[1], framed[-2]
    framed[:, :2], framed[:, -2:] = framed[:, 2:3], framed[:, -3:-2]
    high = framed[:-2] + framed[1:-1] + framed[2:]
    total = high[:, :-4] + high[:, 4:]
    for column in range(1, 4):
        total += high[:, column : column - 4]
    share: NDArray[np.float64] = total / (15 * BLOCK * BLOCK)
    return share


def _blocks(rows: Packed) -> NDArray[np.uint8]:
    """How many pixels of every block are black."""
    counts = np.bitwise_count(rows)
    whole = rows.shape[0] // BLOCK * BLOCK
    sums = counts[:whole:BLOCK].copy()
    for row in range(1, BLOCK):
        sums += counts[row:whole:BLOCK]
    if whole < rows.shape[0]:
        sums = np.vstack([sums, counts[whole:].sum(axis=0, dtype=np.uint8)])
    return sums


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

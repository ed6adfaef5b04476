"""Typewritten pages put together of cells, with the pixels that drawing them would give.

Every letter of a text is drawn once by PDFium, on a specimen page; a page is then copied together
from these cells, which takes a fifth of the time of drawing it. That this comes to the same is made
sure of: a page with a letter that has ink outside its cell is drawn, and the first lines of every
text are drawn as well and compared; if a pixel differs, all pages are drawn.

In fine, the cells are also cut to black and white once for all. That is right where one limit holds
all over the page (see ``contrast``): where nothing is so thick that its ground could be anything
but white, and no ink is without black nearby. Both are looked at in every letter by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faxcore.render.binarize import FINE_SHARE
from faxcore.render.contrast import is_cut_as_on_white, limits_on_white
from faxcore.render.geometry import Frame
from faxcore.render.raster import draw_grey
from faxcore.render.typewriter import CELL_PIXELS, CELL_ROWS, Grid, Typed, typed
from faxcore.t4 import PageBitmap

Grey = NDArray[np.uint8]
Black = NDArray[np.bool_]
Codes = NDArray[np.intp]
"""A page's letters as numbers, line by line; 0 is the blank."""

Rows = NDArray[np.void]
"""Cells, row by row of all of them."""

ASCII = "".join(map(chr, range(0x20, 0x7F)))

_FOUR = np.dtype([("head", np.uint64), ("tail", np.uint8)])
"""A row of four black cells: 72 pixels, in the order in which they are sent."""

_WORTH = 3
"""So many pages have to share the cost of the specimen."""

_COMPARED = 8
"""Lines of a text that are drawn to be compared."""

_APART = 3
"""Cells from letter to letter on the specimen, across and down."""


class Specimen:
    """The letters of the face, each drawn by itself in the middle of nothing.

    ``letters`` are sorted and begin with the blank, whose number is 0.
    """

    def __init__(self, letters: str, grid: Grid) -> None:
        self.letters, self.grid = letters, grid

    def numbers(self, lines: Sequence[str]) -> Codes:
        """Lines of letters that are all here, as numbers; each as long as a line can be."""
        text = "".join(line.ljust(self.grid.columns) for line in lines)
        return self._number_of[_points(text)].reshape(-1, self.grid.columns)

    @cached_property
    def cells(self) -> tuple[Grey, Black]:
        """The cell of every letter, and whether it has ink elsewhere too."""
        letters, each = self.letters, self.grid.columns // _APART
        lines = [
            line
            for first in range(0, len(letters), each)
            for line in ("", "".join(f" {letter} " for letter in letters[first : first + each]), "")
        ]
        if len(lines) > self.grid.rows:
            return np.zeros((0, CELL_ROWS, CELL_PIXELS), np.uint8), np.ones(len(letters), np.bool_)
        page = typed([lines], self.grid, frozenset(self.letters)).document[0]
        return _cut_out(draw_grey(page, self.grid.frame), self.grid, len(letters))

    @cached_property
    def grey_rows(self) -> Rows:
        """The grey cells."""
        return _in_rows(self.cells[0])

    @cached_property
    def quarters(self) -> list[NDArray[Any]]:
        """The black cells row by row: as each of the four of a head, and as the tail of one."""
        black = self.cells[0] < limits_on_white(FINE_SHARE)[0]
        pixels = np.uint64(1) << np.arange(CELL_PIXELS, dtype=np.uint64)[::-1]
        rows = (black * pixels).sum(axis=2).T
        heads = [rows << np.uint64(shift) for shift in (46, 28, 10)] + [rows >> np.uint64(8)]
        return [*(head.astype(">u8").view(np.uint64) for head in heads), rows.astype(np.uint8)]

    @cached_property
    def is_plain(self) -> Black:
        """Of which letters the black rows are right."""
        return is_cut_as_on_white(self.cells[0], FINE_SHARE)

    @cached_property
    def _number_of(self) -> Codes:
        points = _points(self.letters)
        numbers = np.zeros(int(points[-1]) + 1, np.intp)
        numbers[points] = np.arange(len(points))
        return numbers


@lru_cache(maxsize=4)
def specimen(letters: str, grid: Grid) -> Specimen:
    """A specimen, kept: most texts need none but that of ``ASCII``."""
    return Specimen(letters, grid)


class Cells:
    """The pages of a typewritten text, put together of the letters of a specimen."""

    def __init__(self, written: Typed) -> None:
        self._written, self._grid = written, written.grid
        letters = "".join(sorted(written.letters)) if written.letters.difference(ASCII) else ASCII
        self._specimen = specimen(letters, written.grid)

    def grey(self, index: int, frame: Frame) -> Grey | None:
        """A page's grey values in this frame, or None where it has to be drawn."""
        codes = self._codes(index, frame)
        return None if codes is None else self._assembled(codes, frame)

    def black(self, index: int, frame: Frame) -> PageBitmap | None:
        """A page's ink in fine, as ``Surroundings.ink`` finds it; None where it has to."""
        codes = self._codes(index, frame)
        if codes is None or not self._specimen.is_plain[codes].all():
            return None
        return PageBitmap(self._packed(codes, frame), frame.pixels)

    def _codes(self, index: int, frame: Frame) -> Codes | None:
        """The letters of a page that can be put together, else None.

        There must be pages enough, cells must be whole pixels in this frame, and no letter may
        have ink outside its cell.
        """
        own = self._grid.frame
        if len(self._written.pages) < _WORTH or replace(frame, rows=own.rows) != own:
            return None
        codes = self._specimen.numbers(self._written.pages[index])
        return None if self._specimen.cells[1][codes].any() or not self._is_as_drawn else codes

    @cached_property
    def _is_as_drawn(self) -> bool:
        """Whether the first lines that can be put together are, pixel for pixel, what is drawn."""
        for index, page in enumerate(self._written.pages):
            codes = self._specimen.numbers(page)
            inked = np.flatnonzero(codes.any(axis=1))
            if inked.size and not self._specimen.cells[1][codes].any():
                codes = codes[: int(inked[0]) + _COMPARED]
                rows = self._grid.top + len(codes) * CELL_ROWS
                frame = replace(self._grid.frame, rows=rows)
                drawn = draw_grey(self._written.document[index], frame)
                return np.array_equal(drawn, self._assembled(codes, frame))
        return False

    def _packed(self, codes: Codes, frame: Frame) -> NDArray[np.uint8]:
        """The black cells of a page side by side, four at a time: they are nine octets."""
        fours = np.pad(codes, ((0, 0), (0, -codes.shape[1] % 4))).reshape(len(codes), -1, 4)
        *heads, tails = self._specimen.quarters
        head = heads[0].take(fours[:, :, 0], axis=1)
        for number in range(1, 4):
            head |= heads[number].take(fours[:, :, number], axis=1)
        made = np.empty((len(codes), CELL_ROWS, fours.shape[1]), _FOUR)
        made["head"] = head.swapaxes(0, 1)
        made["tail"] = tails.take(fours[:, :, 3], axis=1).swapaxes(0, 1)
        rows = np.zeros((frame.rows, frame.pixels // 8), np.uint8)
        octets = made.view(np.uint8).reshape(len(codes) * CELL_ROWS, -1)
        top, left = self._grid.top, (frame.left + self._grid.left) // 8
        here = rows[top : top + octets.shape[0], left : left + octets.shape[1]]
        here |= octets[: here.shape[0], : here.shape[1]]
        return rows

    def _assembled(self, codes: Codes, frame: Frame) -> Grey:
        """The grey cells of a page side by side."""
        page = np.full((frame.rows, frame.pixels), 255, np.uint8)
        left, width = frame.left + self._grid.left, codes.shape[1] * CELL_PIXELS
        for number, line in enumerate(codes):
            if line.any():
                top = self._grid.top + number * CELL_ROWS
                copied = self._specimen.grey_rows.take(line, axis=1)["pixels"].reshape(
                    CELL_ROWS, width
                )
                page[top : top + CELL_ROWS, left : left + width] = copied
        return page


def _in_rows(cells: NDArray[Any]) -> Rows:
    """The first row of all cells, then the second and so on: a row of a cell is one thing."""
    row = np.dtype([("pixels", cells.dtype, CELL_PIXELS)])
    return np.ascontiguousarray(cells.swapaxes(0, 1)).view(row)[:, :, 0]


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def _cut_out(specimen: Grey, grid: Grid, count: int) -> tuple[Grey, Black]:
    """The cells of the letters on a specimen page, and which of them have ink around them."""
    down, across = grid.rows // _APART, grid.columns // _APART
    top, left = grid.top, grid.frame.left + grid.left
    height, width = _APART * CELL_ROWS, _APART * CELL_PIXELS
    blocks = specimen[top : top + down * height, left : left + across * width]
    blocks = blocks.reshape(down, height, across, width).swapaxes(1, 2).reshape(-1, height, width)
    rows, columns = slice(CELL_ROWS, 2 * CELL_ROWS), slice(CELL_PIXELS, 2 * CELL_PIXELS)
    cells = blocks[:count, rows, columns].copy()
    around = blocks[:count].copy()
    around[:, rows, columns] = 255
    return cells, around.min(axis=(1, 2)) < 255

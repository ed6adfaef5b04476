"""The rows of a page while it is decoded: each a picture, the same as another, or bad."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.run_decoder import fill_between

_BAD = -1
_FIRST_DRAWN = -2  # pictures given are numbered upwards from 0, drawn ones downwards from here
_BLOCK_PIXELS = 1 << 22


class RowStore:
    """Collects rows in their order.

    A row is given as its columns of change, as the number of a row of pixels handed over before,
    or as None where it is bad. Rows like the one above are kept once.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._given: list[NDArray[np.uint8]] = []
        self._given_rows = 0
        self._columns = array("i")
        self._counts: list[int] = []
        self._pictures = array("q")  # which picture each row shows
        self._bits = array("q")
        self._last: list[int] | None = []

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self._pictures)

    def give_pixels(self, pixels: NDArray[np.uint8]) -> None:
        """Hand over rows that are decoded already."""
        self._given.append(pixels)
        self._given_rows += len(pixels)

    def add_given(self, bits: NDArray[np.int64]) -> None:
        """The rows handed over last, in their order, with their lengths on the line."""
        numbers = np.arange(self._given_rows - len(bits), self._given_rows, dtype=np.int64)
        self._pictures.frombytes(numbers.tobytes())
        self._bits.frombytes(bits.astype(np.int64).tobytes())

    def add_pixels(self, pixels: NDArray[np.uint8], bits: NDArray[np.int64]) -> None:
        """Rows by their pixels, with their lengths on the line."""
        if len(pixels):
            self.give_pixels(pixels)
            self.add_given(bits)

    def add_one_given(self, number: int, bits: int) -> None:
        """One of the rows handed over, counted from the first of all."""
        self._pictures.append(number)
        self._bits.append(bits)

    def add(self, changes: list[int] | None, bits: int) -> None:
        """A row by its changes, or a bad one."""
        self._bits.append(bits)
        if changes is None:
            self._pictures.append(_BAD)
            return
        if changes != self._last or not self._counts:
            self._columns.extend(changes)
            self._counts.append(len(changes))
            self._last = changes
        self._pictures.append(_FIRST_DRAWN - len(self._counts) + 1)

    def above(self) -> list[int] | None:
        """The changes of the last row; none in the white row above the page, None if it is bad."""
        if not self._pictures:
            return []
        picture = self._pictures[-1]
        if picture == _BAD:
            return None
        if picture <= _FIRST_DRAWN:
            return self._last
        bits = np.unpackbits(self._given_row(picture), count=self._width)
        changed: list[int] = np.flatnonzero(np.diff(bits, prepend=0)).tolist()
        return changed

    def _given_row(self, number: int) -> NDArray[np.uint8]:
        first = self._given_rows
        for pixels in reversed(self._given):
            first -= len(pixels)
            if number >= first:
                row: NDArray[np.uint8] = pixels[number - first]
                return row
        raise IndexError(number)

    def finish(self, limit: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int64]]:
        """Pixels, which rows are bad, and their lengths on the line, of at most ``limit`` rows."""
        pictures = np.array(self._pictures[:limit], np.int64)
        bits = np.array(self._bits[:limit], np.int64)
        if len(self._given) == 1 and not self._counts and len(pictures) == self._given_rows:
            return self._given[0], pictures == _BAD, bits
        drawn = self._draw()
        pixels = np.concatenate((*self._given, drawn, np.zeros((1, drawn.shape[1]), np.uint8)))
        drawn_at = self._given_rows + _FIRST_DRAWN - pictures
        shown = np.where(pictures <= _FIRST_DRAWN, drawn_at, pictures)  # a bad row shows the last
        return pixels[shown], pictures == _BAD, bits

    def _draw(self) -> NDArray[np.uint8]:
        """The rows given by their changes, a block at a time."""
        stride = self._width // 64 * 64 + 64
        counts = np.array(self._counts, np.int64)
        columns = np.frombuffer(self._columns, np.int32) if self._columns else np.zeros(0, np.int32)
        ends = np.concatenate(([0], np.cumsum(counts)))
        pixels = np.zeros((len(counts), (self._width + 7) // 8), np.uint8)
        step = max(1, _BLOCK_PIXELS // stride)
        for top in range(0, len(counts), step):
            bottom = min(top + step, len(counts))
            rows = np.repeat(np.arange(bottom - top), counts[top:bottom])
            changed = np.zeros((bottom - top) * stride, np.bool_)
            changed[rows * stride + columns[ends[top] : ends[bottom]]] = True
            pixels[top:bottom] = fill_between(changed.reshape(-1, stride), self._width)
        return pixels

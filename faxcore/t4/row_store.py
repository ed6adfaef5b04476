"""The rows of a page while it is decoded: each a picture, the same as another, or bad."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.run_decoder import fill_between

_BAD = -1
_BLOCK_PIXELS = 1 << 22


class RowStore:
    """Collects rows in their order.

    A row is given as its columns of change, as the number of a row of pixels handed over before,
    or as None where it is bad. Rows like the one above are kept once.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._given = np.zeros((0, (width + 7) // 8), np.uint8)
        self._columns = array("i")
        self._counts: list[int] = []
        self._pictures: list[int] = []  # which picture each row shows: given ones, then drawn ones
        self._bits: list[int] = []
        self._last: list[int] | None = []

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self._pictures)

    def give_pixels(self, pixels: NDArray[np.uint8]) -> None:
        """Hand over rows that are decoded already; before any other row."""
        self._given = pixels

    def add_given(self, bits: NDArray[np.int64]) -> None:
        """All the rows handed over, in their order, with their lengths on the line."""
        self._pictures = list(range(len(self._given)))
        self._bits = bits.tolist()

    def add_one_given(self, number: int, bits: int) -> None:
        """One of the rows handed over."""
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
        self._pictures.append(len(self._given) + len(self._counts) - 1)

    def above(self) -> list[int] | None:
        """The changes of the last row; none in the white row above the page, None if it is bad."""
        if not self._pictures:
            return []
        picture = self._pictures[-1]
        if picture == _BAD:
            return None
        if picture >= len(self._given):
            return self._last
        bits = np.unpackbits(self._given[picture], count=self._width)
        changed: list[int] = np.flatnonzero(np.diff(bits, prepend=0)).tolist()
        return changed

    def finish(self, limit: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int64]]:
        """Pixels, which rows are bad, and their lengths on the line, of at most ``limit`` rows."""
        pictures = np.array(self._pictures[:limit], np.int64)
        bits = np.array(self._bits[:limit], np.int64)
        if not self._counts and len(pictures) == len(self._given):
            return self._given, pictures == _BAD, bits
        drawn = self._draw()
        pixels = np.concatenate(
            (self._given, drawn, np.zeros_like(drawn[:1], shape=(1, drawn.shape[1])))
        )
        return pixels[pictures], pictures == _BAD, bits

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

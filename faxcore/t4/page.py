"""What a page is before and after coding: T.4 section 2 (dimensions), T.30 table 2 (resolutions).

A ``PageBitmap`` is pixels; an ``EncodedPage`` is the same page in one ``Coding``, with the bit
length of every coded row beside it, because the fill that a receiver's minimum scan line time
demands can only be computed in the call.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Coding(enum.Enum):
    """A T.4/T.6 coding: MH (T.4 one-dimensional), MR (T.4 two-dimensional), MMR (T.6)."""

    MH = "mh"
    MR = "mr"
    MMR = "mmr"


class Resolution(enum.Enum):
    """Pels an inch across and lines an inch down.

    The metric resolutions of T.4 (8.04 pels/mm; 3.85, 7.7 or 15.4 lines/mm) are named by their
    rounded inch figures, as TIFF class F does.
    """

    COARSE = (204, 98)
    FINE = (204, 196)
    SUPERFINE = (204, 391)
    R200X100 = (200, 100)
    R200X200 = (200, 200)
    R200X400 = (200, 400)
    R300X300 = (300, 300)
    R400X400 = (400, 400)
    R408X391 = (408, 391)

    def __init__(self, x_dpi: int, y_dpi: int) -> None:
        self.x_dpi = x_dpi
        self.y_dpi = y_dpi


@dataclass(frozen=True, slots=True, eq=False)
class PageBitmap:
    """One page of pixels, packed eight to an octet.

    ``rows`` is ``uint8`` of shape ``(height, ceil(width / 8))``, the leftmost pixel in the most
    significant bit, 1 = black, the spare bits of the last octet 0. ``width`` is in pixels.
    """

    rows: NDArray[np.uint8]
    width: int
    resolution: Resolution = Resolution.FINE

    def __post_init__(self) -> None:
        stride = (self.width + 7) // 8
        if self.rows.dtype != np.uint8 or self.rows.ndim != 2 or self.rows.shape[1] != stride:
            raise ValueError(
                f"rows must be uint8 of shape (height, {stride}) for {self.width} pixels, "
                f"not {self.rows.dtype} of shape {self.rows.shape}"
            )

    @classmethod
    def from_array(cls, pixels: ArrayLike, resolution: Resolution = Resolution.FINE) -> PageBitmap:
        """Pack a (height, width) array of booleans or 0/1, where true or 1 is black."""
        array = np.asarray(pixels)
        if array.ndim != 2:
            raise ValueError(f"pixels must have two dimensions, not {array.ndim}")
        if array.dtype != np.bool_ and not np.isin(array, (0, 1)).all():
            raise ValueError("pixels must be booleans or 0/1 (1 = black)")
        return cls(
            np.packbits(array.astype(np.bool_, copy=False), axis=1), array.shape[1], resolution
        )

    def to_array(self) -> NDArray[np.bool_]:
        """The pixels as a (height, width) array of booleans, true = black."""
        return np.unpackbits(self.rows, axis=1, count=self.width).astype(np.bool_)

    @property
    def height(self) -> int:
        """How many rows the page has."""
        return int(self.rows.shape[0])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PageBitmap):
            return NotImplemented
        same_size = self.width == other.width and self.resolution is other.resolution
        return same_size and np.array_equal(self.rows, other.rows)

    __hash__ = None  # type: ignore[assignment]  # holds a mutable array


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPage:
    """One page in one coding.

    ``data`` holds the coded rows one after the other, the bit that is sent first in the most
    significant bit of each octet (TIFF FillOrder 1), the last octet padded with zeros; no fill,
    no RTC, no EOFB. In MH and MR each row is preceded by its EOL (and tag bit); ``row_bits`` is
    an ``int32`` array of each row's length in bits, EOL and tag bit included, so that the fill
    for a minimum scan line time can be computed when it is known (T.4 section 4.1.3).
    """

    data: bytes
    coding: Coding
    width: int
    row_bits: NDArray[np.int32]
    resolution: Resolution = Resolution.FINE

    @property
    def height(self) -> int:
        """How many rows the page has."""
        return int(self.row_bits.shape[0])

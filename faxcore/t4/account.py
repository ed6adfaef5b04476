"""What decoding a page found: its pixels, and how far they can be trusted (T.4, TIFF class F)."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.page import PageBitmap


class EndedBy(enum.Enum):
    """What told the decoder that the page is over."""

    RTC = "RTC"
    EOFB = "EOFB"
    END_OF_DATA = "end of data"
    ROW_LIMIT = "row limit"


class Repair(enum.Enum):
    """What stands in for a row that could not be decoded."""

    COPY = "copy of the last good row"
    WHITE = "white"


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPage:
    """A decoded page with its account.

    ``bad`` is a boolean for each row: true where the row is a repair. ``row_bits`` is each row's
    length on the line in bits, its codes, fill and the EOL after it together, which is what a
    minimum scan line time is measured by; 0 for a row without an EOL after it.
    """

    bitmap: PageBitmap
    bad: NDArray[np.bool_]
    row_bits: NDArray[np.int64]
    ended_by: EndedBy

    @property
    def bad_rows(self) -> int:
        """How many rows are repairs: TIFF tag BadFaxLines."""
        return int(np.count_nonzero(self.bad))

    @property
    def bad_row_indices(self) -> tuple[int, ...]:
        """Which rows are repairs, counted from 0."""
        return tuple(int(row) for row in np.flatnonzero(self.bad))

    @property
    def longest_bad_run(self) -> int:
        """The most repairs one below the other: TIFF tag ConsecutiveBadFaxLines."""
        edges = np.flatnonzero(np.diff(self.bad.astype(np.int8), prepend=0, append=0))
        return int((edges[1::2] - edges[::2]).max(initial=0))


def repair_rows(
    pixels: NDArray[np.uint8], bad: NDArray[np.bool_], repair: Repair
) -> NDArray[np.uint8]:
    """Rows with the bad ones replaced; above the first good row a repair is white."""
    if not bad.any():
        return pixels
    good = np.where(bad, -1, np.arange(len(bad)))
    source = np.maximum.accumulate(good) if repair is Repair.COPY else good
    repaired = pixels[source]
    repaired[source < 0] = 0
    return repaired

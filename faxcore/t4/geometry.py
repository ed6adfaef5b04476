"""Pages in other dimensions: for a receiver of a coarser resolution or a narrower width.

Where pixels merge, black wins: rows and columns are OR-ed, so that a hairline of one pixel lives.
This is for pages that are bitmaps already; a page that is rendered is better rendered twice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.page import PageBitmap, Resolution

# The resolution with half the rows.
HALF = {
    Resolution.FINE: Resolution.COARSE,
    Resolution.SUPERFINE: Resolution.FINE,
    Resolution.R200X200: Resolution.R200X100,
    Resolution.R200X400: Resolution.R200X200,
}


def halve_rows(page: PageBitmap) -> PageBitmap:
    """Fine to coarse, superfine to fine: each two rows OR-ed, a last odd one alone.

    ``ValueError`` for a resolution that has no half.
    """
    if page.resolution not in HALF:
        raise ValueError(f"there is no resolution with half the rows of {page.resolution.name}")
    rows = page.rows[0::2].copy()
    rows[: page.height // 2] |= page.rows[1::2]
    return PageBitmap(rows, page.width, HALF[page.resolution])


def narrow(page: PageBitmap, width: int) -> PageBitmap:
    """The page reduced to a smaller width, and its height in proportion.

    Every pixel of the page falls into exactly one of the result. ``ValueError`` if ``width`` is
    not smaller than the page's.
    """
    if not 0 < width <= page.width:
        raise ValueError(f"a page of {page.width} pixels cannot be narrowed to {width}")
    height = -(-page.height * width // page.width)
    rows = _merge(page.rows, page.height, height)
    pixels = np.unpackbits(rows, axis=1, count=page.width)
    columns = _merge(np.ascontiguousarray(pixels.T), page.width, width)
    return PageBitmap(np.packbits(columns.T, axis=1), width, page.resolution)


def chop_trailing_white(page: PageBitmap, keep: int = 0) -> PageBitmap:
    """The page without the white rows at its foot, but ``keep`` of them.

    T.4 lets a page be of any length, and a receiver with a roll of paper cuts it there.
    """
    black = np.flatnonzero(page.rows.any(axis=1))
    height = int(black[-1]) + 1 if len(black) else 0
    return PageBitmap(page.rows[: min(height + keep, page.height)], page.width, page.resolution)


def _merge(lines: NDArray[np.uint8], count: int, target: int) -> NDArray[np.uint8]:
    """``count`` lines OR-ed together to ``target`` lines."""
    starts = np.arange(target + 1) * count // max(target, 1)
    merged = lines[starts[:-1]]
    for further in range(1, int(np.diff(starts).max(initial=1))):
        merged |= lines[np.minimum(starts[:-1] + further, starts[1:] - 1)]
    return merged

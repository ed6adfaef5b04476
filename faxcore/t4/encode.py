"""Pixels to codes: T.4 4.1 (MH), for whole pages at once.

A row is a list of *events*: the columns where the colour changes, and the end of the row. The
distance of an event from the one before it is a run; its rank in the row gives the colour.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bits import LENGTH_MASK, join_codes, make_code
from faxcore.t4.page import Coding, EncodedPage, PageBitmap

MAX_WIDTH = 5119  # one run of it, with its EOL, still is one code; T.4 and T.30 end at 4864


def encode_page(bitmap: PageBitmap, coding: Coding = Coding.MH) -> EncodedPage:
    """Code a page: every row with its EOL before it, no fill and no RTC.

    Raises ``ValueError`` for a page that no facsimile coding can carry: wider than ``MAX_WIDTH``.
    """
    if not 0 < bitmap.width <= MAX_WIDTH:
        raise ValueError(f"a page is 1 to {MAX_WIDTH} pixels wide, not {bitmap.width}")
    if coding is not Coding.MH:
        raise ValueError(f"no encoder for {coding.name}")
    codes, row_ends = _mh_codes(bitmap)
    data, ends = join_codes(codes)
    row_bits = np.diff(ends[row_ends], prepend=0).astype(np.int32)
    return EncodedPage(data, coding, bitmap.width, row_bits, bitmap.resolution)


@lru_cache(maxsize=1)
def run_codes() -> NDArray[np.uint64]:
    """The codes of all runs, shape (2, MAX_WIDTH + 1): colour (1 = black), length."""
    return np.array(
        [
            [make_code(tables.run_code(length, black)) for length in range(MAX_WIDTH + 1)]
            for black in (False, True)
        ]
    )


def _mh_codes(bitmap: PageBitmap) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """One code for each run, the row's EOL joined to its first; and each row's last code."""
    events, row_of = _events(bitmap)
    first = np.flatnonzero(np.diff(row_of, prepend=-1))
    lengths = np.diff(events, prepend=-1)
    lengths[first] -= 1
    black = (np.arange(len(events)) - first[row_of]) & 1
    codes = run_codes().ravel()[black * (MAX_WIDTH + 1) + lengths]
    eol = make_code(tables.EOL)
    opened = codes[first]
    codes[first] = (
        (eol & ~LENGTH_MASK)
        | ((opened & ~LENGTH_MASK) >> np.uint64(len(tables.EOL)))
        | ((opened & LENGTH_MASK) + np.uint64(len(tables.EOL)))
    )
    return codes, np.append(first[1:], len(events))[: bitmap.height] - 1


def _events(bitmap: PageBitmap) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All events of the page, counted through with ``width + 1`` columns a row, and their rows."""
    width = bitmap.width
    pixels = np.unpackbits(bitmap.rows, axis=1, count=width)
    changed = np.ones((bitmap.height, width + 1), np.bool_)
    changed[:, 0] = pixels[:, 0]
    np.not_equal(pixels[:, 1:], pixels[:, :-1], out=changed[:, 1:width])
    events = np.flatnonzero(changed.ravel())
    return events, events // (width + 1)

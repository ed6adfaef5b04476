"""Pixels to codes: T.4 4.1 (MH) and 4.2 (MR), T.6 (MMR)."""

from __future__ import annotations

import numpy as np

from faxcore.t4.bits import words_to_octets
from faxcore.t4.codes import MAX_WIDTH
from faxcore.t4.mh import encode_mh
from faxcore.t4.page import Coding, EncodedPage, PageBitmap

# glibc maps every array above 128 KB anew, and faulting its pages in was 35 to 45 % of the time of
# encoding. Once a block of this size has been freed, it keeps blocks up to that size in its heap.
np.empty(31 << 20, np.uint8)


def encode_page(bitmap: PageBitmap, coding: Coding = Coding.MH) -> EncodedPage:
    """Code a page: every row with its EOL before it, no fill and no RTC.

    Raises ``ValueError`` for a page that no facsimile coding can carry: wider than ``MAX_WIDTH``.
    """
    if not 0 < bitmap.width <= MAX_WIDTH:
        raise ValueError(f"a page is 1 to {MAX_WIDTH} pixels wide, not {bitmap.width}")
    if coding is not Coding.MH:
        raise ValueError(f"no encoder for {coding.name}")
    words, row_bits = encode_mh(bitmap.rows, bitmap.width)
    data = words_to_octets(words, int(row_bits.sum()))
    return EncodedPage(data, coding, bitmap.width, row_bits.astype(np.int32), bitmap.resolution)

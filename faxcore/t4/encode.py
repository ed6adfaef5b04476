"""Pixels to codes: T.4 4.1 (MH) and 4.2 (MR), T.6 (MMR)."""

from __future__ import annotations

import numpy as np

from faxcore.t4 import acceleration
from faxcore.t4.bits import words_to_octets
from faxcore.t4.blank import encode_blank, is_blank
from faxcore.t4.codes import MAX_WIDTH
from faxcore.t4.mh import encode_mh
from faxcore.t4.page import Coding, EncodedPage, PageBitmap
from faxcore.t4.two_dimensional_page import encode_mmr, encode_mr

# glibc maps every array above 128 KB anew, and faulting its pages in was 35 to 45 % of the time of
# encoding. Once a block of this size has been freed, it keeps blocks up to that size in its heap.
np.empty(31 << 20, np.uint8)


# T.4 4.2.2 and what machines do above its resolutions: rows from one 1-D row to the next, by lpi.
K_FACTORS = {98: 2, 100: 2, 196: 4, 200: 4, 300: 6, 391: 8, 400: 8}


def encode_page(
    bitmap: PageBitmap, coding: Coding = Coding.MH, *, k: int | None = None
) -> EncodedPage:
    """Code a page: every row of MH and MR with its EOL before it, no fill, no RTC, no EOFB.

    ``k`` is the K parameter of MR, by default that of the page's resolution. Raises ``ValueError``
    for a page that no facsimile coding can carry: wider than ``MAX_WIDTH``.
    """
    if not 0 < bitmap.width <= MAX_WIDTH:
        raise ValueError(f"a page is 1 to {MAX_WIDTH} pixels wide, not {bitmap.width}")
    if k is not None and k < 1:
        raise ValueError(f"K is at least 1, not {k}")
    factor = k or K_FACTORS[bitmap.resolution.y_dpi]
    if is_blank(bitmap.rows):
        data, lengths = encode_blank(bitmap.height, bitmap.width, coding, factor)
        return EncodedPage(data, coding, bitmap.width, lengths, bitmap.resolution)
    if acceleration.engaged():
        data, lengths = acceleration.encode_rows(bitmap.rows, bitmap.width, coding, factor)
        return EncodedPage(data, coding, bitmap.width, lengths, bitmap.resolution)
    if coding is Coding.MH:
        words, row_bits = encode_mh(bitmap.rows, bitmap.width)
    elif coding is Coding.MR:
        words, row_bits = encode_mr(bitmap.rows, bitmap.width, factor)
    else:
        words, row_bits = encode_mmr(bitmap.rows, bitmap.width)
    data = words_to_octets(words, int(row_bits.sum()))
    return EncodedPage(data, coding, bitmap.width, row_bits.astype(np.int32), bitmap.resolution)

"""A coded page in another coding: T.4, T.6.

What a page is coded as already is given back as it is. Everything else goes through pixels, except
with the compiled coder, which codes the changes of each row as soon as it has decoded them. Without
it pixels are the faster way: coding from them costs less than finding them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import acceleration, tables
from faxcore.t4.decode import decode_page
from faxcore.t4.encode import K_FACTORS, encode_page
from faxcore.t4.page import Coding, EncodedPage

_TAG = len(tables.EOL)  # the bit after it, in MR


def transcode(page: EncodedPage, coding: Coding, *, k: int | None = None) -> EncodedPage:
    """The same page in this coding: bit for bit ``encode_page(decode_page(page), coding, k=k)``.

    ``page`` itself if it is coded so already, which is taken on trust. ``ValueError`` if it is not
    what ``encode_page`` makes.
    """
    if k is not None and k < 1:
        raise ValueError(f"K is at least 1, not {k}")
    factor = k or K_FACTORS[page.resolution.y_dpi]
    if page.coding is coding and (coding is not Coding.MR or _has_k(page, factor)):
        return page
    if acceleration.engaged():
        made = acceleration.transcode_rows(page, flat_rows(page), coding, factor)
        if made is not None:
            return EncodedPage(made[0], coding, page.width, made[1], page.resolution)
    return encode_page(decode_page(page), coding, k=k)


def _has_k(page: EncodedPage, k: int) -> bool:
    """Whether of every ``k`` rows of a page in MR just the first is coded one-dimensionally."""
    return bool(np.array_equal(flat_rows(page), np.arange(page.height) % k == 0))


def flat_rows(page: EncodedPage) -> NDArray[np.bool_]:
    """Which rows of a page are coded one-dimensionally."""
    if page.coding is not Coding.MR:
        return np.full(page.height, page.coding is Coding.MH)
    lengths = page.row_bits.astype(np.int64)
    tags = lengths.cumsum() - lengths + _TAG
    octets = np.frombuffer(page.data, np.uint8)
    if len(tags) and (lengths.min() <= _TAG or int(tags[-1]) >= len(octets) * 8):
        raise ValueError("the rows of the page are not as long as its data")
    return np.asarray(octets[tags >> 3] >> (7 - (tags & 7)) & 1 == 1)

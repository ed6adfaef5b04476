"""Pages out of what crossed a port, in a form that a driver sends as the very same octets.

A page that our coder made decodes to pixels whose coding is the same again. One that it did not
make, or that was cut off, is taken as it came, in pieces that are no rows and need no fill.
"""

from __future__ import annotations

import numpy as np

from faxcore.t4 import EncodedPage, decode_octets, encode_page, line_octets
from faxcore.t4.line import END_OF_PAGE, without_end
from faxcore.t30.capabilities import SessionParameters

_PIECE_BITS = 2000
"""Longer than the minimum of any row, shorter than 5 s at any rate."""

_BEHIND_THE_CUT = 1 << 16
"""Octets that a driver had still to send when the line was cut: more than any modem takes."""


def form_of_page(octets: bytes, under: SessionParameters, *, complete: bool) -> EncodedPage:
    """The page that is sent as ``octets``, the first-sent bit leftmost, without correction."""
    if complete:
        made = _as_made(octets, under)
        if made is not None:
            return made
        return as_it_came(octets, under)
    return as_it_came(octets + bytes(_BEHIND_THE_CUT), under)


def form_of_frames(octets: bytes, under: SessionParameters) -> EncodedPage:
    """The page of which these are the frames' data, zeros behind its end."""
    page = decode_octets(octets, under.coding, under.width, under.resolution)
    if page.bitmap.height and not page.bad_rows:
        form = encode_page(page.bitmap, under.coding)
        if line_octets(form).rstrip(b"\0") == octets.rstrip(b"\0"):
            return form
    return as_it_came(octets, under)


def as_it_came(octets: bytes, under: SessionParameters) -> EncodedPage:
    """The octets as a page, without the end that sending appends."""
    bits = _bits_before_end(octets, END_OF_PAGE[under.coding])
    pieces = max(1, bits // _PIECE_BITS)
    lengths = np.full(pieces, _PIECE_BITS, np.int32)
    lengths[-1] = bits - (pieces - 1) * _PIECE_BITS
    return EncodedPage(octets, under.coding, under.width, lengths, under.resolution)


def _as_made(octets: bytes, under: SessionParameters) -> EncodedPage | None:
    page = decode_octets(octets, under.coding, under.width, under.resolution)
    if page.bad_rows or not page.bitmap.height:
        return None
    form = encode_page(page.bitmap, under.coding)
    sent = line_octets(form, under.rung.bits_per_second, under.scan_time_ms)
    return form if octets in {sent, without_end(sent, under.coding)} else None


def _bits_before_end(octets: bytes, end: str) -> int:
    """How many bits come before the page's end, or all of them where it has none."""
    kept = octets.rstrip(b"\0")
    spare = len(end) // 8 + 2
    tail = int.from_bytes(kept[-spare:], "big")
    if not tail:
        return 8 * len(octets)
    zeros = (tail & -tail).bit_length() - 1
    total = 8 * len(kept) - zeros
    if tail >> zeros & ((1 << len(end)) - 1) == int(end, 2):
        return max(0, total - len(end))
    return 8 * len(octets) if len(octets) - len(kept) > 1 else total

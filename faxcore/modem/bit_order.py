"""Which bit of an octet was first on the line, in page data from a modem of the class 2 family.

SP-2388-A says one order and most of its modems do the other. A page can be read in one of them
only, so its beginning is tried in both where the profile's order makes nothing of it.
"""

from __future__ import annotations

from faxcore.t4 import decode_octets, reverse_bits
from faxcore.t30.capabilities import SessionParameters

_HEAD = 8192
"""So many octets of a page tell."""


def in_line_order(
    data: bytes, session: SessionParameters, *, msb_first: bool
) -> tuple[bytes, bool]:
    """Page data with the first bit of each octet on top, and whether the profile's order was right.

    ``msb_first`` is what the profile says. It holds unless more rows can be read in the other.
    """
    believed = data if msb_first else reverse_bits(data)
    head = believed[:_HEAD]
    good, bad = _rows(head, session)
    if bad <= good:
        return believed, True
    other, _ = _rows(reverse_bits(head), session)
    return (believed, True) if other <= good else (reverse_bits(believed), False)


def _rows(octets: bytes, session: SessionParameters) -> tuple[int, int]:
    """How many rows can be read, and how many cannot."""
    page = decode_octets(octets, session.coding, session.width, session.resolution)
    return page.bitmap.height - page.bad_rows, page.bad_rows

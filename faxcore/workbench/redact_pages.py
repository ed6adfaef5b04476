"""Stand-ins for pages: a pattern of the same coding and about the same size.

What a driver does with a page hangs on its form (coding, width, frames of a block) and on whether
it is good; on its pixels nothing hangs. So a page becomes bars in the same coding: a page of
frames has as many of them, and a received page that was refused is one that must be refused.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from faxcore.t4 import Coding, EncodedPage, PageBitmap, decode_octets, encode_page, line_octets
from faxcore.t4.line import without_end
from faxcore.t30.capabilities import SessionParameters
from faxcore.t30.ecm import FRAMES_PER_BLOCK, block_burst, blocks, coded_octets

_PERIOD = 8
_MAX_ROWS = 60_000


@dataclass(frozen=True, slots=True)
class Sending:
    """One sending of a page as it crossed the port: how long, under what, whether to its end."""

    octets: int
    under: SessionParameters
    rate: int
    complete: bool
    has_end: bool


def bars(rows: int, session: SessionParameters) -> PageBitmap:
    """The stand-in for any page: bars that move from row to row."""
    pixels = np.zeros((max(1, rows), session.width), dtype=bool)
    for row in range(rows):
        left = 40 * (row % _PERIOD)
        pixels[row, left : left + 200] = True
        pixels[row, left + 600 : left + 640] = True
    return PageBitmap.from_array(pixels, session.resolution)


def page_for(octets: int, session: SessionParameters, *, below: bool = False) -> EncodedPage:
    """A stand-in whose coded rows have about so many octets; with ``below`` at most so many."""
    one = len(coded_octets(encode_page(bars(_PERIOD * 2, session), session.coding)))
    rows = max(2, min(_MAX_ROWS, octets * _PERIOD * 2 // max(1, one)))
    form = encode_page(bars(rows, session), session.coding)
    while below and rows > 1 and len(coded_octets(form)) > octets:
        rows -= max(1, rows // 50)
        form = encode_page(bars(rows, session), session.coding)
    while below and len(coded_octets(longer := _longer(form, rows, session))) <= octets:
        form, rows = longer, rows + 1
    return form


def _longer(form: EncodedPage, rows: int, session: SessionParameters) -> EncodedPage:
    return encode_page(bars(rows + 1, session), session.coding)


def sent_page(form: EncodedPage, sending: Sending) -> bytes:
    """The stand-in as it is sent in place of one sending, first-sent bit leftmost."""
    under = sending.under
    octets = line_octets(form, sending.rate, under.scan_time_ms)
    if not sending.has_end:
        octets = without_end(octets, under.coding)
    if sending.complete:
        return octets
    return (octets * (sending.octets // max(1, len(octets)) + 1))[: sending.octets]


def framed_page(frames: int, session: SessionParameters) -> list[list[bytes]]:
    """The blocks of a stand-in with so many frames."""
    size = session.frame_octets
    form = page_for(frames * size, session, below=True)
    made = blocks(coded_octets(form), size)
    while sum(map(len, made)) < frames:  # fewer rows than fit: the page ends in zeros
        last = made[-1]
        if len(last) == FRAMES_PER_BLOCK:
            made.append([])
            last = made[-1]
        last.append(bytes(size))
    return made


def burst_of(block: list[bytes], numbers: Collection[int], rate: int) -> bytes:
    """Some frames of a block on the fast carrier."""
    there = [each for each in numbers if each < len(block)]
    return block_burst(block, there, rate)


def has_end(octets: bytes, coding: Coding) -> bool:
    """Whether a page ends with RTC or EOFB."""
    return without_end(octets, coding) != octets


def broken_page(octets: int, session: SessionParameters) -> EncodedPage:
    """A stand-in for a page of ours whose rows were no rows of the session: they are too short."""
    return page_for(octets, replace(session, width=session.width - 8))


def refused_page(octets: int) -> bytes:
    """A page without one good row, which every receiver refuses."""
    return bytes(octets)


def is_refusable(octets: bytes, under: SessionParameters, share: float) -> bool:
    """Whether more than this share of a page's rows is broken, or there is no row at all."""
    page = decode_octets(octets, under.coding, under.width, under.resolution)
    return page.bitmap.height == 0 or page.bad_rows > share * page.bitmap.height

"""A page as it goes over the line: T.4 4.1.2 to 4.1.4 and 4.2.3 (EOL, fill, RTC), T.6 (EOFB).

The receiver may need a minimum time for each row. A row's time on the line is that of its codes,
its fill and the EOL after it; fill is zeros between the codes and that EOL (T.4 4.1.3). The bits
needed are rounded up: 5 ms at 7200 bit/s are 37.5 bits, and a row of 37 is too short.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bits import move_bits, octets_to_words, words_to_octets
from faxcore.t4.page import Coding, EncodedPage

END_OF_PAGE = {
    Coding.MH: tables.EOL * tables.RTC_EOLS,
    Coding.MR: (tables.EOL + "1") * tables.RTC_EOLS,
    Coding.MMR: tables.EOFB,
}


def minimum_row_bits(bits_per_second: int, scan_time_ms: int) -> int:
    """How many bits a row must at least take on the line, EOL included."""
    return -(-bits_per_second * scan_time_ms // 1000)


def line_octets(
    page: EncodedPage,
    bits_per_second: int = 0,
    scan_time_ms: int = 0,
    *,
    aligned_eols: bool = False,
) -> bytes:
    """The octets to send: filled to the minimum scan line time, with RTC or EOFB, zero-padded.

    The bit that is sent first is the most significant of its octet. With ``aligned_eols`` further
    fill makes every EOL before a row end on an octet. MMR has no EOLs and no fill (T.6), so rate,
    time and alignment do not matter to it.
    """
    if page.coding is Coding.MMR:
        return _place_rows(page, np.zeros(page.height, np.int64), 0, tables.EOFB)
    need = minimum_row_bits(bits_per_second, scan_time_ms)
    fill, lead = _fill(page, need, aligned_eols)
    return _place_rows(page, fill, lead, END_OF_PAGE[page.coding])


def without_end(octets: bytes, coding: Coding) -> bytes:
    """A page as ``line_octets`` makes it, but without RTC or EOFB, for modems that add their own.

    Zeros stand where it was, which are fill. What does not end so is given back as it is.
    """
    end = END_OF_PAGE[coding]
    kept = octets.rstrip(b"\0")
    spare = len(end) // 8 + 2
    tail = int.from_bytes(kept[-spare:], "big")
    zeros = (tail & -tail).bit_length() - 1 if tail else 0
    if tail >> zeros & ((1 << len(end)) - 1) != int(end, 2):
        return octets
    tail = tail >> (zeros + len(end)) << (zeros + len(end))
    return (kept[:-spare] + tail.to_bytes(len(kept[-spare:]), "big")).rstrip(b"\0") + b"\0"


def aligned_rows(page: EncodedPage) -> bytes:
    """The rows of an MH or MR page with fill that makes every EOL end on an octet, without RTC.

    TIFF calls this T4Options bit 2.
    """
    fill, lead = _fill(page, 0, True)
    return _place_rows(page, fill, lead, "")


def _fill(page: EncodedPage, need: int, aligned_eols: bool) -> tuple[NDArray[np.int64], int]:
    """The zeros after each row's codes, and those before the first EOL."""
    lengths = page.row_bits.astype(np.int64)
    fill = np.maximum(need - lengths, 0)
    if aligned_eols:
        fill += -(lengths + fill) % 8
    return fill, -len(tables.EOL) % 8 if aligned_eols else 0


def _place_rows(page: EncodedPage, fill: NDArray[np.int64], lead: int, end: str) -> bytes:
    """Rows moved apart by the zeros that follow each, and the end of the page after the last."""
    lengths = page.row_bits.astype(np.int64)
    if not lead and not fill.any():  # every row is where it belongs
        return _append(page.data, int(lengths.sum()), end)
    starts = np.cumsum(lengths) - lengths
    targets = lead + np.cumsum(lengths + fill) - lengths - fill
    page_bits = lead + int((lengths + fill).sum())
    words = np.zeros((page_bits >> 6) + 2, np.uint64)
    move_bits(octets_to_words(page.data), starts, lengths, words, targets)
    return _append(words_to_octets(words, page_bits), page_bits, end)


def _append(octets: bytes, bits: int, end: str) -> bytes:
    """The first ``bits`` of ``octets`` and the end of the page behind them, zero-padded."""
    whole, over = divmod(bits, 8)
    tail = (f"{octets[whole] >> 8 - over:0{over}b}" if over else "") + end
    size = -(-len(tail) // 8)
    return octets[:whole] + int(tail.ljust(8 * size, "0") or "0", 2).to_bytes(size)

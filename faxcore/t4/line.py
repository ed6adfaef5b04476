"""A page as it goes over the line: T.4 4.1.2 to 4.1.4 and 4.2.3 (EOL, fill, RTC), T.6 (EOFB).

The receiver may need a minimum time for each row. A row's time on the line is that of its codes,
its fill and the EOL after it; fill is zeros between the codes and that EOL (T.4 4.1.3). The bits
needed are rounded up: 5 ms at 7200 bit/s are 37.5 bits, and a row of 37 is too short.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bits import cut_bits, place_codes, words_to_octets
from faxcore.t4.page import Coding, EncodedPage

END_OF_PAGE = {
    Coding.MH: tables.EOL * tables.RTC_EOLS,
    Coding.MR: (tables.EOL + "1") * tables.RTC_EOLS,
    Coding.MMR: tables.EOFB,
}


def minimum_row_bits(bits_per_second: int, scan_time_ms: int) -> int:
    """How many bits a row must at least take on the line, EOL included."""
    return -(-bits_per_second * scan_time_ms // 1000)


def line_octets(page: EncodedPage, bits_per_second: int = 0, scan_time_ms: int = 0) -> bytes:
    """The octets to send: filled to the minimum scan line time, with RTC or EOFB, zero-padded.

    The bit that is sent first is the most significant of its octet. MMR has no fill (T.6), so
    rate and time do not matter to it.
    """
    lengths = page.row_bits.astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    row_fill = np.zeros_like(lengths)
    if page.coding is not Coding.MMR:
        need = minimum_row_bits(bits_per_second, scan_time_ms)
        row_fill = np.maximum(need - lengths, 0)
    if not row_fill.any():
        starts, lengths = np.zeros(1, np.int64), lengths.sum(keepdims=True)
        row_fill = np.zeros(1, np.int64)
    return _place_rows(page.data, starts, lengths, row_fill, END_OF_PAGE[page.coding])


def _place_rows(
    data: bytes,
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    row_fill: NDArray[np.int64],
    end: str,
) -> bytes:
    """Rows moved apart by the zeros that follow each, and the end of the page after the last."""
    targets = np.cumsum(lengths + row_fill) - lengths - row_fill
    page_bits = int((lengths + row_fill).sum())
    end_octets = int(end.ljust((len(end) + 7) // 8 * 8, "0"), 2).to_bytes((len(end) + 7) // 8)
    codes, piece, offset = cut_bits(data, starts, lengths)
    tail, _, tail_offset = cut_bits(end_octets, np.zeros(1, np.int64), np.array([len(end)]))
    positions = np.concatenate((targets[piece] + offset, page_bits + tail_offset))
    words = np.zeros((page_bits + len(end) >> 6) + 2, np.uint64)
    place_codes(words, np.concatenate((codes, tail)), positions)
    return words_to_octets(words, page_bits + len(end))

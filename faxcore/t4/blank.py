"""Pages without a black pixel, which are one pattern over and over, in every coding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.page import Coding

_FEW = 40  # rows that are looked at first


def is_blank(rows: NDArray[np.uint8]) -> bool:
    """Whether no pixel is black. A few rows tell it of most pages that are not."""
    if rows[:: 1 + len(rows) // _FEW].any():
        return False
    if rows.size % 8 == 0 and rows.flags.c_contiguous:
        return not np.bitwise_or.reduce(rows.reshape(-1).view(np.uint64), initial=0)
    return not rows.any()


def encode_blank(
    height: int, width: int, coding: Coding, k: int
) -> tuple[bytes, NDArray[np.int32]]:
    """So many white rows, the last octet padded with zeros, and each row's length in bits."""
    white = tables.run_code(width, False)
    if coding is Coding.MH:
        period = [tables.EOL + white]
    elif coding is Coding.MR:
        period = [tables.EOL + "1" + white, *[tables.EOL + "0" + tables.VERTICAL[0]] * (k - 1)]
    else:
        period = [tables.VERTICAL[0]]
    times = -(-height // len(period))
    row_bits = np.tile(np.array([len(row) for row in period], np.int32), times)[:height]
    total = int(row_bits.sum())
    bits = "".join(period) * 8  # whole octets
    octets = int(bits, 2).to_bytes(len(bits) // 8, "big") * -(-times // 8)
    data = bytearray(octets[: (total + 7) // 8])
    if total % 8:
        data[-1] &= 0xFF00 >> (total % 8) & 0xFF
    return bytes(data), row_bits


def blank_rows(octets: bytes, width: int) -> int:
    """How many rows a page of MH has that is white rows and an RTC, nothing else; 0 for others."""
    row = tables.EOL + tables.run_code(width, False)
    end = tables.EOL * tables.RTC_EOLS
    eight_rows = int(row * 8, 2).to_bytes(len(row), "big")
    if not octets.startswith(eight_rows):
        return 0
    height = (len(octets) * 8 - len(end)) // len(row)
    eights, left = divmod(height, 8)
    if not octets.startswith(eight_rows * eights):
        return 0
    rest = row * left + end
    rest += "0" * (-len(rest) % 8)
    tail = int(rest, 2).to_bytes(len(rest) // 8, "big")
    return height if octets[len(eight_rows) * eights :] == tail else 0

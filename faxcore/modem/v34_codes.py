"""What a modem and its computer say in a V.34 fax call: T.31 Annex B, table B.1.

All that crosses the port between CONNECT and the end of the call is octets of frames, DLE pairs
that stand for octets or end a frame, and DLE pairs that command or tell of a channel.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from faxcore.modem.stuffing import DLE, ETX, SUB

EOT = 0x04
"""Behind DLE: the call is over, or is to be."""

BAD_FCS = 0x07
RETRAIN, PRIMARY, CONTROL = 0x69, 0x6B, 0x6D
_SLOWEST_CONTROL, _SLOWEST_PRIMARY, _FASTEST_PRIMARY = 0x6E, 0x70, 0x7D
SHIELDED = {DLE: b"\x10", SUB: b"\x10\x10", 0x51: b"\x11", 0x53: b"\x13"}
"""What stands for octets; the last two hide XON and XOFF."""

_RATES = re.compile(r"\+F34:\s*(\d{1,2})\s*,\s*(\d)", re.IGNORECASE)
_LOST = re.compile(rb"[\r\n]*(NO ?CARRIER|ERROR|OK)[\r\n]")
_MAX_FRAME = 1024


class Sort(enum.Enum):
    """What came."""

    FRAME = "a frame"
    BAD_FRAME = "a frame with a wrong FCS"
    CODE = "a code"


@dataclass(frozen=True, slots=True)
class Came:
    """One thing that the modem said: a frame with its octets, or a code of table B.1."""

    sort: Sort
    octets: bytes = b""
    code: int = 0


def told_rates(lines: Sequence[str]) -> tuple[int, int] | None:
    """Bits per second of the primary and the control channel (``+F34:``); None = no V.34."""
    for line in lines:
        if match := _RATES.match(line.strip()):
            return int(match[1]) * 2400, int(match[2]) * 1200
    return None


def primary_rate(code: int) -> int:
    """The bits per second that a code tells for the primary channel; 0 = it tells none."""
    told = _SLOWEST_PRIMARY <= code <= _FASTEST_PRIMARY
    return (code - _SLOWEST_PRIMARY + 1) * 2400 if told else 0


def control_rate(code: int) -> int:
    """The same for the control channel."""
    told = _SLOWEST_CONTROL <= code < _SLOWEST_PRIMARY
    return (code - _SLOWEST_CONTROL + 1) * 1200 if told else 0


def hidden(octets: bytes) -> bytes:
    """Octets of a frame with DLE, XON and XOFF hidden in pairs."""
    doubled = octets.replace(b"\x10", b"\x10\x10")
    return doubled.replace(b"\x11", b"\x10\x51").replace(b"\x13", b"\x10\x53")


def shielded(octets: bytes) -> bytes:
    """A frame as it is given to the modem, its end included."""
    return hidden(octets) + bytes((DLE, ETX))


class Reader:
    """Takes what the modem says, in pieces of any size, and tells what came."""

    def __init__(self) -> None:
        self._frame = bytearray()
        self._escaped = False

    def feed(self, data: bytes) -> list[Came]:
        """What is complete with this piece. A result code in place of a frame is the end."""
        found: list[Came] = []
        for octet in data:
            if self._escaped:
                self._escaped = False
                found += self._pair(octet)
            elif octet == DLE:
                self._escaped = True
            elif len(self._frame) < _MAX_FRAME:
                self._frame.append(octet)
        if _LOST.match(self._frame):
            self._frame.clear()
            found.append(Came(Sort.CODE, code=EOT))
        return found

    def _pair(self, octet: int) -> list[Came]:
        if octet in SHIELDED:
            self._frame += SHIELDED[octet]
            return []
        if octet not in {ETX, BAD_FCS}:
            return [Came(Sort.CODE, code=octet)]
        whole, self._frame = bytes(self._frame), bytearray()
        return [Came(Sort.FRAME if octet == ETX else Sort.BAD_FRAME, whole)]

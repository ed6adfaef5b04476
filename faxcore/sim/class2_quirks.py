"""How a simulated modem of class 2, 2.0 or 2.1 goes wrong, as its profile says.

What it tells of its abilities may be false, and what it is asked for beyond them comes out spoilt.
"""

from __future__ import annotations

import re
from dataclasses import replace

from faxcore.profiles import ModemProfile, PageEnd
from faxcore.sim.class2_words import (
    DF,
    VR,
    Words,
    is_beyond,
    most_of,
    numbers_of,
    rate_of,
)
from faxcore.sim.commands import Refused
from faxcore.t4 import reverse_bits
from faxcore.t4.line import without_end
from faxcore.t30.call import CallEnded
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.modulation import FALLBACK
from faxcore.t30.result import HangupStatus

RANGES_2 = "(0-3),(0-5),(0-2),(0-2),(0-3),(0-2),(0),(0-7)"
RANGES_T32 = "(0-3),(0-5),(0-2),(0-2),(0-3),(0,1),(0),(0-7)"

_LISTS = r"(\([0-9A-F,-]+\),?){8}"
_GARBAGE = b"\x00\x1f\x5a\x5a\xa5\x33\x00\x1f\x33\xa5\x5a\x0f" * 4
"""What one modem sends for RTC: rows of nothing."""


class Ability:
    """What one modem says that it can do (``told``), and what it can (``most``)."""

    def __init__(self, profile: ModemProfile, words: Words) -> None:
        self._profile = profile
        self._words = words
        ranges = RANGES_T32 if words.hexadecimal else RANGES_2
        self.told = profile.false_capabilities or ranges
        readable = re.fullmatch(_LISTS, self.told) is not None
        self._said = most_of(self.told if readable else ranges, words)
        self.most = most_of(profile.capabilities, words) if profile.capabilities else self._said
        self._least_rate = 0

    def take(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """Eight numbers of the computer's. Refused beyond what was said to be there."""
        if is_beyond(numbers, self._said):
            raise Refused
        return numbers

    def be_limited(self, br: int, *, named: bool) -> None:
        """The computer said the highest rate; there are modems that take it for the lowest."""
        if named and not self._profile.names_the_rate:
            self._least_rate = rate_of(br)

    def makes_of(self, far: Capabilities, scan_time_ms: tuple[int, int]) -> Capabilities:
        """The far end's DIS as this modem reads it; ``scan_time_ms`` is the computer's wish."""
        fastest = max((rung.bits_per_second for rung in FALLBACK if far.has(rung)), default=0)
        if fastest < self._least_rate:
            text = f"the far end has not the {self._least_rate} bit/s that this modem insists on"
            raise CallEnded(HangupStatus.CANNOT_TRAIN, text)
        return far if self._profile.heeds_scan_time else replace(far, scan_time_ms=scan_time_ms)

    def line_octets(self, octets: bytes, agreed: SessionParameters) -> bytes:
        """What becomes of a page on its way to the line."""
        numbers = numbers_of(agreed, self._words)
        if numbers[VR] & ~self.most[VR] or numbers[DF] > self.most[DF]:
            return spoilt(octets)
        ended = without_end(octets, agreed.coding) != octets
        garbage = self._profile.page_end is PageEnd.GARBAGE and not ended
        return octets + _GARBAGE if garbage else octets

    def lacks_end(self, octets: bytes, agreed: SessionParameters) -> bool:
        """Whether a page goes out without RTC: the computer gave none, and the modem has none."""
        ended = without_end(octets, agreed.coding) != octets
        return self._profile.page_end is PageEnd.NONE and not ended

    def to_computer(self, octets: bytes, bit_order: int) -> bytes:
        """A received page as it is handed over; garbage in another bit order than the right one."""
        if bit_order != self._profile.bit_order:
            octets = spoilt(octets)
        return octets if self._profile.receives_msb_first else reverse_bits(octets)


def spoilt(octets: bytes) -> bytes:
    """The second half of a page, made into something else."""
    half = len(octets) // 2
    return octets[:half] + bytes(octet ^ 0x5A for octet in octets[half:])

"""Lists of numbers in the answers of modems: classes and carriers, however they are written."""

from __future__ import annotations

import re

_NUMBERS = re.compile(r"(\d+(?:\.\d+)?)(?:\s*-\s*(\d+))?")


def parse_classes(text: str) -> tuple[str, ...]:
    """The classes in an answer to ``+FCLASS=?``, whatever stands around them."""
    return tuple(match[1] for match in _NUMBERS.finditer(_after_prefix(text)))


def parse_speeds(text: str) -> frozenset[int]:
    """The values in an answer to ``+FTM=?`` or ``+FRM=?``: brackets, quotes, ranges and all."""
    speeds: set[int] = set()
    for match in _NUMBERS.finditer(_after_prefix(text)):
        low = int(float(match[1][:9]))
        high = int((match[2] or match[1].partition(".")[0])[:9])
        speeds |= set(range(low, min(high, 999) + 1))
    return frozenset(speeds)


def _after_prefix(text: str) -> str:
    """Without ``+FTM:`` or an echo ``AT+FTM=?`` before the values, whose name may hold digits."""
    return re.sub(r"(AT)?\+F[A-Z0-9.]*[:=?]+", " ", text.upper())

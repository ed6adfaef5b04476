"""Calling hours: when a destination may be called, in the time of its own place. Pure.

A rule names destinations by a prefix of their one form (``+44``, "" for all) and gives hours in a
zone; the longest prefix that fits decides. Hours may run over midnight (``22:00-06:00``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from faxcore.errors import SettingsError

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")

_PREFIX = re.compile(r"\+?[0-9*#]{0,24}")
"""What destinations can begin with; others would fit no number, and be no hours at all."""


@dataclass(frozen=True, slots=True)
class CallingHours:
    """When destinations with ``prefix`` may be called. ``days`` counts from Monday = 0."""

    prefix: str
    begin: time
    end: time
    zone: ZoneInfo
    days: frozenset[int] = frozenset(range(7))

    def opening(self, now: datetime) -> datetime | None:
        """None where calls may be made now, else the next moment at which they may (UTC).

        A day is the one on which the hours begin.
        """
        local = now.astimezone(self.zone)
        upcoming = None
        for offset in range(-1, 9):
            day = local.date() + timedelta(days=offset)
            if day.weekday() not in self.days:
                continue
            begin = datetime.combine(day, self.begin, self.zone).astimezone(UTC)
            over = day + timedelta(days=1) if self.end <= self.begin else day
            end = datetime.combine(over, self.end, self.zone).astimezone(UTC)
            if begin <= now < end:
                return None
            if begin > now and upcoming is None:
                upcoming = begin
        return upcoming


def parse_hours(prefix: str, hours: str, zone: str, days: str = "") -> CallingHours:
    """``08:00-18:30``, ``Europe/London``, ``mon-fri`` or ``sat sun``; SettingsError otherwise."""
    span = _SPAN.fullmatch(hours)
    if span is None or (int(span[3]) == 24 and int(span[4])):
        raise SettingsError(f"calling hours {hours!r}: expected such as 08:00-18:30")
    if not _PREFIX.fullmatch(prefix):
        raise SettingsError(f"calling hours: prefix {prefix!r}: digits are expected, + before them")
    begin = time(int(span[1]), int(span[2]))
    end = time(int(span[3]) % 24, int(span[4]))
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"calling hours: no time zone {zone!r}") from error
    return CallingHours(prefix, begin, end, place, _parse_days(days))


def next_opening(destination: str, rules: Sequence[CallingHours], now: datetime) -> datetime | None:
    """None where a destination may be called now, else when it next may."""
    fitting = [rule for rule in rules if destination.startswith(rule.prefix)]
    if not fitting:
        return None
    longest = max(len(rule.prefix) for rule in fitting)
    openings = [rule.opening(now) for rule in fitting if len(rule.prefix) == longest]
    if any(opening is None for opening in openings):
        return None
    return min(opening for opening in openings if opening is not None)


def _parse_days(text: str) -> frozenset[int]:
    if not text.strip():
        return frozenset(range(7))
    days: set[int] = set()
    for word in text.lower().replace(",", " ").split():
        first, _, last = word.partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            raise SettingsError(f"calling hours: {word!r} is no day; mon to sun are expected")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        days.update(day % 7 for day in range(begin, end + 1 + 7 * (end < begin)))
    if not days:
        raise SettingsError(f"calling hours: {text!r} names no day")
    return frozenset(days)


def zone_of(name: str) -> ZoneInfo | None:
    """A time zone by its name; None for "", UTC for one that is not known any more."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones has a name, too
        return ZoneInfo("UTC")

"""Moments for tests: nothing here reads a clock."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)

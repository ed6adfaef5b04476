"""Moments without a zone: whose clock they show, on the day that they are of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from faxcore.delivery.rules import Queue
from faxcore.service.accounts import Caller, Role
from faxcore.service.operations import Desk, zoned
from tests.service.conftest import no_banner

SUMMER = datetime(2027, 7, 1, 9, 0)
WINTER = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A server in Berlin, in winter."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield Desk(queue, lambda: WINTER, no_banner)
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "hour"), [("", 7), ("Europe/Berlin", 7), ("America/New_York", 13), ("Nowhere/Now", 7)]
)
def test_a_time_in_summer_is_told_in_winter(desk: Desk, zone: str, hour: int) -> None:
    moment = zoned(SUMMER, Caller(1, "clinic", Role.SENDER, zone), desk)
    assert moment == datetime(2027, 7, 1, hour, 0, tzinfo=UTC)


@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
def test_the_ends_of_time_have_a_zone(desk: Desk, moment: datetime) -> None:
    found = zoned(moment, Caller(1, "clinic", Role.SENDER), desk)
    assert found is not None
    assert found.tzinfo is not None

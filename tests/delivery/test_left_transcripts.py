"""The transcript of a call that did not come to dialling is known, and goes with its message."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from faxcore.delivery.claiming import _midnight
from faxcore.delivery.model import Account, Call
from faxcore.delivery.operations import cancel, delete_message, sweep_files
from faxcore.transport.recording import RecordingPort
from faxcore.transport.virtual_port import VirtualPort
from tests.delivery.deliveries import House


class Dead:
    """A ``Dce`` that never says anything."""

    def feed(self, data: bytes, now: float) -> None:
        """It hears nothing."""

    def due(self) -> float | None:
        return None

    def take(self, now: float) -> bytes:
        return b""

    def room(self, now: float) -> int:
        return 1 << 16

    def control(self, now: float, state: object) -> None:
        """It has no lines."""


def test_what_a_dead_modem_was_asked_is_known_and_swept(house: House, tmp_path: Path) -> None:
    kept = tmp_path / "call.txt"
    house.transcript = lambda call_id: kept
    named = house.submit()
    house.work(opener=lambda url, profile, record: RecordingPort(VirtualPort(Dead()), record, ""))
    assert kept.exists()
    with house.queue.store.read() as session:
        assert session.scalars(select(Call.transcript)).all() == [str(kept)]
    cancel(house.queue, house.account, named, house.clock.now)
    delete_message(house.queue, house.account, named)
    sweep_files(house.queue, house.clock.now)
    assert not kept.exists()


def test_a_midnight_that_comes_twice_begins_the_day_once() -> None:
    account = Account(name="a", zone="America/Havana")
    second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 00:30 for the second time
    assert _midnight(account, second).astimezone(UTC) == datetime(2026, 11, 1, 4, tzinfo=UTC)

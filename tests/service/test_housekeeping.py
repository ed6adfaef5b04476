"""Retention: what is old is deleted with all that it left, and what is used never is."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from faxcore.delivery.inbound import Arrival, store_arrival
from faxcore.delivery.metrics import metrics_text
from faxcore.delivery.model import AttachmentRow, Base, Call, InboundFax, Message, Notification
from faxcore.delivery.operations import (
    MessageName,
    cancel,
    delete_message,
    set_webhook,
    sweep_files,
)
from faxcore.delivery.operations.deleting import _REFERENCES
from faxcore.delivery.owning import Line
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CallState, MessageStatus
from faxcore.service.housekeeping import Housekeeping
from faxcore.service.tables import AuditEntry
from tests.delivery.deliveries import House
from tests.delivery.far_end import Network

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
M1 = MessageName(client_id="m1")


@pytest.fixture
def house(queue: Queue, tmp_path: Path) -> House:
    from faxcore.delivery.operations import ensure_account

    account = ensure_account(queue, "clinic", NOW)
    house = House(queue, account, Network(tmp_path / "network.log", {}), pages=1)
    house.transcript = lambda call: tmp_path / f"call-{call}.txt"
    return house


def sent(house: House) -> None:
    set_webhook(house.queue, house.account, "https://example.org/hook", NOW)
    house.submit()
    house.work()
    with house.queue.store.write("test") as session:
        for row in session.scalars(select(Notification)):
            row.done, row.delivered = True, NOW


def received(house: House) -> str:
    line = Line("usb0", "555")
    return store_arrival(house.queue, Arrival(house.account, NOW, 1, b"II*\0", b"%PDF-", "x", line))


def grow_old(house: House) -> None:
    """The files of the store, as if they had been written long ago."""
    for path in (house.queue.store.folder / "files").rglob("*"):
        if path.is_file():
            os.utime(path, (1, 1))


def files(house: House) -> int:
    return sum(path.is_file() for path in (house.queue.store.folder / "files").rglob("*"))


def test_what_is_old_goes_with_all_that_it_left(house: House, tmp_path: Path) -> None:
    sent(house)
    received(house)
    grow_old(house)
    assert list(tmp_path.glob("call-*.txt"))
    assert Housekeeping(house.queue, 90).once(NOW + timedelta(days=91)) == 2
    assert files(house) == 0
    assert list(tmp_path.glob("call-*.txt")) == []
    with house.queue.store.read() as session:
        for table in (Message, InboundFax, Call, Notification):
            assert session.scalars(select(table)).all() == []
        told = session.execute(select(AuditEntry.action, AuditEntry.outcome)).all()
    assert [tuple(each) for each in told] == [
        ("retention", "deleted"),
        ("retention", "received fax deleted"),
    ]


@pytest.mark.parametrize(("keep_days", "days"), [(0, 9999), (90, 89)])
def test_what_is_to_be_kept_is_kept(
    house: House, tmp_path: Path, keep_days: int, days: int
) -> None:
    sent(house)
    received(house)
    grow_old(house)
    before = files(house)
    assert Housekeeping(house.queue, keep_days).once(NOW + timedelta(days=days)) == 0
    assert files(house) == before
    assert list(tmp_path.glob("call-*.txt"))


def test_what_is_deleted_still_counts(house: House) -> None:
    def counted() -> list[str]:
        lines = metrics_text(house.queue, lambda: NOW).decode().splitlines()
        return [line for line in lines if "_total{" in line]

    sent(house)
    before = counted()
    assert any('faxcore_calls_total{channel="FAX",result="ok"} 1.0' in line for line in before)
    assert Housekeeping(house.queue, 90).once(NOW + timedelta(days=91)) == 1
    assert counted() == before
    house.submit(name="m2")
    house.work()
    assert any(
        'faxcore_pages_total{channel="FAX",outcome="confirmed"} 2.0' in each for each in counted()
    )


def test_a_message_that_is_not_final_is_never_too_old(house: House) -> None:
    house.submit()
    assert Housekeeping(house.queue, 90).once(NOW + timedelta(days=999)) == 0
    cancel(house.queue, house.account, M1, NOW)
    assert Housekeeping(house.queue, 90).once(NOW + timedelta(days=999)) == 1


def test_the_transcript_of_a_call_that_was_cut_goes_too(house: House, tmp_path: Path) -> None:
    """It holds the pages as the others do."""

    def cut(said: dict) -> None:
        if "page" in said:
            raise RuntimeError("the end of this process, as far as the call can see")

    house.network.told.append(cut)
    house.submit()
    house.work()
    assert house.calls()[0].state is CallState.INTERRUPTED
    assert list(tmp_path.glob("call-*.txt"))
    cancel(house.queue, house.account, M1, NOW)
    delete_message(house.queue, house.account, M1)
    sweep_files(house.queue, NOW)
    assert list(tmp_path.glob("call-*.txt")) == []


def test_a_message_is_kept_from_its_end_on(house: House) -> None:
    """One that waited for longer than it is kept must still tell what became of it."""
    house.submit(send_time=NOW + timedelta(days=100))
    house.clock.advance(100 * 86400)
    house.work()
    assert house.report().status is MessageStatus.GONE
    keeping = Housekeeping(house.queue, 90)
    assert keeping.once(NOW + timedelta(days=101)) == 0
    assert keeping.once(NOW + timedelta(days=191)) == 1


def test_deleting_a_message_leaves_a_received_fax_alone(house: House) -> None:
    sent(house)
    uid = received(house)
    grow_old(house)
    delete_message(house.queue, house.account, M1)
    sweep_files(house.queue, NOW)
    with house.queue.store.read() as session:
        fax = session.scalars(select(InboundFax).where(InboundFax.uid == uid)).one()
    assert house.queue.store.blobs.get(fax.tiff) == b"II*\0"
    assert house.queue.store.blobs.get(fax.pdf) == b"%PDF-"
    assert files(house) == 2


def test_a_file_that_comes_again_is_as_young_as_a_new_one(house: House) -> None:
    house.queue.store.blobs.put(b"words")
    grow_old(house)
    house.queue.store.blobs.put(b"words")  # its row is not committed yet
    assert sweep_files(house.queue, datetime.now(UTC)) == 0


def test_every_column_that_names_a_file_is_known_to_the_sweep() -> None:
    named = {"blob", "document", "cover_blob", "banner", "tiff", "pdf"}
    found = {
        (mapper.local_table.name, column.name)
        for mapper in Base.registry.mappers
        for column in inspect(mapper.class_).columns
        if column.name in named
    }
    assert {(each.class_.__tablename__, each.key) for each in _REFERENCES} == found
    assert (AttachmentRow.__tablename__, "blob") in found

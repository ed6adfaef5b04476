"""Several modems and hosts on one queue: who calls, who waits, who takes over."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from faxcore.delivery.claiming import Claimant, claim
from faxcore.delivery.equipment import note_modem, rests_until
from faxcore.delivery.findings import Finding
from faxcore.delivery.leases import LeaseWatch, beat, register, take_over
from faxcore.delivery.model import Recipient, Worker
from faxcore.delivery.recording import PageInCall, mark_dialled, note_page
from faxcore.delivery.retry import Failure
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CancelWish, Channel, Letter, MessageStatus
from faxcore.delivery.store import Store
from faxcore.errors import QueueError
from faxcore.t30.result import HangupStatus, PageOutcome
from tests.delivery.deliveries import House
from tests.delivery.moments import NOW, later

NORTH = Claimant("north/usb0", "north", Channel.FAX, "usb0")


class Bracketed:
    """Notes when each port is closed, so that calls which overlap can be seen."""

    def __init__(self, house: House) -> None:
        self.house = house

    def __call__(self, url, profile, record):
        port = self.house.network.open(url, profile, record)
        close = port.close

        def noted() -> None:
            self.house.network.note(over=threading.get_ident())
            close()

        port.close = noted
        return port


def test_two_modems_share_the_work_and_never_call_one_number_at_once(house: House) -> None:
    house.pages = 1
    for number in range(12):
        house.submit([f"555010{number % 3}"], f"m{number}")
    loops = {f"north/usb{n}": house.loop(f"north/usb{n}", Bracketed(house)) for n in (0, 1)}

    def done() -> bool:
        return all(house.report(f"m{number}").status.is_final for number in range(12))

    threads = [threading.Thread(target=loop.run, args=(done,)) for loop in loops.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {house.report(f"m{number}").status for number in range(12)} == {MessageStatus.GONE}
    assert set(house.network.kept().values()) == {1}
    assert house.network.dials() == 12
    assert {call.worker for call in house.calls()} == set(loops)
    busy: dict[int, str] = {}
    for said in house.network.read():
        if "dialled" in said:
            assert said["dialled"] not in busy.values()
            busy[said["line"]] = said["dialled"]
        elif "over" in said:
            busy.pop(said["over"], None)


def test_a_worker_that_stops_beating_is_dead_only_after_a_lease_of_our_own_time(
    house: House,
) -> None:
    house.submit()
    register(house.queue, NORTH, "/dev/ttyUSB0", "life", 1, NOW)
    assert claim(house.queue, NORTH, NOW) is not None
    watch = LeaseWatch(30.0)
    assert watch.dead(house.queue, 0.0) == []
    assert watch.dead(house.queue, 29.0) == []
    beat(house.queue, NORTH, "life", later(86400))  # its clock has jumped by a day: it lives
    assert watch.dead(house.queue, 31.0) == []
    assert watch.dead(house.queue, 62.0) == ["north/usb0"]


def test_a_dead_worker_that_had_not_dialled_costs_the_message_nothing(house: House) -> None:
    house.submit()
    register(house.queue, NORTH, "", "life", 1, NOW)
    claim(house.queue, NORTH, NOW)
    assert take_over(house.queue, "north/usb0", NOW) == 1
    recipient = house.recipient()
    assert (recipient.letter, recipient.attempts) == (Letter.PENDING, 0)
    house.clock.advance(60)
    house.work("south/usb0")
    assert house.report().status is MessageStatus.GONE


def dialled(house: House) -> int:
    """A call that has dialled, with three pages, and whose worker then says nothing more."""
    house.submit()
    register(house.queue, NORTH, "", "life", 1, NOW)
    call_id = claim(house.queue, NORTH, NOW)
    assert call_id is not None
    (row,) = house.rows()
    with house.queue.store.write("test") as session:
        session.get_one(Recipient, row.id).pages = 3
    pages = [PageInCall(number, row.id, 1, number, "") for number in (1, 2, 3)]
    assert mark_dialled(house.queue, call_id, pages, NOW)
    return call_id


def test_a_call_dials_once(house: House) -> None:
    call_id = dialled(house)
    assert not mark_dialled(house.queue, call_id, [], NOW)
    assert house.recipient().attempts == 1


class Overtaken(Store):
    """A store in which somebody else acts just before anything is written."""

    def __init__(self, store: Store, act: Callable[[], object]) -> None:
        super().__init__(store.engine, store.folder)
        self._act = act

    def write(self, name: str) -> AbstractContextManager[Session]:
        self._act()
        return super().write(name)


def test_who_is_taken_for_dead_as_it_dials_has_dialled(house: House) -> None:
    house.submit()
    register(house.queue, NORTH, "", "life", 1, NOW)
    call_id = claim(house.queue, NORTH, NOW)
    assert call_id is not None
    page = PageInCall(1, house.rows()[0].id, 1, 1, "")

    def dial() -> None:
        assert mark_dialled(house.queue, call_id, [page], NOW)
        note_page(house.queue, call_id, 1, PageOutcome.UNCERTAIN, NOW)

    overtaken = Queue(Overtaken(house.queue.store, dial), house.queue.rules)
    take_over(overtaken, "north/usb0", NOW)
    assert (house.recipient().reason, house.recipient().attempts) == ("interrupted", 1)


def test_a_dead_workers_call_is_judged_by_its_pages(house: House) -> None:
    call_id = dialled(house)
    for position in (1, 2, 3):
        note_page(house.queue, call_id, position, PageOutcome.UNCERTAIN, NOW)
        note_page(house.queue, call_id, position, PageOutcome.CONFIRMED, NOW)
    take_over(house.queue, "north/usb0", NOW)
    assert house.report().status is MessageStatus.GONE


def test_its_uncertain_page_is_uncertain_and_counted(house: House) -> None:
    call_id = dialled(house)
    note_page(house.queue, call_id, 1, PageOutcome.CONFIRMED, NOW)
    note_page(house.queue, call_id, 2, PageOutcome.UNCERTAIN, NOW)
    take_over(house.queue, "north/usb0", NOW)
    recipient = house.recipient()
    assert (recipient.pages_confirmed, recipient.pages_uncertain) == (1, 1)
    assert (recipient.letter, recipient.reason) == (Letter.RETRY, "interrupted")
    assert recipient.attempts == 1


def test_who_was_taken_for_dead_is_told_to_hang_up(house: House) -> None:
    call_id = dialled(house)
    take_over(house.queue, "north/usb0", NOW)
    wish = note_page(house.queue, call_id, 1, PageOutcome.UNCERTAIN, NOW)
    assert wish is CancelWish.AT_ONCE


def test_a_worker_that_was_replaced_gets_no_beat(house: House) -> None:
    register(house.queue, NORTH, "", "first", 1, NOW)
    register(house.queue, NORTH, "", "second", 2, NOW)
    with pytest.raises(QueueError, match="replaced"):
        beat(house.queue, NORTH, "first", NOW)


def test_a_name_is_worked_under_once_on_a_host(house: House) -> None:
    refused = []

    def again() -> bool:
        with pytest.raises(QueueError, match="runs already"):
            house.loop().run(lambda: True)
        refused.append(1)
        return True

    house.loop().run(again)
    assert refused == [1]


def test_a_modem_that_fails_is_left_alone_longer_each_time(house: House) -> None:
    house.network.plays["5550100"] = ("no-dialtone",)
    house.submit()
    waits = []
    for _ in range(4):
        house.work()
        with house.queue.store.read() as session:
            until = session.scalars(select(Worker.quarantined_until)).one()
        waits.append((until - house.clock.now).total_seconds())
        house.clock.now = until
        house.clock.advance(1)
    assert waits == [30, 60, 120, 240]
    assert house.recipient().attempts == 0


def test_another_modem_takes_what_a_broken_one_could_not(house: House) -> None:
    house.network.plays["5550100"] = ("no-dialtone", "normal")
    house.submit()
    house.work("north/broken")
    house.clock.advance(10)
    house.work("north/sound")
    assert house.report().status is MessageStatus.GONE


@pytest.mark.parametrize(
    ("status", "seconds"),
    [
        (HangupStatus.GLARE, 10),
        (HangupStatus.EQUIPMENT, 30),
        (HangupStatus.BLACKLISTED, 0),
        (HangupStatus.CANCELLED, 0),
    ],
)
def test_only_what_is_the_modems_own_fault_is_held_against_it(
    house: House, status: HangupStatus, seconds: float
) -> None:
    register(house.queue, NORTH, "", "life", 1, NOW)
    finding = Finding(Failure.LOCAL, status.reason, "so it went", int(status))
    note_modem(house.queue, "north/usb0", finding, NOW)
    until = rests_until(house.queue, "north/usb0")
    assert until == (later(seconds) if seconds else None)
    good = Finding(None, "ok")
    note_modem(house.queue, "north/usb0", good, NOW)
    assert rests_until(house.queue, "north/usb0") is None

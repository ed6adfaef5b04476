"""Full disks, locked databases, clocks that jump: what was acknowledged is never lost."""

import os
import resource
import signal
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from faxcore.delivery.operations import ensure_account
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import Channel, Letter, MessageStatus
from faxcore.delivery.store import open_store
from faxcore.errors import QueueError
from tests.delivery.deliveries import House
from tests.delivery.far_end import Network
from tests.delivery.moments import NOW


def submit_until_it_fails(house: House, most: int = 4000) -> tuple[list[str], str]:
    """Which messages were acknowledged before the first that was refused, and in which words."""
    acknowledged: list[str] = []
    for number in range(most):
        try:
            house.submit(["5550100"], f"m{number}", memo="x" * 2000)
        except QueueError as error:
            return acknowledged, str(error)
        acknowledged.append(f"m{number}")
    return acknowledged, ""


def in_child(act) -> int:
    """Run in a child process, whose limits are its own; its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = act()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_full_disk_refuses_and_keeps_what_it_acknowledged(house: House, tmp_path: Path) -> None:
    house.queue.store.close()
    told = tmp_path / "told"

    def fill() -> int:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
        store = open_store(house.queue.store.folder)
        full = replace_store(house, store)
        acknowledged, words = submit_until_it_fails(full)
        told.write_text("\n".join([words, *acknowledged]))
        return 0

    assert in_child(fill) == 0
    words, *acknowledged = told.read_text().split("\n")
    assert "full" in words or "I/O" in words
    assert len(acknowledged) > 5
    again = replace_store(house, open_store(house.queue.store.folder))
    for name in acknowledged:
        assert again.report(name).status is MessageStatus.PENDING
    again.submit(["5550100"], "afterwards")
    again.queue.store.close()


def replace_store(house: House, store) -> House:
    return replace(house, queue=Queue(store, house.queue.rules))


def test_a_database_that_is_locked_while_a_call_ends_gets_its_result_later(
    house: House, tmp_path: Path
) -> None:
    store = open_store(house.queue.store.folder, busy_seconds=0.05)
    quick = replace_store(house, store)
    quick.submit()
    blocker = sqlite3.connect(store.folder / "queue.sqlite", isolation_level=None,
                              check_same_thread=False)  # fmt: skip
    timers: list[threading.Timer] = []

    def lock_it(said: dict) -> None:
        if said.get("page") and len(house.network.kept()) == 3 and not timers:
            blocker.execute("BEGIN IMMEDIATE")
            timers.append(threading.Timer(0.6, blocker.rollback))
            timers[0].start()

    house.network.told.append(lock_it)
    quick.work()
    timers[0].join()
    blocker.close()
    report = quick.report()
    store.close()
    assert report.status is MessageStatus.GONE
    assert report.recipients[0].pages_confirmed == 3
    assert house.network.dials() == 1


def test_a_page_that_cannot_be_written_down_ends_the_call(house: House) -> None:
    store = open_store(house.queue.store.folder, busy_seconds=0.05)
    quick = replace_store(house, store)
    quick.submit()
    blocker = sqlite3.connect(store.folder / "queue.sqlite", isolation_level=None,
                              check_same_thread=False)  # fmt: skip
    timers: list[threading.Timer] = []

    def lock_it(said: dict) -> None:
        if said.get("page") and len(house.network.kept()) == 1 and not timers:
            blocker.execute("BEGIN IMMEDIATE")
            timers.append(threading.Timer(0.6, blocker.rollback))
            timers[0].start()

    house.network.told.append(lock_it)
    quick.work()
    timers[0].join()
    blocker.close()
    recipient = quick.recipient()
    assert recipient.letter is Letter.PENDING
    assert "could not be written down" in recipient.description
    assert recipient.reason == "interrupted"
    assert recipient.pages_confirmed == 1
    quick.work_for(120)
    assert quick.report().status is MessageStatus.GONE
    assert set(house.network.kept().values()) == {1}
    store.close()


@pytest.mark.parametrize("jump", [-86400 * 365, -3600, 86400 * 365])
def test_a_clock_that_jumps_in_mid_call_loses_nothing(house: House, jump: float) -> None:
    house.submit()

    def set_the_clock(said: dict) -> None:
        if "page" in said and len(house.network.kept()) == 1:
            house.clock.advance(jump)

    house.network.told.append(set_the_clock)
    house.work()
    assert house.report().status is MessageStatus.GONE
    assert set(house.network.kept().values()) == {1}


@pytest.mark.parametrize("jump", [-7200, 7200])
def test_a_clock_that_jumps_between_attempts_loses_nothing(house: House, jump: float) -> None:
    house.network.plays["5550100"] = ("busy", "normal")
    house.submit()
    house.work()
    house.clock.advance(jump)
    house.work_for(7200 + 600, 600)
    house.work()
    assert house.report().status is MessageStatus.GONE


def test_a_claim_looks_at_a_handful_whatever_waits_behind_them(tmp_path: Path) -> None:
    store = open_store(tmp_path / "queue")
    queue = Queue(store, Rules(channels=frozenset(Channel)))
    account = ensure_account(queue, "clinic", NOW)
    house = House(queue, account, Network(tmp_path / "network.log", {}))
    house.submit([f"55{number:05}" for number in range(300)])
    with store.read() as session:
        plan = session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM recipient WHERE channel='FAX' AND state='queued' "
            "AND due <= 1e12 ORDER BY priority DESC, due, id LIMIT 20"
        )
        words = " ".join(str(row) for row in plan)
    assert "recipient_to_do" in words
    assert "TEMP B-TREE FOR ORDER BY" not in words.upper()
    store.close()

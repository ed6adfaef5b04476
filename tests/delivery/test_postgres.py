"""The queue on PostgreSQL: the same tables, several hosts, a server that is restarted."""

import mailbox
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import TextClause, func, select, text

import faxcore.service.tables  # noqa: F401  # its tables stand beside the queue's
from faxcore.delivery.bounces import bounce_address, read_bounces
from faxcore.delivery.claiming import Claimant, claim
from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.mailboxes import Maildir
from faxcore.delivery.model import Base, Message, Recipient
from faxcore.delivery.operations import (
    MessageDraft,
    MessageName,
    RecipientDraft,
    add_recipient,
    create_message,
    hold,
    last_change,
    release,
    send_message,
)
from faxcore.delivery.sms_channel import apply_report
from faxcore.delivery.sms_gateway import DeliveryReport
from faxcore.delivery.sms_pdu import Fate
from faxcore.delivery.states import Body, Channel, Letter, MessageStatus
from faxcore.delivery.store import Store, lock_account, open_store
from faxcore.delivery.worker import durable_runner
from faxcore.errors import QueueError, RequestRefused
from tests.delivery.deliveries import House
from tests.delivery.gsm import Gsm
from tests.delivery.mail_doubles import CuttingSmtp, served
from tests.delivery.moments import NOW
from tests.delivery.postgres import Server
from tests.delivery.test_email import REPORT, submit, to, work
from tests.delivery.test_sms import send as send_text
from tests.delivery.test_sms import work as work_texts

NORTH = Claimant("north/usb0", "north", Channel.FAX, "usb0")
SOUTH = Claimant("south/usb0", "south", Channel.FAX, "usb0")


def test_the_revisions_make_exactly_the_tables_of_the_model(shared_house: House) -> None:
    with shared_house.queue.store.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert found == []


def test_racing_repeats_have_one_effect(shared_house: House) -> None:
    queue, account = shared_house.queue, shared_house.account
    draft = MessageDraft(client_id="m1", body="Hi", body_type=Body.TEXT)
    fax = RecipientDraft(Channel.FAX, "5550100")

    def race(act) -> set:
        with ThreadPoolExecutor(8) as pool:
            return {each.result() for each in [pool.submit(act) for _ in range(40)]}

    (ref,) = race(lambda: create_message(queue, account, draft, NOW))
    name = MessageName(uid=ref.uid)
    assert len(race(lambda: add_recipient(queue, account, name, fax, NOW).id)) == 1
    assert len(race(lambda: send_message(queue, account, name, NOW))) == 1
    assert last_change(queue, account) == 2  # it appeared, and it was released
    with queue.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_hosts_that_claim_at_once_never_get_the_same_or_the_same_number(
    shared_house: House,
) -> None:
    for number in range(10):
        shared_house.submit([f"555010{number % 5}"], f"m{number}")
    gate = threading.Barrier(4)

    def take(name: str) -> list[int]:
        claimant = Claimant(f"{name}/usb0", name, Channel.FAX, "usb0")
        gate.wait()
        found = [claim(shared_house.queue, claimant, NOW) for _ in range(5)]
        return [each for each in found if each is not None]

    with ThreadPoolExecutor(4) as pool:
        taken = [each.result() for each in [pool.submit(take, f"host{n}") for n in range(4)]]
    calls = shared_house.calls()
    assert sorted(call for each in taken for call in each) == [call.id for call in calls]
    busy = [call.busy_destination for call in calls]
    assert len(busy) == len(set(busy)) == 5


def test_a_fax_is_sent_once_by_the_durable_engine(shared_house: House) -> None:
    shared_house.runner = durable_runner
    shared_house.network.plays["5550100"] = ("silent-after-eop", "normal")
    shared_house.submit()
    shared_house.work()
    assert shared_house.recipient().letter is Letter.RETRY
    shared_house.work_for(420, 420)
    shared_house.work("south/usb0")
    assert shared_house.report().status is MessageStatus.GONE
    (row,) = shared_house.rows()
    assert shared_house.network.kept_of(row.id, 3) == [1, 1, 2]


def test_a_preferred_node_that_is_away_is_waited_for_and_then_replaced(
    shared_house: House,
) -> None:
    shared_house.work("north/usb0")  # it was there once
    shared_house.submit(node="north")
    shared_house.work("south/usb0")
    assert shared_house.network.dials() == 0
    shared_house.clock.advance(400)
    shared_house.work("south/usb0")
    assert shared_house.report().status is MessageStatus.GONE


def test_reports_that_two_hosts_take_up_at_once_both_count(shared_house: House) -> None:
    store, queue = shared_house.queue.store, shared_house.queue
    send_text(shared_house, "x" * 200)
    work_texts(shared_house, Gsm())
    (row,) = shared_house.rows()
    _, last = row.gateway_id.split(",")
    report = DeliveryReport(last, "", Fate.DELIVERED, "0")
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with ThreadPoolExecutor(1) as pool:
        with store.write("test") as session:
            lock_account(session, shared_house.account)
            session.get_one(Recipient, row.id).gateway_id = last  # the first has been reported
            session.flush()
            other = pool.submit(apply_report, queue, report, NOW)
            while not other.done() and not _seen(store, waiting):
                pass
        assert other.result(60)
    assert shared_house.recipient().letter is Letter.SENT


def _seen(store: Store, question: TextClause) -> int:
    with store.look() as connection:
        return int(connection.scalar(question) or 0)


DYING = """
import sys, os, signal
from pathlib import Path
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import Channel
from faxcore.delivery.store import Store, lock_account, open_store
from faxcore.delivery.worker import Pace, durable_runner
from tests.delivery.deliveries import House
from tests.delivery.far_end import Network
folder, address = Path(sys.argv[1]), sys.argv[2]
store = open_store(folder / "queue", address)
queue = Queue(store, Rules(channels=frozenset(Channel), nodes=frozenset({"north", "south"})))
house = House(queue, 1, Network(folder / "network.log", {}), runner=durable_runner)
house.work("north/usb0")
"""


def test_a_dead_hosts_work_is_taken_over_and_nothing_is_sent_twice(
    shared_house: House, tmp_path: Path, postgres: Server
) -> None:
    house = shared_house
    house.submit()
    address = house.queue.store.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "FAXCORE_CRASH": "page-confirmed:committed*2"}
    died = subprocess.run(
        [sys.executable, "-c", DYING, str(tmp_path), address],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert died.returncode == -9, died.stderr
    house.runner = durable_runner
    house.pace = type(house.pace)(0.02, 0.1, 0.5)
    house.work_until_final("south/usb0")
    assert house.report().status is MessageStatus.GONE
    (row,) = house.rows()
    assert house.network.kept_of(row.id, 3) == [1, 1, 1]
    assert house.network.dials() == 2
    assert {call.worker for call in house.calls()} == {"north/usb0", "south/usb0"}


def test_a_server_that_is_restarted_under_load_loses_nothing(
    shared_house: House, postgres: Server
) -> None:
    house = shared_house
    acknowledged: list[str] = []
    refused: list[str] = []
    stop = threading.Event()

    def submit() -> None:
        number = 0
        while not stop.is_set() and number < 400:
            number += 1
            try:
                house.submit([f"55502{number:03}"], f"m{number}")
            except QueueError as error:
                refused.append(str(error))
                continue
            acknowledged.append(f"m{number}")

    client = threading.Thread(target=submit)
    client.start()
    for how in ("fast", "immediate"):
        while len(acknowledged) < 5:
            client.join(0.01)
        before = len(acknowledged)
        postgres.stop(how)
        postgres.start()
        while len(acknowledged) < before + 5 and client.is_alive():
            client.join(0.01)
    stop.set()
    client.join()
    assert refused
    for name in acknowledged:
        assert house.report(name).status is MessageStatus.PENDING


def test_a_queue_is_opened_by_many_at_once(postgres: Server, tmp_path: Path) -> None:
    address = postgres.new_database("opened_by_many")

    def make(number: int) -> str:
        store = open_store(tmp_path / str(number), address)
        store.close()
        return "opened"

    with ThreadPoolExecutor(4) as pool:
        assert [each.result() for each in [pool.submit(make, n) for n in range(4)]] == [
            "opened"
        ] * 4


def test_operations_and_workers_at_once_never_lock_each_other_out(shared_house: House) -> None:
    house = shared_house
    house.pages = 1
    names = [house.submit([f"555030{n}", f"555040{n}"], f"m{n}") for n in range(6)]
    problems: list[Exception] = []

    def meddle() -> None:
        for _ in range(8):
            for name in names:
                for act in (hold, release):
                    try:
                        act(house.queue, house.account, name, house.clock.now)
                    except RequestRefused:
                        continue  # it is over: that is an answer, too
                    except QueueError as error:
                        problems.append(error)

    def done() -> bool:
        return all(house.report(f"m{n}").status.is_final for n in range(6))

    loops = [house.loop(f"{node}/usb0") for node in ("north", "south")]
    threads = [threading.Thread(target=loop.run, args=(done,)) for loop in loops]
    threads += [threading.Thread(target=meddle) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert {house.report(f"m{n}").status for n in range(6)} == {MessageStatus.GONE}
    assert set(house.network.kept().values()) == {1}


def test_words_that_postgresql_cannot_keep_hold_up_no_worker(shared_house: House) -> None:
    submit(shared_house, to("ada@example.org"))
    with served(CuttingSmtp, cut="", bodies=[], at_dot=lambda: "550 no\0such user") as running:
        server = MailServer("127.0.0.1", running.server_address[1], timeout_s=5, answer_s=5)
        worker = threading.Thread(target=work, args=(shared_house, server), daemon=True)
        worker.start()
        worker.join(20)
        assert not worker.is_alive()
    (recipient,) = shared_house.rows()
    assert (recipient.letter, recipient.reason) == (Letter.FAILED, "refused")
    assert "550 no such user" in recipient.description


def test_a_bounce_that_postgresql_cannot_keep_holds_up_no_other(
    shared_house: House, tmp_path: Path
) -> None:
    submit(shared_house, to("ada@example.org"))
    with served(CuttingSmtp, cut="", bodies=[], at_dot=lambda: "250 OK") as running:
        work(shared_house, MailServer("127.0.0.1", running.server_address[1], timeout_s=5))
    address = "bounce-%@example.org"
    (recipient,) = shared_house.rows()
    said = REPORT.format(address=bounce_address(address, recipient), action="failed")
    mailbox.Maildir(tmp_path / "mail")
    strange = REPORT.format(address="bounce-99999999999@example.org", action="failed")
    for number, octets in enumerate((strange.encode(), said.encode().replace(b"550", b"5\x0050"))):
        (tmp_path / "mail" / "new" / f"{number}.mail").write_bytes(octets)
    assert read_bounces(shared_house.queue, Maildir(tmp_path / "mail"), address, NOW) == 1

"""What a server or a network has taken is never sent again, though the database was in trouble."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from faxcore.delivery.claiming import Claimant
from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.operations import (
    MessageDraft,
    MessageName,
    RecipientDraft,
    Which,
    add_recipient,
    create_message,
    message_report,
    resend,
    send_message,
)
from faxcore.delivery.sms_channel import SmsWork, apply_report
from faxcore.delivery.sms_gateway import DeliveryReport
from faxcore.delivery.sms_pdu import Fate
from faxcore.delivery.sms_text import Part
from faxcore.delivery.states import Body, Channel, Letter
from faxcore.delivery.store import open_store
from faxcore.delivery.worker import WorkerLoop
from faxcore.errors import NoReply
from tests.delivery.deliveries import AtOnce, House
from tests.delivery.mail_doubles import CuttingSmtp, served
from tests.delivery.moments import NOW
from tests.delivery.test_email import submit, to
from tests.delivery.test_email import work as mail_work
from tests.delivery.test_trouble import replace_store

M1 = MessageName(client_id="m1")


@contextmanager
def locking(house: House) -> Iterator[tuple[House, Callable[[], None]]]:
    """A house that waits for its database only shortly, and what locks that for 0.6 s, once."""
    store = open_store(house.queue.store.folder, busy_seconds=0.05)
    blocker = sqlite3.connect(store.folder / "queue.sqlite", isolation_level=None,
                              check_same_thread=False)  # fmt: skip
    timers: list[threading.Timer] = []

    def lock_it() -> None:
        if not timers:
            blocker.execute("BEGIN IMMEDIATE")
            timers.append(threading.Timer(0.6, blocker.rollback))
            timers[0].start()

    yield replace_store(house, store), lock_it
    timers[0].join()
    blocker.close()
    store.close()


def only(house: House):
    return message_report(house.queue, house.account, M1).recipients[0]


def test_a_mail_that_was_taken_is_not_sent_again_for_a_locked_database(house: House) -> None:
    with locking(house) as (quick, lock_it):
        submit(quick, to("ada@example.org"))

        def taken() -> str:
            lock_it()
            return "250 OK"

        with served(CuttingSmtp, cut="", bodies=[], at_dot=taken) as running:
            server = MailServer("127.0.0.1", running.server_address[1], timeout_s=5, answer_s=5)
            for _ in range(3):
                mail_work(quick, server)
                quick.clock.advance(900)
            assert len(running.bodies) == 1
        assert only(quick).letter is Letter.RELAYED


@dataclass
class Network:
    """A gateway: each part gets the next of ``answers``, a name or what is raised."""

    answers: list
    taken: list[int] = field(default_factory=list)
    at_part: Callable[[], None] = lambda: None
    closing: Exception | None = None

    def prepare(self, *, reports: bool = False) -> None:
        """It is ready."""

    def send(self, number: str, part: Part, reference: int) -> str:
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        self.taken.append(part.number)
        self.at_part()
        return answer

    def reports(self) -> Iterator[DeliveryReport]:
        return iter(())

    def close(self) -> None:
        if self.closing is not None:
            raise self.closing


def text(house: House, length: int = 200) -> None:
    create_message(
        house.queue, house.account, MessageDraft("m1", body="x" * length, body_type=Body.TEXT), NOW
    )
    draft = RecipientDraft(Channel.SMS, "+44 7700 900123")
    add_recipient(house.queue, house.account, M1, draft, NOW)
    send_message(house.queue, house.account, M1, NOW)


def sms_work(house: House, network: Network) -> None:
    job = SmsWork(house.queue, "north/sms", lambda: network, house.clock)
    claimant = Claimant("north/sms", "north", Channel.SMS, "sms")
    loop = WorkerLoop(house.queue, claimant, job, clock=house.clock, runner=AtOnce)
    loop.run(lambda: True)


def report(house: House, name: str, fate: Fate = Fate.DELIVERED) -> bool:
    return apply_report(house.queue, DeliveryReport(name, "", fate, ""), NOW)


def test_a_part_that_was_taken_is_not_sent_again_for_a_locked_database(house: House) -> None:
    with locking(house) as (quick, lock_it):
        text(quick)
        network = Network(["a", "b", "c"], at_part=lock_it)
        for _ in range(3):
            sms_work(quick, network)
            quick.clock.advance(900)
        assert network.taken == [1, 2]
        assert quick.rows()[0].gateway_id == "a,b"


class Cut(BaseException):
    """This computer dies."""


def test_a_text_is_sent_only_when_the_part_before_a_crash_is_reported_too(house: House) -> None:
    text(house)
    with pytest.raises(Cut):
        sms_work(house, Network(["a", Cut()]))
    sms_work(house, Network([]))  # the same worker, in its next life
    house.clock.advance(900)
    sms_work(house, Network(["b"]))
    assert only(house).letter is Letter.RELAYED
    assert not report(house, "b")
    assert only(house).letter is Letter.RELAYED
    assert report(house, "a")
    assert only(house).letter is Letter.SENT


def test_a_report_of_an_earlier_sending_says_nothing_of_a_later(house: House) -> None:
    text(house, 10)
    sms_work(house, Network(["old"]))
    resend(house.queue, house.account, M1, NOW, which=Which.ALL)
    sms_work(house, Network(["new"]))
    assert not report(house, "old", Fate.FAILED)
    assert only(house).letter is Letter.RELAYED
    assert report(house, "new")
    assert only(house).letter is Letter.SENT


def test_a_gateway_that_cannot_be_closed_takes_nothing_back(house: House) -> None:
    text(house, 10)
    sms_work(house, Network(["a"], closing=NoReply("it does not answer")))
    assert only(house).letter is Letter.RELAYED
    assert house.rows()[0].gateway_id == "a"

"""Webhooks on loopback: signed, in order, again after a failure, given up after days."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from faxcore.delivery import notifying
from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.model import Account, Notification, Webhook
from faxcore.delivery.notifying import SIGNATURE, Notice, NotTold, reserve, sign, tell, tell_all
from faxcore.delivery.operations import (
    MessageName,
    cancel,
    delete_message,
    forget_calls,
    list_webhooks,
    remove_webhook,
    set_webhook,
)
from faxcore.delivery.rules import Queue, Rules
from faxcore.errors import RequestRefused
from tests.delivery.deliveries import House
from tests.delivery.far_end import rendered
from tests.delivery.moments import NOW

KEY = "a key"


class Hook:
    """A web server that notes what it is told, and answers as it is told to."""

    def __init__(self) -> None:
        self.told: list[tuple[dict, str, bytes]] = []
        self.answers: list[int] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                code = hook.answers.pop(0) if hook.answers else 204
                if code < 300:
                    hook.told.append((json.loads(body), self.headers[SIGNATURE], body))
                self.send_response(code)
                if code in {301, 302}:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


class Taken:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[MailServer, Taken]]:
    taken = Taken()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(taken, hostname="127.0.0.1", port=port)
    controller.start()
    yield MailServer("127.0.0.1", port, domain="fax.example.org"), taken
    controller.stop()


@pytest.fixture
def watched(house: House, hook: Hook) -> House:
    with house.queue.store.write("test") as session:
        session.add(Webhook(account_id=house.account, url=hook.url, key=KEY, created=NOW))
    rules = replace(house.queue.rules, webhook_hosts=frozenset({"127.0.0.1"}))
    return replace(house, queue=Queue(house.queue.store, rules))


def tell_now(house: House) -> int:
    return tell_all(house.queue, None, house.clock)


def test_the_end_of_a_fax_is_told_and_signed(watched: House, hook: Hook) -> None:
    watched.submit(["5550100", "5550101"])
    watched.work()
    while tell_now(watched):
        pass
    events = [event for event, _, _ in hook.told]
    assert [each["event"] for each in events] == ["recipient", "recipient", "message"]
    assert events[2]["status"] == "GONE"
    assert events[0]["letter"] == "S"
    assert (events[0]["pages"], events[0]["pages_confirmed"]) == (3, 3)
    for _, signature, body in hook.told:
        assert signature == sign(KEY, int(NOW.timestamp()), body)
        assert b"5550100" not in body


def test_what_could_not_be_told_is_told_later_and_nothing_overtakes_it(
    watched: House, hook: Hook
) -> None:
    hook.answers = [503, 500]
    watched.submit(["5550100", "5550101"])
    watched.work()
    assert tell_now(watched) == 0
    assert tell_now(watched) == 0
    watched.clock.advance(11)
    assert tell_now(watched) == 0
    watched.clock.advance(11)
    assert tell_now(watched) == 0
    watched.clock.advance(21)
    while tell_now(watched):
        pass
    ids = [event["id"] for event, _, _ in hook.told]
    assert ids == sorted(ids)
    assert len(ids) == 3


def test_two_tellers_do_not_tell_the_same(watched: House) -> None:
    watched.submit()
    watched.work()
    assert len(reserve(watched.queue, NOW)) == 1
    assert reserve(watched.queue, NOW) == []


def test_after_three_days_it_is_given_up_and_the_next_has_its_turn(
    watched: House, hook: Hook
) -> None:
    watched.submit()
    watched.work()
    hook.answers = [500] * 1
    watched.clock.advance(4 * 86400)
    assert tell_now(watched) == 0
    assert tell_now(watched) == 1
    with watched.queue.store.read() as session:
        rows = list(session.scalars(select(Notification).order_by(Notification.id)))
    assert [row.given_up for row in rows] == [True, False]
    assert rows[0].text == "it answered 500"


@pytest.mark.parametrize("code", [301, 302, 404])
def test_a_redirect_is_not_followed(watched: House, hook: Hook, code: int) -> None:
    hook.answers = [code]
    watched.submit()
    watched.work()
    assert tell_now(watched) == 0
    assert hook.told == []


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://a/b", "nonsense", "http://[::1"])
def test_what_is_no_web_address_is_never_opened(target: str) -> None:
    with pytest.raises(NotTold):
        tell(Notice(1, "webhook", target, {}, "", NOW, 1), None, NOW)


def test_a_cancelled_message_is_told_of_too(watched: House, hook: Hook) -> None:
    name = watched.submit()
    cancel(watched.queue, watched.account, name, NOW)
    while tell_now(watched):
        pass
    assert [event.get("status") for event, _, _ in hook.told] == [None, "CANCELLED"]


def test_an_address_of_our_own_network_is_not_told(watched: House, hook: Hook) -> None:
    stranger = replace(watched, queue=Queue(watched.queue.store, Rules()))
    watched.submit()
    watched.work()
    assert tell_now(stranger) == 0
    assert hook.told == []
    with watched.queue.store.read() as session:
        (text, *_) = session.scalars(select(Notification.text).order_by(Notification.id))
    assert "127.0.0.1, which is no public address" in text


def test_two_webhooks_are_told_apart_and_each_in_its_own_key(watched: House, hook: Hook) -> None:
    made = set_webhook(watched.queue, watched.account, f"{hook.url}/2", NOW)
    hook.answers = [500]
    watched.submit()
    watched.work()
    for _ in range(4):
        tell_now(watched)
        watched.clock.advance(60)
    assert [event["event"] for event, _, _ in hook.told].count("message") == 2
    signed = {
        signature
        for _, signature, body in hook.told
        for key in (KEY, made.secret)
        if signature == sign(key, int(signature[2:12]), body)
    }
    assert len(hook.told) == 4
    assert {signature for _, signature, _ in hook.told} == signed


def test_what_waits_for_a_webhook_goes_with_it(watched: House, hook: Hook) -> None:
    watched.submit()
    watched.work()
    (told,) = list_webhooks(watched.queue, watched.account)
    assert (told.waiting, told.delivered) == (2, None)
    remove_webhook(watched.queue, watched.account, told.id)
    assert tell_now(watched) == 0
    assert list_webhooks(watched.queue, watched.account) == []


def test_an_account_has_ten_webhooks_and_no_more(house: House) -> None:
    for number in range(10):
        set_webhook(house.queue, house.account, f"https://example.org/{number}", NOW)
    set_webhook(house.queue, house.account, "https://example.org/9", NOW)
    with pytest.raises(RequestRefused, match="at most 10"):
        set_webhook(house.queue, house.account, "https://example.org/10", NOW)


@pytest.mark.parametrize("target", ["a\nb@example.org", "ü@example.org", "a@b c"])
def test_an_address_that_can_be_in_no_header_is_not_told_and_stops_nobody(
    watched: House, hook: Hook, target: str
) -> None:
    with watched.queue.store.write("test") as session:
        session.add(
            Notification(
                account_id=watched.account,
                kind="email",
                target=target,
                event={"event": "message"},
                due=NOW,
                created=NOW,
            )
        )
    watched.submit()
    watched.work()
    mail = MailServer("127.0.0.1", 9, "none")
    while tell_all(watched.queue, mail, watched.clock):
        pass
    assert [event["event"] for event, _, _ in hook.told] == ["recipient", "message"]
    with watched.queue.store.read() as session:
        (left,) = session.scalars(select(Notification).where(Notification.done.is_(False)))
        assert left.text


def test_a_fault_of_our_own_in_one_notification_stops_nobody(
    watched: House, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = notifying._post
    faults = [RuntimeError("out of luck")]

    def fails_once(*arguments: Any) -> None:
        if faults:
            raise faults.pop()
        post(*arguments)

    monkeypatch.setattr(notifying, "_post", fails_once)
    watched.submit()
    watched.work()
    assert tell_now(watched) == 0
    watched.clock.advance(60)
    while tell_now(watched):
        pass
    assert [event["event"] for event, _, _ in hook.told] == ["recipient", "message"]


def test_what_rendering_left_out_is_told_with_the_recipient(watched: House, hook: Hook) -> None:
    watched.render = rendered(1, "body page 1: text is cut off")
    watched.submit()
    watched.work()
    while tell_now(watched):
        pass
    recipient, message = (event for event, _, _ in hook.told)
    assert recipient["notes"] == ["body page 1: text is cut off"]
    assert "notes" not in message


def test_no_event_has_the_number_of_one_that_is_forgotten(watched: House, hook: Hook) -> None:
    for name in ("m1", "m2"):
        watched.submit(name=name)
        watched.work()
        while tell_now(watched):
            pass
        delete_message(watched.queue, watched.account, MessageName(client_id=name))
        forget_calls(watched.queue, watched.clock() + timedelta(seconds=1))
        watched.clock.advance(60)
    ids = [event["id"] for event, _, _ in hook.told]
    assert len(set(ids)) == len(ids) == 4


def test_a_name_that_no_subject_can_bear_keeps_nobody_from_being_told(
    watched: House, hook: Hook, mail: tuple[MailServer, Taken]
) -> None:
    server, taken = mail
    with watched.queue.store.write("test") as session:
        session.get_one(Account, watched.account).notify_email = "ada@example.org"
    name = "=?us-ascii?q?=FF?= é"
    watched.submit(name=name)
    watched.work()
    while tell_all(watched.queue, server, watched.clock):
        pass
    assert [event["client_id"] for event, _, _ in hook.told] == [name, name]
    assert len(taken.mails) == 2
    assert all(watched.report(name).message.uid in str(mail["Subject"]) for mail in taken.mails)
    assert all(f"client_id: {name}" in mail.get_content() for mail in taken.mails)

"""Webhooks on loopback: signed, in order, again after a failure, given up after days."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from faxcore.delivery.model import Account, Notification
from faxcore.delivery.notifying import SIGNATURE, Notice, NotTold, reserve, sign, tell, tell_all
from faxcore.delivery.operations import cancel
from tests.delivery.deliveries import House
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


@pytest.fixture
def watched(house: House, hook: Hook) -> House:
    with house.queue.store.write("test") as session:
        account = session.get_one(Account, house.account)
        account.webhook, account.webhook_key = hook.url, KEY
    return house


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

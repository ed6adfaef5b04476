"""A message service on a loopback port, with an account, and clients for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from faxcore.delivery import operations as queue_ops
from faxcore.delivery.model import Account
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import Channel
from faxcore.delivery.store import open_store
from faxcore.service.accounts import hash_password
from faxcore.service.app import make_app
from faxcore.service.limits import Limits
from faxcore.service.pace import Rates
from faxcore.service.requests import Refused

PASSWORD = "correct horse"
_HASH = hash_password(PASSWORD)


@dataclass(frozen=True)
class Service:
    """A running service: where it is, its queue, and its first account."""

    url: str
    queue: Queue
    account_id: int

    @property
    def wsdl(self) -> str:
        """Where its description is."""
        return f"{self.url}/soap?wsdl"

    def json(self, user: str = "clinic", password: str = PASSWORD) -> httpx.Client:
        """A client of the JSON door."""
        return httpx.Client(base_url=f"{self.url}/v1", auth=(user, password), timeout=30)


def add_account(queue: Queue, name: str, **extra: Any) -> int:
    """An account with the password that all have here."""
    account_id = queue_ops.ensure_account(queue, name, datetime.now(UTC))
    with queue.store.write("test") as session:
        account = session.get_one(Account, account_id)
        account.password = _HASH
        account.extra = extra
        account.sender_email = "clinic@example.org"
    return account_id


def told_twice(ask: Callable[[], list[str]]) -> list[str]:
    """Ask what has changed until nothing has; what was told, at least twice and always the same.

    A cursor moves behind its answer: who asks again at once may be told once more.
    """
    answers = [ask()]
    while answers[-1]:
        answers.append(ask())
        assert len(answers) < 20
    assert len(answers) > 2
    assert all(answer == answers[0] for answer in answers[:-1])
    return answers[0]


def no_banner(address: str) -> bytes:
    raise Refused("no host is allowed", "bannerGFX")


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    store = open_store(tmp_path / "data")
    yield Queue(store, Rules(channels=frozenset(Channel), nodes=frozenset({"north"})))
    store.close()


@pytest.fixture
def serve(queue: Queue) -> Iterator[Callable[..., Service]]:
    """Starts a service; it stops when the test ends."""
    servers: list[tuple[uvicorn.Server, threading.Thread, socket.socket]] = []

    def start(limits: Limits | None = None, rates: Rates | None = None) -> Service:
        app = make_app(
            queue, lambda: datetime.now(UTC), limits=limits, rates=rates, fetch_banner=no_banner
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        place = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
        thread.start()
        servers.append((server, thread, place))
        port = place.getsockname()[1]
        return Service(f"http://127.0.0.1:{port}", queue, add_account(queue, "clinic"))

    yield start
    for server, thread, place in servers:
        server.should_exit = True
        thread.join(10)
        place.close()


@pytest.fixture
def service(serve: Callable[..., Service]) -> Service:
    """A running service."""
    return serve()

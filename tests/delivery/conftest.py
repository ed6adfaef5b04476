"""Queues in folders of their own."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from faxcore.delivery.operations import ensure_account
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import Channel
from faxcore.delivery.store import Store, open_store
from tests.delivery.deliveries import House
from tests.delivery.far_end import Network
from tests.delivery.moments import NOW
from tests.delivery.places import quick_folder
from tests.delivery.postgres import NotInstalled, Server, postgres_server


@pytest.fixture(scope="session")
def empty_queue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty database: copying it is quicker than making one."""
    folder = tmp_path_factory.mktemp("empty") / "queue"
    open_store(folder).close()
    return folder


@pytest.fixture
def store(empty_queue: Path) -> Iterator[Store]:
    with quick_folder() as folder:
        shutil.copytree(empty_queue, folder / "queue")
        opened = open_store(folder / "queue")
        yield opened
        opened.close()


@pytest.fixture
def queue(store: Store) -> Queue:
    return Queue(store, Rules(channels=frozenset(Channel), nodes=frozenset({"north"})))


@pytest.fixture
def account(queue: Queue) -> int:
    return ensure_account(queue, "clinic", NOW)


@pytest.fixture
def house(queue: Queue, account: int, tmp_path: Path) -> House:
    return House(queue, account, Network(tmp_path / "network.log", {}))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres_server())
        except NotInstalled as error:
            pytest.skip(str(error))
        yield server


@pytest.fixture
def shared_house(postgres: Server, tmp_path: Path) -> Iterator[House]:
    """A queue on PostgreSQL, which several hosts may share."""
    address = postgres.new_database(f"queue_{secrets.token_hex(6)}")
    store = open_store(tmp_path / "queue", address)
    queue = Queue(store, Rules(channels=frozenset(Channel), nodes=frozenset({"north", "south"})))
    account = ensure_account(queue, "clinic", NOW)
    yield House(queue, account, Network(tmp_path / "network.log", {}))
    store.close()

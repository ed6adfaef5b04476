"""Opening the database, and the two ways into it: reading, and writing in one transaction.

SQLite is the default: write-ahead log, every commit synchronized, writers one after the other
(BEGIN IMMEDIATE, so that nobody finds out at his commit that he was too late). PostgreSQL is for
several hosts. Whatever the database says that is not a result becomes a QueueError here.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from faxcore.delivery.blobs import BlobStore
from faxcore.delivery.crash import crash_point
from faxcore.delivery.model import Account
from faxcore.errors import QueueError, SettingsError

BUSY_SECONDS = 30.0
DATABASE = "queue.sqlite"
BLOBS = "files"


class Conflict(QueueError):
    """Another host has just done what excludes this."""


class Store:
    """The database and the files of one queue. ``close()`` when done; threads may share it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.blobs = BlobStore(folder / BLOBS)
        self._reading = engine.execution_options(faxcore_reads=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of this host."""
        return self.engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the database and changes nothing."""
        with _translated(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def look(self) -> Iterator[Connection]:
        """A connection that reads: several looks a second cost less than with ``read``."""
        with _translated(), self._reading.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[Session]:
        """A transaction: all of it is on the disk when the block is left, or nothing.

        ``name`` names its two crash points, before and after the commit.
        """
        with _translated(), Session(self.engine, expire_on_commit=False) as session:
            session.connection()  # begins: SQLite's one place for a writer is ours, or we wait
            yield session
            session.flush()
            crash_point(f"{name}:uncommitted")
            session.commit()
        crash_point(f"{name}:committed")

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_store(folder: Path, database: str = "", *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open the queue in a folder, making or upgrading its tables.

    ``database`` is a SQLAlchemy address, such as ``postgresql+psycopg://host/name``; "" is a file
    in the folder. Raises SettingsError for an address that means nothing, QueueError for a
    database that cannot be opened.
    """
    from faxcore.delivery.migrations import upgrade  # noqa: PLC0415

    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise QueueError(f"{folder}: {error.strerror}") from error
    store = Store(open_engine(database_url(folder, database), busy_seconds), folder)
    try:
        with _translated():
            upgrade(store.engine)
    except BaseException:
        store.close()
        raise
    return store


def database_url(folder: Path, database: str = "") -> URL:
    """The address of the queue's database."""
    if not database:
        return URL.create("sqlite", database=str(folder / DATABASE))
    try:
        url = make_url(database)
    except ArgumentError as error:
        raise SettingsError("database: this is no address of a database") from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise SettingsError(f"database: sqlite or postgresql, not {url.get_backend_name()}")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return url


def open_engine(url: URL, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine that keeps what it commits."""
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10)
        engine = create_engine(url, connect_args={"timeout": busy_seconds})
    except ModuleNotFoundError as error:
        raise SettingsError(f"{url.drivername} needs faxcore[postgres] ({error})") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def lock_account(session: Session, account_id: int) -> Account:
    """The account's row, held by this transaction; QueueError where there is none."""
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        raise QueueError(f"there is no account {account_id}")
    return account


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    reads = connection.get_execution_options().get("faxcore_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict(f"the queue's database: {error.orig}") from error
    except DBAPIError as error:
        raise QueueError(f"the queue's database: {error.orig}") from error
    except NoConnection as error:
        raise QueueError("the queue's database: all connections are in use") from error

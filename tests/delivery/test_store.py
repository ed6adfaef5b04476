"""The database: its revisions, its durability settings, its errors."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text

from faxcore.delivery import migrations
from faxcore.delivery.inbound import Arrival, store_arrival
from faxcore.delivery.model import Account, Base, InboundFax, Notification, Webhook
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.store import Store, database_url, open_engine, open_store
from faxcore.errors import QueueError, SettingsError
from faxcore.service.tables import ApiKey  # with it come the service's tables
from tests.delivery.moments import NOW


def test_the_revisions_make_exactly_the_tables_of_the_model(store: Store) -> None:
    with store.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert found == []
    assert ApiKey.__tablename__ in Base.metadata.tables


def test_the_newest_revision_is_the_one_that_is_asked_for() -> None:
    folder = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert folder.get_current_head() == migrations.HEAD


def make_old(folder: Path, *further: str) -> None:
    """A queue of revision 0004 in which something waits; what is done further is SQL, or to go on
    to a revision."""
    folder.mkdir()
    engine = open_engine(database_url(folder))
    with engine.begin() as connection:
        for step in ("0004", ACCOUNT, WAITING, *further):
            if step.isdecimal():
                migrations._run(connection, step)
            else:
                connection.execute(text(step))
    engine.dispose()


def test_a_webhook_of_an_older_version_is_kept_with_what_waits_for_it(tmp_path: Path) -> None:
    make_old(tmp_path / "queue")
    store = open_store(tmp_path / "queue")
    with store.read() as session:
        (hook,) = session.scalars(select(Webhook))
        (waiting,) = session.scalars(select(Notification))
    store.close()
    assert (hook.url, hook.key) == ("https://example.org/hook", "a key")
    assert (waiting.webhook_id, waiting.target) == (hook.id, hook.url)


def test_a_fax_received_after_an_upgrade_has_a_number_that_none_had(tmp_path: Path) -> None:
    make_old(tmp_path / "queue", "0010", RECEIVED, *[DELETED] * 6)
    store = open_store(tmp_path / "queue")
    arrival = Arrival(1, NOW, 1, b"II*", b"%PDF-")
    uid = store_arrival(Queue(store, Rules()), arrival)
    with store.read() as session:
        numbers = {fax.uid: fax.id for fax in session.scalars(select(InboundFax))}
        waiting = session.scalars(select(Notification.id)).all()
    store.close()
    assert numbers == {"a": 3, uid: 8}
    assert waiting == [1]


RECEIVED = """INSERT INTO inbound (id, uid, account_id, sender_id, called_number, modem, received,
pages, complete, tiff, pdf, text) VALUES (3, 'a', 1, '', '', '', 1.0, 1, 1, '', '', '')"""
DELETED = """INSERT INTO audit (at, account, address, action, subject, outcome) VALUES
(1.0, 'clinic', '', 'retention', 'x', 'received fax deleted')"""
ACCOUNT = """INSERT INTO account (name, password, zone, sender_name, sender_number, may_name_number,
sender_email, email_domains, webhook, webhook_key, notify_email, extra, changes, created) VALUES
('clinic', '', '', '', '', 0, '', '[]', 'https://example.org/hook', 'a key', '', '{}', 0, 1.0)"""
WAITING = """INSERT INTO notification (account_id, kind, target, event, created, due, tries, done,
given_up, text) VALUES (1, 'webhook', 'https://example.org/hook', '{}', 1.0, 1.0, 0, 0, 0, '')"""


def test_a_database_of_a_newer_version_is_refused(store: Store) -> None:
    with store.write("test") as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(QueueError, match="newer faxcore"):
        open_store(store.folder)


def test_a_commit_is_synchronized_and_the_log_is_written_ahead(store: Store) -> None:
    with store.read() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_block_that_raises_leaves_nothing_behind(store: Store) -> None:
    def fail_halfway() -> None:
        with store.write("test") as session:
            session.add(Account(name="a", created=NOW))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    with store.read() as session:
        assert session.scalar(select(Account)) is None


def test_a_locked_database_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    one = open_store(tmp_path, busy_seconds=0.05)
    two = open_store(tmp_path, busy_seconds=0.05)
    with one.write("test") as session:
        session.add(Account(name="a", created=NOW))
        with pytest.raises(QueueError, match="locked"), two.write("test"):
            pass
    with two.read() as session:
        assert session.scalar(select(Account.name)) == "a"
    one.close()
    two.close()


@pytest.mark.parametrize("address", ["nonsense", "mysql://host/name", "://"])
def test_an_address_of_no_known_database_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match="database"):
        database_url(tmp_path, address)


def test_a_store_whose_connections_are_all_in_use_is_trouble_of_ours(tmp_path: Path) -> None:
    engine = create_engine(
        f"sqlite:///{tmp_path}/q.sqlite", pool_size=1, max_overflow=0, pool_timeout=0.05
    )
    store = Store(engine, tmp_path)
    try:
        with store.look(), pytest.raises(QueueError, match="all connections"), store.look():
            raise AssertionError("there was another connection")
    finally:
        store.close()

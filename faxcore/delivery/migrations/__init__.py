"""The tables' history: alembic revisions, and how a database is brought up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from faxcore.errors import QueueError

HEAD = "0011"
"""The newest revision; a test holds it against the revisions that there are."""

_LOCK = 0x0FA5C0DE


def upgrade(engine: Engine) -> None:
    """Make or upgrade the tables, in one transaction; only one process does it at a time.

    Raises QueueError for a database that a newer faxcore has upgraded.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        present = revision(connection)
        if present == HEAD:
            return
        _check_known(present)
        _run(connection)


def revision(connection: Connection) -> str:
    """The revision that a database is at, "" for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _check_known(present: str) -> None:
    if present and present > HEAD:
        raise QueueError(f"the queue's database is of a newer faxcore (revision {present})")


def _run(connection: Connection, to: str = "head") -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, to)

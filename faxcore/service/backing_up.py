"""Backing a data folder up while it is in use, and restoring it into an empty one.

A backup is a tar file: the settings, a copy of the database as it was at one moment, and every
stored file that it refers to. What a worker was in the middle of is not in it: after a restore such
a call counts as interrupted, and is judged by the pages that were confirmed.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from faxcore.delivery.store import BLOBS, DATABASE
from faxcore.errors import SettingsError
from faxcore.settings import FILE

_WANTED = (FILE, DATABASE, BLOBS)


def back_up(folder: Path, target: Path) -> int:
    """Write a backup of a data folder on SQLite; how many stored files it has.

    The database is copied first, so that every file it refers to is there when files are copied.
    """
    database = folder / DATABASE
    if not database.is_file():
        raise SettingsError(f"{folder} has no {DATABASE}: PostgreSQL has backups of its own")
    count = 0
    partial = target.with_name(target.name + ".partial")
    with tempfile.TemporaryDirectory(prefix="faxcore-backup-") as name:
        copy = Path(name) / DATABASE
        with (
            contextlib.closing(sqlite3.connect(database, timeout=30)) as source,
            contextlib.closing(sqlite3.connect(copy)) as destination,
        ):
            source.backup(destination)
            destination.execute("PRAGMA journal_mode=DELETE")
        with _private(partial) as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            archive.add(copy, DATABASE)
            if (folder / FILE).is_file():
                archive.add(folder / FILE, FILE)
            for path in sorted((folder / BLOBS).rglob("*")):
                if path.is_file() and not path.name.startswith("."):
                    archive.add(path, str(path.relative_to(folder)))
                    count += 1
    partial.rename(target)
    return count


@contextlib.contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """A new file that nobody else can read, in the place of one that was cut; none after an error.

    A backup has faxes, hashes of passwords and the keys of webhooks in it.
    """
    path.unlink(missing_ok=True)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def restore(source: Path, folder: Path) -> int:
    """Unpack a backup into an empty or new folder; how many stored files it had."""
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(f"{folder} is not empty: a backup is restored into an empty folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    count = 0
    try:
        with tarfile.open(source, "r:*") as archive:
            for member in archive:
                parts = Path(member.name).parts
                if not member.isfile() or not parts or parts[0] not in _WANTED:
                    raise SettingsError(f"{source}: {member.name} belongs into no backup")
                archive.extract(member, folder, filter="data")
                count += parts[0] == BLOBS
    except (tarfile.TarError, EOFError) as error:
        raise SettingsError(f"{source} is no backup: {error}") from error
    if not (folder / DATABASE).is_file():
        raise SettingsError(f"{source} is no backup: it has no {DATABASE}")
    return count

"""Files by their content: an attachment or a rendered document, named by its SHA-256.

A name that was given back stands for octets that are on the disk: the file is written under
another name, synchronized, renamed, and the folder is synchronized. The same octets are stored
once, however many messages have them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

from faxcore.delivery.crash import crash_point
from faxcore.errors import QueueError

_NAME = re.compile(r"[0-9a-f]{64}")


class BlobStore:
    """The files under one folder. Many processes, and hosts on a shared folder, may use it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Store octets durably; their name. Raises QueueError where the disk refuses."""
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        with _translated(path):
            if not path.exists():
                self._write(path, data)
            _synchronize(path.parent)  # also where another process renamed it a moment ago
        crash_point("blob:stored")
        return name

    def get(self, name: str) -> bytes:
        """The octets of a name, checked. Raises QueueError where they are missing or damaged."""
        path = self._path(name)
        with _translated(path):
            data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != name:
            raise QueueError(f"{path} is damaged: its octets are not those of its name")
        return data

    def path(self, name: str) -> Path:
        """Where the file of a name is."""
        return self._path(name)

    def sweep(self, used: Collection[str], older_than: float) -> int:
        """Remove what nobody uses and what was last written before a moment; how many files.

        The age protects a blob that was stored for a row which is not committed yet.
        """
        removed = 0
        for path in self._files():
            with contextlib.suppress(FileNotFoundError):  # another host sweeps too
                if path.name not in used and path.stat().st_mtime < older_than:
                    path.unlink()
                    removed += 1
        return removed

    def _files(self) -> Iterator[Path]:
        if self._folder.is_dir():
            for folder in sorted(self._folder.iterdir()):
                yield from sorted(folder.iterdir())

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise QueueError(f"{name!r} is not the name of a stored file")
        return self._folder / name[:2] / name

    def _write(self, path: Path, data: bytes) -> None:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _synchronize(path.parent.parent)
        temporary = path.with_name(f".{path.name[:16]}.{secrets.token_hex(6)}")
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
                new.write(data)
                new.flush()
                crash_point("blob:written")
                os.fsync(new.fileno())
            crash_point("blob:synchronized")
            temporary.rename(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        crash_point("blob:renamed")


def _synchronize(folder: Path) -> None:
    """Make names durable; only POSIX can open a folder."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise QueueError(f"{path} is missing from the store of files") from error
    except OSError as error:
        raise QueueError(f"{path}: {error.strerror or error}") from error

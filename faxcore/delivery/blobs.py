"""Files by their content: an attachment or a rendered document, named by its SHA-256.

A name that was given back stands for octets that are on the disk: the file is written under
another name, synchronized, renamed, and the folder is synchronized. The same octets are stored
once, however many messages have them. What arrives piece by piece goes to the disk as it comes
(``incoming``), so that nothing large is ever held in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from faxcore.delivery.crash import crash_point
from faxcore.durable import synchronize
from faxcore.errors import QueueError

_NAME = re.compile(r"[0-9a-f]{64}")
_ARRIVING = "incoming"
"""The folder of what is not whole yet; names in it begin with a dot. Leftovers are swept."""

_FOLDER = re.compile(rf"[0-9a-f]{{2}}|{_ARRIVING}")


@dataclass(frozen=True, slots=True)
class Stored:
    """Octets that are on the disk: the name they are kept by, and how many they are."""

    name: str
    octets: int


class Incoming:
    """Octets on their way to the disk. A context: what was not kept is gone when it is left."""

    def __init__(self, store: BlobStore, path: Path) -> None:
        self.octets = 0
        self._store, self._path = store, path
        self._hash = hashlib.sha256()
        self._file = open(  # noqa: SIM115  # closed by close()
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        )

    def write(self, data: bytes) -> None:
        """Add octets. Raises QueueError where the disk refuses."""
        with _translated(self._path):
            self._file.write(data)
        self._hash.update(data)
        self.octets += len(data)

    def __repr__(self) -> str:
        return f"Incoming({self.octets} octets, {self._hash.hexdigest()})"

    def keep(self) -> Stored:
        """Make all of it durable, under the name of its content."""
        name = self._hash.hexdigest()
        with _translated(self._path):
            self._file.flush()
            crash_point("blob:written")
            os.fsync(self._file.fileno())
            self._file.close()
            crash_point("blob:synchronized")
            self._store.take(self._path, name)
        return Stored(name, self.octets)

    def close(self) -> None:
        """Let it go, unless it was kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Incoming:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class BlobStore:
    """The files under one folder. Many processes, and hosts on a shared folder, may use it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Store octets durably; their name. Raises QueueError where the disk refuses."""
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        with _translated(path):
            present = _renewed(path)
        if not present:
            with self.incoming() as new:
                new.write(data)
                new.keep()
        crash_point("blob:stored")
        return name

    def incoming(self) -> Incoming:
        """A place for octets that come piece by piece. Raises QueueError where there is none."""
        with _translated(self._folder / _ARRIVING):
            return Incoming(self, self._arriving())

    def _arriving(self) -> Path:
        folder = self._folder / _ARRIVING
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / f".{secrets.token_hex(12)}"

    def take(self, path: Path, name: str) -> None:
        """Give a synchronized file the name of its content; raises OSError."""
        target = self._path(name)
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            synchronize(target.parent.parent)
        path.rename(target)
        crash_point("blob:renamed")
        synchronize(target.parent)

    def head(self, name: str, octets: int) -> bytes:
        """The first octets of a name. Raises QueueError where they are missing."""
        path = self._path(name)
        with _translated(path), path.open("rb") as file:
            return file.read(octets)

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
        with _translated(self._folder):
            for path in self._files():
                with contextlib.suppress(FileNotFoundError):  # another host sweeps too
                    if path.name not in used and path.stat().st_mtime < older_than:
                        removed += self._remove(path, older_than)
        return removed

    def _remove(self, path: Path, older_than: float) -> bool:
        """Take a file out of the way, and look again: it may have been renewed just now."""
        aside = self._arriving()
        path.rename(aside)
        if aside.stat().st_mtime < older_than:
            aside.unlink()
            return True
        aside.rename(path)
        return False

    def _files(self) -> Iterator[Path]:
        """What is in folders of ours: whatever else somebody has put there is not."""
        if self._folder.is_dir():
            for folder in sorted(self._folder.iterdir()):
                if _FOLDER.fullmatch(folder.name) and folder.is_dir():
                    yield from sorted(folder.iterdir())

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise QueueError(f"{name!r} is not the name of a stored file")
        return self._folder / name[:2] / name


def _renewed(path: Path) -> bool:
    """A file that is wanted again is as young as a new one: it is not swept meanwhile."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    synchronize(path.parent)  # another process may have renamed it a moment ago
    return True


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise QueueError(f"{path} is missing from the store of files") from error
    except OSError as error:
        raise QueueError(f"{path}: {error.strerror or error}") from error

"""Locks that fax, terminal and dial-up programs share: UUCP lock files in HDB form (FHS 5.9).

``LCK..ttyUSB0`` holds the process id of its owner as ten characters and a line feed. The file is
made complete under another name and then linked, so that nobody ever reads half of it. The lock
of a process that is gone is stale and removed. Two programs that remove the same stale lock at
the same moment could both believe they hold it; the flock that the port takes besides settles it.
"""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path

from faxcore.errors import PortError

LOCK_FOLDERS = (Path("/var/lock"), Path("/run/lock"))
_TRIES = 3
_HELD: set[Path] = set()
"""Lock files of this process: one with our id that is not among them is an earlier life's."""


class UucpLock:
    """One lock file, held from the construction to ``release()``.

    ``note`` is "" or a sentence that says why there is no lock file. Raises PortError where
    another program holds the device, naming it.
    """

    def __init__(self, device: str, folder: Path | None = None) -> None:
        self.note = ""
        self._path: Path | None = None
        path = lock_path(device, folder)
        for _ in range(_TRIES):
            _refuse_if_held(device, path)
            try:
                _create(path)
            except FileExistsError:
                continue
            except OSError as error:
                self.note = f"no lock file {path}: {error.strerror}"
                return
            self._path = path
            _HELD.add(path)
            return
        raise PortError(f"{device}: other programs keep making the lock file {path}")

    def release(self) -> None:
        """Remove the lock file. May be called twice."""
        path, self._path = self._path, None
        if path is not None:
            _HELD.discard(path)
            path.unlink(missing_ok=True)


def lock_path(device: str, folder: Path | None = None) -> Path:
    """Where the lock file of a device is: links are followed, ``/dev/pts/3`` becomes ``pts_3``."""
    name = os.path.realpath(device).removeprefix("/dev/").lstrip("/").replace("/", "_")
    if folder is None:
        folder = next((each for each in LOCK_FOLDERS if each.is_dir()), LOCK_FOLDERS[0])
    return folder / f"LCK..{name}"


def lock_holder(device: str, folder: Path | None = None) -> int | None:
    """The living process that a device's lock file names; None where there is none, or no file."""
    try:
        pid = _parse_pid(lock_path(device, folder).read_bytes())
    except OSError:
        return None  # no lock file, or one that tells us nothing
    return pid if pid is not None and _is_alive(pid) else None


def flock_holder(device: str) -> int | None:
    """The process that holds a flock on a device, where ``/proc/locks`` tells."""
    try:
        inode = str(os.stat(device).st_ino)
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None  # no /proc, or the device is gone: then nobody can be named
    for line in lines:
        fields = line.split()
        if len(fields) > 5 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == inode:
            return int(fields[4])
    return None


def name_process(pid: int) -> str:
    """A process for people: ``process 123 (minicom)``."""
    try:
        program = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return f"process {pid}"
    return f"process {pid} ({program})"


def _create(path: Path) -> None:
    own = path.with_name(f"LTMP.{os.getpid()}.{path.name[5:]}")
    try:
        own.write_text(f"{os.getpid():10d}\n", encoding="ascii")
        own.chmod(0o644)
        os.link(own, path)
    finally:
        own.unlink(missing_ok=True)


def _refuse_if_held(device: str, path: Path) -> None:
    """Remove a stale lock; raise PortError for one whose owner lives or cannot be known."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise PortError(f"{device}: its lock file {path}: {error.strerror}") from error
    pid = _parse_pid(content)
    if pid is None:
        raise PortError(f"{device}: its lock file {path} names no process; remove it if it is old")
    if _is_alive(pid) and not (pid == os.getpid() and path not in _HELD):
        raise PortError(f"{device} is in use by {name_process(pid)}: {path}")
    with contextlib.suppress(PermissionError):  # then _create() cannot write either, and says so
        path.unlink(missing_ok=True)


def _parse_pid(content: bytes) -> int | None:
    """The id in a lock file: HDB's ten characters, or the four binary octets of old UUCP."""
    text = content[:32].split(b"\n")[0].strip()
    if text.isdigit():
        return int(text)
    if len(content) == 4:
        number: int = struct.unpack("=i", content)[0]
        return number if number > 0 else None
    return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True

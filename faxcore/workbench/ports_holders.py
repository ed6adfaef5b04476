"""Who has a serial port: processes that have it open, lock files, and programs known to take ports.

``/proc`` shows the open files of our own processes; those of other users only to root. So the lock
file (FHS 5.9) and the name of the program are looked at as well.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faxcore.transport.lock import LOCK_FOLDERS, lock_holder

PROC = Path("/proc")

KNOWN_PROGRAMS: Mapping[str, str] = {
    "ModemManager": (
        "it says AT to every new port: sudo systemctl stop ModemManager, or a udev rule with "
        'ENV{ID_MM_DEVICE_IGNORE}="1"'
    ),
    "faxgetty": "HylaFAX waits there for calls: sudo systemctl stop hylafax",
    "mgetty": "it waits there for calls: stop its service, or its line in /etc/inittab",
    "efax": "a fax of efax may be under way: wait for its end",
    "agetty": "it offers a login there: sudo systemctl stop serial-getty@NAME.service",
    "brltty": "it takes USB adapters for Braille displays: sudo systemctl stop brltty",
}
"""Programs, as the kernel names them, that are known to take serial ports, and what helps."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has a port, and how that is known."""

    pid: int
    program: str
    how: str

    @property
    def advice(self) -> str:
        """What helps, where the program is known."""
        return KNOWN_PROGRAMS.get(self.program, "")


class Processes:
    """What ``/proc`` shows at one moment. ``hidden`` counts the processes it shows not all of."""

    def __init__(self, proc: Path = PROC) -> None:
        self.programs: dict[int, str] = {}
        self.hidden = 0
        self._open: dict[int, frozenset[str]] = {}
        for entry in proc.iterdir() if proc.is_dir() else ():
            if entry.name.isdecimal() and int(entry.name) != os.getpid():
                self._look_at(int(entry.name), entry)

    def running(self) -> tuple[Holder, ...]:
        """The programs that are known to take ports, whether they have one now or not."""
        return tuple(
            Holder(pid, program, "is running")
            for pid, program in sorted(self.programs.items())
            if program in KNOWN_PROGRAMS
        )

    def holders(
        self, device: str, lock_folders: Sequence[Path] = LOCK_FOLDERS
    ) -> tuple[Holder, ...]:
        """Who has a device: by an open file, by a lock file."""
        real = os.path.realpath(device)
        found = [
            Holder(pid, self.programs[pid], "has it open")
            for pid, files in sorted(self._open.items())
            if real in files
        ]
        for folder in lock_folders:
            pid = lock_holder(device, folder) if folder.is_dir() else None
            known = {each.pid for each in found} | {os.getpid()}
            if pid is not None and pid not in known:
                found.append(Holder(pid, self.programs.get(pid, ""), f"locked it in {folder}"))
        return tuple(found)

    def _look_at(self, pid: int, entry: Path) -> None:
        """One process; one that ends meanwhile holds nothing any more."""
        try:
            self.programs[pid] = (entry / "comm").read_text(errors="replace").strip()
            files = [*(entry / "fd").iterdir()]
        except PermissionError:
            self.hidden += 1
            return
        except OSError:
            return
        self._open[pid] = frozenset(filter(None, map(_target, files)))


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""  # closed since

"""The serial ports of this computer: what is on them, who has them, and whether we may use them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from faxcore.errors import ModemError
from faxcore.transport.attached import SerialDevice, serial_devices
from faxcore.transport.lock import LOCK_FOLDERS
from faxcore.workbench.ports_access import what_hinders
from faxcore.workbench.ports_holders import PROC, Holder, Processes

Asker = Callable[[str], str]
"""Asks the modem on a port; one line about it. Raises ModemError where none answers."""


@dataclass(frozen=True, slots=True)
class PortEntry:
    """One port. ``hindered`` says why we may not open it; ``answer`` what was asked of it and came.

    ``answers`` is None where nothing was asked, because nobody wanted it or the port is not free.
    """

    device: SerialDevice
    holders: tuple[Holder, ...] = ()
    hindered: str = ""
    answers: bool | None = None
    answer: str = ""

    @property
    def free(self) -> bool:
        """Whether we can open it now, as far as can be known."""
        return not self.holders and not self.hindered


@dataclass(frozen=True, slots=True)
class PortList:
    """All ports; ``warnings`` are about the computer rather than one of them."""

    ports: tuple[PortEntry, ...]
    warnings: tuple[str, ...] = ()


def list_ports(
    ask: Asker | None = None,
    *,
    devices: Sequence[SerialDevice] | None = None,
    proc: Path = PROC,
    lock_folders: Sequence[Path] = LOCK_FOLDERS,
) -> PortList:
    """Look at every serial port; with ``ask``, say AT on those that are free."""
    processes = Processes(proc)
    entries = []
    for device in serial_devices() if devices is None else devices:
        entry = PortEntry(
            device, processes.holders(device.path, lock_folders), what_hinders(device.path)
        )
        entries.append(_asked(entry, ask) if ask is not None and entry.free else entry)
    warnings = [
        f"{each.program} is running (process {each.pid}): {each.advice}"
        for each in processes.running()
    ]
    if processes.hidden and entries:
        warnings.append(
            f"what {processes.hidden} processes of other users have open can be seen by root only"
        )
    return PortList(tuple(entries), tuple(warnings))


def _asked(entry: PortEntry, ask: Asker) -> PortEntry:
    try:
        answers, answer = True, ask(entry.device.path)
    except ModemError as error:
        answers, answer = False, str(error)
    return PortEntry(entry.device, entry.holders, entry.hindered, answers, answer)

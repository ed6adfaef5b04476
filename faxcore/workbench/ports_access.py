"""Whether we may open a serial port, and the command that helps where we may not."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

try:
    import grp
    import pwd
except ImportError:  # neither on Windows, where ports have no owners
    grp = pwd = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: ``groups`` are those of this process, ``enrolled`` those of the user database."""

    name: str
    groups: frozenset[str]
    enrolled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Node:
    """Who may open a device node: its mode, its owner, its group."""

    mode: int
    owner: str
    group: str


def what_hinders(path: str) -> str:
    """Why we may not open a device, with what helps; "" where we may."""
    if os.name != "posix" or os.access(path, os.R_OK | os.W_OK):
        return ""
    try:
        status = os.stat(path)
    except OSError as error:
        return f"{path}: {error.strerror}"
    node = Node(status.st_mode, _user(status.st_uid), _group(status.st_gid))
    return advise(node, ourselves())


def advise(node: Node, person: Person) -> str:
    """Why a person may not open a device node, and the command that helps."""
    if not node.mode & stat.S_IRGRP or not node.mode & stat.S_IWGRP or node.group == "root":
        mode = stat.S_IMODE(node.mode)
        return (
            f"only {node.owner} may open it (mode {mode:04o}, group {node.group}): "
            'a udev rule with GROUP="dialout", MODE="0660" helps'
        )
    if node.group in person.groups:
        return f"you are in the group {node.group}, and still may not open it"
    if node.group in person.enrolled:
        return f"you are in the group {node.group}, but not since this login: log in again"
    return (
        f"you are not in the group {node.group}: sudo usermod -aG {node.group} {person.name}, "
        "and log in again"
    )


def ourselves() -> Person:
    """Who runs this process."""
    name = _user(os.geteuid())
    enrolled = {entry.gr_name for entry in grp.getgrall() if name in entry.gr_mem}
    return Person(name, frozenset(map(_group, os.getgroups())), frozenset(enrolled))


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)

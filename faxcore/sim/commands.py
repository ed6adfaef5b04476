"""A V.250 command line, taken apart (V.250 5.2, 5.4): written without a look at the driver's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_COMMAND = re.compile(
    r"""\s*;?\s*(?:
        (?P<dial>D)(?P<number>.*)
      | (?P<extended>\+[A-Z][A-Z0-9]*)(?P<argument>=\?|\?|=[^;]*)?
      | (?P<register>S)(?P<setting>\d+(?:=\d+|\?)?)
      | (?P<basic>[&%\\*]?[A-Z])(?P<digits>\d*)
    )""",
    re.VERBOSE,
)


class Refused(Exception):
    """A command that this modem does not know: ERROR."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a line: ``+FTH`` with ``=3``, ``S`` with ``7=60``, ``E`` with ``0``."""

    name: str
    value: str = ""

    @property
    def number(self) -> int:
        """The value after ``=``, a decimal number of at most three digits."""
        if not re.fullmatch(r"=\s*\d{1,3}", self.value, re.ASCII):
            raise Refused
        return int(self.value[1:])


@lru_cache(maxsize=256)
def split_line(line: str) -> tuple[Command, ...]:
    """The commands after AT, in order. Raises Refused for what is no command."""
    commands: list[Command] = []
    place, text = 0, line.upper().strip()
    while place < len(text):
        found = _COMMAND.match(text, place)
        if found is None:
            raise Refused
        part = found.groupdict()
        if part["dial"]:
            commands.append(Command("D", part["number"]))
        elif part["extended"]:
            commands.append(Command(part["extended"], (part["argument"] or "").strip()))
        elif part["register"]:
            commands.append(Command("S", part["setting"]))
        else:
            commands.append(Command(part["basic"], part["digits"]))
        place = found.end()
    return tuple(commands)

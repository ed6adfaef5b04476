"""Stretches of a dialogue with one meaning each, and where in a transcript they stand."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from faxcore.modem.stuffing import ETX, Unstuffer
from faxcore.transport.transcript import Direction
from faxcore.workbench.reading import Piece


class Sort(enum.Enum):
    """What a segment is."""

    COMMAND = "command"
    KEYS = "keys"
    """Octets to the modem that are no command: CAN, DC2, an escape."""
    FRAME = "frame"
    DATA = "data"
    LINE = "line"
    """What the modem says in words."""
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Part:
    """So many octets of a segment came on this line of the transcript, at that moment."""

    line: int
    at: float
    octets: int


@dataclass(slots=True)
class Segment:
    """A stretch of octets with one meaning. ``raw`` are the octets as they crossed the port.

    ``complete`` says whether its end came; ``speed`` is the ``+FTM`` or ``+FRM`` value of data, 0
    in the class 2 family; ``end`` the octet behind the DLE that ended data.
    """

    sort: Sort
    direction: Direction
    raw: bytearray = field(default_factory=bytearray)
    parts: list[Part] = field(default_factory=list)
    text: str = ""
    complete: bool = False
    speed: int = 0
    end: int = 0
    asked: float = 0.0

    @property
    def began(self) -> float:
        """When its first octet came."""
        return self.parts[0].at if self.parts else 0.0

    @property
    def ended(self) -> float:
        """When its last octet came."""
        return self.parts[-1].at if self.parts else 0.0

    @property
    def line(self) -> int:
        """The line of the transcript on which it begins."""
        return self.parts[0].line if self.parts else 0

    @property
    def last_line(self) -> int:
        """The line of the transcript on which it ends."""
        return self.parts[-1].line if self.parts else 0

    @property
    def payload(self) -> bytes:
        """A frame's or data's octets without DLE stuffing and without the end."""
        raw = bytes(self.raw)
        if self.complete and self.end not in {0, ETX}:
            raw = raw[:-1] + bytes((ETX,))
        return Unstuffer().feed(raw)

    def add(self, octets: bytes, piece: Piece) -> None:
        """Some more octets of it."""
        self.raw += octets
        if self.parts and self.parts[-1].line == piece.line:
            octets_there = self.parts.pop().octets
        else:
            octets_there = 0
        self.parts.append(Part(piece.line, piece.entry.at, octets_there + len(octets)))

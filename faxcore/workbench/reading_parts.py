"""Stretches of a dialogue with one meaning each, and where in a transcript they stand."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

from faxcore.modem.stuffing import ETX, Unstuffer
from faxcore.modem.v34_codes import Came, Reader
from faxcore.modem.v34_codes import Sort as V34Sort
from faxcore.t4 import reverse_bits
from faxcore.t30 import hdlc
from faxcore.t30.frames import fcs
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
    CHANNEL = "channel"
    """A code of V.34's, in which ``end`` is what it is."""


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
    in the class 2 family; ``end`` the octet behind the DLE that ended data. With ``v34`` frames are
    shielded as in T.31's Annex B, and data are frames: ``speed`` is the primary channel's rate.
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
    v34: bool = False

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
        """A frame's or data's octets without DLE stuffing and without the end.

        Of V.34's data it is the burst that another modem would have been given.
        """
        if self.v34:
            frames = [came.octets for came in self.frames]
            burst = reverse_bits(hdlc.burst(frames, 1)) if frames else b""
            return burst if self.sort is Sort.DATA else b"".join(frames)
        raw = bytes(self.raw)
        if self.complete and self.end not in {0, ETX}:
            raw = raw[:-1] + bytes((ETX,))
        return Unstuffer().feed(raw)

    @property
    def frames(self) -> list[Came]:
        """The frames in a V.34 segment; those that a modem handed over are without their FCS."""
        came = [each for each in Reader().feed(bytes(self.raw)) if each.sort is not V34Sort.CODE]
        if self.sort is not Sort.DATA or self.direction is Direction.TO_MODEM:
            return came
        return [
            replace(each, octets=each.octets[:-2])
            for each in came
            if each.sort is V34Sort.FRAME and fcs(each.octets[:-2]) == each.octets[-2:]
        ]

    def add(self, octets: bytes, piece: Piece) -> None:
        """Some more octets of it."""
        self.raw += octets
        if self.parts and self.parts[-1].line == piece.line:
            octets_there = self.parts.pop().octets
        else:
            octets_there = 0
        self.parts.append(Part(piece.line, piece.entry.at, octets_there + len(octets)))

"""The part of a dialogue that is V.34's: frames and codes behind ``+F34:`` and CONNECT (T.31 B.8).

Theory of operation. Each direction is a stream of frames, which end with DLE ETX, and of DLE codes,
which choose and tell of channels. A frame of the control channel is a segment; those of the primary
channel, from one code to the next, are one: the data of a page. A direction that goes on with
anything but 0xFF or DLE where a frame may begin speaks in words again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from faxcore.modem.stuffing import DLE, ETX
from faxcore.modem.v34_codes import BAD_FCS, CONTROL, PRIMARY, SHIELDED, primary_rate
from faxcore.t30.frames import ADDRESS
from faxcore.transport.transcript import Direction
from faxcore.workbench.reading import Piece
from faxcore.workbench.reading_parts import Segment, Sort

_FRAME_ENDS = {ETX, BAD_FCS}
_MAX_BLOCK = 1 << 18
"""Octets; a block of 256 frames has some 70,000."""


@dataclass(slots=True)
class _Way:
    """One direction: the segment under way, a DLE whose second octet is still to come."""

    segment: Segment | None = None
    held: Piece | None = None
    primary: bool = False
    over: bool = False


@dataclass(slots=True)
class V34Channels:
    """Feed it both directions; ``rate`` is the primary channel's as it was told last."""

    rate: int
    asked: float
    _ways: dict[Direction, _Way] = field(default_factory=dict)

    def speaks(self, direction: Direction) -> bool:
        """Whether a direction still speaks so."""
        return not self._way(direction).over

    def feed(self, data: bytes, piece: Piece) -> tuple[list[Segment], bytes]:
        """The segments that these octets end, and what of them is in words again."""
        way, done = self._way(piece.entry.direction), []
        place = 0
        while place < len(data):
            if way.held is not None:
                done += self._pair(way, data[place], piece)
                place += 1
            elif data[place] == DLE:
                way.held = piece
                place += 1
            elif way.segment is None and not way.primary and data[place] != ADDRESS:
                way.over = True
                return done, data[place:]
            else:
                end = data.find(DLE, place)
                end = len(data) if end < 0 else end
                self._segment(way, piece).add(data[place:end], piece)
                place = end
                if way.segment is not None and len(way.segment.raw) > _MAX_BLOCK:
                    done += self._close(way)
        return done, b""

    def finish(self) -> list[Segment]:
        """What was begun and never ended."""
        return [each for way in self._ways.values() for each in self._close(way)]

    def _pair(self, way: _Way, octet: int, piece: Piece) -> list[Segment]:
        held, way.held = way.held or piece, None
        if octet in SHIELDED or octet in _FRAME_ENDS:
            segment = self._segment(way, piece)
            segment.add(bytes((DLE,)), held)
            segment.add(bytes((octet,)), piece)
            if octet in _FRAME_ENDS and not way.primary:
                segment.complete, segment.end = True, octet
                return self._close(way)
            return []
        if way.segment is not None:
            way.segment.complete = way.primary and octet == CONTROL
        done = self._close(way)
        code = Segment(Sort.CHANNEL, piece.entry.direction, complete=True, end=octet, v34=True)
        code.add(bytes((DLE,)), held)
        code.add(bytes((octet,)), piece)
        self.rate = primary_rate(octet) or self.rate
        if octet in {PRIMARY, CONTROL}:
            way.primary = octet == PRIMARY
        return [*done, code]

    def _segment(self, way: _Way, piece: Piece) -> Segment:
        if way.segment is None:
            sort = Sort.DATA if way.primary else Sort.FRAME
            speed = self.rate if way.primary else 0
            way.segment = Segment(
                sort, piece.entry.direction, speed=speed, asked=self.asked, v34=True
            )
        return way.segment

    def _close(self, way: _Way) -> list[Segment]:
        segment, way.segment = way.segment, None
        return [segment] if segment is not None else []

    def _way(self, direction: Direction) -> _Way:
        return self._ways.setdefault(direction, _Way())

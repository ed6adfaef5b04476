"""Taking a dialogue with a fax modem apart: commands, answers, frames, fast data (T.31 8, T.32 8).

Theory of operation. What an octet means hangs on what was said before: after CONNECT to ``+FTH=3``
the computer's octets are a frame, after CONNECT to ``+FRM`` the modem's are data. So both
directions have a mode each, which commands and result codes change. What comes out are
*segments*, stretches of one direction's octets with one meaning, each of which knows the lines of
the transcript that it came from; together they hold every octet exactly once. This is a reader of
dialogues, no driver: nothing is refused, and what makes no sense is ``NOISE``.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator

from faxcore.modem.results import Code, parse_number, parse_word
from faxcore.modem.stuffing import DLE, ETX
from faxcore.modem.v34_codes import told_rates
from faxcore.transport.transcript import Direction
from faxcore.workbench.reading import Piece
from faxcore.workbench.reading_parts import Part, Segment, Sort
from faxcore.workbench.reading_v34 import V34Channels

MAX_SEGMENT = 1 << 23
"""Octets; a page of half an hour at 14400 bit/s has 3.2 million."""

_MAX_LINE = 1 << 12
_AT_ONCE = 1 << 15
"""Octets that are looked at together, so that what is left need not be copied over and over."""

_DLE_ENDS = frozenset(b"\x03\x2c\x3b\x2e")
_TAKEN_BACK = re.compile(rb"[\r\n]*(NO ?CARRIER|\+FCERROR|ERROR|OK|\+FH(NG|S):)[^\r\n]*[\r\n]")
_LONGEST_TAKEN_BACK = 64
_CLASS = re.compile(r"\+FCLASS=([0-9.]+)")
_ACTION = re.compile(r"\+(FTH|FRH|FTM|FRM|FDT|FDR)(?:=(\d+))?(?![?=])")
_DC2 = 0x12
_TEXT, _END = re.compile(rb"[!-~]"), re.compile(rb"[\r\n]")
_UNPRINTABLE = bytes(octet for octet in range(256) if not 0x20 <= octet < 0x7F)


class Mode(enum.Enum):
    """What the next octets of a direction are."""

    WORDS = "words"
    FRAMES = "frames"
    DATA = "data"


class Segmenter:
    """Feed it the pieces of a transcript in order; it gives the segments that end with each."""

    def __init__(self) -> None:
        self.fax_class = ""
        self._ours = Mode.WORDS
        self._theirs = Mode.WORDS
        self._to: Segment | None = None
        self._from: Segment | None = None
        self._action = ""
        self._speed = 0
        self._asked = 0.0
        self._wanted_class = ""
        self._awaiting_next_frame = False
        self._dle = False
        self._tail: Segment | None = None
        self._told_v34 = 0
        self.v34: V34Channels | None = None
        self.in_words = False
        self._done: list[Segment] = []

    @property
    def under_way(self) -> int:
        """How many octets there are so far of the data that is going over the port."""
        return sum(
            len(each.raw)
            for each in (self._to, self._from)
            if each is not None and each.sort is Sort.DATA
        )

    def segments(self, pieces: Iterable[Piece]) -> Iterator[Segment]:
        """All of it: every segment of a transcript."""
        for piece in pieces:
            yield from self.feed(piece)
        yield from self.finish()

    def feed(self, piece: Piece) -> list[Segment]:
        """The segments that this piece ends."""
        self._done = []
        direction, data = piece.entry.direction, piece.entry.data
        if direction is Direction.MARK:
            mark = Segment(Sort.MARK, direction, text=piece.entry.text, complete=True)
            mark.parts.append(Part(piece.line, piece.entry.at, 0))
            self._done.append(mark)
            return self._done
        to_modem = direction is Direction.TO_MODEM
        for start in range(0, len(data), _AT_ONCE):
            rest = data[start : start + _AT_ONCE]
            while rest:
                if self.v34 is not None and self.v34.speaks(direction) and not self._tail:
                    done, rest = self.v34.feed(rest, piece)
                    self._done += done
                else:
                    rest = self._said(rest, piece) if to_modem else self._heard(rest, piece)
        return self._done

    def finish(self) -> list[Segment]:
        """What was begun and never ended."""
        self._done = []
        self._close_to()
        self._close_from()
        self._done += self.v34.finish() if self.v34 is not None else []
        return self._done

    # what the computer says

    def _said(self, data: bytes, piece: Piece) -> bytes:
        """Take some octets to the modem; what is left of them."""
        if self._theirs is not Mode.WORDS and self._ours is Mode.WORDS and data[0] != _DC2:
            self._close_from()
            self._theirs = Mode.WORDS
        if self._ours is Mode.FRAMES and self._to is None and data[:2].upper() == b"AT":
            self._ours = Mode.WORDS
        if self._ours is not Mode.WORDS:
            sort = Sort.FRAME if self._ours is Mode.FRAMES else Sort.DATA
            return self._said_data(sort, data, piece)
        if self._to is None and data[0] < 0x20 and data[0] != 0x0D:
            count = next((n for n, each in enumerate(data) if each >= 0x20), len(data))
            self._put(Sort.KEYS, Direction.TO_MODEM, data[:count], piece)
            return data[count:]
        if self._to is None:
            self._to = Segment(Sort.COMMAND, Direction.TO_MODEM)
        end = data.find(b"\r", 0, _MAX_LINE) + 1
        count = end or min(len(data), _MAX_LINE)
        self._to.add(data[:count], piece)
        if end or len(self._to.raw) >= _MAX_LINE:
            self._to.complete = bool(end)
            self._command(self._to, piece.entry.at)
        return data[count:]

    def _command(self, segment: Segment, at: float) -> None:
        segment.text = text = _shown(segment.raw)
        self._to = None
        self._done.append(segment)
        bare = text.upper().replace(" ", "")
        if not bare.startswith("AT"):
            segment.sort = Sort.KEYS
            return
        self._close_from()
        self._asked = at
        wanted = _CLASS.search(bare)
        self._wanted_class = wanted[1] if wanted else ""
        actions = _ACTION.findall(bare)
        self._action, self._speed = "", 0
        if bare[2:3] == "D" or bare == "ATA":
            self._action = bare[2]
            self._told_v34, self.v34 = 0, None
        elif actions:
            self._action = actions[-1][0]
            self._speed = int(actions[-1][1] or 0) if len(actions[-1][1]) < 4 else 0
        self._awaiting_next_frame = False

    def _said_data(self, sort: Sort, data: bytes, piece: Piece) -> bytes:
        if self._to is None:
            self._to = Segment(sort, Direction.TO_MODEM, speed=self._speed, asked=self._asked)
            self._dle = False
        ends = _DLE_ENDS if self._action == "FDT" else frozenset((ETX,))
        count, self._dle, end = _scan(data, self._dle, ends)
        self._to.add(data[:count], piece)
        if end:
            self._to.complete, self._to.end = True, end
            self._awaiting_next_frame = sort is Sort.FRAME
            self._close_to()
        elif len(self._to.raw) > MAX_SEGMENT:
            self._close_to()
        return data[count:]

    def _close_to(self) -> None:
        """The computer's frame, data or command is over, or will never be."""
        if self._to is not None:
            if self._to.sort is Sort.COMMAND:
                self._to.text = bytes(self._to.raw).decode("ascii", "replace")
            self._done.append(self._to)
        self._to = None
        self._ours = Mode.WORDS

    # what the modem says

    def _heard(self, data: bytes, piece: Piece) -> bytes:
        """Take some octets from the modem; what is left of them."""
        if self._tail is not None:
            line, self._tail = self._tail, None
            if data[:1] == b"\n":
                line.add(b"\n", piece)
                return data[1:]
        if self._theirs is not Mode.WORDS:
            return self._heard_data(data, piece)
        if self._from is None:
            self._from = Segment(Sort.LINE, Direction.FROM_MODEM, asked=self._asked)
        end = _line_end(bytes(self._from.raw), data[:_MAX_LINE])
        count = end or min(len(data), _MAX_LINE)
        self._from.add(data[:count], piece)
        if end or len(self._from.raw) >= _MAX_LINE:
            self._close_from(complete=bool(end))
        return data[count:]

    def _heard_data(self, data: bytes, piece: Piece) -> bytes:
        if self._from is None:
            sort = Sort.FRAME if self._theirs is Mode.FRAMES else Sort.DATA
            self._from = Segment(sort, Direction.FROM_MODEM, speed=self._speed, asked=self._asked)
            self._dle = False
        segment = self._from
        count, self._dle, end = _scan(data, self._dle, frozenset((ETX,)))
        segment.add(data[:count], piece)
        if end:
            segment.complete, segment.end = True, end
            self._theirs = Mode.WORDS
            self._close_from()
        elif len(segment.raw) <= _LONGEST_TAKEN_BACK and _TAKEN_BACK.match(segment.raw):
            segment.sort, self._theirs = Sort.LINE, Mode.WORDS
            self._close_from(complete=True)
        elif len(segment.raw) > MAX_SEGMENT:
            self._close_from()
        return data[count:]

    def _close_from(self, *, complete: bool = False) -> None:
        """The modem's line, frame or data is over, or will never be."""
        segment = self._from
        if segment is None:
            return
        self._from = None
        if segment.sort is Sort.LINE:
            segment.text, segment.complete = _shown(segment.raw), complete
            self._tail = segment if segment.raw.endswith(b"\r") else None
            self._result(segment.text)  # which may end what the computer was sending
            self._done.append(segment)
        else:
            self._done.append(segment)

    def _result(self, text: str) -> None:
        """What a result code changes."""
        if (rates := told_rates((text,))) is not None:
            self._told_v34 = rates[0]
        code = self.code(text)
        if code is Code.CONNECT:
            self._connected()
        elif code in {Code.OK, Code.ERROR, Code.NO_CARRIER, Code.FCERROR}:
            if code is Code.OK and self._wanted_class:
                self.fax_class, self._wanted_class = self._wanted_class, ""
            if self._ours is not Mode.WORDS:
                self._close_to()
            self._awaiting_next_frame = False

    def code(self, text: str) -> Code | None:
        """The result code that a line is, in words, or in numbers before any words came."""
        code = parse_word(text)
        if code is not None:
            self.in_words = True
            return code
        return None if self.in_words else parse_number(text)

    def _connected(self) -> None:
        """CONNECT: to what, the last command says."""
        in_class_1 = self.fax_class in {"", "1", "1.0"}
        if self._told_v34 and self._action in {"A", "D"}:
            self.v34 = V34Channels(self._told_v34, self._asked)
            return
        if self._awaiting_next_frame:
            self._ours, self._awaiting_next_frame = Mode.FRAMES, False
        elif self._action == "FTH" or (self._action == "A" and in_class_1):
            self._ours = Mode.FRAMES
        elif self._action in {"FTM", "FDT"}:
            self._ours = Mode.DATA
        elif self._action == "FRH" or (self._action == "D" and in_class_1):
            self._theirs = Mode.FRAMES
        elif self._action in {"FRM", "FDR"}:
            self._theirs = Mode.DATA

    def _put(self, sort: Sort, direction: Direction, octets: bytes, piece: Piece) -> None:
        """A segment that is whole at once."""
        segment = Segment(sort, direction, complete=True)
        segment.add(octets, piece)
        self._done.append(segment)


def _line_end(before: bytes, data: bytes) -> int:
    """How many octets belong to a line that has text in it, its end included; 0 = none ends."""
    text = None if _TEXT.search(before) else _TEXT.search(data)
    if text is None and not _TEXT.search(before):
        return 0
    end = _END.search(data, text.start() if text is not None else 0)
    return end.end() if end is not None else 0


def _shown(raw: bytes | bytearray) -> str:
    """What of a line can be printed."""
    return bytes(raw).translate(None, _UNPRINTABLE).decode("ascii").strip()


def _scan(data: bytes, dle: bool, ends: frozenset[int]) -> tuple[int, bool, int]:
    """How many octets up to the end, whether a DLE is open behind them, and what ended them."""
    position = 0
    if dle and data:
        if data[0] in ends:
            return 1, False, data[0]
        position = 1
    while (at := data.find(DLE, position)) >= 0:
        if at + 1 == len(data):
            return len(data), True, 0
        if data[at + 1] in ends:
            return at + 2, False, data[at + 1]
        position = at + 2
    return len(data), False, 0

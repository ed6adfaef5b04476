"""Asks a modem and reads its answer: AT commands and result codes over a port (V.250 5, 6).

Theory of operation. What a modem sends is a stream without frames: echo, information text, result
codes in words or numbers, lines that nobody asked for, noise. We cut it into lines at CR or LF,
whatever the mixture, keep the printable characters, and ask of each line what it is. Nothing a
modem says is believed to be short, sensible or ever to end: lines, texts and waits are bounded.

After CONNECT the stream is data. ``read_data()`` then takes over at the octet that follows the
line; ``unread()`` gives back what came behind the data's end.

Words or numbers: a lone digit is a result code until the modem has answered in words once; from
then on it is text, the answer to some question.
"""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from faxcore.errors import CommandRefused, NoReply, UnexpectedReply
from faxcore.modem.results import FINAL, Code, is_unasked, parse_number, parse_word
from faxcore.transport.port import Interrupted, Port

_MAX_LINE = 512
_MAX_LINES = 64
_MAX_OCTETS = 1 << 16
"""So much without a result code is no answer."""

_SHOWN = 40
"""So much of a line is shown of what was no answer."""

_WRITE_S = 10.0
_PRINTABLE = bytes(range(0x20, 0x7F))
_UNPRINTABLE = bytes(octet for octet in range(256) if octet not in _PRINTABLE)
_LINE = re.compile(rb"[\r\n]*([^\r\n]*+)([\r\n])")
"""A line, behind those that are empty, and what ends it."""

_UNASKED_CODES = {Code.RING, Code.RINGING}


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to ``command``: its result code, that line, the text before it, how long it took.

    ``lines`` holds the information text; echo and unasked lines are not in it.
    """

    command: str
    code: Code
    line: str
    lines: tuple[str, ...]
    seconds: float

    def expect(self, *codes: Code) -> Reply:
        """Give the reply back where its code is one of these; else raise what it is instead."""
        if self.code in codes:
            return self
        wanted = " or ".join(code.value for code in codes)
        error = CommandRefused if self.code is Code.ERROR else UnexpectedReply
        raise error(
            f"{self.command}: expected {wanted}, got {self.line} after {self.seconds:.1f} s"
        )


class AtEngine:
    """The command side of one modem. ``unasked`` keeps the last lines that answered nothing.

    ``pause_s`` is left between a result code and the next command, for modems that miss a quick
    one (profile ``command_pause_ms``).
    """

    def __init__(self, port: Port, pause_s: float = 0.0) -> None:
        self.port = port
        self._pause_s = pause_s
        self._answered_at = -pause_s
        self.unasked: deque[str] = deque(maxlen=_MAX_LINES)
        self._buffer = bytearray()
        self._asked = ""
        self._asked_at = 0.0
        self._echo = ""
        self._left = _MAX_OCTETS
        self._lines: list[str] = []
        self._in_words = False
        self._skip_line_feed = False
        self._shields = 0
        self._was_interrupted = False

    def command(
        self, text: str, within_s: float, *codes: Code, finals: frozenset[Code] = FINAL
    ) -> Reply:
        """Send a command and wait for its result code, which must be one of ``codes`` if given.

        Raises NoReply when none came ``within_s``, CommandRefused or UnexpectedReply for others.
        """
        self.ask(text)
        reply = self.reply(self.port.now() + within_s, finals)
        return reply.expect(*codes) if codes else reply

    def ask(self, text: str) -> None:
        """Send a command line; what the modem said before it answers nothing."""
        if self._pause_s:
            self.pause(self._answered_at + self._pause_s - self.port.now())
        self.discard_input()
        self._asked = text.removeprefix("AT") or text
        self._echo = text
        self._lines = []
        self.write_all(text.encode("ascii") + b"\r", self.port.now() + _WRITE_S)
        self._asked_at = self.port.now()

    def reply(self, until: float, finals: frozenset[Code] = FINAL) -> Reply:
        """Wait until a moment for the result code of what was asked last.

        Where none comes, the text before it is kept for the next that asks for it.
        """
        lines = self._lines
        self._left = _MAX_OCTETS
        while (line := self._line(until)) is not None:
            if self._echo and line == self._echo:
                self._echo = ""
                continue
            code = self._code(line)
            if code in finals:
                self._answered_at = self.port.now()
                seconds = self._answered_at - self._asked_at
                self._lines = []
                return Reply(self._asked, code, line, tuple(lines), seconds)
            if code in _UNASKED_CODES or is_unasked(line):
                self.unasked.append(line)
            elif len(lines) < _MAX_LINES:
                lines.append(line)
        seconds = self.port.now() - self._asked_at
        if self._left < 0:
            raise UnexpectedReply(f"{self._asked}: {_MAX_OCTETS} octets and no result code")
        heard = _MAX_OCTETS - self._left
        instead = f", only {heard} octets" if heard else ""
        instead += f" such as {lines[-1][:_SHOWN]!r}" if lines else ""
        raise NoReply(f"{self._asked}: no answer within {seconds:.1f} s{instead}")

    def expect_more(self, what: str) -> None:
        """Name what the next result code answers, where it is no command: the end of a frame."""
        self._asked = what
        self._asked_at = self.port.now()
        self._lines = []

    def read_data(self, until: float) -> bytes:
        """Octets as they came, without waiting longer than ``until``; ``b""`` then."""
        while True:
            data = bytes(self._buffer) or self._read(until)
            self._buffer.clear()
            if self._skip_line_feed and data:
                self._skip_line_feed = False
                if data[:1] == b"\n":
                    data = data[1:]
                    if not data:
                        continue
            return data

    def unread(self, data: bytes) -> None:
        """Give octets back that belong to the next answer."""
        self._buffer[:0] = data

    def write_all(self, data: bytes, until: float) -> None:
        """Write all of it. Raises NoReply when the modem does not take it in time."""
        sent = 0
        while sent < len(data):
            sent += self.write(data[sent:], until)
            if sent < len(data) and self.port.now() >= until:
                raise NoReply(f"the modem took {sent} of {len(data)} octets, and then no more")

    def write(self, data: bytes, until: float) -> int:
        """See ``Port.write``."""
        while True:
            try:
                return self.port.write(data, until)
            except Interrupted:
                self._interruption()

    def pause(self, seconds: float) -> None:
        """Let time pass; what the modem says meanwhile is kept."""
        until = self.port.now() + seconds
        while (data := self._read(until)) or self.port.now() < until:
            self._buffer += data
            if len(self._buffer) > _MAX_OCTETS:
                raise UnexpectedReply(f"{_MAX_OCTETS} octets that nobody asked for")

    def discard_input(self) -> None:
        """Keep complete lines that are there already as unasked, drop the rest."""
        self._left = _MAX_OCTETS
        while (line := self._line(self.port.now())) is not None:
            self.unasked.append(line)
        self._buffer.clear()
        self._skip_line_feed = False
        if self._left < 0:
            raise UnexpectedReply(f"{_MAX_OCTETS} octets that nobody asked for")

    def forget_format(self) -> None:
        """After a reset the modem may answer in numbers again."""
        self._in_words = False

    @contextlib.contextmanager
    def uninterrupted(self) -> Iterator[None]:
        """Finish what must not be left half done; an interruption is raised at the end of it."""
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
        if self._was_interrupted and not self._shields:
            self._was_interrupted = False
            raise Interrupted

    def _code(self, line: str) -> Code | None:
        code = parse_word(line)
        if code is not None:
            self._in_words = self._in_words or code in FINAL
            return code
        self._skip_line_feed = False
        return None if self._in_words else parse_number(line)

    def _line(self, until: float) -> str | None:
        """The next line with anything printable in it; None at ``until`` or after too much."""
        while True:
            while (found := _LINE.match(self._buffer)) is not None:
                line, end = found.groups()
                self._skip_line_feed = end == b"\r"
                del self._buffer[: found.end()]
                text = line[-_MAX_LINE:].translate(None, _UNPRINTABLE).decode("ascii").strip()
                if text:
                    return text
            del self._buffer[:-_MAX_LINE]
            data = self._read(until)
            self._left -= len(data)
            if not data or self._left < 0:
                return None
            self._buffer += data

    def _read(self, until: float) -> bytes:
        while True:
            try:
                return self.port.read(until)
            except Interrupted:
                self._interruption()

    def _interruption(self) -> None:
        """Raise it, or keep it for the end of what must be finished first."""
        if not self._shields:
            raise Interrupted
        self._was_interrupted = True

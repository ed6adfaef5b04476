"""A far end that says what a script says, in frames and carriers that spandsp's modem makes.

Its T.31 modem is played by hand: a script is a generator that yields what it waits for, the end of
the modem's answer, and is resumed when that has come. So a receiver can be as odd as T.30 allows,
and odder, while everything on the line is made by a modem that nobody here wrote.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from faxcore.t30.frames import FCF, Frame
from faxcore.t30.modulation import Rung

from .machines import Block
from .spandsp import AT_TX, BLOCK, BLOCK_S, CONTROL, Samples

_ANSWER_OP, _ANSWERED = 1, 3
_HANGUP_BLOCKS = 50
_STUFFED = b"\x10\x10"
_DATA_END = rb"\x10\x03"
_OK = rb"\r\nOK\r\n"
_CONNECT = rb"\r\nCONNECT\r\n"
_END = rb"\r\n(OK|ERROR|NO CARRIER|\+FCERROR)\r\n"

Wait = Generator["bytes | float", bytes, None]
"""Yields a pattern to wait for, or seconds to let pass."""

Script = Callable[["Far"], Wait]


@dataclass(slots=True)
class Far:
    """The words that a script is made of. ``heard`` lists the frames of the caller, in order."""

    heard: list[Frame] = field(default_factory=list)
    pages: list[bytes] = field(default_factory=list)
    checks: list[Rung] = field(default_factory=list)
    outbox: bytearray = field(default_factory=bytearray)

    def answer(self) -> Wait:
        """Lift the receiver; frames are due behind the tone."""
        self.outbox += b"AT+FCLASS=1\r"
        yield _OK
        self.outbox += b"ATA\r"
        yield _CONNECT

    def say(self, *frames: Frame, first: bool = False) -> Wait:
        """Frames in one burst; ``first`` after ``answer()``, where the carrier is up."""
        if not first:
            self.outbox += b"AT+FTS=8\r"
            yield _OK
            self.outbox += b"AT+FTH=3\r"
            yield _CONNECT
        for frame in frames:
            self.outbox += frame.octets.replace(b"\x10", _STUFFED) + b"\x10\x03"
            yield _OK if frame.final else _CONNECT

    def listen(self) -> Wait:
        """The frames of one burst."""
        final = False
        while not final:
            self.outbox += b"AT+FRH=3\r"
            yield _CONNECT
            octets = yield _DATA_END
            yield _END
            frame = Frame.parse(octets.replace(_STUFFED, b"\x10")[:-2])
            assert frame is not None
            self.heard.append(frame)
            final = frame.final

    def take(self, speed: int) -> Generator[bytes | float, bytes, bytes]:
        """Whatever comes on a fast carrier."""
        self.outbox += f"AT+FRM={speed}\r".encode()
        yield _CONNECT
        octets = yield rb"(?<!\x10)(\x10\x10)*\x10\x03"
        yield _END
        return octets.replace(_STUFFED, b"\x10")

    def check(self, rung: Rung) -> Wait:
        """A training check."""
        yield from self.take(rung.long_train)
        self.checks.append(rung)

    def page(self, rung: Rung) -> Wait:
        """A page."""
        self.pages.append((yield from self.take(rung.short_train)))

    def wait(self, seconds: float) -> Wait:
        """Nothing."""
        yield seconds

    def names(self) -> list[str]:
        """The final frames of the caller."""
        return [frame.name for frame in self.heard if frame.final]


class ScriptedEnd:
    """A ``FaxEnd`` that plays a script. ``done`` once the script has come to its end."""

    outcome: int | None = None

    def __init__(self, library: ctypes.CDLL, script: Script) -> None:
        self.far = Far()
        self.done = False
        self._library = library
        self._inbox = bytearray()
        self._blocks = 0
        self._answers = False
        self._on_text, self._on_control = AT_TX(self._text), CONTROL(self._control)
        self._t31 = library.t31_init(None, self._on_text, None, self._on_control, None, None, None)
        library.t31_set_transmit_on_idle(self._t31, 1)
        self._library.t31_at_rx(self._t31, b"ATE0\r", 5)
        self._inbox.clear()
        self._script = script(self.far)
        self._awaited: bytes | float = next(self._script)
        self._since = 0

    def exchange(self, heard: Block) -> Block:
        """Hear one block and say one; the script goes on where it can."""
        self._blocks += 1
        self._library.t31_rx(self._t31, heard, BLOCK)
        if self._answers:
            self._answers = False
            self._library.t31_call_event(self._t31, _ANSWERED)
        self._go_on()
        said = Samples()
        self._library.t31_tx(self._t31, said, BLOCK)
        return said

    def close(self) -> None:
        """Hear a second of silence, behind which the last frame is read, and free the modem."""
        for _ in range(_HANGUP_BLOCKS):
            self.exchange(Samples())
        self._script.close()
        self._library.t31_free(self._t31)

    def _go_on(self) -> None:
        while not self.done:
            self._send()
            got = self._arrived()
            if got is None:
                return
            try:
                self._awaited, self._since = self._script.send(got), self._blocks
            except StopIteration:
                self.done = True

    def _send(self) -> None:
        data = bytes(self.far.outbox)
        self.far.outbox.clear()
        if data:
            self._library.t31_at_rx(self._t31, data, len(data))

    def _arrived(self) -> bytes | None:
        """What the script waits for, taken out of what the modem said."""
        if isinstance(self._awaited, float):
            return b"" if (self._blocks - self._since) * BLOCK_S >= self._awaited else None
        found = re.search(self._awaited, bytes(self._inbox), re.DOTALL)
        if found is None:
            return None
        before = bytes(self._inbox[: found.start()])
        del self._inbox[: found.end()]
        return before

    def _text(self, at: object, data: object, octets: int, length: int) -> int:
        self._inbox += ctypes.string_at(octets, length)
        return 0

    def _control(self, t31: object, data: object, operation: int, value: int | None) -> int:
        self._answers |= operation == _ANSWER_OP
        return 0


def final(kind: FCF, fif: bytes = b"") -> Frame:
    """An answer."""
    return Frame(kind, fif)

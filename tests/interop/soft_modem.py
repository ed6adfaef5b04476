"""spandsp's Class 1 soft modem as a ``Dce``, its audio joined to one of spandsp's fax machines."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Protocol

from faxcore.transport.port import LineState

from .lines import ClearLine, TelephoneLine
from .machines import Block
from .spandsp import AT_TX, BLOCK, BLOCK_S, CONTROL, Samples

RING_S = 4.0
ROOM = 512
"""So much is given to the modem between two looks at its CTS."""

_CALL, _ANSWER, _HANGUP, _ONHOOK, _CTS = 0, 1, 2, 4, 7
_ALERTING, _CONNECTED, _ANSWERED = 1, 2, 3


class FarEnd(Protocol):
    """What is at the other end of the line: one of spandsp's machines, or a scripted one."""

    def exchange(self, heard: Block) -> Block:
        """Hear one block and say one."""
        ...

    def close(self) -> None:
        """The call is over."""
        ...


class SpandspModem:
    """A ``Dce``: spandsp's T.31 modem. Its calls are answered by ``answer()``.

    ``ring(caller)`` lets a call come in.
    """

    def __init__(
        self,
        library: ctypes.CDLL,
        answer: Callable[[], FarEnd] | None = None,
        line: TelephoneLine | None = None,
    ) -> None:
        self._library = library
        self._answer = answer
        self._line = line or ClearLine()
        self._said = bytearray()
        self._blocks = 0
        self._has_room = True
        self._connect_at: float | None = None
        self._answer_at: float | None = None
        self._silence = Samples()
        self.far: FarEnd | None = None
        self._caller: FarEnd | None = None
        self.dialled: list[str] = []
        # ctypes callbacks live only as long as somebody holds them.
        self._on_text, self._on_control = AT_TX(self._text), CONTROL(self._control)
        self._t31 = library.t31_init(None, self._on_text, None, self._on_control, None, None, None)
        library.t31_set_transmit_on_idle(self._t31, 1)

    def feed(self, data: bytes, now: float) -> None:
        self._live(now)
        self._library.t31_at_rx(self._t31, data, len(data))

    def due(self) -> float:
        return (self._blocks + 1) * BLOCK_S

    def take(self, now: float) -> bytes:
        self._live(now)
        said = bytes(self._said)
        self._said.clear()
        return said

    def room(self, now: float) -> int:
        self._live(now)
        return ROOM if self._has_room else 0

    def control(self, now: float, state: LineState) -> None:
        """spandsp's modem heeds no DTR."""

    def carrier(self) -> bool | None:
        """It has no lines to tell of."""
        return None

    def ring(self, caller: FarEnd) -> None:
        """A call comes in: the modem says RING."""
        self._caller = caller
        self._library.t31_call_event(self._t31, _ALERTING)

    def close(self) -> None:
        """Hang up and free everything."""
        if self.far is not None:
            self.far.close()
        self._library.t31_free(self._t31)

    def _live(self, now: float) -> None:
        while (self._blocks + 1) * BLOCK_S <= now:
            self._blocks += 1
            self._step()

    def _step(self) -> None:
        """20 ms in which each end hears what the other says."""
        at = self._blocks * BLOCK_S
        if self._connect_at is not None and at >= self._connect_at:
            self._connect_at = None
            self.far = self._answer() if self._answer is not None else None
            self._library.t31_call_event(self._t31, _CONNECTED)
        if self._answer_at is not None and at > self._answer_at:
            self._answer_at = None
            self.far, self._caller = self._caller, None
            self._library.t31_call_event(self._t31, _ANSWERED)
        said = Samples()
        self._library.t31_tx(self._t31, said, BLOCK)
        heard = self._silence
        if self.far is not None:
            heard = self._line.carry(self.far.exchange(self._line.carry(said, True)), False)
        self._library.t31_rx(self._t31, heard, BLOCK)

    def _text(self, at: object, data: object, octets: int, length: int) -> int:
        self._said += ctypes.string_at(octets, length)
        return 0

    def _control(self, t31: object, data: object, operation: int, value: int | None) -> int:
        if operation == _CALL:
            self.dialled.append(ctypes.string_at(value or 0).decode("ascii"))
            self._connect_at = self._blocks * BLOCK_S + RING_S
        elif operation == _ANSWER:
            self._answer_at = self._blocks * BLOCK_S
        elif operation == _CTS:
            self._has_room = bool(value)
        elif operation in {_HANGUP, _ONHOOK} and self.far is not None:
            self.far.close()
            self.far = None
        return 0

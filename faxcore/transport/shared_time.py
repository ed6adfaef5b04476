"""One virtual clock for several passive modems, each driven by a thread of its own.

Theory of operation. Only one thread acts at a time, the one whose turn it is; it has its turn until
it waits for something, and then the next has. When all of them wait, time jumps to what happens
next at any modem, or to the first moment until which somebody was willing to wait. So a call
between two drivers takes as long as its arithmetic, and goes the same way every time.

Untidy: a thread that neither uses nor closes its port keeps its turn for ever. So every port needs
its thread before the first is used, and who waits for another thread closes the own port first.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence

from faxcore.errors import PortError, ProcedureError
from faxcore.transport.port import Dce, Interrupted, LineState

_MAX_STANDSTILLS = 1000


class SharedTime:
    """The clock; ``ports`` are the computers' sides of the modems, in their order."""

    def __init__(self, dces: Sequence[Dce]) -> None:
        self.changed = threading.Condition()
        self.now = 0.0
        self.ports = tuple(SharedPort(self, dce, f"sim://{n}") for n, dce in enumerate(dces, 1))
        self._open = list(self.ports)
        self._waits: dict[SharedPort, float] = {}
        self._standstills = 0

    def my_turn(self, port: SharedPort) -> None:
        """Wait until a port may act; the lock is held."""
        self.changed.wait_for(lambda: self._has_turn(port))

    def wait(self, port: SharedPort, until: float) -> None:
        """Give the turn away and come back when time has gone on; the lock is held."""
        self._waits[port] = until
        if len(self._waits) == len(self._open):
            self._advance()
        self.changed.notify_all()
        self.changed.wait_for(lambda: self._has_turn(port))

    def leave(self, port: SharedPort) -> None:
        """A port is closed: nobody waits for it any more; the lock is held."""
        self._waits.pop(port, None)
        if port in self._open:
            self._open.remove(port)
        if self._open and len(self._waits) == len(self._open):
            self._advance()
        self.changed.notify_all()

    def _has_turn(self, port: SharedPort) -> bool:
        ready = next((each for each in self._open if each not in self._waits), None)
        return port.interrupted or port not in self._open or ready is port

    def _advance(self) -> None:
        """Jump to what happens next; all have their turns then."""
        dues = [due for each in self._open if (due := each.dce.due()) is not None]
        target = min([*self._waits.values(), *dues])
        self._standstills = 0 if target > self.now else self._standstills + 1
        if math.isinf(target) or self._standstills > _MAX_STANDSTILLS:
            raise ProcedureError(f"time stands still at {self.now}: all wait for one another")
        self.now = max(self.now, target)
        for each in self._open:
            each.listen()
        self._waits.clear()


class SharedPort:
    """The computer's side of one modem on a shared clock."""

    def __init__(self, time: SharedTime, dce: Dce, name: str) -> None:
        self.name = name
        self.dce = dce
        self.interrupted = False
        self._time = time
        self._kept = bytearray()
        self._closed = False

    def now(self) -> float:
        """The shared moment."""
        return self._time.now

    def read(self, until: float) -> bytes:
        """See ``Port.read``."""
        with self._time.changed:
            while True:
                self._begin()
                self.listen()
                if self._kept:
                    data = bytes(self._kept)
                    self._kept.clear()
                    return data
                if self.now() >= until:
                    return b""
                self._time.wait(self, until)

    def write(self, data: bytes, until: float) -> int:
        """See ``Port.write``."""
        sent = 0
        with self._time.changed:
            while True:
                if sent and self.interrupted:
                    return sent
                self._begin()
                count = min(self.dce.room(self.now()), len(data) - sent)
                if count > 0:
                    self.dce.feed(data[sent : sent + count], self.now())
                    sent += count
                if sent == len(data) or self.now() >= until:
                    return sent
                self._time.wait(self, until)

    def control(self, state: LineState) -> bool:
        """Pass modem lines on to the modem, which has them all."""
        with self._time.changed:
            self._begin()
            self.dce.control(self.now(), state)
        return True

    def carrier(self) -> bool | None:
        """What the modem's carrier detect is."""
        with self._time.changed:
            return self.dce.carrier()

    def mark(self, text: str) -> None:
        """Do nothing: there is no transcript here."""

    def interrupt(self) -> None:
        """End the read or write under way, or else the next (any thread)."""
        with self._time.changed:
            self.interrupted = True
            self._time.changed.notify_all()

    def close(self) -> None:
        """Leave the clock to the others. May be called twice."""
        with self._time.changed:
            if not self._closed:
                self._closed = True
                self._time.leave(self)

    def listen(self) -> None:
        """Take what the modem has said by now; the lock is held."""
        self._kept += self.dce.take(self.now())

    def _begin(self) -> None:
        if self._closed:
            raise PortError(f"{self.name}: the port was closed")
        self._time.my_turn(self)
        if self.interrupted:
            self.interrupted = False
            raise Interrupted

"""A port to a passive modem in virtual time: no thread, no clock, no waiting.

Theory of operation. Time stands still until the computer waits for something; then it jumps to
the moment at which the modem says it has something to do (``Dce.due()``), or to the moment until
which the computer is willing to wait. A call of several minutes takes as long as its arithmetic.

A real computer is late at every step: an octet crosses a driver, a process is scheduled, an
answer goes back. ``latency_s`` plays that. One *turn* is the computer acting upon what it heard:
the first ``write()`` or ``control()`` after a ``read()`` that brought octets. Each turn costs
``latency_s`` once, in which the modem lives on.
"""

from __future__ import annotations

import math

from faxcore.errors import PortError, ProcedureError
from faxcore.transport.port import Dce, Interrupted, LineState

_MAX_STANDSTILLS = 1000
"""How often in a row a modem may ask to be looked at without time going on."""


class VirtualPort:
    """The computer's side of a ``Dce`` whose time is virtual, from 0.0 on.

    ``opened`` is what the port was set to when it was opened: speed and stop bits.
    """

    def __init__(
        self,
        dce: Dce,
        latency_s: float = 0.0,
        name: str = "sim://",
        opened: LineState | None = None,
    ) -> None:
        self.name = name
        self.dce = dce
        self.latency_s = latency_s
        self.turns = 0
        self._now = 0.0
        self._kept = bytearray()
        self._turn_is_due = False
        self._interrupted = False
        self._closed = False
        self._standstills = 0
        if opened is not None:
            dce.control(self._now, opened)

    def now(self) -> float:
        """The virtual moment, in seconds since the port was made."""
        return self._now

    def read(self, until: float) -> bytes:
        """See ``Port.read``; time goes on only as far as the modem's next octet."""
        self._check()
        while True:
            self._listen()
            if self._kept:
                data = bytes(self._kept)
                self._kept.clear()
                self._turn_is_due = True
                return data
            if self._now >= until:
                return b""
            self._advance(until)

    def write(self, data: bytes, until: float) -> int:
        """See ``Port.write``; what the modem says meanwhile is kept for the next read."""
        self._check()
        self._take_turn()
        sent = 0
        while True:
            count = min(self.dce.room(self._now), len(data) - sent)
            if count > 0:
                self.dce.feed(data[sent : sent + count], self._now)
                sent += count
                self._standstills = 0
            if sent == len(data) or self._now >= until or (sent and self._interrupted):
                return sent
            self._advance(until)
            self._listen()

    def control(self, state: LineState) -> bool:
        """Pass modem lines on to the modem, which has them all."""
        self._check()
        self._take_turn()
        self.dce.control(self._now, state)
        return True

    def carrier(self) -> bool | None:
        """What the modem's carrier detect is."""
        self._check_open()
        return self.dce.carrier()

    def mark(self, text: str) -> None:
        """Do nothing: there is no transcript here."""

    def interrupt(self) -> None:
        """End the read or write under way, or else the next (any thread)."""
        self._interrupted = True

    def close(self) -> None:
        """Make the port unusable."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise PortError(f"{self.name}: the port was closed")

    def _check(self) -> None:
        self._check_open()
        if self._interrupted:
            self._interrupted = False
            raise Interrupted

    def _take_turn(self) -> None:
        """Let the computer's latency pass, once for each answer to something heard."""
        if not self._turn_is_due:
            return
        self._turn_is_due = False
        self.turns += 1
        until = self._now + self.latency_s
        while self._now < until:
            self._advance(until)
            self._listen()

    def _listen(self) -> None:
        data = self.dce.take(self._now)
        if data:
            self._kept += data
            self._standstills = 0

    def _advance(self, until: float) -> None:
        """Jump to what happens next, at the latest to ``until``; time never goes back."""
        due = self.dce.due()
        target = until if due is None else min(due, until)
        if target > self._now:
            if math.isinf(target):
                raise ProcedureError(f"{self.name}: waits for ever for a modem that is silent")
            self._now = target
            self._standstills = 0
        else:
            self._standstills += 1
            if self._standstills > _MAX_STANDSTILLS:
                what = f"{type(self.dce).__name__}.due() stays at {due}"
                raise ProcedureError(f"{self.name}: time stands still at {self._now}: {what}")
        if self._interrupted:
            self._interrupted = False
            raise Interrupted

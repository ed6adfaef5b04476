"""A port whose owner can be stopped by an event that somebody else sets, without another thread."""

from __future__ import annotations

import threading

from faxcore.transport.port import Interrupted, LineState, Port

_LOOK_S = 0.25
"""How often, on the port's clock, the event is looked at: half of what a port may take."""


class WatchedPort:
    """Wraps any port; once ``stop`` is set, the read or write under way is interrupted, once."""

    def __init__(self, port: Port, stop: threading.Event) -> None:
        self.name = port.name
        self._port = port
        self._stop = stop
        self._told = False

    def now(self) -> float:
        """The wrapped port's clock."""
        return self._port.now()

    def read(self, until: float) -> bytes:
        """See ``Port.read``."""
        while True:
            self._look()
            look_at = self._port.now() + _LOOK_S
            data = self._port.read(min(until, look_at))
            if data or self._port.now() >= until:
                return data

    def write(self, data: bytes, until: float) -> int:
        """See ``Port.write``."""
        self._look()
        sent = 0
        while True:
            look_at = self._port.now() + _LOOK_S
            try:
                sent += self._port.write(data[sent:], min(until, look_at))
            except Interrupted:
                if not sent:
                    raise
                self._port.interrupt()  # the next call raises; this one tells what went
                return sent
            if sent == len(data) or self._port.now() >= until or (sent and self._stop.is_set()):
                return sent
            if not sent:
                self._look()

    def control(self, state: LineState) -> bool:
        """See ``Port.control``."""
        return self._port.control(state)

    def carrier(self) -> bool | None:
        """See ``Port.carrier``."""
        return self._port.carrier()

    def mark(self, text: str) -> None:
        """See ``Port.mark``."""
        self._port.mark(text)

    def interrupt(self) -> None:
        """See ``Port.interrupt``."""
        self._port.interrupt()

    def close(self) -> None:
        """See ``Port.close``."""
        self._port.close()

    def _look(self) -> None:
        if self._stop.is_set() and not self._told:
            self._told = True
            raise Interrupted

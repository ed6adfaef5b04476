"""A port that somebody may call off: no wait is longer than a moment without asking.

``interrupt()`` needs a thread that calls it. Where there is only a flag (a ``threading.Event``
that a delivery engine sets), this port asks the flag instead, four times a second.
"""

from __future__ import annotations

from collections.abc import Callable

from faxcore.transport.port import Interrupted, LineState, Port

_SLICE_S = 0.25


class WatchedPort:
    """Wraps any port; once ``called_off`` answers true, one read or write raises Interrupted."""

    def __init__(self, port: Port, called_off: Callable[[], bool]) -> None:
        self.name = port.name
        self._port = port
        self._called_off = called_off
        self._told = False

    def now(self) -> float:
        """The wrapped port's clock."""
        return self._port.now()

    def read(self, until: float) -> bytes:
        """See ``Port.read``."""
        while True:
            self._ask()
            data = self._port.read(min(until, self.now() + _SLICE_S))
            if data or self.now() >= until:
                return data

    def write(self, data: bytes, until: float) -> int:
        """See ``Port.write``."""
        sent = 0
        while True:
            if not sent:
                self._ask()
            sent += self._port.write(data[sent:], min(until, self.now() + _SLICE_S))
            if sent == len(data) or self.now() >= until or (sent and self._called_off()):
                return sent

    def control(self, state: LineState) -> bool:
        """See ``Port.control``."""
        return self._port.control(state)

    def mark(self, text: str) -> None:
        """See ``Port.mark``."""
        self._port.mark(text)

    def interrupt(self) -> None:
        """See ``Port.interrupt``."""
        self._port.interrupt()

    def close(self) -> None:
        """See ``Port.close``."""
        self._port.close()

    def _ask(self) -> None:
        if not self._told and self._called_off():
            self._told = True
            raise Interrupted

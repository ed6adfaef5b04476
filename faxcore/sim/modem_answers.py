"""What a simulated modem says, and when: result codes in words or numbers (V.250 5.7)."""

from __future__ import annotations

import math

from faxcore.sim.modem_settings import Settings

_NUMERIC = {
    "OK": "0", "CONNECT": "1", "RING": "2", "NO CARRIER": "3", "ERROR": "4",
    "NO DIALTONE": "6", "BUSY": "7", "NO ANSWER": "8", "+FCERROR": "+F4",
}  # fmt: skip


class Answers:
    """What was said and has not been handed over yet, each piece with its moment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._said: list[tuple[float, bytes]] = []
        self.said_result = -math.inf
        """When the last result code was due that answered something."""

    def say(self, at: float, data: bytes) -> None:
        """Octets as they are."""
        self._said.append((at, data))

    def result(self, at: float, result: str) -> None:
        """A result code in the form that the computer asked for (``V``, ``Q``)."""
        if result != "RING":
            self.said_result = at
        if self._settings.quiet:
            return
        number = _NUMERIC.get(result, result)
        form = f"\r\n{result}\r\n" if self._settings.verbose else f"{number}\r"
        self.say(at, form.encode("ascii"))

    def information(self, at: float, text: str) -> None:
        """The text that answers a question."""
        self.say(at, f"\r\n{text}\r\n".encode("ascii"))

    def take(self, now: float) -> bytes:
        """What is due by ``now``."""
        if not self._said:
            return b""
        ready = [data for at, data in self._said if at <= now]
        self._said = [(at, data) for at, data in self._said if at > now]
        return b"".join(ready)

    def due(self) -> float | None:
        """The moment of what comes next."""
        return min([at for at, _ in self._said], default=None)

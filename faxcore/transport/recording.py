"""A port that keeps a transcript of all that crosses it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from faxcore.errors import PortError
from faxcore.transport.port import Interrupted, LineState, Port
from faxcore.transport.transcript import CARRIER_MARK, Direction, Entry, format_entry, format_head


class RecordingPort:
    """Wraps any port; what crosses it goes to a file that only its owner may read.

    Each entry is with the operating system before the next octet moves, so a crash leaves what
    was there. A disk that fills up in mid-call must not end the call: recording then stops, and
    ``failure`` says why. Raises PortError when the file cannot be made.
    """

    def __init__(self, port: Port, path: Path, profile: str = "") -> None:
        self.name = port.name
        self.path = path
        self.failure = ""
        self._port = port
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.fchmod(descriptor, 0o600)  # it may have been there with another mode
        except OSError as error:
            raise PortError(f"transcript {path}: {error.strerror}") from error
        self._file = os.fdopen(
            descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        )
        self._put(
            format_head([("source", "recorded"), ("port", port.name), ("profile", profile)]),
        )

    def now(self) -> float:
        """The wrapped port's clock."""
        return self._port.now()

    def read(self, until: float) -> bytes:
        """See ``Port.read``."""
        try:
            data = self._port.read(until)
        except (Interrupted, PortError) as error:
            self._note(error)
            raise
        if data:
            self._record(Direction.FROM_MODEM, data)
        return data

    def write(self, data: bytes, until: float) -> int:
        """See ``Port.write``; the moment recorded is that of the last octet that went."""
        try:
            sent = self._port.write(data, until)
        except (Interrupted, PortError) as error:
            self._note(error)
            raise
        if sent:
            self._record(Direction.TO_MODEM, data[:sent])
        return sent

    def control(self, state: LineState) -> bool:
        """See ``Port.control``."""
        done = self._port.control(state)
        names = ("dtr", "rts", "send_break", "flow", "baud", "stop_bits")
        settings = {name: getattr(state, name) for name in names}
        text = " ".join(
            f"{name}={_say(value)}" for name, value in settings.items() if value is not None
        )
        self.mark(f"control {text}" + ("" if done else ": this port has no such line"))
        return done

    def carrier(self) -> bool | None:
        """See ``Port.carrier``; the mark tells a replay what it was."""
        carrier = self._port.carrier()
        if carrier is not None:
            self.mark(CARRIER_MARK[carrier])
        return carrier

    def mark(self, text: str) -> None:
        """Write a mark into the transcript."""
        self._put(format_entry(Entry(self.now(), Direction.MARK, text=text)))
        self._port.mark(text)

    def interrupt(self) -> None:
        """See ``Port.interrupt``."""
        self._port.interrupt()

    def close(self) -> None:
        """Close the port and the transcript. May be called twice."""
        try:
            self._port.close()
        finally:
            try:
                self._file.close()
            except OSError as error:
                self.failure = self.failure or f"transcript {self.path}: {error.strerror}"

    def _record(self, direction: Direction, data: bytes) -> None:
        self._put(format_entry(Entry(self.now(), direction, data)))

    def _note(self, error: Exception) -> None:
        self.mark(str(error) or "interrupted")

    def _put(self, text: str) -> None:
        if self.failure or self._file.closed:
            return
        try:
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            self.failure = f"transcript {self.path}: {error.strerror}"


def _say(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(getattr(value, "value", value))

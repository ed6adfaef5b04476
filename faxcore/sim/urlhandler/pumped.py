"""A passive modem behind a socket pair, by the real clock, as a port of pyserial's.

A thread drives the modem with ``transport.realtime.pump``; the computer's end is an ordinary
descriptor.
"""

from __future__ import annotations

import errno
import os
import socket
import threading
from typing import Any

import serial

from faxcore.errors import SettingsError, TranscriptMismatch
from faxcore.transport.port import Dce, LineState
from faxcore.transport.realtime import pump

_JOIN_SECONDS = 5.0


class PumpedSerial(serial.SerialBase):
    """A serial port whose other end is a ``Dce``: ``modem()`` says which, and how fast it lives.

    ``failure`` says why the modem is gone, where it went by itself.
    """

    failure = ""
    _modem: Dce | None = None

    def modem(self, url: str) -> tuple[Dce, float]:
        """The modem that the address means, and its pace. Raises SettingsError."""
        raise NotImplementedError

    def open(self) -> None:
        """Start the modem."""
        try:
            modem, pace = self.modem(str(self.portstr))
        except SettingsError as error:
            raise serial.SerialException(str(error)) from error
        self._ours, self._theirs = socket.socketpair()
        self._stop, self._stopper = os.pipe()
        self._modem = modem
        self._opened = self._line_format
        modem.control(0.0, self._opened)
        self._thread = threading.Thread(
            target=self._run,
            args=(modem, pace),
            name="simulated modem",
            daemon=True,
        )
        self._thread.start()
        self.is_open = True

    def _run(self, modem: Dce, pace: float) -> None:
        """A call that leaves the recorded path ends as if the modem were pulled out."""
        try:
            pump(modem, self._theirs.fileno(), stop=self._stop, pace=pace)
        except TranscriptMismatch as error:
            self.failure = str(error)
            self._theirs.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop the modem. May be called twice."""
        if not self.is_open:
            return
        self.is_open = False
        os.write(self._stopper, b"!")
        self._thread.join(_JOIN_SECONDS)
        self._ours.close()
        self._theirs.close()
        os.close(self._stop)
        os.close(self._stopper)

    def fileno(self) -> int:
        """The computer's end."""
        return self._ours.fileno()

    def read(self, size: int = 1) -> bytes:
        """Up to ``size`` octets within the port's timeout."""
        self._ours.settimeout(self.timeout)
        got = bytearray()
        while len(got) < size:
            try:
                data = self._ours.recv(size - len(got))
            except TimeoutError:
                break
            if not data:
                raise serial.SerialException("the simulated modem is gone")
            got += data
        return bytes(got)

    def write(self, data: Any, /) -> int:
        """All of ``data``."""
        self._ours.settimeout(self.write_timeout)
        try:
            self._ours.sendall(data)
        except TimeoutError as error:
            raise serial.SerialTimeoutException("the simulated modem takes no octets") from error
        return len(data)

    @property
    def in_waiting(self) -> int:
        """How many octets can be read at once."""
        self._ours.setblocking(False)
        try:
            return len(self._ours.recv(4096, socket.MSG_PEEK))
        except BlockingIOError:
            return 0

    def reset_input_buffer(self) -> None:
        """Forget what has not been read."""
        while self.in_waiting:
            self._ours.recv(4096)

    def reset_output_buffer(self) -> None:
        """Do nothing: what was written is with the modem already."""

    @property
    def cd(self) -> bool:
        """Carrier detect, as it is while the modem lives on."""
        carrier = self._modem.carrier() if self._modem is not None else None
        if carrier is None:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        return carrier

    @property
    def _line_format(self) -> LineState:
        return LineState(baud=int(self.baudrate), stop_bits=int(self.stopbits))

    def _reconfigure_port(self) -> None:
        """Refuse another line format while the modem lives: it was told of one when it began."""
        if self.is_open and self._line_format != self._opened:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))

    def _update_rts_state(self) -> None:
        """There are no modem lines: the driver is told so, as on a pseudo terminal."""
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))

    _update_dtr_state = _update_break_state = _update_rts_state

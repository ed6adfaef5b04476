"""A port in real time on any pyserial URL: a serial device, a pseudo terminal, a network port.

Theory of operation. Where pyserial has a file descriptor (native devices, ``socket://`` and
simulated modems) we wait on it with ``select`` together with a pipe that ``interrupt()`` writes
to, and move the octets ourselves: an octet is there within a millisecond. Other URLs
(``rfc2217://``, ``loop://``) have only pyserial's blocking calls, which we keep short.

The line is raw, 8 bits, no parity; carrier detect is ignored (CLOCAL), because modems
drop it between pages and before their last result code.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import select
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import serial

from faxcore.errors import PortError
from faxcore.transport.lock import UucpLock, flock_holder, name_process
from faxcore.transport.port import FlowControl, Interrupted, LineState

try:
    from termios import error as _TermiosError  # noqa: N812  (a class that termios writes small)
except ImportError:  # no termios on this system, so it raises nothing either
    _TermiosError = OSError  # type: ignore[misc,assignment]

_FOREIGN = (serial.SerialException, OSError, ValueError, _TermiosError)
_CHUNK = 4096
_SLICE_S = 0.02
"""How long a pyserial read without a file descriptor may block: bounds latency and interruption."""

_SLICE_OCTETS = 64
_NO_SUCH_LINE = {errno.ENOTTY, errno.EINVAL, errno.EOPNOTSUPP}


class SerialPort:
    """The computer's side of a real port.

    ``clock_rate`` makes the port's clock faster than the wall's, for simulated modems that live
    faster. ``lock_note`` says why there is no lock file, where there is none. Raises PortError
    when the port cannot be opened or is in use.
    """

    def __init__(
        self,
        url: str,
        baud: int = 115200,
        flow: FlowControl = FlowControl.HARDWARE,
        clock_rate: float = 1.0,
        lock_folder: Path | None = None,
        stop_bits: int = 1,
    ) -> None:
        self.name = url
        self._stop_bits = stop_bits
        self._start = time.monotonic()
        self._clock_rate = clock_rate
        self.lock_note = ""
        self._is_device = "://" not in url
        self._closed = False
        self._closing = threading.Lock()
        with contextlib.ExitStack() as stack:
            if self._is_device:
                lock = UucpLock(url, lock_folder)
                stack.callback(lock.release)
                self.lock_note = lock.note
            self._serial = self._open(url, baud, flow)
            stack.callback(self._shut)
            self._fd = _descriptor(self._serial)
            if self._fd is not None:
                os.set_blocking(self._fd, False)
            self._woken, self._waker = os.pipe()
            for end in (self._woken, self._waker):
                stack.callback(os.close, end)
                os.set_blocking(end, False)
            self._cleanup = stack.pop_all()

    def now(self) -> float:
        """Seconds since the port was opened, times ``clock_rate``."""
        return (time.monotonic() - self._start) * self._clock_rate

    def read(self, until: float) -> bytes:
        """See ``Port.read``."""
        self._check_open()
        while True:
            with self._translated("read"):
                data = self._read_some(self._seconds_to(until))
            if data:
                return data
            if self.now() >= until:
                return b""

    def write(self, data: bytes, until: float) -> int:
        """See ``Port.write``."""
        self._check_open()
        sent = 0
        while sent < len(data):
            with self._translated("write"):
                try:
                    sent += self._write_some(data[sent:], self._seconds_to(until))
                except Interrupted:
                    if not sent:
                        raise
                    self.interrupt()  # the next call raises; this one tells what went
                    return sent
            if self.now() >= until:
                break
        return sent

    def control(self, state: LineState) -> bool:
        """See ``Port.control``. Pseudo terminals and sockets have no lines: False."""
        self._check_open()
        if self.name.startswith("socket://"):
            return False
        with self._translated("set a modem line"):
            try:
                self._set(state)
            except OSError as error:
                if error.errno not in _NO_SUCH_LINE:
                    raise
                return False
        return True

    def carrier(self) -> bool | None:
        """See ``Port.carrier``. Pseudo terminals and sockets have none, some servers tell none."""
        self._check_open()
        if self.name.startswith("socket://"):
            return None
        with self._translated("read carrier detect"):
            try:
                return bool(self._serial.cd)
            except OSError as error:
                silent = self.name.startswith("rfc2217://")
                if error.errno not in _NO_SUCH_LINE and not silent:
                    raise
                return None

    def mark(self, text: str) -> None:
        """Do nothing: there is no transcript here."""

    def interrupt(self) -> None:
        """End the read or write under way, or else the next (any thread)."""
        with self._closing:
            if not self._closed:
                with contextlib.suppress(BlockingIOError):  # the pipe is full: woken already
                    os.write(self._waker, b"!")

    def close(self) -> None:
        """Close the port and give its locks back. May be called twice."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._cleanup.close()

    def _shut(self) -> None:
        if self._is_device:
            # What was never sent would hold the close up, on a line whose CTS stays off.
            with contextlib.suppress(*_FOREIGN):  # the device may be gone: nothing to discard
                self._serial.reset_output_buffer()
        with self._translated("close"):
            self._serial.close()

    def _open(self, url: str, baud: int, flow: FlowControl) -> serial.Serial:
        try:
            opened: serial.Serial = serial.serial_for_url(
                url,
                baudrate=baud,
                timeout=_SLICE_S,
                rtscts=flow is FlowControl.HARDWARE,
                xonxoff=flow is FlowControl.SOFTWARE,
                stopbits=self._stop_bits,
                exclusive=True if self._is_device else None,
            )
            return opened
        except _FOREIGN as error:
            holder = flock_holder(url) if self._is_device else None
            if holder is not None and getattr(error, "errno", None) == errno.EAGAIN:
                raise PortError(f"{url} is in use by {name_process(holder)}") from error
            no_port = _number_of(error.__context__) in _NO_SUCH_LINE
            reason = "it is no serial port" if no_port else _reason(error)
            raise PortError(f"{url}: cannot be opened: {reason}") from error

    def _set(self, state: LineState) -> None:
        if state.baud is not None:
            self._serial.baudrate = state.baud
        if state.stop_bits is not None:
            self._serial.stopbits = state.stop_bits
        if state.flow is not None:
            self._serial.rtscts = state.flow is FlowControl.HARDWARE
            self._serial.xonxoff = state.flow is FlowControl.SOFTWARE
        if state.dtr is not None:
            self._serial.dtr = state.dtr
        if state.rts is not None:
            self._serial.rts = state.rts
        if state.send_break is not None:
            self._serial.break_condition = state.send_break

    def _read_some(self, seconds: float) -> bytes:
        """What is there, or b"" after at most ``seconds`` (without a descriptor: much sooner)."""
        if self._fd is None:
            self._wait([], [], 0.0)
            first: bytes = self._serial.read(1)
            more: bytes = self._serial.read(self._serial.in_waiting) if first else b""
            return first + more
        if not self._wait([self._fd], [], seconds):
            return b""
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return b""
        if not data:
            why = getattr(self._serial, "failure", "") or "the device went away"
            raise PortError(f"{self.name}: {why}")
        return data

    def _write_some(self, data: bytes, seconds: float) -> int:
        if self._fd is None:
            # pyserial's write to a server waits for as long as that takes nothing
            server = getattr(self._serial, "_socket", None)
            if server is None:
                self._wait([], [], 0.0)
            elif not self._wait([], [server.fileno()], seconds):
                return 0
            return int(self._serial.write(data[:_SLICE_OCTETS]) or 0)
        if not self._wait([], [self._fd], seconds):
            return 0
        try:
            return os.write(self._fd, data[:_CHUNK])
        except BlockingIOError:
            return 0

    def _wait(self, readers: list[int], writers: list[int], seconds: float) -> bool:
        """Whether one of the descriptors is ready within ``seconds``; raises Interrupted."""
        ready, writable, _ = select.select([self._woken, *readers], writers, [], seconds)
        if self._woken in ready:
            os.read(self._woken, _CHUNK)
            raise Interrupted
        return bool(ready or writable)

    def _seconds_to(self, until: float) -> float:
        return min(max(until - self.now(), 0.0) / self._clock_rate, 3600.0)

    def _check_open(self) -> None:
        if self._closed:
            raise PortError(f"{self.name}: the port was closed")

    @contextlib.contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except _FOREIGN as error:
            raise PortError(f"{self.name}: cannot {what}: {_reason(error)}") from error


def _descriptor(device: serial.Serial) -> int | None:
    """The file descriptor to wait on, where there is one that ``select`` takes."""
    if os.name != "posix":
        return None
    try:
        return int(device.fileno())
    except (io.UnsupportedOperation, AttributeError):
        return None


def _number_of(error: BaseException | None) -> int | None:
    """The system's number for an error; ``termios.error`` has it first among its arguments."""
    number = error.args[0] if error is not None and error.args else None
    return number if isinstance(number, int) else None


def _reason(error: BaseException) -> str:
    """What a foreign exception says, in one line; the system's words where it has a number."""
    number = getattr(error, "errno", None)
    if isinstance(number, int):
        return os.strerror(number)
    return " ".join(str(error).split()) or type(error).__name__

"""Things on a serial port that are no fax modem, or are one no longer."""

from __future__ import annotations

import random
from collections.abc import Callable

from faxcore.errors import PortError
from faxcore.transport.port import Dce, LineState
from faxcore.transport.virtual_port import VirtualPort

PIECE_S = 0.05


class Device:
    """Takes every octet and says nothing."""

    def __init__(self) -> None:
        self.heard = b""
        self._out: list[tuple[float, bytes]] = []

    def feed(self, data: bytes, now: float) -> None:
        self.heard += data

    def say(self, at: float, data: bytes) -> None:
        self._out.append((at, data))

    def due(self) -> float | None:
        return min((at for at, _ in self._out), default=None)

    def take(self, now: float) -> bytes:
        ready = b"".join(data for at, data in self._out if at <= now)
        self._out = [(at, data) for at, data in self._out if at > now]
        return ready

    def room(self, now: float) -> int:
        return 1 << 16

    def control(self, now: float, state: LineState) -> None:
        """It has no lines."""

    def carrier(self) -> bool | None:
        return None


class Stuck(Device):
    """Takes no octet: its CTS is off."""

    def room(self, now: float) -> int:
        return 0


class Mirror(Device):
    """A loopback plug, or a modem whose other half is dead: all comes back as it was said."""

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data, now)
        self.say(now + 0.001, data)


class Agreeable(Device):
    """Says the same to every line, whatever it was."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self._answer = answer

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data, now)
        for _ in range(data.count(b"\r")):
            self.say(now + 0.01, self._answer)


class Chatty(Device):
    """Never stops talking: ``piece(n)`` every 50 ms from ``begins`` on."""

    def __init__(self, piece: Callable[[int], bytes], begins: float = 0.0) -> None:
        super().__init__()
        self._piece = piece
        self._begins = begins
        self._said = 0

    def due(self) -> float:
        return self._begins + self._said * PIECE_S

    def take(self, now: float) -> bytes:
        out = b""
        while self.due() <= now:
            out += self._piece(self._said)
            self._said += 1
        return out


class DataModem(Device):
    """Knows its commands, but no ``+FCLASS``."""

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data, now)
        if data.endswith(b"\r"):
            self.say(now, b"\r\nERROR\r\n" if b"+F" in data else b"\r\nOK\r\n")


class Broken:
    """A modem that becomes another device when it was told so many octets."""

    def __init__(self, modem: Dce, octets: int, after: Dce) -> None:
        self._device = modem
        self._left = octets
        self._after = after

    def feed(self, data: bytes, now: float) -> None:
        self._left -= len(data)
        if self._left < 0:
            self._device = self._after
            return
        self._device.feed(data, now)

    def due(self) -> float | None:
        return self._device.due()

    def take(self, now: float) -> bytes:
        return self._device.take(now)

    def room(self, now: float) -> int:
        return self._device.room(now)

    def control(self, now: float, state: LineState) -> None:
        self._device.control(now, state)

    def carrier(self) -> bool | None:
        return self._device.carrier()


class Unplugged(VirtualPort):
    """A port whose device is pulled out when so many octets were said to it."""

    def __init__(self, dce: Dce, octets: int) -> None:
        super().__init__(dce, name="/dev/ttyUSB0")
        self._left = octets
        self.closed = False

    def _check(self) -> None:
        super()._check()
        if self._left < 0:
            raise PortError("/dev/ttyUSB0: the device went away")

    def write(self, data: bytes, until: float) -> int:
        self._left -= len(data)
        return super().write(data, until)

    def close(self) -> None:
        self.closed = True
        super().close()


def noise(seed: int) -> Callable[[int], bytes]:
    """Pieces of random octets: a modem at another speed, a line with hum."""
    chance = random.Random(seed)
    return lambda number: chance.randbytes(40)


def sentences(number: int) -> bytes:
    """What a satellite receiver says."""
    return b"$GPGGA,%06d,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n" % number

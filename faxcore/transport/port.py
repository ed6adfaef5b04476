"""The two ends of a serial line: ``Port`` is the computer's, ``Dce`` the modem's.

The port is the clock: every wait is bounded by ``until``, a moment on the port's own clock, so
that the same driver runs in real time on a serial port and in virtual time on a simulated modem.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


class FlowControl(enum.Enum):
    """How a modem holds back the computer's octets."""

    NONE = "none"
    HARDWARE = "hardware"
    SOFTWARE = "software"


@dataclass(frozen=True, slots=True)
class LineState:
    """What can be set on a port; ``None`` leaves a thing as it is."""

    dtr: bool | None = None
    rts: bool | None = None
    send_break: bool | None = None
    flow: FlowControl | None = None
    baud: int | None = None
    stop_bits: int | None = None


@runtime_checkable
class Port(Protocol):
    """The computer's side. One thread owns it; only ``interrupt()`` may come from another."""

    name: str

    def now(self) -> float:
        """The moment on this port's clock, in seconds from an arbitrary start."""
        ...

    def read(self, until: float) -> bytes:
        """The octets that are there, waiting for the first until ``until``; ``b""`` at ``until``.

        Raises PortError when the port is gone, Interrupted after ``interrupt()``.
        """
        ...

    def write(self, data: bytes, until: float) -> int:
        """Write as much as flow control lets through until ``until``; how many octets went.

        Raises PortError when the port is gone, Interrupted after ``interrupt()``; but where some
        octets went already, their count is returned, and the next call raises.
        """
        ...

    def control(self, state: LineState) -> bool:
        """Set modem lines or flow control; False where this kind of port has none."""
        ...

    def carrier(self) -> bool | None:
        """Whether the modem's carrier detect (DCD) is on; None where this port has no such line."""
        ...

    def mark(self, text: str) -> None:
        """Note what the driver is about to do, for a transcript; most ports do nothing."""
        ...

    def interrupt(self) -> None:
        """End a read or write under way, or else the next one, within 0.5 s (any thread).

        One interruption raises Interrupted once; after that the port works as before.
        """
        ...

    def close(self) -> None:
        """Give the port back. May be called twice."""
        ...


class Interrupted(Exception):
    """A read or write was ended by ``interrupt()``."""


@runtime_checkable
class Dce(Protocol):
    """The modem's side, passive: it acts only when fed or taken from, at the moment it is told.

    ``now`` never goes back. A Dce has no clock, thread or port of its own.
    """

    def feed(self, data: bytes, now: float) -> None:
        """Octets from the computer arrive at ``now``."""
        ...

    def due(self) -> float | None:
        """The next moment at which something may happen by itself; None = only when fed."""
        ...

    def take(self, now: float) -> bytes:
        """Let time pass to ``now`` and hand over what the modem has said until then."""
        ...

    def room(self, now: float) -> int:
        """How many octets flow control would let through at ``now``."""
        ...

    def control(self, now: float, state: LineState) -> None:
        """The computer set a line, or the format of its octets."""
        ...

    def carrier(self) -> bool | None:
        """Whether carrier detect was on when time last passed; None where that is not known."""
        ...

"""What is between two V.34 fax modems: two channels, frames on their way, and when they arrive.

Both modems are in one channel at a time. In the control channel frames cross both ways at once; in
the primary channel one modem sends (V.34 clause 12, T.30 Annex F).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from faxcore.t30.frames import fcs

_OVERHEAD_OCTETS = 3
"""FCS and a flag."""

SWITCH_SECONDS = 0.1
"""From the wish for a channel to the channel, resynchronization and all."""


class Sign(enum.Enum):
    """What reaches a modem."""

    FRAME = "a frame"
    PRIMARY = "the primary channel begins"
    CONTROL = "the control channel begins"


@dataclass(frozen=True, slots=True)
class Signal34:
    """One of them; ``octets`` is a frame and its FCS, right or wrong; ``at`` when it is through."""

    sign: Sign
    at: float
    octets: bytes = b""

    @property
    def undamaged(self) -> bool:
        """Whether the FCS is right."""
        return fcs(self.octets[:-2]) == self.octets[-2:]


@dataclass(slots=True)
class Way:
    """One direction: what is on it, and until when it is busy; ``taken`` counts what was heard."""

    signals: list[Signal34] = field(default_factory=list)
    busy_until: float = 0.0
    taken: int = 0

    def waiting(self) -> Signal34 | None:
        """What comes next."""
        return self.signals[self.taken] if self.taken < len(self.signals) else None


class DuplexLine:
    """The connection, from the moment ``began`` at which the control channel is there.

    ``rates`` are those of the primary and of the control channel, in bit/s.
    """

    def __init__(self, began: float, rates: tuple[int, int]) -> None:
        self.began = began
        self.primary, self.control = rates
        self.to_far = Way(busy_until=began)
        self.to_near = Way(busy_until=began)

    def send_frame(
        self, way: Way, octets: bytes, at: float, rate: int, *, damaged: bool = False
    ) -> float:
        """Put a frame on its way; when it is through."""
        bits = 8 * (len(octets) + _OVERHEAD_OCTETS)
        way.busy_until = max(way.busy_until, at) + bits / rate
        check = bytes(octet ^ 0xFF for octet in fcs(octets)) if damaged else fcs(octets)
        way.signals.append(Signal34(Sign.FRAME, way.busy_until, octets + check))
        return way.busy_until

    def switch(self, way: Way, sign: Sign, at: float) -> float:
        """The sender of this way goes over to a channel; when it is there."""
        way.busy_until = max(way.busy_until, at) + SWITCH_SECONDS
        way.signals.append(Signal34(sign, way.busy_until))
        return way.busy_until

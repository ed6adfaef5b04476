"""The closed choices of a profile: who times silences, how flow control is lost, how pages end."""

from __future__ import annotations

import enum


class SilenceBy(enum.Enum):
    """Who times the silence between two carriers."""

    MODEM = "modem"
    """``+FTS`` and ``+FRS``: exact, whatever the computer does."""
    COMPUTER = "computer"
    """A pause of ours, for modems whose ``+FTS`` or ``+FRS`` is missing or broken."""


class FlowLost(enum.Enum):
    """What makes a modem go over to XON/XOFF by itself, which eats the octets 0x11 and 0x13."""

    NEVER = "never"
    CLASS = "class"
    """The choice of a fax class (USR Courier and Sportster, Supra)."""
    ANSWER = "answer"
    """The answering of a call (Rockwell)."""
    CALL = "call"
    """The choice of a fax class, and the end of each call (Digicom Scout+)."""


class FalseCarrier(enum.Enum):
    """What ``+FRH=3`` brings while no frame is on the line."""

    NONE = "none"
    CONNECT = "connect"
    """CONNECT to any noise, and then NO CARRIER (Lucent, Mainpine)."""
    NO_CARRIER = "no-carrier"
    """NO CARRIER at once: a carrier that was none of ours has ended (many)."""


class PageEnd(enum.Enum):
    """What a modem that speaks T.30 itself puts behind a page that is to be sent."""

    RTC = "rtc"
    """The end that T.4 and T.6 want. Ours is taken off before."""
    NONE = "none"
    """Nothing: the end is the computer's business (USR in class 2.0)."""
    GARBAGE = "garbage"
    """Something else, which does no harm behind an end of ours (Practical Peripherals)."""

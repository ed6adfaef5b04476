"""What a simulated modem is doing between two commands (T.31 8.3).

Each activity takes the computer's octets while it lasts, says when something is due, and ends by
``modem.finish()``. ``drain()`` runs before the far station lives on (what the modem sends),
``advance()`` after it (what the modem hears).
"""

from __future__ import annotations

from typing import Protocol

from faxcore.profiles import ModemProfile
from faxcore.sim.judge import Fault
from faxcore.sim.modem_settings import Settings
from faxcore.sim.telephone import Telephone

DLE, ETX, SUB = 0x10, 0x03, 0x1A

IDLE_SECONDS = 5.0
"""T.31 8.3.3: a modem left without data for this long gives the carrier up."""


class Modem(Protocol):
    """What an activity needs of the modem it belongs to."""

    profile: ModemProfile
    settings: Settings

    @property
    def telephone(self) -> Telephone | None:
        """The connection there is."""
        ...

    def become(self, activity: Activity) -> None:
        """Go over from one activity to another without a result."""
        ...

    def say(self, at: float, data: bytes) -> None:
        """Raw octets to the computer, at a moment."""
        ...

    def tell(self, at: float, intermediate: str) -> None:
        """An intermediate result code, in the modem's present form."""
        ...

    def connect(self, at: float) -> None:
        """The CONNECT result, in the modem's present form."""
        ...

    def finish(self, at: float, result: str) -> None:
        """The activity is over: a result code, and back to commands."""
        ...

    def note(self, at: float, fault: Fault, amount: float, text: str) -> None:
        """Hold something against the computer."""
        ...


class Activity:
    """Nothing in particular: the base of all activities."""

    def __init__(self, modem: Modem) -> None:
        self.modem = modem

    def feed(self, data: bytes, now: float) -> None:
        """Octets from the computer."""

    def drain(self, now: float) -> None:
        """Let what the modem sends go on to ``now``."""

    def advance(self, now: float) -> None:
        """Let what the modem hears go on to ``now``."""

    def due(self, now: float) -> float | None:
        """When something happens next by itself."""
        return None

    def calm_until(self, now: float) -> float | None:
        """Until when it makes no difference whether the activity is told the time."""
        return self.due(now)

    def room(self, now: float) -> int:
        """How many octets flow control lets through."""
        return self.modem.profile.buffer_octets

    @property
    def phone(self) -> Telephone:
        """The connection, which an activity on the line cannot be without."""
        assert self.modem.telephone is not None
        return self.modem.telephone


class Pause(Activity):
    """``+FTS`` and ``+FRS``: OK after a silence; any octet ends it (T.31 8.3.1, 8.3.2)."""

    def __init__(self, modem: Modem, until: float, result: str = "OK") -> None:
        super().__init__(modem)
        self._until, self._result = until, result

    def feed(self, data: bytes, now: float) -> None:
        """An octet breaks the pause off."""
        self.modem.finish(now, "OK")

    def advance(self, now: float) -> None:
        """End when the time is over."""
        if now >= self._until:
            self.modem.finish(self._until, self._result)

    def due(self, now: float) -> float | None:
        """The end of the pause."""
        return self._until


class Unstuffer:
    """Takes DLE stuffing out of what the computer sends (T.31 8.4): pieces, and where ETX was.

    DLE SUB is two DLE for a modem that was told so (``+FDD=1``), and nothing for others.
    """

    def __init__(self, settings: Settings) -> None:
        self._escaped = False
        self._settings = settings

    def feed(self, data: bytes) -> tuple[bytes, bool, bytes]:
        """The octets before DLE ETX, whether it came, and what came behind it."""
        out = bytearray()
        place = 0
        while place < len(data):
            if self._escaped:
                self._escaped = False
                if data[place] == ETX:
                    return bytes(out), True, data[place + 1 :]
                if data[place] == DLE:
                    out.append(DLE)
                elif data[place] == SUB and self._settings.double_escape:
                    out += bytes((DLE, DLE))
                place += 1
                continue
            found = data.find(DLE, place)
            end = len(data) if found < 0 else found
            out += data[place:end]
            self._escaped = found >= 0
            place = end + 1
        return bytes(out), False, b""


def stuff(octets: bytes, settings: Settings) -> bytes:
    """What the computer is sent for octets of the line (T.31 8.1, 8.5.3)."""
    doubled = octets.replace(bytes((DLE,)), bytes((DLE, DLE)))
    return (
        doubled.replace(bytes((DLE,) * 4), bytes((DLE, SUB))) if settings.double_escape else doubled
    )

"""Two simulated modems on one exchange: what one dials rings at the other.

Theory of operation. A ``Telephone`` has a near and a far station. The modem that dialled holds the
telephone itself; the one that answered holds its other side, on which near and far have changed
places and all else is the same object. Both modems must live on the same clock, each being told the
time as often as the other, since either hears what the other has sent by then.
"""

from __future__ import annotations

from collections.abc import Callable

from faxcore.profiles import ModemProfile
from faxcore.sim.exchange import RINGS, Dialled, Exchange
from faxcore.sim.judge import Note
from faxcore.sim.modem import SimModem
from faxcore.sim.scenarios import SCENARIOS
from faxcore.sim.telephone import Telephone
from faxcore.t30.document import Station
from faxcore.t30.line import KeepPage

_DIAL_SECONDS, _BUSY_SECONDS = 3.0, 3.0


class OtherSide(Telephone):
    """A telephone as the station sees it that was called."""

    def __init__(self, first: Telephone, answered: float) -> None:
        self._first = first
        super().__init__(answered, called=True)
        self.near, self.far, self.notes = first.far, first.near, first.notes

    @property
    def over(self) -> float | None:
        """When the connection ended: the same moment for both."""
        return self._first.over

    @over.setter
    def over(self, at: float | None) -> None:
        self._first.over = self._first.over if at is None else at


class JoinedLine(Exchange):
    """One of two subscribers' lines. ``other`` is set when both are there."""

    other: JoinedLine
    foreseeable = False

    def __init__(self, note: Callable[[Note], None]) -> None:
        super().__init__(SCENARIOS["normal"], Station(), _keeps_nothing, note)
        self._rings_left = 0

    def dial(self, number: str, now: float, patience: float) -> Dialled | None:
        """Any number is the other line's. V.34 is not spoken between the two."""
        dialled = now + _DIAL_SECONDS
        if self.other.telephone is not None:
            return Dialled(dialled + _BUSY_SECONDS, "BUSY")
        self.telephone = Telephone(dialled)
        self.other.be_called(dialled)
        return Dialled(dialled + patience, "NO CARRIER", connected=True)

    def be_called(self, at: float) -> None:
        """Ring from ``at`` on."""
        self._next_ring, self._rings_left = at, RINGS

    def stop_ringing(self) -> None:
        """Whoever called has given up."""
        self._rings_left = 0

    @property
    def _is_ringing(self) -> bool:
        return self._rings_left > 0 and self.other.telephone is not None

    def answer(self, now: float) -> None:
        """Lift the receiver: the other is there, or nobody."""
        calling = self.other.telephone
        has_rung = self._is_ringing and self._rings_left < RINGS
        self._rings_left = 0
        if calling is not None and has_rung:
            self.telephone = OtherSide(calling, now)
        else:
            self.telephone = Telephone(now, called=True)

    def hang_up(self, at: float) -> None:
        """Put the receiver down; a telephone that still rings stops."""
        if self.telephone is not None:
            self.other.stop_ringing()
        super().hang_up(at)


def joined_modems(first: ModemProfile, second: ModemProfile) -> tuple[SimModem, SimModem]:
    """Two modems of these kinds, each of which reaches the other by any number."""
    lines: list[JoinedLine] = []

    def line(note: Callable[[Note], None]) -> Exchange:
        lines.append(JoinedLine(note))
        return lines[-1]

    modems = (SimModem(profile=first, exchange=line), SimModem(profile=second, exchange=line))
    lines[0].other, lines[1].other = lines[1], lines[0]
    return modems


def _keeps_nothing(page: KeepPage, at: float) -> bool:
    """The pages are the computers' matter."""
    return False

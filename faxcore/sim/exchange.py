"""The telephone network behind a simulated modem: what a number brings, who calls, how it rings.

Theory of operation. There is at most one connection. Either our modem dials, and the scenario says
what answers; or a ``Caller`` rings, every 6 s until it gives up, and is connected when our modem
answers. In both cases the other station is a ``PlayedEnd`` on a ``Telephone``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from faxcore.sim.callers import Caller
from faxcore.sim.duplex_end import DuplexEnd
from faxcore.sim.duplex_line import DuplexLine
from faxcore.sim.judge import Note
from faxcore.sim.played_end import PlayedEnd
from faxcore.sim.polled_station import be_polled
from faxcore.sim.scenarios import Answer, Scenario
from faxcore.sim.telephone import Telephone
from faxcore.t30.document import Station
from faxcore.t30.line import KeepPage
from faxcore.t30.modulation import v34_rung
from faxcore.t30.receiver import receive_document

CED_SECONDS = 2.6 + 0.075
"""The called station's tone and the silence behind it (T.30 4.1)."""

V8_SECONDS = 7.0
"""From answering to the control channel: V.8, and the start-up of V.34 (T.30 F.3)."""

RING_EVERY_SECONDS = 6.0
RINGS = 10
"""How often a caller lets it ring."""

_DIAL_TONE_SECONDS, _DIGIT_SECONDS, _RING_SECONDS = 2.0, 0.1, 4.0
_BUSY_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Dialled:
    """What dialling comes to: ``result`` at ``at``, unless a fax signal is heard before.

    ``duplex`` is the line where both modems have found that they speak V.34.
    """

    at: float
    result: str
    connected: bool = False
    duplex: DuplexLine | None = None


class Exchange:
    """One subscriber's line. ``telephone`` and ``far`` are the connection and its other end.

    ``near`` is our own end where the modem itself plays T.30; ``offers_v34`` whether our modem
    offers it in the call that begins next.
    """

    foreseeable = True
    """Whether nobody but our modem and the far end does anything on the line."""

    def __init__(
        self,
        scenario: Scenario,
        far: Station,
        keep: Callable[[KeepPage, float], bool],
        note: Callable[[Note], None],
    ) -> None:
        self.telephone: Telephone | None = None
        self.offers_v34 = False
        self.far: PlayedEnd | DuplexEnd | None = None
        self.near: PlayedEnd | None = None
        self._scenario = scenario
        self._station = far
        self._keep = keep
        self._note = note
        self._caller: Caller | None = None
        self._next_ring = 0.0
        self._rings_left = 0

    @property
    def over(self) -> float | None:
        """When the connection has ended, or will."""
        return self.telephone.over if self.telephone is not None else None

    # Calls out.

    def dial(self, number: str, now: float, patience: float) -> Dialled | None:
        """Dial; None where the modem itself never finds out. ``patience`` is S7, in seconds."""
        dialled = now + _DIAL_TONE_SECONDS + _DIGIT_SECONDS * len(number)
        answer = self._scenario.answer
        if answer is Answer.DEAF_MODEM:
            return None
        if answer is Answer.NO_DIALTONE:
            return Dialled(now + _DIAL_TONE_SECONDS, "NO DIALTONE")
        if answer is Answer.BUSY:
            return Dialled(dialled + _BUSY_SECONDS, "BUSY")
        if answer is Answer.NO_ANSWER:
            return Dialled(dialled + patience, "NO ANSWER")
        if answer is Answer.VOICE:
            return Dialled(dialled + patience, "NO CARRIER")
        rates = self._scenario.v34 if self.offers_v34 else None
        duplex = self._connect_receiver(dialled + _RING_SECONDS, rates)
        return Dialled(dialled + patience, "NO CARRIER", connected=True, duplex=duplex)

    def _connect_receiver(
        self, answered: float, rates: tuple[int, int] | None
    ) -> DuplexLine | None:
        self.telephone = Telephone(answered)
        scenario = self._scenario
        procedure = receive_document(
            replace(scenario.capabilities, v8=scenario.v34 is not None),
            self._station,
            scenario.reception(),
            v34_rung(rates[0]) if rates is not None else None,
        )
        if (held := self._scenario.held) is not None:
            procedure = be_polled(held, self._station, procedure)
        if self._scenario.deviate is not None:
            procedure = self._scenario.deviate(procedure)
        if rates is not None:
            line = DuplexLine(answered + V8_SECONDS, rates)
            self.far = DuplexEnd(self.telephone, line, procedure, self._keep)
            return line
        self.far = PlayedEnd(self.telephone, procedure, answered + CED_SECONDS, self._keep)
        return None

    # Calls in.

    def ring(self, caller: Caller, at: float) -> None:
        """Let ``caller`` ring from ``at`` on."""
        self._caller, self._next_ring, self._rings_left = caller, at, RINGS

    def rings(self, now: float) -> list[float]:
        """The moments up to ``now`` at which it rang since the last time of asking."""
        moments = []
        while self._is_ringing and self._next_ring <= now:
            if self.telephone is None:
                moments.append(self._next_ring)
            self._next_ring += RING_EVERY_SECONDS
            self._rings_left -= 1
        return moments

    @property
    def _is_ringing(self) -> bool:
        return self._caller is not None and self._rings_left > 0

    def answer(self, now: float) -> DuplexLine | None:
        """Lift the receiver: the caller is there, or nobody. The line where V.34 is spoken."""
        self.telephone = Telephone(now, called=True)
        self.far = None
        has_rung = self._rings_left < RINGS and now <= self._next_ring
        caller, self._caller = self._caller, None
        if caller is None or not has_rung:
            return None
        if not self.offers_v34 or caller.v34 is None:
            self.far = PlayedEnd(self.telephone, caller.procedure(), now, _keeps_nothing)
            return None
        line = DuplexLine(now + V8_SECONDS, caller.v34)
        procedure = caller.procedure(caller.v34[0])
        self.far = DuplexEnd(self.telephone, line, procedure, _keeps_nothing)
        return line

    # Both.

    def live(self, now: float) -> None:
        """Let the other station go on to ``now``; a caller that has finished hangs up."""
        phone = self.telephone
        if self.near is not None:
            self._advance_near(now)
        if self.far is not None:
            self.far.advance(now)
            if phone is not None and phone.called and self.far.result is not None:
                phone.hang_up(self.far.at)
        if phone is not None and phone.notes:
            for note in phone.notes:
                self._note(note)
            phone.notes.clear()

    def _advance_near(self, now: float) -> None:
        """Both ends in turn, as long as something happens before ``now``."""
        while self.near is not None:
            ends = [end for end in (self.near, self.far) if end is not None]
            dues = [due for end in ends if (due := end.due(now)) is not None and due <= now]
            if not dues:
                return
            for end in ends:
                end.advance(min(dues))

    def due(self, now: float) -> float | None:
        """When something happens next on the line by itself."""
        moments = [self._next_ring] if self._is_ringing else []
        for end in (self.far, self.near):
            if end is not None and (due := end.due(now)) is not None:
                moments.append(due)
        return min(moments, default=None)

    def hang_up(self, at: float) -> None:
        """Our modem puts the receiver down; a caller comes to its own end on a dead line."""
        if self.telephone is not None:
            self.telephone.hang_up(at)
            self.near = None
            self.live(math.inf if self.telephone.called else at)
            self.telephone = None


def _keeps_nothing(page: KeepPage, at: float) -> bool:
    """What calls here sends, and is sent nothing."""
    return False

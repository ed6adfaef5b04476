"""A telephone line between two stations: who sends which carrier when (T.30 5.3.1, 5.3.6).

Theory of operation. A ``Carrier`` is a stretch of signal with what it carries and the moment at
which each piece of it is through. The near station is the simulated modem: what it will send
depends on a computer that nobody can foresee, so a carrier of its may be open-ended. The far
station is a procedure, whose carriers are known to their end when they begin. Either looks at the
other's carriers only as far as the present moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from faxcore.sim.judge import Fault, Note, judge_frame
from faxcore.sim.telephone_signals import (
    FLAG_SECONDS,
    V21,
    V21_BITS_PER_SECOND,
    Signal,
)
from faxcore.t30.frames import FCF, Frame, fcs

SHORTEST_SILENCE, LONGEST_SILENCE = 0.055, 0.095
"""75 ms +- 20 between two carriers (T.30 5.3.6)."""

LATEST_ANSWER = 2.55
"""A caller that has heard no answer within T4, 3 s - 15 %, repeats its command (T.30 5.4.3.1)."""

_STUFFING = 1.03
"""Zero insertion lengthens a frame by about 3 %."""

_ROUNDING = 1e-6
_UNASKED = {FCF.NSF, FCF.CSI, FCF.DIS, FCF.DCN}
"""Frames that answer nothing: a called station says them when it was not spoken to."""


@dataclass(frozen=True, slots=True)
class SentFrame:
    """A frame on the line: ``octets`` with FCS, through at ``done_at``."""

    octets: bytes
    began_at: float
    done_at: float

    @property
    def undamaged(self) -> bool:
        """Whether its FCS is right."""
        return len(self.octets) >= 2 and fcs(self.octets[:-2]) == self.octets[-2:]

    @property
    def final(self) -> bool:
        """Whether the sender turns the line round after it."""
        return len(self.octets) > 1 and bool(self.octets[1] & 0x10)


@dataclass(slots=True)
class Carrier:
    """One stretch of signal. ``ended`` is None while nobody knows when it ends.

    ``taken`` is how many of its frames the near modem has handed on; None until it listened.
    """

    signal: Signal
    began: float
    ended: float | None = None
    frames: list[SentFrame] = field(default_factory=list)
    octets: bytearray = field(default_factory=bytearray)
    taken: int | None = None

    @property
    def data_from(self) -> float:
        """When the training, or the preamble, is over."""
        return self.began + self.signal.train_seconds

    def lasts_beyond(self, moment: float) -> bool:
        """Whether some of it is still to be heard after ``moment``."""
        return self.ended is None or self.ended > moment


class Telephone:
    """A connection from the moment of answering: the carriers of both stations, and the notes.

    ``called`` says that the near station was called.
    """

    def __init__(self, answered: float, *, called: bool = False) -> None:
        self.answered = answered
        self.called = called
        self.near: list[Carrier] = []
        self.far: list[Carrier] = []
        self.notes: list[Note] = []
        self.over: float | None = None

    def begin(self, side: list[Carrier], signal: Signal, at: float) -> Carrier:
        """Put a carrier on the line."""
        self._judge_silence(side, signal, at)
        carrier = Carrier(signal, at)
        side.append(carrier)
        return carrier

    def send_frame(
        self, carrier: Carrier, octets: bytes, at: float, *, damaged: bool = False
    ) -> SentFrame:
        """Send one frame on a V.21 carrier, its first octet there at ``at``.

        FCS is added, a wrong one where the frame is to arrive ``damaged``.
        """
        after = carrier.frames[-1].done_at if carrier.frames else carrier.data_from
        began = max(at, after)
        seconds = (len(octets) + 2) * 8 / V21_BITS_PER_SECOND * _STUFFING + FLAG_SECONDS
        check = bytes(octet ^ 0xFF for octet in fcs(octets)) if damaged else fcs(octets)
        frame = SentFrame(octets + check, began, began + seconds)
        if self.called and self.near and carrier is self.near[-1] and not carrier.frames:
            self._judge_answer(carrier, octets)
        carrier.frames.append(frame)
        self.notes += judge_frame(began, seconds - FLAG_SECONDS)
        return frame

    def hang_up(self, at: float) -> None:
        """Either side, or the exchange, ends the connection; a frame under way is lost."""
        if self.over is None:
            self.over = at
        for carrier in (*self.near[-1:], *self.far[-1:]):
            if carrier.lasts_beyond(at):
                carrier.ended = at
                carrier.frames = [frame for frame in carrier.frames if frame.done_at <= at]

    def note(self, at: float, fault: Fault, amount: float, text: str) -> None:
        """Hold something against the computer."""
        self.notes.append(Note(at, fault, amount, text))

    def _judge_silence(self, side: list[Carrier], signal: Signal, at: float) -> None:
        own = side[-1] if side else None
        other = self.far if side is self.near else self.near
        theirs = other[-1] if other else None
        if theirs is not None and theirs.lasts_beyond(at):
            self.note(at, Fault.COLLISION, 0.0, f"{signal.name} while the other station sends")
            return
        ends = [each.ended for each in (own, theirs) if each is not None and each.ended is not None]
        if not ends:
            return
        silence = at - max(ends)
        if silence < SHORTEST_SILENCE - _ROUNDING:
            text = f"{silence * 1000:.0f} ms before {signal.name}, at least 55 are due"
            self.note(at, Fault.SHORT_SILENCE, silence, text)
        # Only where a station changes carriers by itself, DCS to TCF and page to MPS, is there an
        # upper bound: elsewhere it has heard an answer, and may take its time.
        speaks_on = own is not None and own.ended == max(ends) and side is self.near
        changes = own is not None and (own.signal is V21) != (signal is V21)
        bounded = speaks_on and changes and not self._answer_is_due(own, signal)
        if bounded and silence > LONGEST_SILENCE + _ROUNDING:
            text = f"{silence * 1000:.0f} ms before {signal.name}, at most 95 are due"
            self.note(at, Fault.LATE, silence, text)

    def _judge_answer(self, carrier: Carrier, octets: bytes) -> None:
        """What a called station says first in a burst, unless it speaks of its own accord."""
        theirs = self.far[-1].ended if self.far else None
        kind = Frame(octets[2]).kind if len(octets) > 2 else None
        if theirs is None or kind in _UNASKED:
            return
        silence = carrier.began - theirs
        if silence > LATEST_ANSWER:
            text = f"an answer {silence:.2f} s after the command, at most {LATEST_ANSWER} are due"
            self.note(carrier.began, Fault.LATE_ANSWER, silence, text)

    @staticmethod
    def _answer_is_due(own: Carrier | None, signal: Signal) -> bool:
        """After TCF the sender listens, for T4, before it sends frames again."""
        return own is not None and signal is V21 and not any(own.octets)

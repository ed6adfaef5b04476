"""``+FRH=3`` in a simulated modem: frames are waited for and handed over (T.31 8.3.6)."""

from __future__ import annotations

from faxcore.sim.activities import DLE, ETX, Activity, Modem, stuff
from faxcore.sim.judge import Fault
from faxcore.sim.telephone import Carrier, SentFrame
from faxcore.sim.telephone_signals import FLAG_SECONDS, V21

_RECOGNITION_SECONDS = 0.05
"""How long flags must be heard before CONNECT."""


class FalseStart(Activity):
    """``+FRH=3`` of a modem that hears a carrier where there is none, and takes it back."""

    _CONNECT_SECONDS, _LOST_SECONDS = 0.1, 0.2

    def __init__(self, modem: Modem, now: float, *, connects: bool) -> None:
        super().__init__(modem)
        self._lost = now + self._LOST_SECONDS
        if connects:
            modem.connect(now + self._CONNECT_SECONDS)

    def feed(self, data: bytes, now: float) -> None:
        """Any octet breaks it off (T.31 8.3.6)."""
        self.modem.finish(now, "OK")

    def advance(self, now: float) -> None:
        """NO CARRIER when the noise is over."""
        if now >= self._lost:
            self.modem.finish(self._lost, "NO CARRIER")

    def due(self, now: float) -> float | None:
        """The end of the noise."""
        return self._lost


class Listening(Activity):
    """``+FRH=3``: CONNECT at flags, one frame with its FCS, OK or ERROR (T.31 8.3.6).

    ``give_up`` is S7 after dialling, when listening is implied; later there is no limit.
    """

    def __init__(self, modem: Modem, now: float, give_up: float | None = None) -> None:
        super().__init__(modem)
        self._from = now
        self._give_up = give_up
        self._connected = False

    def feed(self, data: bytes, now: float) -> None:
        """Any octet breaks it off (T.31 8.3.6)."""
        if self._connected:
            text = "octets while a frame is coming in"
            self.modem.note(now, Fault.COMMAND_IN_DATA, len(data), text)
        self.modem.finish(now, "OK")

    def advance(self, now: float) -> None:
        """Say what is heard up to ``now``."""
        carrier = self._carrier()
        if carrier is None:
            if self._give_up is not None and now >= self._give_up:
                self.modem.finish(self._give_up, "NO CARRIER")
            return
        recognised = max(self._from, carrier.began + _RECOGNITION_SECONDS)
        if now < recognised:
            return
        if carrier.taken is None:
            carrier.taken = self._missed(carrier)
        if not self._connected:
            self._connected = True
            self.modem.connect(recognised)
        if carrier.taken < len(carrier.frames):
            frame = carrier.frames[carrier.taken]
            if now >= frame.done_at:
                carrier.taken += 1
                self._deliver(frame)
        elif carrier.ended is not None and now >= carrier.ended:
            self.modem.finish(max(carrier.ended, self._from), "NO CARRIER")

    def _carrier(self) -> Carrier | None:
        """The carrier to listen to: one still on the line, or one with frames not yet asked for."""
        first = None
        for carrier in reversed(self.phone.far):
            buffered = carrier.taken is not None and carrier.taken < len(carrier.frames)
            if not buffered and not carrier.lasts_beyond(self._from):
                break
            first = carrier if carrier.signal is V21 else first
        return first

    def _missed(self, carrier: Carrier) -> int:
        """How many frames had begun before anybody listened."""
        missed = sum(frame.began_at < self._from - FLAG_SECONDS for frame in carrier.frames)
        if missed:
            self.modem.note(self._from, Fault.LOST_FRAME, missed, f"{missed} frames went by")
        return missed

    def _deliver(self, frame: SentFrame) -> None:
        at = max(frame.done_at, self._from)
        profile = self.modem.profile
        octets = frame.octets if profile.frames_carry_fcs else frame.octets[:-2]
        stuffed = stuff(octets, self.modem.settings) if profile.doubles_dle else octets
        self.modem.say(at, stuffed + bytes((DLE, ETX)))
        self.modem.finish(at, "OK" if frame.undamaged else "ERROR")

    def due(self, now: float) -> float | None:
        """The next flags, frame or end of carrier."""
        carrier = self._carrier()
        if carrier is None:
            return self._give_up
        if not self._connected:
            return max(self._from, carrier.began + _RECOGNITION_SECONDS)
        if carrier.taken is not None and carrier.taken < len(carrier.frames):
            return carrier.frames[carrier.taken].done_at
        return carrier.ended

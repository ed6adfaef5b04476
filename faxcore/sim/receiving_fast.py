"""``+FRM`` in a simulated modem: a fast carrier is waited for, trained on and read (T.31 8.3.4).

A receiver that comes late cannot train: the alternations at the start of a training, 50 ms and
more of them, must be heard. What goes by because of that is held against the computer.
"""

from __future__ import annotations

import math

from faxcore.sim.activities import DLE, ETX, Activity, Modem, stuff
from faxcore.sim.judge import Fault
from faxcore.sim.receiving_frames import Listening
from faxcore.sim.telephone import Carrier
from faxcore.sim.telephone_signals import V21, Signal

LATEST_ENTRY = 0.05
"""V.27ter alternates for 50 ms, V.29 for 53 ms behind 20 ms of silence, V.17 for 107 ms."""

_RECOGNITION_SECONDS = 0.06
"""How long another carrier must be heard before +FCERROR: longer than the flags behind a frame."""

_CHUNK_SECONDS = 0.05
"""How often data is handed over while it comes in."""

_ROUNDING = 1e-6


class ReceivingFast(Activity):
    """Waits for ``signal`` without limit; the computer breaks it off when it has waited enough."""

    def __init__(self, modem: Modem, signal: Signal, now: float) -> None:
        super().__init__(modem)
        self._signal = signal
        self._from = now
        self._connected = False
        self._given = 0
        self._chunks = 0
        self._passed: Carrier | None = None

    def feed(self, data: bytes, now: float) -> None:
        """Any octet breaks it off (T.31 8.3.4)."""
        if self._connected:
            text = "octets while a page is coming in"
            self.modem.note(now, Fault.COMMAND_IN_DATA, len(data), text)
        self.modem.finish(now, "OK")

    def advance(self, now: float) -> None:
        """Say what is heard up to ``now``."""
        carrier = self._carrier()
        if carrier is None:
            return
        if carrier.signal.modulation is not self._signal.modulation:
            self._hear_another(carrier, now)
            return
        if not self._can_train(carrier):
            self._let_pass(carrier)
            return
        if carrier.ended is not None and carrier.ended <= carrier.data_from <= now:
            self._passed = carrier
            return
        if now >= carrier.data_from:
            self._read(carrier, now)

    def _hear_another(self, carrier: Carrier, now: float) -> None:
        """+FCERROR; or with ``+FAR=1`` frames are received as if asked for (T.31 8.5.1)."""
        known = self._known_at(carrier)
        if not self.modem.profile.says_fcerror:
            self._passed = carrier if carrier.ended is not None and now >= carrier.ended else None
        elif now < known or not carrier.lasts_beyond(known):
            return
        elif carrier.signal is V21 and self.modem.settings.adaptive:
            self.modem.tell(known, "+FRH:3")
            self.modem.become(Listening(self.modem, self._from))
        else:
            self.modem.finish(known, "+FCERROR")

    def _read(self, carrier: Carrier, now: float) -> None:
        if not self._connected:
            self._connected = True
            self.modem.connect(carrier.data_from)
        while self._chunk_at(carrier) <= now and carrier.lasts_beyond(self._chunk_at(carrier)):
            at = self._chunk_at(carrier)
            self._give(carrier, at)
            self._chunks += 1
        if carrier.ended is None or now < carrier.ended:
            return
        self._give(carrier, carrier.ended)
        lost = self._lost_at(carrier, carrier.ended)
        if now >= lost:
            self.modem.say(lost, bytes((DLE, ETX)))
            self.modem.finish(lost, "NO CARRIER")

    def _lost_at(self, carrier: Carrier, ended: float) -> float:
        """A lost carrier is given ``+FCL`` to return, unless frames follow it (T.31 8.5.2)."""
        lost = ended + self.modem.settings.carrier_loss_seconds
        later = self.phone.far[self.phone.far.index(carrier) + 1 :]
        return min([lost, *(max(ended, each.began) + _RECOGNITION_SECONDS for each in later)])

    def _give(self, carrier: Carrier, at: float) -> None:
        """The octets that are through at ``at`` and not handed over yet, stuffed."""
        seconds = at - carrier.data_from
        through = math.floor(seconds * self._signal.bits_per_second / 8 + _ROUNDING)
        octets = bytes(carrier.octets[self._given : through])
        self._given += len(octets)
        if octets:
            self.modem.say(at, stuff(octets, self.modem.settings))

    def _chunk_at(self, carrier: Carrier) -> float:
        return carrier.data_from + (self._chunks + 1) * _CHUNK_SECONDS

    def _known_at(self, carrier: Carrier) -> float:
        return max(self._from, carrier.began) + _RECOGNITION_SECONDS

    def _can_train(self, carrier: Carrier) -> bool:
        return carrier.signal == self._signal and self._from <= carrier.began + LATEST_ENTRY

    def _let_pass(self, carrier: Carrier) -> None:
        self._passed = carrier
        late = self._from - carrier.began
        if carrier.signal != self._signal:
            text = f"{carrier.signal.name} came where {self._signal.name} was asked for"
        else:
            text = f"{self._signal.name} was asked for {late * 1000:.0f} ms after it began"
        self.modem.note(self._from, Fault.LOST_PAGE, late, text)

    def _carrier(self) -> Carrier | None:
        """The carrier on the line or the first to come; the tail of one that ends is none."""
        first = None
        for carrier in reversed(self.phone.far):
            if carrier is self._passed or not carrier.lasts_beyond(self._from):
                break
            tail = carrier.signal is V21 and not carrier.lasts_beyond(self._known_at(carrier))
            first = first if tail else carrier
        return first

    def due(self, now: float) -> float | None:
        """The next thing to be heard, as far as is known."""
        carrier = self._carrier()
        if carrier is None:
            return None
        if carrier.signal.modulation is not self._signal.modulation:
            return self._known_at(carrier) if self.modem.profile.says_fcerror else carrier.ended
        if not self._can_train(carrier):
            return now
        if not self._connected:
            return carrier.data_from
        chunk = self._chunk_at(carrier)
        if carrier.lasts_beyond(chunk) or carrier.ended is None:
            return chunk
        return carrier.ended if now < carrier.ended else self._lost_at(carrier, carrier.ended)

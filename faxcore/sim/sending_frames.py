"""``+FTH=3`` in a simulated modem, and ``ATA``, which ends in it (T.31 8.3.1, 8.3.5)."""

from __future__ import annotations

from faxcore.sim.activities import IDLE_SECONDS, Activity, Modem, Unstuffer
from faxcore.sim.judge import Fault
from faxcore.sim.telephone_signals import FLAG_SECONDS, V21

_CLOSE_FLAGS = 2 * FLAG_SECONDS


class Answering(Activity):
    """``ATA``: the called station's tone; then CONNECT, and frames of the computer's are due."""

    def __init__(self, modem: Modem, until: float) -> None:
        super().__init__(modem)
        self._until = until

    def feed(self, data: bytes, now: float) -> None:
        """Any octet breaks answering off, and the line is released (V.250 6.3.5)."""
        self.phone.hang_up(now)
        self.modem.finish(now, "NO CARRIER")

    def advance(self, now: float) -> None:
        """Go over to frames when the tone is over."""
        if now >= self._until:
            self.modem.become(SendingFrames(self.modem, self._until))

    def due(self, now: float) -> float | None:
        """The end of the tone."""
        return self._until


class SendingFrames(Activity):
    """``+FTH=3``: HDLC frames at 300 bit/s behind a second of flags (T.31 8.3.5)."""

    def __init__(self, modem: Modem, now: float) -> None:
        super().__init__(modem)
        self._carrier = self.phone.begin(self.phone.near, V21, now)
        self._unstuffer = Unstuffer(modem.settings)
        self._frame = bytearray()
        self._first_at = now
        self._idle_from: float | None = now
        self._done: tuple[float, str] | None = None
        modem.connect(now)

    def feed(self, data: bytes, now: float) -> None:
        """Frame octets; DLE ETX ends a frame."""
        if self._done is not None:
            text = "octets while the last frame is still going out"
            self.modem.note(now, Fault.COMMAND_IN_DATA, len(data), text)
            return
        if not self._frame:
            self._first_at = now
        self._idle_from = None
        octets, ended, rest = self._unstuffer.feed(data)
        self._frame += octets
        if ended:
            self._send(now)
            if rest:
                self.feed(rest, now)

    def _send(self, now: float) -> None:
        octets, self._frame = bytes(self._frame), bytearray()
        if not octets:
            self._carrier.ended = now
            self._done = (now, "OK")
            return
        frame = self.phone.send_frame(self._carrier, octets, self._first_at)
        late = now - (frame.done_at - FLAG_SECONDS)
        if late > 0:
            self.modem.note(now, Fault.UNDERRUN, late, f"a frame came {late:.2f} s late")
        if frame.final:
            self._carrier.ended = frame.done_at + _CLOSE_FLAGS
            self._done = (self._carrier.ended, "OK")
        else:
            self._idle_from = frame.done_at
            self.modem.connect(frame.done_at)

    def drain(self, now: float) -> None:
        """End after the final frame, or for want of frames."""
        if self._done is None and self._idle_from is not None:
            give_up = self._idle_from + IDLE_SECONDS
            if now >= give_up:
                self._carrier.ended = give_up
                self._done = (give_up, "ERROR")
        if self._done is not None and now >= self._done[0]:
            self.modem.finish(*self._done)

    def due(self, now: float) -> float | None:
        """The end of the burst, or of patience."""
        if self._done is not None:
            return self._done[0]
        return self._idle_from + IDLE_SECONDS if self._idle_from is not None else None

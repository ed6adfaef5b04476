"""What a simulated Class 1 modem is doing between two commands (T.31 8.3).

Each activity takes the computer's octets while it lasts, says when something is due, and ends by
``modem.finish()``. ``drain()`` runs before the far station lives on (what the modem sends),
``advance()`` after it (what the modem hears).
"""

from __future__ import annotations

from typing import Protocol

from faxcore.profiles import ModemProfile
from faxcore.sim.judge import Fault
from faxcore.sim.modem_settings import Settings
from faxcore.sim.telephone import Carrier, SentFrame, Telephone
from faxcore.sim.telephone_signals import FLAG_SECONDS, V21

DLE, ETX, SUB = 0x10, 0x03, 0x1A
IDLE_SECONDS = 5.0
"""T.31 8.3.3: a modem left without data for this long gives the carrier up."""

_RECOGNITION_SECONDS = 0.05
"""How long flags must be heard before CONNECT."""

_CLOSE_FLAGS = 2 * FLAG_SECONDS


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

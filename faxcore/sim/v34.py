"""A simulated modem in a V.34 fax call: T.31 Annex B, written without a look at the driver's.

From CONNECT on it takes frames, each ended by DLE ETX, and DLE codes that choose a channel; and it
says the same to its computer.
"""

from __future__ import annotations

from faxcore.sim.activities import DLE, ETX, SUB, Activity, Modem
from faxcore.sim.duplex_line import SWITCH_SECONDS, DuplexLine, Sign
from faxcore.sim.judge import Fault

_EOT, _FCS_ERROR = 0x04, 0x07
_RETRAIN, _TO_PRIMARY, _TO_CONTROL = 0x69, 0x6B, 0x6D
_XON, _XOFF, _HIDDEN_XON, _HIDDEN_XOFF = 0x11, 0x13, 0x51, 0x53
_RETRAIN_SECONDS = 1.5
_LOOK_SECONDS = 0.01
"""How often a computer that waits for room is let go on."""


class V34Call(Activity):
    """The call from ``line.began`` on. ``retrains`` answers are lost in retrains of the channel."""

    def __init__(self, modem: Modem, line: DuplexLine, retrains: int) -> None:
        super().__init__(modem)
        self._line = line
        self._retrains = retrains
        self._frame = bytearray()
        self._escaped = self._primary = self._ended = self._connected = False
        self._back_at: float | None = None

    # From the computer.

    def feed(self, data: bytes, now: float) -> None:
        """Octets of frames, and DLE pairs."""
        for place, octet in enumerate(data):
            if self._ended:
                self.modem.note(now, Fault.COMMAND_IN_DATA, len(data) - place, "octets behind EOT")
                return
            if self._escaped:
                self._escaped = False
                self._obey(octet, now)
            elif octet == DLE:
                self._escaped = True
            else:
                self._frame.append(octet)

    def _obey(self, octet: int, now: float) -> None:
        line = self._line
        plain = {DLE: b"\x10", SUB: b"\x10\x10", _HIDDEN_XON: b"\x11", _HIDDEN_XOFF: b"\x13"}
        if octet in plain:
            self._frame += plain[octet]
        elif octet == ETX:
            octets, self._frame = bytes(self._frame), bytearray()
            if octets:
                rate = line.primary if self._primary else line.control
                line.send_frame(line.to_far, octets, now, rate)
        elif octet == _TO_PRIMARY and not self._primary:
            self._primary = True
            at = line.switch(line.to_far, Sign.PRIMARY, now)
            self._tell(at, _TO_PRIMARY, self._primary_code)
        elif octet == _TO_CONTROL and self._primary:
            self._primary = False
            at = line.switch(line.to_far, Sign.CONTROL, now)
            self._tell(at, _TO_CONTROL, self._control_code)
        elif octet == _EOT:
            self._end(max(now, line.to_far.busy_until))

    def _end(self, at: float) -> None:
        self._ended = True
        self.phone.hang_up(at)
        self.modem.finish(at, "OK")

    # To the computer.

    def advance(self, now: float) -> None:
        """Say what is through by ``now``."""
        line = self._line
        if not self._connected and now >= line.began:
            self._connected = True
            self.modem.tell(line.began, f"+F34:{line.primary // 2400},{line.control // 1200}")
            self.modem.connect(line.began)
            self._tell(line.began + SWITCH_SECONDS, _TO_CONTROL, self._control_code)
        over = self.phone.over
        if over is not None and now >= over and not self._ended:
            self._ended = True
            self._tell(over, _EOT)
            self.modem.finish(over, "NO CARRIER")
            return
        while (signal := line.to_near.waiting()) is not None and signal.at <= now:
            line.to_near.taken += 1
            if signal.sign is Sign.PRIMARY:
                self._tell(signal.at, _TO_PRIMARY, self._primary_code)
            elif signal.sign is Sign.CONTROL:
                self._tell(signal.at, _TO_CONTROL, self._control_code)
            else:
                self._hand_over(signal.octets, signal.at, undamaged=signal.undamaged)

    def _hand_over(self, octets: bytes, at: float, *, undamaged: bool) -> None:
        """A frame; or a retrain in its place, in which it is lost (DIS comes too early for one)."""
        if self._retrains and self._line.to_far.signals:
            self._retrains -= 1
            self._tell(at, _RETRAIN)
            self._back_at = at + _RETRAIN_SECONDS
            self._tell(self._back_at, _TO_CONTROL, self._control_code)
            return
        if self._back_at is not None and at < self._back_at:
            return
        if not self.modem.profile.frames_carry_fcs:
            octets = octets[:-2]
        hidden = b"".join(self._hidden(octet) for octet in octets)
        self.modem.say(at, hidden + bytes((DLE, ETX if undamaged else _FCS_ERROR)))

    def _hidden(self, octet: int) -> bytes:
        names = {DLE: DLE, _XON: _HIDDEN_XON, _XOFF: _HIDDEN_XOFF}
        return bytes((DLE, names[octet])) if octet in names else bytes((octet,))

    def _tell(self, at: float, *codes: int) -> None:
        self.modem.say(at, b"".join(bytes((DLE, code)) for code in codes))

    @property
    def _primary_code(self) -> int:
        return 0x6F + self._line.primary // 2400

    @property
    def _control_code(self) -> int:
        return 0x6D + self._line.control // 1200

    def due(self, now: float) -> float | None:
        """The next thing to be said, or room in the buffer."""
        line = self._line
        if not self._connected:
            return line.began
        signal = line.to_near.waiting()
        moments = [signal.at] if signal is not None else []
        if self.phone.over is not None:
            moments.append(self.phone.over)
        left = line.to_far.busy_until - now
        if self._primary and left > 0:
            moments.append(now + max(left / 2, _LOOK_SECONDS))
        return min(moments, default=None)

    def room(self, now: float) -> int:
        """What the buffer still takes."""
        rate = self._line.primary if self._primary else self._line.control
        queued = max(0.0, self._line.to_far.busy_until - now) * rate / 8
        return max(0, self.modem.profile.buffer_octets - round(queued) - len(self._frame))

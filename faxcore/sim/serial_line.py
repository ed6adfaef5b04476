"""The serial line of a simulated modem: in which form octets must come, and what becomes of others.

Theory of operation. A computer at another speed than the modem's hears noise and is heard as noise.
One that sends fewer stop bits than the modem needs is heard only where it stops: an octet that
follows another at once has its start bit where the modem still waits for a stop bit, and is lost.
More stop bits than needed, and more than are expected of the modem, do no harm: the line is idle.
"""

from __future__ import annotations

from faxcore.profiles import ModemProfile
from faxcore.sim.modem_settings import XOFF, XON
from faxcore.transport.port import FlowControl, LineState

_AT_WRONG_SPEED = bytes(octet ^ 0x80 for octet in range(256))


class SerialLine:
    """The line between one modem and its computer, which until it says so has it as it should."""

    def __init__(self, profile: ModemProfile) -> None:
        self._profile = profile
        self._baud, self._stop_bits = profile.baud, profile.stop_bits
        self._at_wrong_speed = self._port_eats = False

    def set(self, state: LineState) -> None:
        """The computer's port is set so."""
        self._baud = state.baud or self._baud
        self._stop_bits = state.stop_bits or self._stop_bits
        if state.flow is not None:
            self._port_eats = state.flow is FlowControl.SOFTWARE

    def answer(self) -> None:
        """The modem answers, and goes over to a speed of its own if it is such a one."""
        self._at_wrong_speed = self._profile.answering_baud not in {0, self._baud}

    def hang_up(self) -> None:
        """The modem is at the computer's speed again."""
        self._at_wrong_speed = False

    @property
    def too_slow(self) -> bool:
        """Whether fast carriers fail because of the port's speed."""
        return self._baud < self._profile.least_baud

    def to_modem(self, data: bytes) -> bytes:
        """What the modem hears of octets that the computer sends in one piece."""
        heard = data[-1:] if self._stop_bits < self._profile.stop_bits else data
        return heard.translate(_AT_WRONG_SPEED) if self._at_wrong_speed else heard

    def from_modem(self, data: bytes) -> bytes:
        """What the computer hears. A port with XON/XOFF keeps these octets to itself."""
        heard = data.translate(_AT_WRONG_SPEED) if self._at_wrong_speed else data
        return heard.translate(None, bytes((XON, XOFF))) if self._port_eats else heard

"""pyserial's side of ``replay://``: a transcript by the real clock."""

from __future__ import annotations

from faxcore.sim.urlhandler.pumped import PumpedSerial
from faxcore.transport.port import Dce
from faxcore.transport.replay import parse_replay_url


class Serial(PumpedSerial):
    """A serial port whose other end is a recorded modem."""

    def modem(self, url: str) -> tuple[Dce, float]:
        """See ``PumpedSerial.modem``."""
        modem, pace = parse_replay_url(url)
        return modem, pace or 1.0

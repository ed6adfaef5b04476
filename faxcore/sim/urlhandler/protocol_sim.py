"""pyserial's side of ``sim://``: it looks for a class ``Serial`` in ``protocol_<scheme>``."""

from __future__ import annotations

from faxcore.sim.url import parse_sim_url
from faxcore.sim.urlhandler.pumped import PumpedSerial
from faxcore.transport.port import Dce


class Serial(PumpedSerial):
    """A serial port whose other end is a simulated modem."""

    def modem(self, url: str) -> tuple[Dce, float]:
        """See ``PumpedSerial.modem``."""
        address = parse_sim_url(url)
        return address.modem(), address.pace or 1.0

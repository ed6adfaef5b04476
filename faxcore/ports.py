"""The one opener of ports: whatever takes a port takes an address.

/dev/ttyACM0, COM3            a serial device (pyserial names)
rfc2217://host:port           a modem on a terminal server
socket://host:port            a raw network port
sim://?far=busy&latency=20    a simulated modem, see ``faxcore.sim.url``
replay://call.txt             a modem that says what a transcript says, see ``transport.replay``
"""

from __future__ import annotations

from pathlib import Path

from faxcore.errors import PortError
from faxcore.profiles import ModemProfile
from faxcore.sim.url import is_sim, parse_sim_url
from faxcore.sim.urlhandler import register
from faxcore.transport.port import FlowControl, LineState, Port
from faxcore.transport.recording import RecordingPort
from faxcore.transport.replay import is_replay, parse_replay_url
from faxcore.transport.serial_port import SerialPort
from faxcore.transport.virtual_port import VirtualPort


def open_port(url: str, profile: ModemProfile | None = None, *, record: Path | None = None) -> Port:
    """Open a port by its address. ``record`` names the file for a transcript (mode 0600).

    ``profile`` gives line speed, stop bits and flow control. A simulated or replayed modem without
    ``pace`` lives in virtual time. Raises PortError when the port does not exist, is busy or cannot
    be opened, and SettingsError for an address or a transcript that means nothing.
    """
    port = _open(url, profile)
    if record is None:
        return port
    try:
        return RecordingPort(port, record, profile.name if profile is not None else "")
    except BaseException:
        port.close()
        raise


def check_address(url: str) -> None:
    """Refuse early, before any work is done for it, an address at which no port can be opened.

    Raises SettingsError for one that means nothing, PortError for a device that does not exist.
    """
    if not is_virtual(url) and url.startswith("/") and not Path(url).exists():
        raise PortError(f"{url}: there is no such device")


def is_virtual(url: str) -> bool:
    """Whether a port of this address lives in virtual time, in which nobody can wait for ever."""
    if is_sim(url):
        return parse_sim_url(url).pace is None
    return is_replay(url) and parse_replay_url(url)[1] is None


def _open(url: str, profile: ModemProfile | None) -> Port:
    if is_sim(url):
        address = parse_sim_url(url)
        if address.pace is None:
            opened = None
            if profile is not None:
                opened = LineState(baud=profile.baud, stop_bits=profile.stop_bits)
            return VirtualPort(address.modem(), address.latency_s, url, opened)
        register()
        if profile is None:
            return SerialPort(url, clock_rate=address.pace)
        return SerialPort(url, profile.baud, clock_rate=address.pace, stop_bits=profile.stop_bits)
    if is_replay(url):
        dce, pace = parse_replay_url(url)
        if pace is None:
            return VirtualPort(dce, name=url)
        register()
        return SerialPort(url, clock_rate=pace)
    if profile is None:
        return SerialPort(url)
    hardware = profile.flow == FlowControl.HARDWARE.value
    flow = FlowControl.HARDWARE if hardware else FlowControl.NONE  # XON/XOFF: while data are sent
    return SerialPort(url, profile.baud, flow, stop_bits=profile.stop_bits)

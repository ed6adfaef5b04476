"""The same call by the real clock: through a pseudo terminal, and through sim://?pace=."""

import contextlib
import os
import threading
import tty

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.ports import open_port
from faxcore.profiles import load_profile
from faxcore.sim import SimModem
from faxcore.t30.document import Station
from faxcore.transport.port import FlowControl, LineState
from faxcore.transport.realtime import pump
from faxcore.transport.serial_port import SerialPort
from tests.documents import bitmap, document

PACE = 8.0
"""A call of some 25 s in three. The driver's clock runs as fast as the modem's."""


@pytest.fixture
def modem_on_a_pty():
    """A simulated modem and the name of its terminal."""
    modem = SimModem()
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    stop, stopper = os.pipe()
    name = os.ttyname(theirs)
    thread = threading.Thread(target=pump, args=(modem, ours), kwargs={"stop": stop, "pace": PACE})
    thread.start()
    yield modem, name
    os.write(stopper, b"!")
    thread.join()
    for descriptor in (ours, theirs, stop, stopper):
        os.close(descriptor)


def test_a_call_through_a_pseudo_terminal(modem_on_a_pty):
    modem, name = modem_on_a_pty
    port = SerialPort(name, clock_rate=PACE)
    with FaxModem(port, load_profile("generic-class1")) as fax:
        result = fax.send(document(2), "+1 555 0100", Station("+44 1"))
    assert result.ok, result.text
    assert [page.bitmap for page in modem.received] == [bitmap(1), bitmap(2)]


def test_a_call_through_a_paced_address(tmp_path):
    profile = load_profile("generic-class1")
    port = open_port(f"sim://?pace={PACE:.0f}&keep={tmp_path}", profile)
    with FaxModem(port, profile) as fax:
        result = fax.send(document(1), "+1 555 0100", Station())
    assert result.ok, result.text
    assert [path.name for path in tmp_path.iterdir()] == ["page-001.tif"]


def test_a_paced_address_has_no_modem_lines_and_says_so():
    with contextlib.closing(open_port("sim://?pace=real")) as port:
        assert port.control(LineState(dtr=True)) is False
        assert port.control(LineState(flow=FlowControl.HARDWARE)) is True

"""Dead, silent, babbling, vanishing and foreign devices: an end in time, and a clear sentence.

Before a number was dialled that is a ModemError; afterwards it is a result, with the pages that
were confirmed by then. The port is given back in every case.
"""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Callable
from pathlib import Path

import pytest

from faxcore.errors import ModemError, PortError
from faxcore.modem.driver import FaxModem
from faxcore.profiles import ModemProfile, load_profile
from faxcore.sim import SimModem, caller
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import Station
from faxcore.t30.line import Heard, LineOp, SendPage
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.transport.port import Dce
from faxcore.transport.realtime import pump
from faxcore.transport.serial_port import SerialPort
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import document

from . import devices

PROFILE = load_profile("generic-class1")
RECEIVING = load_profile("generic-class1.0")
HERE = Station("+44 1")
PREPARE_S = 60.0
"""How long it may take to find out that there is no modem: two resets, and a drop of DTR."""

CALL_S = 240.0
"""A call of 40 s, and the longest that a modem that swallowed a page is waited for."""

FOREIGN: dict[str, tuple[Callable[[], Dce], str]] = {
    "silent": (devices.Device, r"no modem answers: Z: no answer within 5\.0 s, 2 times"),
    "stuck": (devices.Stuck, r"no modem answers: the modem took 0 of 4 octets, and then no more"),
    "loopback plug": (devices.Mirror, r"Z: no answer within 5\.0 s, only 4 octets, 2 times"),
    "terminal server": (lambda: devices.Agreeable(b"login: "), "5.0 s, only 7 octets, 2 times"),
    "shell": (lambda: devices.Agreeable(b"\r\nsh: ATZ: not found\r\n$ "), "'sh: ATZ: not found'"),
    "satellite receiver": (lambda: devices.Chatty(devices.sentences), r"octets such as '\$GPGGA,"),
    "another speed": (lambda: devices.Chatty(devices.noise(1)), "only [0-9]+ octets such as '"),
    "data modem": (devices.DataModem, r"\+FCLASS=\?: got ERROR: this is no fax modem"),
    "says ERROR": (lambda: devices.Agreeable(b"\r\nERROR\r\n"), "Z: expected OK, got ERROR"),
    "says RING": (lambda: devices.Agreeable(b"\r\nRING\r\n"), "no modem answers"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_fax_modem_is_told_before_anything_is_dialled(name: str) -> None:
    make, sentence = FOREIGN[name]
    port = devices.Unplugged(make(), 1 << 30)
    with pytest.raises(ModemError, match=sentence) as caught, FaxModem(port, PROFILE) as fax:
        fax.send(document(1), "1", HERE)
    assert port.now() < PREPARE_S
    assert port.closed
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", FOREIGN)
def test_waiting_for_a_call_on_it_ends_in_time(name: str) -> None:
    port = devices.Unplugged(FOREIGN[name][0](), 1 << 30)
    with FaxModem(port, PROFILE) as fax:
        rang = fax.wait_for_ring(20.0)
    assert port.now() <= 21
    assert port.closed
    assert not rang


def test_one_that_says_ok_to_everything_never_makes_a_fax() -> None:
    port = devices.Unplugged(devices.Agreeable(b"\r\nOK\r\n"), 1 << 30)
    with FaxModem(port, PROFILE) as fax:
        result = fax.send(document(1), "1", HERE)
    assert not result.ok
    assert result.status is HangupStatus.NO_CARRIER
    assert port.closed


def test_one_that_says_connect_to_everything_never_makes_a_fax() -> None:
    port = devices.Unplugged(devices.Agreeable(b"\r\nCONNECT\r\nOK\r\n"), 1 << 30)
    with FaxModem(port, PROFILE) as fax, pytest.raises(ModemError, match="expected OK"):
        fax.send(document(1), "1", HERE)
    assert port.closed


BECOMES: dict[str, Callable[[], Dce]] = {
    "silent": devices.Device,
    "stuck": devices.Stuck,
    "a mirror": devices.Mirror,
    "noise": lambda: devices.Chatty(devices.noise(2)),
    "sentences": lambda: devices.Chatty(devices.sentences),
    "zeros": lambda: devices.Chatty(lambda number: bytes(40)),
    "a modem that was reset": SimModem,
    "all OK": lambda: devices.Agreeable(b"\r\nOK\r\n"),
}
PLACES = (100, 135, 180, 230, 1000, 3500, 8000, 14_000, 23_000)
"""After so many octets: in dialling, in the first frames, in TCF, in each page."""


def send(port: VirtualPort, profile: ModemProfile) -> CallResult:
    with FaxModem(port, profile) as fax:
        fax.prepare()
        return fax.send(document(3, 400), "+1 555 0100", HERE)


@pytest.mark.parametrize("octets", PLACES)
@pytest.mark.parametrize("name", BECOMES)
def test_sending_ends_in_time_when_the_modem_becomes(name: str, octets: int) -> None:
    modem = SimModem()
    port = VirtualPort(devices.Broken(modem, octets, BECOMES[name]()))
    try:
        result = send(port, PROFILE)
    except ModemError:
        assert modem.dialled == [], "once dialled, it is a result"
        return
    assert port.now() < CALL_S, (port.now(), result.text)
    assert not result.ok
    assert result.text
    assert result.count(PageOutcome.CONFIRMED) <= len(modem.received)


@pytest.mark.parametrize("octets", [135, 180, 8000])
@pytest.mark.parametrize("name", BECOMES)
def test_a_time_limit_holds_with_a_broken_modem_too(name: str, octets: int) -> None:
    port = VirtualPort(devices.Broken(SimModem(), octets, BECOMES[name]()))
    with FaxModem(port, PROFILE) as fax:
        fax.prepare()
        began = port.now()
        result = fax.send(document(3, 400), "1", HERE, timeout=30.0)
    assert not result.ok
    assert port.now() - began < 30 + 60


@pytest.mark.parametrize("octets", PLACES)
def test_sending_ends_when_the_modem_is_pulled_out(octets: int) -> None:
    modem = SimModem()
    port = devices.Unplugged(modem, octets)
    try:
        result = send(port, PROFILE)
    except ModemError as error:
        text = str(error)
        assert modem.dialled == [], text
    else:
        text = result.text
        assert result.status is HangupStatus.EQUIPMENT
        assert result.count(PageOutcome.CONFIRMED) <= len(modem.received)
    assert text == "/dev/ttyUSB0: the device went away"
    assert port.closed


def receive(port: VirtualPort, profile: ModemProfile, kept: list[int]) -> CallResult:
    with FaxModem(port, profile) as fax:
        fax.prepare()
        assert fax.wait_for_ring(30.0)
        return fax.receive(Capabilities(), HERE, lambda op: kept.append(op.number) is None)


TAKEN = (110, 135, 150, 180, 200, 220, 240, 250)
"""A call that is taken has few octets to the modem; these are in all of its phases."""


@pytest.mark.parametrize("octets", TAKEN)
@pytest.mark.parametrize("name", BECOMES)
def test_receiving_ends_in_time_when_the_modem_becomes(name: str, octets: int) -> None:
    modem = SimModem(profile=RECEIVING, caller=caller("normal", 2))
    port = VirtualPort(devices.Broken(modem, octets, BECOMES[name]()))
    kept: list[int] = []
    try:
        result = receive(port, RECEIVING, kept)
    except ModemError:
        assert modem.telephone is None, "once answered, it is a result"
        return
    assert port.now() < CALL_S, (port.now(), result.text)
    confirmed = result.count(PageOutcome.CONFIRMED)
    assert confirmed <= len(kept)
    assert not result.ok or confirmed == len(kept)
    assert result.text or result.ok


@pytest.mark.parametrize("octets", TAKEN)
def test_receiving_ends_when_the_modem_is_pulled_out(octets: int) -> None:
    modem = SimModem(caller=caller("normal", 2))
    port = devices.Unplugged(modem, octets)
    kept: list[int] = []
    try:
        result = receive(port, PROFILE, kept)
    except ModemError as error:
        text = str(error)
        assert modem.telephone is None, text
    else:
        text = result.text
        assert result.status is HangupStatus.EQUIPMENT
        assert result.count(PageOutcome.CONFIRMED) <= len(kept)
    assert text == "/dev/ttyUSB0: the device went away"
    assert port.closed


def test_a_terminal_that_nobody_answers_on_is_given_back(tmp_path: Path) -> None:
    """By the real clock, a hundred times as fast."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    name = os.ttyname(theirs)
    port = SerialPort(name, clock_rate=100.0, lock_folder=tmp_path)
    says = pytest.raises(ModemError, match=f"^{name}: no modem answers")
    with says, FaxModem(port, PROFILE) as fax:
        fax.prepare()
    assert port.now() < PREPARE_S
    assert list(tmp_path.iterdir()) == []
    os.close(ours)
    os.close(theirs)


def test_a_terminal_that_is_pulled_out_of_a_page_is_given_back(tmp_path: Path) -> None:
    """By the real clock, twenty times as fast; the lock file goes as well."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    stop, stopper = os.pipe()
    options = {"stop": stop, "pace": 20.0}
    thread = threading.Thread(target=pump, args=(SimModem(), ours), kwargs=options)
    thread.start()
    port = SerialPort(os.ttyname(theirs), clock_rate=20.0, lock_folder=tmp_path)
    os.close(theirs)

    def pull_out(op: LineOp, heard: Heard | None) -> None:
        if isinstance(op, SendPage) and heard is None:
            os.write(stopper, b"!")
            thread.join()
            os.close(ours)

    assert list(tmp_path.iterdir())
    with FaxModem(port, PROFILE) as fax:
        result = fax.send(document(3, 400), "1", HERE, observe=pull_out)
    assert result.status is HangupStatus.EQUIPMENT
    assert result.text.startswith("/dev/pts/")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(PortError, match="closed"):
        port.read(0.0)
    os.close(stop)
    os.close(stopper)

"""Flow control by overrun: held, lost, XON/XOFF, and ports on which nothing can be said."""

from __future__ import annotations

import os
import threading
import tty
from dataclasses import replace

import pytest

from faxcore.profiles import load_profile
from faxcore.sim import SimModem
from faxcore.transport.port import Dce
from faxcore.transport.realtime import pump
from faxcore.transport.serial_port import SerialPort
from faxcore.transport.virtual_port import VirtualPort
from faxcore.workbench.overrun import OCTETS, Flow, FlowTest, try_flow
from faxcore.workbench.probe_ask import Asker

SPEEDS = frozenset({24, 48, 72, 96})


def tried(dce: Dce, speeds: frozenset[int] = SPEEDS) -> FlowTest:
    asker = Asker(VirtualPort(dce))
    for command in ("ATE0V1Q0", "AT+FCLASS=1"):
        asker.ask(command)
    return try_flow(asker, speeds)


class Overrun(SimModem):
    """Holds nobody back, and drops what it has no room for."""

    def room(self, now: float) -> int:
        return 1 << 16

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data if data.endswith(b"\x10\x03") else data[: super().room(now)], now)


class ByXoff(SimModem):
    """Says XOFF whenever it is full."""

    def __init__(self) -> None:
        super().__init__()
        self._full = False

    def take(self, now: float) -> bytes:
        full = super().room(now) < 100
        said = b"" if full == self._full else (b"\x13" if full else b"\x11")
        self._full = full
        return said + super().take(now)


def test_a_modem_with_flow_control_holds_the_computer_back_and_tells_its_buffer():
    found = tried(SimModem())
    assert found.flow is Flow.HELD
    assert found.buffer_octets == load_profile("generic-class1").buffer_octets
    assert found.seconds == pytest.approx(OCTETS * 8 / 9600, rel=0.1)
    assert not found.left_class


def test_octets_that_were_lost_are_counted_by_the_time_that_is_missing():
    found = tried(Overrun())
    assert found.flow is Flow.LOST
    assert "octets were lost: flow control does not hold" in found.text
    assert int(found.text.split()[1]) > OCTETS / 2


def test_xon_xoff_where_rts_cts_was_asked_for_is_noticed():
    assert tried(ByXoff()).flow is Flow.BY_XOFF


@pytest.mark.parametrize(("speeds", "command"), [({24}, "AT+FTM=24"), ({145, 146}, "AT+FTM=145")])
def test_the_carrier_is_one_that_the_modem_has(speeds, command):
    found = tried(SimModem(), frozenset(speeds))
    assert found.flow is Flow.HELD
    assert found.trial(command) is not None


def test_a_modem_that_names_no_carrier_is_not_tested():
    assert tried(SimModem(), frozenset()).flow is Flow.UNTESTED


def test_a_modem_that_leaves_its_class_at_frs_is_noticed():
    found = tried(SimModem(profile=load_profile("usr-courier")))
    assert found.left_class


def test_a_modem_that_eats_xon_is_noticed_and_the_command_found_that_stops_it():
    found = tried(SimModem(profile=load_profile("usr-courier")))
    assert (found.flow, found.cure) == (Flow.BY_XOFF, "AT&H1&R2")
    assert "octets 0x11 do not arrive" in found.text


def test_where_no_command_helps_none_is_named():
    deaf = replace(load_profile("usr-courier"), flow_command="AT&K9")
    assert tried(SimModem(profile=deaf)).cure == ""


def test_a_modem_that_loses_the_first_octets_is_told_from_one_without_flow_control():
    found = tried(SimModem(profile=load_profile("lucent-venus")))
    assert (found.flow, found.loses_early) == (Flow.HELD, True)
    assert not tried(SimModem()).loses_early


class Refuses(SimModem):
    """Knows no ATA."""

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data.replace(b"ATA\r", b"AT+NO\r"), now)


def test_a_modem_that_does_not_answer_is_said_not_to():
    found = tried(Refuses())
    assert (found.flow, found.text) == (Flow.UNTESTED, "ATA: expected CONNECT, got ERROR")


def test_on_a_pseudo_terminal_nothing_is_passed(tmp_path):
    """By the real clock, forty times as fast."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    stop, stopper = os.pipe()
    options = {"stop": stop, "pace": 40.0}
    thread = threading.Thread(target=pump, args=(SimModem(), ours), kwargs=options)
    thread.start()
    port = SerialPort(os.ttyname(theirs), clock_rate=40.0, lock_folder=tmp_path)
    asker = Asker(port)
    for command in ("ATE0V1Q0", "AT+FCLASS=1"):
        asker.ask(command)
    found = try_flow(asker, SPEEDS)
    port.close()
    os.write(stopper, b"!")
    thread.join()
    for descriptor in (ours, theirs, stop, stopper):
        os.close(descriptor)
    assert found.flow is Flow.UNTESTED
    assert "has no RTS and CTS" in found.text

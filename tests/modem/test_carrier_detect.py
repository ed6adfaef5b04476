"""Carrier detect (DCD): of no account in a call (quirk 19), and the proof that the line is free."""

from __future__ import annotations

from dataclasses import replace

import pytest

from faxcore.errors import PortError
from faxcore.modem.driver import FaxModem
from faxcore.ports import open_port
from faxcore.profiles import ModemProfile, load_profile
from faxcore.sim import SimModem
from faxcore.t30.document import Station
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.transport.port import Dce, LineState
from faxcore.transport.recording import RecordingPort
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import bitmap, document

PLAIN = load_profile("generic-class1")
HERE = Station("+1 555 0199")
CLASSES = pytest.mark.parametrize("fax_class", ["1", "2", "2.0"])


class WithoutClocal(VirtualPort):
    """A terminal that heeds carrier detect: when it goes off, the line is hung up."""

    def __init__(self, dce: Dce) -> None:
        super().__init__(dce)
        self._was_on = False

    def read(self, until: float) -> bytes:
        data = super().read(until)
        is_on = bool(self.carrier())
        lost, self._was_on = self._was_on and not is_on, is_on
        if lost:
            raise PortError(f"{self.name}: hung up")
        return data


def sent(port: VirtualPort, profile: ModemProfile) -> CallResult:
    with FaxModem(port, profile) as fax:
        return fax.send(document(2, 300), "1", HERE)


def toggling(fax_class: str) -> ModemProfile:
    return replace(PLAIN, fax_class=fax_class, carrier_toggles=True)


@CLASSES
def test_19_carrier_detect_that_goes_off_between_pages_is_not_heeded(fax_class: str) -> None:
    modem = SimModem(profile=toggling(fax_class))
    result = sent(VirtualPort(modem), toggling(fax_class))
    assert result.ok, result.text
    assert [page.bitmap for page in modem.received] == [bitmap(1, 300), bitmap(2, 300)]


@CLASSES
def test_19_a_port_that_heeds_it_loses_the_call(fax_class: str) -> None:
    """Or the test of the cure would prove nothing."""
    result = sent(WithoutClocal(SimModem(profile=toggling(fax_class))), toggling(fax_class))
    assert result.status is HangupStatus.EQUIPMENT


@CLASSES
def test_a_port_that_heeds_it_loses_nothing_where_it_is_steady(fax_class: str) -> None:
    profile = replace(PLAIN, fax_class=fax_class)
    assert sent(WithoutClocal(SimModem(profile=profile)), profile).ok


class Holding(SimModem):
    """Says OK to ATH0 and keeps the line; a drop of DTR frees it."""

    def __init__(self, *, idle: bool = False) -> None:
        super().__init__(profile=PLAIN)
        self.dtr_dropped = False
        self._idle = idle
        self._held = False

    def take(self, now: float) -> bytes:
        said = super().take(now)
        self._held = self._held or super().carrier()
        return said

    def carrier(self) -> bool:
        return (self._held and not self.dtr_dropped) or self._idle

    def control(self, now: float, state: LineState) -> None:
        self.dtr_dropped = self.dtr_dropped or state.dtr is False
        super().control(now, state)


def test_a_modem_that_says_ok_and_keeps_the_line_is_hung_up_by_dtr() -> None:
    modem = Holding()
    port = VirtualPort(modem)
    assert sent(port, PLAIN).ok
    assert modem.dtr_dropped
    assert not modem.carrier()


def test_carrier_detect_that_is_always_on_proves_nothing() -> None:
    modem = Holding(idle=True)
    assert sent(VirtualPort(modem), PLAIN).ok
    assert not modem.dtr_dropped


def test_a_call_whose_line_was_kept_replays(tmp_path) -> None:
    path = tmp_path / "call.txt"
    with FaxModem(RecordingPort(VirtualPort(Holding()), path), PLAIN) as fax:
        assert fax.send(document(1, 100), "1", HERE).ok
    assert "# hanging up: OK, but carrier detect stays on" in path.read_text()
    port = open_port(f"replay://{path}")
    with FaxModem(port, PLAIN) as fax:
        assert fax.send(document(1, 100), "1", HERE).ok
    assert isinstance(port, VirtualPort)
    assert port.dce.finished  # type: ignore[attr-defined]

"""XON/XOFF: while fast data are sent and at no other time, for it eats 0x11 and 0x13."""

from __future__ import annotations

from dataclasses import replace

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SimModem, caller
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import Station
from faxcore.transport.port import FlowControl, LineState
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import bitmap, document

HERE = Station("+1 555 0199")
CLASSES = pytest.mark.parametrize("fax_class", ["1", "2", "2.0"])


class Modem(SimModem):
    """Keeps how much it was told under which flow control."""

    flow: FlowControl = FlowControl.NONE
    told: tuple[tuple[FlowControl, int], ...] = ()

    def feed(self, data: bytes, now: float) -> None:
        self.told = (*self.told, (self.flow, len(data)))
        super().feed(data, now)

    def control(self, now: float, state: LineState) -> None:
        self.flow = state.flow or self.flow
        super().control(now, state)

    def octets_under(self, flow: FlowControl) -> int:
        return sum(count for under, count in self.told if under is flow)


def profile(fax_class: str, flow: str = "software"):
    return replace(load_profile("generic-class1"), fax_class=fax_class, flow=flow)


@CLASSES
def test_pages_go_out_under_xon_xoff_and_commands_do_not(fax_class: str) -> None:
    modem = Modem(profile=profile(fax_class))
    with FaxModem(VirtualPort(modem), profile(fax_class)) as fax:
        result = fax.send(document(2, 300), "1", HERE)
    assert result.ok, result.text
    assert [page.bitmap for page in modem.received] == [bitmap(1, 300), bitmap(2, 300)]
    assert modem.flow is FlowControl.NONE
    data = sum(page.octets for page in result.pages)
    assert modem.octets_under(FlowControl.SOFTWARE) >= data - 200
    assert 0 < modem.octets_under(FlowControl.NONE) < 1000


@CLASSES
@pytest.mark.parametrize("cancels", [True, False])
def test_a_page_that_is_cut_short_leaves_no_xon_xoff_behind(fax_class: str, cancels: bool) -> None:
    modem = Modem("normal" if cancels else "drops-in-page", profile=profile(fax_class))
    with FaxModem(VirtualPort(modem), profile(fax_class)) as fax:

        def progress(share: float) -> None:
            if cancels and share > 0.3:
                fax.cancel()

        result = fax.send(document(2, 600), "1", HERE, on_progress=progress)
    assert not result.ok
    assert modem.octets_under(FlowControl.SOFTWARE) > 0
    assert modem.flow is FlowControl.NONE


@CLASSES
def test_other_flow_control_is_left_to_the_port(fax_class: str) -> None:
    modem = Modem(profile=profile(fax_class))
    with FaxModem(VirtualPort(modem), profile(fax_class, "hardware")) as fax:
        assert fax.send(document(1, 300), "1", HERE).ok
    assert modem.octets_under(FlowControl.SOFTWARE) == 0


@CLASSES
def test_a_port_that_heeds_xon_and_xoff_always_receives_no_page(fax_class: str) -> None:
    """Which is why it does not: 0x13 marks a final frame, and stands in pages."""
    modem = Modem(profile=profile(fax_class), caller=caller("normal", 1))
    port = VirtualPort(modem)
    port.control(LineState(flow=FlowControl.SOFTWARE))
    with FaxModem(port, profile(fax_class)) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60.0)
        kept: list[bytes] = []
        result = fax.receive(Capabilities(), HERE, lambda op: kept.append(op.octets) is None)
    whole = Modem(profile=profile(fax_class), caller=caller("normal", 1))
    with FaxModem(VirtualPort(whole), profile(fax_class)) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60.0)
        sound: list[bytes] = []
        assert fax.receive(Capabilities(), HERE, lambda op: sound.append(op.octets) is None).ok
    assert not result.ok or kept != sound

"""Two drivers, two simulated modems, one clock: every class sends to every class."""

from __future__ import annotations

import os
import threading
from dataclasses import replace

import pytest

from faxcore.errors import NoReply, PortError
from faxcore.modem.driver import FaxModem
from faxcore.profiles import ModemProfile, load_profile
from faxcore.sim import SimModem
from faxcore.sim.joined import joined_modems
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.result import HangupStatus
from faxcore.transport.shared_time import SharedTime
from faxcore.workbench.loop_pair import PairCall, call_each_other
from faxcore.workbench.test_sheet import draw_sheet, sheet_document
from tests.documents import bitmap, document
from tests.modem import devices

PROFILE = load_profile("generic-class1")
CLASSES = ("1", "1.0", "2", "2.0", "2.1")
HEADING = ("faxcore test sheet", "from here", "to there")
SHEET = sheet_document(HEADING)


def of_class(name: str) -> ModemProfile:
    return replace(PROFILE, fax_class=name)


def called(
    first: ModemProfile, second: ModemProfile, *, ecm: bool = True
) -> tuple[PairCall, list[str]]:
    """The test sheet from the first to the second; what came of it, and the judge's notes."""
    modems = joined_modems(first, second)
    ports = SharedTime(modems).ports
    call = call_each_other(ports[0], first, ports[1], second, SHEET, options=CallOptions(ecm=ecm))
    assert [modem.telephone for modem in modems] == [None, None]
    return call, [note.text for modem in modems for note in modem.notes]


def pairs() -> list[tuple[str, str, bool]]:
    """Every second of them, with FAXCORE_CALLS=all every one.

    Left out is what the simulator cannot play: its modem of class 2 tells a carrier's octets when
    it has the whole page, so late that a class 1 modem on the same line has given up. (With error
    correction a block is whole before it goes out.)
    """
    found = [
        (first, second, ecm)
        for first in CLASSES
        for second in CLASSES
        for ecm in (True, False)
        if ecm or first in CLASSES[:2] or second in CLASSES[2:]
    ]
    return found if os.environ.get("FAXCORE_CALLS") == "all" else found[::2]


@pytest.mark.parametrize(("first", "second", "ecm"), pairs())
def test_every_class_sends_to_every_class(first, second, ecm):
    """Dense MMR without a single EOL among them, which a modem of class 2 hands over as it is."""
    call, notes = called(of_class(first), of_class(second), ecm=ecm)
    assert call.ok, (call.sent.text, call.received.text)
    assert call.pages == (draw_sheet(HEADING),)
    assert notes == []
    assert call.sent.parameters.ecm is ecm


@pytest.mark.parametrize("name", ["usr-courier", "lucent-venus", "cirrus-clmd", "digi-acceleport"])
def test_modems_with_quirks_send_to_each_other(name):
    profile = load_profile(name)
    call, notes = called(profile, profile)
    assert call.ok, (call.sent.text, call.received.text)
    assert call.pages == (draw_sheet(HEADING),)
    assert notes == []


def test_the_same_call_goes_the_same_way_every_time():
    outcomes = {repr((called(PROFILE, PROFILE)[0].sent, n)).rsplit(",", 1)[0] for n in range(3)}
    assert len(outcomes) == 1


def test_several_pages_arrive_in_order():
    ports = SharedTime(joined_modems(PROFILE, PROFILE)).ports
    call = call_each_other(ports[0], PROFILE, ports[1], PROFILE, document(3))
    assert call.ok
    assert call.pages == (bitmap(1), bitmap(2), bitmap(3))
    assert (call.sent.remote_id, call.received.remote_id) == ("2", "1")


def test_a_calling_device_that_is_no_modem_frees_both_ports():
    modem = joined_modems(PROFILE, PROFILE)[1]
    ports = SharedTime((devices.Device(), modem)).ports
    with pytest.raises(NoReply, match="no modem answers"):
        call_each_other(ports[0], PROFILE, ports[1], PROFILE, document(1))
    for port in ports:
        with pytest.raises(PortError, match="closed"):
            port.read(0.0)


def test_a_called_device_that_is_no_modem_is_a_result():
    modem = joined_modems(PROFILE, PROFILE)[0]
    ports = SharedTime((modem, devices.Device())).ports
    call = call_each_other(ports[0], PROFILE, ports[1], PROFILE, document(1))
    assert call.received.status is HangupStatus.EQUIPMENT
    assert "no modem answers" in call.received.text
    assert not call.sent.ok


def test_a_number_that_is_busy_keeps_nobody_waiting():
    ports = SharedTime((SimModem("busy"), joined_modems(PROFILE, PROFILE)[1])).ports
    call = call_each_other(ports[0], PROFILE, ports[1], PROFILE, document(1))
    assert (call.sent.status, call.received.status) == (HangupStatus.BUSY, HangupStatus.NO_RING)


def test_a_read_of_one_is_ended_by_another_thread():
    """While the other port is used, and time goes on."""
    ports = SharedTime((devices.Device(), devices.Chatty(devices.sentences))).ports
    thread = threading.Thread(target=ports[0].interrupt)
    thread.start()
    thread.join()
    result = FaxModem(ports[0], PROFILE).send(document(1), "1", Station())
    assert result.status is HangupStatus.CANCELLED

"""Test calls: each carrier tried alone, every class, and ends that come too early."""

from __future__ import annotations

import threading

import pytest

from faxcore.errors import ModemError, NumberRefused, PortError, SettingsError, UnexpectedReply
from faxcore.profiles import load_profile
from faxcore.sim import SimModem
from faxcore.t4.tiff import read_tiff
from faxcore.t30.modulation import FALLBACK
from faxcore.t30.result import HangupStatus
from faxcore.transport.virtual_port import VirtualPort
from faxcore.workbench.loop import send_sheets
from faxcore.workbench.loop_calls import SheetCaller
from faxcore.workbench.test_sheet import draw_sheet
from tests.modem import devices

PROFILE = load_profile("generic-class1")
NUMBER = "+1 555 0100"


def test_one_sheet_at_the_best_carrier_arrives_as_it_was_drawn(tmp_path):
    (made,) = send_sheets(f"sim://?keep={tmp_path}", NUMBER, station_id="+44 1")
    assert made.ok
    assert (made.fax_class, made.asked, made.used) == ("1", "the fastest", "14400 V.17")
    (page,) = read_tiff(tmp_path / "page-001.tif")
    heading = ("faxcore test sheet 1", "the fastest, class auto", f"to {NUMBER} from +44 1")
    assert page.bitmap == draw_sheet(heading)


def test_every_carrier_is_tried_alone():
    made = send_sheets("sim://", NUMBER, every_rate=True, fax_class="1")
    assert [each.asked for each in made] == [rung.name for rung in FALLBACK]
    assert all(each.ok for each in made)
    rates = [each.call.parameters.rung.bits_per_second for each in made]
    assert rates == [rung.bits_per_second for rung in FALLBACK]


def test_a_rate_is_tried_with_each_carrier_that_has_it():
    made = send_sheets("sim://", NUMBER, rate=9600)
    assert [each.asked for each in made] == ["9600 V.17", "9600 V.29"]


def test_a_carrier_does_not_fall_back():
    made = send_sheets("sim://?far=ftt-always", NUMBER, rate=4800)
    assert [each.call.status for each in made] == [HangupStatus.CANNOT_TRAIN]
    assert {each.used for each in made} <= {"4800 V.27ter", ""}


def test_a_rate_that_the_modem_has_not_is_said_with_those_it_has():
    with pytest.raises(SettingsError, match=r"no carrier of 33600 bit/s; it has 14400, 12000"):
        send_sheets("sim://", NUMBER, rate=33600)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"rate": 9600, "every_rate": True}, SettingsError),
        ({"fax_class": "3"}, SettingsError),
        ({"number": "abc"}, NumberRefused),
        ({"station_id": "Ada"}, SettingsError),
        ({"url": "/dev/nonesuch"}, PortError),
        ({"fax_class": "2.0"}, UnexpectedReply),
    ],
)
def test_what_can_be_known_before_is_raised(options, error):
    values = {"url": "sim://", "number": NUMBER} | options
    with pytest.raises(error):
        send_sheets(values.pop("url"), values.pop("number"), **values)


def test_cancelled_before_anything_was_dialled():
    stop = threading.Event()
    stop.set()
    for rate in (None, 9600):
        (made,) = send_sheets("sim://", NUMBER, rate=rate, cancel=stop)
        assert made.call.status is HangupStatus.CANCELLED


def test_cancelled_between_two_calls_keeps_the_first():
    stop = threading.Event()

    def observe(text: str) -> None:
        if text.startswith("waiting"):
            stop.set()

    made = send_sheets("sim://", NUMBER, rate=9600, observe=observe, cancel=stop)
    assert [each.call.status for each in made] == [HangupStatus.NORMAL, HangupStatus.CANCELLED]


class Pullable(VirtualPort):
    """A port whose device can be pulled out."""

    gone = False

    def write(self, data: bytes, until: float) -> int:
        if self.gone:
            raise PortError(f"{self.name}: the device went away")
        return super().write(data, until)


def test_a_modem_that_goes_between_two_calls_keeps_the_first():
    port = Pullable(SimModem())

    def observe(text: str) -> None:
        port.gone = port.gone or text.startswith("waiting")

    made = SheetCaller(port, PROFILE, NUMBER, observe=observe).calls((FALLBACK[0], FALLBACK[1]))
    assert [each.call.status for each in made] == [HangupStatus.NORMAL, HangupStatus.EQUIPMENT]
    assert "went away" in made[1].text


@pytest.mark.parametrize(
    "device",
    [
        devices.Device(),
        devices.Stuck(),
        devices.Mirror(),
        devices.Chatty(devices.noise(5)),
        devices.Chatty(devices.sentences),
        devices.DataModem(),
    ],
)
def test_what_is_no_fax_modem_is_an_error_before_anything_was_dialled(device):
    port = VirtualPort(device, name="/dev/ttyUSB0")
    with pytest.raises(ModemError) as caught:
        SheetCaller(port, PROFILE, NUMBER).calls((None,))
    assert "\n" not in str(caught.value)
    assert b"ATD" not in device.heard
    assert port.now() < 60.0


@pytest.mark.parametrize("name", ["busy", "voice", "silent-after-eop", "drops-in-page"])
def test_a_call_that_fails_is_told_in_a_sentence(name):
    (made,) = send_sheets(f"sim://?far={name}", NUMBER)
    assert not made.ok
    assert made.text

"""The doctor: verdicts from what was measured, and whole examinations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from faxcore.errors import ModemError, SettingsError
from faxcore.ports import open_port
from faxcore.profiles import ModemProfile
from faxcore.sim import SimModem
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome, PageReport
from faxcore.t30.timing import Gap, TimingAccount
from faxcore.transport.port import Dce, Port
from faxcore.transport.recording import RecordingPort
from faxcore.workbench.doctor import Target, examine
from faxcore.workbench.doctor_report import DoctorCall, Grade, diagnose
from faxcore.workbench.overrun import Flow
from faxcore.workbench.probe import probe
from tests.modem import devices
from tests.workbench.test_overrun import Overrun

HEALTHY = probe("sim://")
ARRIVED = CallResult(
    HangupStatus.NORMAL, (PageReport(1, PageOutcome.CONFIRMED, sendings=1),), trainings=1
)
GOOD = DoctorCall("1", ARRIVED, ARRIVED, True)


def failed(status: HangupStatus, fax_class: str = "1") -> DoctorCall:
    return DoctorCall(fax_class, CallResult(status, text="as it was"))


def with_timing(**values: object) -> DoctorCall:
    return replace(GOOD, sent=replace(ARRIVED, timing=TimingAccount(**values)))


VERDICTS = [
    ([GOOD], True, "This modem is fit for faxing in class 1."),
    ([GOOD, replace(GOOD, fax_class="2")], True, "fit for faxing in class 1 and class 2."),
    ([GOOD, failed(HangupStatus.PHASE_C, "2")], True, "in class 1, not in class 2: use 1."),
    ([replace(GOOD, identical=False)], False, "not fit for faxing as it is: no page arrived"),
    ([failed(HangupStatus.CANNOT_TRAIN)], False, "not fit for faxing as it is"),
    ([failed(HangupStatus.BUSY)], None, "No call came about: the number is busy."),
    ([], None, "name --with or --call for a verdict"),
    ([with_timing(gaps=(Gap(70, 160.0),))], True, "with what is noted below"),
    ([with_timing(least_ahead_ms=-12.0)], False, "not to be relied upon: Class 1: the modem ran"),
    ([replace(GOOD, sent=replace(ARRIVED, trainings=3))], True, "with what is noted below"),
]


@pytest.mark.parametrize(("calls", "fit", "says"), VERDICTS)
def test_a_verdict_follows_from_the_calls(calls, fit, says):
    found = diagnose(HEALTHY, calls)
    assert found.fit is fit
    assert says in found.verdict


def test_flow_control_that_does_not_hold_spoils_a_verdict_though_a_page_arrived():
    flow = replace(HEALTHY.flow, flow=Flow.LOST, text="about 7000 of 8192 octets were lost")
    found = diagnose(replace(HEALTHY, flow=flow), [GOOD])
    assert found.fit is False
    assert "Flow control does not hold" in found.verdict
    (bad,) = [each for each in found.findings if each.grade is Grade.BAD]
    assert "about 7000 of 8192 octets were lost" in bad.evidence


def test_every_finding_but_those_of_profiles_has_its_evidence():
    for calls, _, _ in VERDICTS:
        assert all(each.evidence for each in diagnose(HEALTHY, calls).findings)


# Whole examinations.


@pytest.mark.parametrize("name", ["1", "1.0", "2", "2.0", "2.1"])
def test_the_same_page_goes_through_each_kind_of_class(name):
    found = examine(f"sim://?class={name}", called="sim://")
    kinds = {"1": ["1"], "1.0": ["1.0"]}.get(name, ["1", name])
    assert [each.fax_class for each in found.calls] == kinds
    assert all(each.identical for each in found.calls)
    assert found.fit, found.verdict


@pytest.mark.parametrize("name", ["usr-courier", "cirrus-clmd", "lucent-venus"])
def test_a_modem_with_quirks_is_cured_by_what_was_measured(name):
    found = examine(f"sim://?profile={name}")
    assert found.fit, found.verdict


def test_a_quirk_that_cannot_be_measured_is_cured_by_the_profile_that_is_named():
    assert not examine("sim://?profile=att-dataport").fit
    assert examine("sim://?profile=att-dataport", profile="att-dataport").fit


def test_a_far_end_that_refuses_is_told_with_what_it_said():
    found = examine("sim://?far=ftt-always")
    assert found.fit is False
    (bad,) = [each for each in found.findings if each.grade is Grade.BAD]
    assert "training failed at every rate" in bad.evidence[0]


def test_a_number_that_is_busy_says_nothing_of_the_modem():
    assert examine("sim://?far=busy").fit is None


def test_a_modem_without_flow_control_is_not_fit():
    found = examine("/dev/ttyX", opener=lambda url, profile: devices.Unplugged(Overrun(), 1 << 30))
    assert (found.fit, found.calls) == (False, ())
    assert found.verdict.startswith("Flow control does not hold")


@pytest.mark.parametrize(
    ("url", "number", "called", "says"),
    [
        ("sim://", "", "/dev/ttyUSB0", "both must be simulated, or neither"),
        ("/dev/ttyUSB0", "", "sim://", "both must be simulated, or neither"),
        ("/dev/ttyUSB0", "", "/dev/ttyUSB1", "--call tells under which number it is"),
        ("sim://?pace=20", "", "sim://", "without pace="),
    ],
)
def test_what_cannot_be_called_is_said_before_anything_is_done(url, number, called, says):
    with pytest.raises(SettingsError, match=says):
        Target(url, number, called)


def test_it_can_be_cancelled():
    stop = threading.Event()
    stop.set()
    with pytest.raises(ModemError, match="the examination was cancelled"):
        examine("sim://", cancel=stop)


def test_a_recorded_examination_replays(tmp_path):
    path = tmp_path / "examined.txt"
    kept: list[RecordingPort] = []

    class Lent(RecordingPort):
        def close(self) -> None:
            """Another use of it follows."""

    def opened(url: str, profile: ModemProfile) -> Port:
        kept[:] = kept or [Lent(open_port(url, profile), path)]
        return kept[0]

    first = examine("sim://", opener=opened)
    RecordingPort.close(kept[0])
    again = examine(f"replay://{path}", number="1")
    assert again.verdict == first.verdict == "This modem is fit for faxing in class 1."
    assert again.findings == first.findings


FOREIGN: dict[str, Callable[[], Dce]] = {
    "silent": devices.Device,
    "stuck": devices.Stuck,
    "mirror": devices.Mirror,
    "noise": lambda: devices.Chatty(devices.noise(3)),
    "satellite receiver": lambda: devices.Chatty(devices.sentences),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_modem_is_one_sentence_and_the_port_is_given_back(name):
    ports: list[devices.Unplugged] = []

    def opened(url: str, profile: ModemProfile) -> Port:
        ports.append(devices.Unplugged(FOREIGN[name](), 1 << 30))
        return ports[-1]

    with pytest.raises(ModemError) as caught:
        examine("/dev/ttyX", opener=opened)
    assert "\n" not in str(caught.value)
    assert all(port.closed for port in ports)


@pytest.mark.parametrize("octets", [100, 500, 9300, 9500, 9700, 15000])
def test_a_modem_that_is_pulled_out_ends_the_examination(octets):
    ports: list[devices.Unplugged] = []
    left = [octets]

    def opened(url: str, profile: ModemProfile) -> Port:
        ports.append(Pulled(SimModem(), left))
        return ports[-1]

    try:
        said = examine("/dev/ttyX", number="1", opener=opened).findings[-1].evidence[0]
    except ModemError as error:
        said = str(error)
    assert "the device went away" in said
    assert all(port.closed for port in ports)


class Pulled(devices.Unplugged):
    """Pulled out after so many octets to it, however often it was opened."""

    def __init__(self, dce: Dce, left: list[int]) -> None:
        super().__init__(dce, left[0])
        self._budget = left

    def write(self, data: bytes, until: float) -> int:
        self._budget[0] -= len(data)
        return super().write(data, until)

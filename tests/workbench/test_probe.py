"""The probe: what a modem claims, what it does, which profile that makes."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import replace

import pytest

from faxcore.errors import ModemError
from faxcore.profiles import ModemProfile, load_profile, profile_names
from faxcore.sim import SimModem
from faxcore.transport.port import Dce, LineState, Port
from faxcore.transport.virtual_port import VirtualPort
from faxcore.workbench.overrun import Flow
from faxcore.workbench.probe import ask_who, facts_of, probe
from faxcore.workbench.probe_recommend import Facts, adapted, contradictions, recommend
from faxcore.workbench.probe_speed import find_modem, try_speeds
from tests.modem import devices

PROFILES = [load_profile(name) for name in profile_names()]
USR = "U.S. Robotics 56K FAX EXT V4.11.2"
NO_MODEM_S = 20.0
"""How long it may take to know that there is no modem on a port without speeds."""


def modem_of(name: str, fax_class: str = "1") -> SimModem:
    return SimModem(profile=replace(load_profile(name), fax_class=fax_class))


class Opener:
    """Opens a port to one device, once after another, and knows whether each was given back."""

    def __init__(self, dce: Dce, octets: int = 1 << 30) -> None:
        self.dce = dce
        self.ports: list[devices.Unplugged] = []
        self._octets = octets

    def __call__(self, url: str, profile: ModemProfile) -> Port:
        self.ports.append(devices.Unplugged(self.dce, self._octets))
        return self.ports[-1]


@pytest.mark.parametrize(
    ("url", "classes", "profile"),
    [
        ("sim://", ("1",), "generic-class1"),
        ("sim://?class=1.0", ("1", "1.0"), "generic-class1.0"),
        ("sim://?profile=zyxel-1496", ("1",), "generic-class1"),
    ],
)
def test_each_class_is_selected_and_a_profile_follows(url, classes, profile):
    report = probe(url)
    assert report.working == classes
    assert report.recommendation.profile == profile
    assert report.recommendation.draft == ""
    assert report.flow.flow is Flow.HELD


@pytest.mark.parametrize("name", ["2", "2.0", "2.1"])
def test_a_modem_of_the_other_classes_is_asked_what_it_can(name):
    report = probe("simulated", opener=Opener(modem_of("generic-class1", name)))
    found = report.fax_class(name)
    assert found is not None
    assert (found.claimed, found.works) == (True, True)
    assert found.most is not None
    assert found.most.br == 5
    assert f"class {name}" in report.bit_order


class Boaster(devices.Device):
    """Claims every class and selects none; says OK to the rest."""

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data, now)
        for line in data.split(b"\r")[:-1]:
            if line == b"AT+FCLASS=?":
                self.say(now, b"\r\n0,1,2,2.0\r\n\r\nOK\r\n")
            elif line == b"AT+FCLASS?":
                self.say(now, b"\r\n0\r\n\r\nOK\r\n")
            else:
                self.say(now, b"\r\nOK\r\n")


def test_what_is_claimed_and_not_done_is_told_apart():
    report = probe("simulated", opener=Opener(Boaster()))
    assert [each.name for each in report.classes if each.claimed] == ["1", "2", "2.0"]
    assert report.working == ()
    assert report.recommendation.reasons == ("the modem selects no fax class: it is no fax modem",)


class Modest(SimModem):
    """Has class 1 and does not name it."""

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data.replace(b"AT+FCLASS=?", b"AT+FNONE=?"), now)


def test_what_is_done_and_not_claimed_is_found():
    (found,) = [
        each for each in probe("simulated", opener=Opener(Modest())).classes if each.name == "1"
    ]
    assert (found.claimed, found.works) == (False, True)


def test_the_time_of_answers_is_the_computers_and_the_modems():
    report = probe("sim://?latency=20", off_hook=False)
    assert report.latency.count == 20
    assert report.latency.least_ms <= report.latency.median_ms <= report.latency.most_ms


class Slow(SimModem):
    """Says everything 30 ms later."""

    def take(self, now: float) -> bytes:
        return super().take(now - 0.03)

    def due(self) -> float | None:
        due = super().due()
        return None if due is None else due + 0.03


def test_a_slow_modem_is_told_in_milliseconds():
    latency = probe("simulated", opener=Opener(Slow()), off_hook=False).latency
    assert (latency.least_ms, latency.median_ms, latency.most_ms) == (30.0, 30.0, 30.0)


def test_the_line_is_taken_only_where_that_is_allowed_and_is_given_back():
    modem = SimModem()
    report = probe("simulated", opener=Opener(modem), off_hook=False)
    assert report.flow.text == "the modem was to stay on hook"
    assert report.flow.trials == ()
    modem = SimModem()
    report = probe("simulated", opener=Opener(modem))
    assert [trial.command for trial in report.flow.trials] == [
        "ATA", "DLE ETX", "AT+FTS=7", "AT+FTM=96", "AT+FTS=7", "AT+FTM=96", "AT+FRS=1",
    ]  # fmt: skip
    assert modem.telephone is None
    assert modem.notes == []


SAMPLE = profile_names() if os.environ.get("FAXCORE_CALLS") == "all" else profile_names()[::9]


@pytest.mark.parametrize("name", SAMPLE)
def test_no_profile_is_contradicted_by_a_modem_that_is_like_it(name):
    """With FAXCORE_CALLS=all every one."""
    report = probe(f"sim://?profile={name}", profile=name)
    assert contradictions(load_profile(name), facts_of(report)) == ()


# What is no modem.

FOREIGN: dict[str, tuple[Callable[[], Dce], str]] = {
    "silent": (devices.Device, "nothing is heard at all: no power, no cable"),
    "stuck": (devices.Stuck, "nothing is heard at all"),
    "loopback plug": (devices.Mirror, "looks like a loopback plug"),
    "satellite receiver": (lambda: devices.Chatty(devices.sentences), "a satellite receiver"),
    "another speed": (lambda: devices.Chatty(devices.noise(1)), "noise is heard"),
    "terminal server": (lambda: devices.Agreeable(b"login: "), "a console with a login"),
    "shell": (lambda: devices.Agreeable(b"\r\nsh: AT: not found\r\n$ "), "a command line"),
    "zeros": (lambda: devices.Chatty(lambda number: bytes(40)), "noise is heard"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_modem_is_said_in_one_sentence_and_in_time(name):
    make, says = FOREIGN[name]
    opener = Opener(make())
    with pytest.raises(ModemError, match=says) as caught:
        probe("/dev/null/ttyX", opener=opener)
    assert sum(port.now() for port in opener.ports) < NO_MODEM_S
    assert all(port.closed for port in opener.ports)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", FOREIGN)
def test_asking_who_is_there_ends_as_soon(name):
    opener = Opener(FOREIGN[name][0]())
    with pytest.raises(ModemError, match=FOREIGN[name][1]):
        ask_who("/dev/null/ttyX", opener)
    assert sum(port.now() for port in opener.ports) < NO_MODEM_S
    assert all(port.closed for port in opener.ports)


def test_a_modem_says_who_it_is_in_a_line():
    opener = Opener(SimModem())
    said = ask_who("/dev/null/ttyX", opener)
    assert said == "answers AT at 115200 bit/s: faxcore simulated modem"
    assert opener.ports[0].closed


def test_one_that_says_ok_to_everything_has_no_class():
    report = probe("simulated", opener=Opener(devices.Agreeable(b"\r\nOK\r\n")))
    assert report.working == ()


def test_one_that_says_error_to_everything_is_one_sentence():
    with pytest.raises(ModemError, match="expected OK, got ERROR"):
        probe("simulated", opener=Opener(devices.Agreeable(b"\r\nERROR\r\n")))


class ByNines(devices.Device):
    """Answers at 9600 bit/s only; which speed its port was opened at is told it."""

    baud = 0

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data, now)
        if data.endswith(b"\r"):
            self.say(now, b"\r\nOK\r\n" if self.baud == 9600 else b"\xf8\x80\xfe")


def test_a_modem_is_found_at_the_one_speed_at_which_it_answers():
    def opened(url: str, profile: ModemProfile) -> Port:
        device = ByNines()
        device.baud = profile.baud
        return VirtualPort(device)

    port, found = find_modem("/dev/ttyX", load_profile("generic-class1"), opened)
    port.close()
    assert found.baud == 9600
    tried = try_speeds("/dev/ttyX", found, opened)
    assert tried.answers == (9600,)
    assert 115200 in tried.silent


@pytest.mark.parametrize("stop_bits", [1, 2])
def test_a_modem_that_hears_two_stop_bits_alone_is_found_and_told_apart(stop_bits):
    modem = SimModem(profile=replace(load_profile("generic-class1"), stop_bits=stop_bits))

    def opened(url: str, profile: ModemProfile) -> Port:
        return VirtualPort(modem, opened=LineState(stop_bits=profile.stop_bits))

    report = probe("simulated", opener=opened)
    assert report.stop_bits == stop_bits
    fits = report.recommendation.profile == "generic-class1"
    assert fits == (stop_bits == 1)
    assert ("stop_bits = 2" in report.recommendation.draft) == (stop_bits == 2)
    assert adapted(load_profile("generic-class1"), facts_of(report)).stop_bits == stop_bits


@pytest.mark.parametrize("octets", [4, 40, 120, 250, 330, 460, 2000, 9000])
def test_a_modem_that_is_pulled_out_is_said_to_have_gone(octets):
    opener = Opener(SimModem(), octets)
    with pytest.raises(ModemError, match="the device went away"):
        probe("simulated", opener=opener)
    assert all(port.closed for port in opener.ports)


BECOMES: dict[str, Callable[[], Dce]] = {
    "silent": devices.Device,
    "stuck": devices.Stuck,
    "a mirror": devices.Mirror,
    "noise": lambda: devices.Chatty(devices.noise(2)),
    "sentences": lambda: devices.Chatty(devices.sentences),
}


@pytest.mark.parametrize("octets", [30, 250, 460, 2000])
@pytest.mark.parametrize("name", BECOMES)
def test_a_modem_that_becomes_another_device_ends_the_probe_in_time(name, octets):
    opener = Opener(devices.Broken(SimModem(), octets, BECOMES[name]()))
    said = ""
    try:
        report = probe("simulated", opener=opener)
    except ModemError as error:
        said = str(error)
    else:
        assert report.flow.flow is Flow.UNTESTED
    assert "\n" not in said
    assert opener.ports[0].now() < 120.0
    assert all(port.closed for port in opener.ports)


def test_a_data_modem_is_no_fax_modem():
    report = probe("simulated", opener=Opener(devices.DataModem()))
    assert report.working == ()
    assert report.recommendation.profile == ""


# Which profile.


def facts(**values: object) -> Facts:
    plain = Facts("", ("1",), times_silence=True, stands_frs=True, flow=Flow.HELD)
    return replace(plain, **values)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("5601; " + USR, "usr-courier"),
        ("56000; CX93001-EIS_V0.2013-V92", "rockwell-k56"),
        ("spandsp", "iaxmodem"),
        ("Lucent; LT V.90 Data+Fax Modem", "lucent-venus"),
        ("nothing anybody knows", "generic-class1"),
    ],
)
def test_a_modem_is_known_by_its_own_words(text, name):
    found = recommend(facts(text=text), PROFILES)
    assert found.profile == name, found
    if name != "generic-class1":
        assert "the modem calls itself" in found.reasons[0]


def test_what_was_measured_goes_before_what_the_modem_says():
    found = recommend(facts(text=USR, classes=("1.0",)), PROFILES)
    assert found.profile == "generic-class1.0"
    assert "not usr-courier: class 1 is not selected" in found.reasons


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"times_silence": False}, "+FTS is refused"),
        ({"stands_frs": False}, "the modem leaves its class at +FRS"),
        ({"flow": Flow.BY_XOFF}, "the modem uses XON/XOFF"),
        ({"loses_early": True}, "data right behind CONNECT are lost"),
        ({"classes": ("2",)}, "class 1 is not selected"),
    ],
)
def test_a_profile_is_contradicted_by_what_was_measured(values, says):
    assert contradictions(load_profile("generic-class1"), facts()) == ()
    assert contradictions(load_profile("generic-class1"), facts(**values)) == (says,)


def test_carriers_that_are_not_there_contradict_a_profile():
    narrow = replace(load_profile("generic-class1"), rungs=(24, 48))
    assert contradictions(narrow, facts(sends=(24,))) == ("+FTM=48 is not offered",)


@pytest.mark.parametrize(
    ("like", "field", "value"),
    [
        ("usr-courier", "wait_frs", False),
        ("usr-courier", "flow_command", "AT&H1&R2"),
        ("cirrus-clmd", "silence_by", "computer"),
        ("lucent-venus", "carrier_delay_ms", 500),
        ("telebit-worldblazer", "reset_delay_ms", 3500),
        ("exar-9624", "command_pause_ms", 500),
    ],
)
def test_where_no_profile_fits_one_is_drafted_that_loads(tmp_path, like, field, value):
    report = probe("simulated", opener=Opener(modem_of(like)))
    draft = report.recommendation.draft
    assert report.recommendation.profile == ""
    assert tomllib.loads(draft)[field] == value
    (tmp_path / "drafted.toml").write_text(draft)
    drafted = load_profile("drafted", tmp_path)
    again = probe("simulated", opener=Opener(modem_of(like)), profiles=[drafted])
    assert again.recommendation.profile == "drafted"
    assert "calls itself 'faxcore simulated modem'" in again.recommendation.reasons[0]


def test_a_draft_of_a_modem_with_quotes_in_its_name_is_still_toml():
    found = recommend(facts(text='The "best" \\ modem\x07; 2', times_silence=False), PROFILES)
    drafted = tomllib.loads(found.draft)
    assert drafted["description"] == 'The "best" \\ modem'
    assert drafted["silence_by"] == "computer"

"""What service class 1.0 adds to the simulated modem (T.31 8.5)."""

import pytest

from faxcore.profiles import load_profile
from faxcore.sim import SimModem, caller
from faxcore.sim.activities import Unstuffer, stuff
from faxcore.sim.url import parse_sim_url

PROFILE = load_profile("generic-class1.0")
OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"


class Computer:
    """Types at a modem of class 1.0 and reads, by a clock of its own."""

    def __init__(self, modem=None, fax_class="1.0"):
        self.modem = modem or SimModem(profile=PROFILE)
        self.now = 0.0
        self.ask(b"ATE0")
        assert self.ask(b"AT+FCLASS=" + fax_class.encode()) == OK

    def ask(self, command):
        self.modem.feed(command + b"\r", self.now)
        return self.modem.take(self.now)

    def wait(self, seconds, ending=None):
        """What the modem says until then, or to an ending, and when it said the last of it."""
        until, said, at = self.now + seconds, b"", self.now
        while self.now < until and not (ending and said.endswith(ending)):
            due = self.modem.due()
            self.now = until if due is None else min(max(due, self.now + 0.001), until)
            data = self.modem.take(self.now)
            at = self.now if data else at
            said += data
        return said, at


@pytest.mark.parametrize(
    ("name", "ranges"),
    [
        (b"+FAR", b"+FAR: (0,1)"),
        (b"+FCL", b"+FCL: (0-255)"),
        (b"+FDD", b"+FDD: (0,1)"),
        (b"+FIT", b"+FIT: (0-255),(0,1)"),
        (b"+FLO", b"+FLO: (0-2)"),
        (b"+FPR", b"+FPR: (0-48)"),
    ],
)
def test_parameters_are_told_and_belong_to_the_class(name, ranges):
    assert Computer().ask(b"AT" + name + b"=?") == b"\r\n" + ranges + b"\r\n" + OK
    assert Computer(fax_class="1").ask(b"AT" + name + b"=?") == ERROR


@pytest.mark.parametrize("command", [b"+FMI?", b"+FMM?", b"+FMR?"])
def test_identification(command):
    assert b"faxcore simulated modem" in Computer().ask(b"AT" + command)


def test_a_parameter_is_kept_until_the_class_changes():
    computer = Computer()
    assert computer.ask(b"AT+FIT=60,1") == OK
    assert computer.ask(b"AT+FIT?") == b"\r\n+FIT: 60,1\r\n" + OK
    computer.ask(b"AT+FCLASS=1.0")
    assert computer.ask(b"AT+FIT?") == b"\r\n+FIT: 0,0\r\n" + OK


@pytest.mark.parametrize("command", [b"+FAR=2", b"+FCL=256", b"+FCL=x", b"+FAR", b"+FIT=1,1,1"])
def test_values_out_of_range_are_refused(command):
    assert Computer().ask(b"AT" + command) == ERROR


@pytest.mark.parametrize("has", [True, False])
def test_the_class_is_offered_by_modems_that_have_it(has):
    modem = parse_sim_url("sim://?class=1.0" if has else "sim://").modem()
    modem.feed(b"ATE0+FCLASS=?\r", 0.0)
    assert (b"\r\n0,1,1.0\r\n" in modem.take(0.0)) is has


def frames_where_data_are_awaited(*commands):
    """A caller says TSI and DCS while the computer has asked for a page."""
    computer = Computer(SimModem(profile=PROFILE, caller=caller("normal")))
    computer.wait(3.0)
    for command in commands:
        assert computer.ask(command) == OK
    computer.ask(b"ATA")
    computer.wait(3.0)
    computer.modem.feed(b"\xff\x13\x80\x00\x4e\x78\x10\x03", computer.now)
    computer.wait(1.5)
    computer.ask(b"AT+FRM=146")
    return computer.wait(3.0)[0]


def test_without_adaptive_reception_another_carrier_is_an_error():
    assert frames_where_data_are_awaited() == b"\r\n+FCERROR\r\n"


def test_with_adaptive_reception_frames_are_received_as_if_asked_for():
    said = frames_where_data_are_awaited(b"AT+FAR=1")
    assert said.startswith(b"\r\n+FRH:3\r\n\r\nCONNECT\r\n\xff\x03\x43")
    assert said.endswith(b"\x10\x03\r\nOK\r\n")


def training_heard(*commands):
    """When the end of a training check is told; the caller sends nothing behind it."""
    computer = Computer(SimModem(profile=PROFILE, caller=caller("normal")))
    computer.wait(3.0)
    for command in commands:
        assert computer.ask(command) == OK
    computer.ask(b"ATA")
    computer.wait(3.0)
    computer.modem.feed(b"\xff\x13\x80\x00\x4e\x78\x10\x03", computer.now)
    said = computer.wait(1.5)[0]
    while b"\xff\x13\x83" not in said:
        computer.ask(b"AT+FRH=3")
        said = computer.wait(5.0, OK)[0]
    computer.ask(b"AT+FRM=96")
    said, at = computer.wait(5.0)
    assert said.endswith(b"\x10\x03\r\nNO CARRIER\r\n")
    return at


def test_a_carrier_may_be_away_for_the_carrier_loss_timeout():
    assert training_heard(b"AT+FCL=7") - training_heard() == pytest.approx(0.7, abs=0.01)


@pytest.mark.parametrize(
    ("command", "gone", "fax_class"),
    [(b"AT+FIT=20,0", True, b"0"), (b"AT+FIT=20,1", True, b"1.0"), (b"AT+FIT=0,0", False, b"1.0")],
)
def test_a_computer_that_falls_silent_in_a_call_loses_it(command, gone, fax_class):
    computer = Computer()
    computer.ask(command)
    computer.ask(b"ATDT1")
    said = b""
    while b"\xff\x13\x80" not in said:
        said += computer.wait(1.0)[0]
        if said.endswith(OK) and b"\xff\x13\x80" not in said:
            computer.ask(b"AT+FRH=3")
    computer.wait(19.0)
    assert computer.modem.telephone is not None
    computer.wait(3.0)
    assert (computer.modem.telephone is None) is gone
    assert computer.ask(b"AT+FCLASS?") == b"\r\n" + fax_class + b"\r\n" + OK


def test_nothing_is_timed_while_the_telephone_hangs():
    computer = Computer()
    computer.ask(b"AT+FIT=1,0")
    computer.wait(30.0)
    assert b"1.0" in computer.ask(b"AT+FCLASS?")


@pytest.mark.parametrize(("escape", "stuffed"), [(b"0", b"\x10" * 6), (b"1", b"\x10\x1a\x10\x10")])
def test_two_dle_are_sent_as_dle_sub(escape, stuffed):
    computer = Computer()
    computer.ask(b"AT+FDD=" + escape)
    settings = computer.modem.settings
    assert stuff(b"\x10\x10\x10", settings) == stuffed
    assert Unstuffer(settings).feed(stuffed + b"\x10\x03")[:2] == (b"\x10\x10\x10", True)


def test_software_flow_control_eats_its_octets():
    computer = Computer()
    computer.ask(b"AT+FLO=1")
    assert computer.modem.settings.through_flow_control(b"\xff\x13\x11\x80") == b"\xff\x80"

"""A simulated modem that is called: rings, answering, +FRM, and what the judge says of a receiver.

The computer is played by hand, one command at a time.
"""

import pytest

from faxcore.sim import CALLERS, Fault, SimModem, caller, numbered_page
from faxcore.t4 import Resolution
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.frames import FCF, Frame

DIS = Frame(FCF.DIS, Capabilities().encode())
CFR = Frame(FCF.CFR)


class Computer:
    """Types at a simulated modem that is called, in virtual time."""

    def __init__(self, name="normal"):
        self.modem = SimModem(caller=caller(name))
        self.now = 0.0
        self.heard = b""
        self.came = []
        self.type("ATE0+FCLASS=1")
        self.wait(0.5)

    def type(self, data):
        self.modem.feed(data.encode() + b"\r" if isinstance(data, str) else data, self.now)

    def frame(self, frame):
        self.type(frame.octets.replace(b"\x10", b"\x10\x10") + b"\x10\x03")

    def wait(self, seconds):
        until = self.now + seconds
        while True:
            self._take()
            due = self.modem.due()
            if due is None or due > until:
                break
            self.now = max(self.now + 1e-6, due)
        self.now = until
        self._take()

    def _take(self):
        data = self.modem.take(self.now)
        if data:
            self.came.append((self.now, data))
            self.heard += data

    def wait_for(self, text):
        self.heard = b""
        for _ in range(20_000):
            self.wait(0.005)
            if text in self.heard:
                return self.now
        pytest.fail(f"{text!r} never came, but {self.heard!r}")

    def faults(self):
        return [note.fault for note in self.modem.notes]


def identified(name="normal"):
    """A computer that has answered, sent DIS and heard the command."""
    computer = Computer(name)
    computer.wait_for(b"RING")
    computer.type("ATA")
    computer.wait_for(b"CONNECT")
    computer.frame(DIS)
    computer.wait_for(b"OK")
    for _ in ("TSI", "DCS"):
        computer.type("AT+FRH=3")
        computer.wait_for(b"\x10\x03\r\nOK")
    return computer


def trained(late_s=0.0):
    """The same after TCF, which was asked for ``late_s`` late."""
    computer = identified()
    computer.wait(late_s)
    computer.type("AT+FRM=145")
    return computer


def test_rings_every_six_seconds_until_the_caller_gives_up():
    computer = Computer()
    computer.wait(120)
    moments = [at for at, data in computer.came if b"RING" in data]
    assert moments == pytest.approx([2.0 + 6 * ring for ring in range(10)], abs=0.01)


def test_answers_by_itself_as_s0_says():
    computer = Computer()
    computer.type("ATS0=2")
    assert computer.wait_for(b"CONNECT") == pytest.approx(8 + 2.675, abs=0.01)


def test_connect_comes_behind_the_tone_and_frames_are_due():
    computer = Computer()
    rung = computer.wait_for(b"RING")
    computer.type("ATA")
    assert computer.wait_for(b"CONNECT") - rung == pytest.approx(2.675, abs=0.01)
    computer.frame(DIS)
    computer.wait_for(b"OK")
    assert computer.faults() == []


def test_answering_is_broken_off_by_any_octet():
    computer = Computer()
    computer.wait_for(b"RING")
    computer.type("ATA")
    computer.wait(1)
    computer.type(b"\r")
    computer.wait_for(b"NO CARRIER")
    computer.wait(60)
    assert computer.modem.far_result is not None


def test_nobody_is_there_after_the_last_ring():
    computer = Computer()
    computer.wait(120)
    computer.type("ATA")
    computer.wait_for(b"CONNECT")
    assert computer.modem.far is None


def test_data_comes_in_pieces_at_the_rate_of_the_line():
    computer = trained()
    connected = computer.wait_for(b"CONNECT")
    computer.came.clear()
    ended = computer.wait_for(b"NO CARRIER")
    assert ended - connected == pytest.approx(1.5, abs=0.02)
    assert len(computer.came) > 25
    octets = 0
    for at, data in computer.came[:-1]:
        octets += len(data)
        assert octets == pytest.approx((at - connected) * 14400 / 8, abs=30)
    assert computer.heard.endswith(b"\x10\x03\r\nNO CARRIER\r\n")
    assert computer.faults() == []


def test_dle_in_data_is_doubled():
    computer = identified()
    computer.wait(0.05)
    carrier_at = len(computer.modem.telephone.far)
    computer.type("AT+FRM=145")
    computer.wait(0.2)
    carrier = computer.modem.telephone.far[carrier_at]
    carrier.octets[100] = 0x10
    computer.wait_for(b"NO CARRIER")
    assert computer.heard.count(b"\x10\x10") == 1


def test_any_octet_breaks_waiting_off():
    computer = trained()
    computer.type(b"\x18")
    computer.wait(0.01)
    assert computer.heard.endswith(b"OK\r\n")
    assert computer.faults() == []


def test_a_carrier_that_began_before_cannot_be_trained_on():
    computer = trained(late_s=0.3)
    computer.wait(2.0)
    assert b"CONNECT" not in computer.came[-1][1]
    assert computer.faults() == [Fault.LOST_PAGE]
    assert computer.modem.notes[0].amount == pytest.approx(0.2, abs=0.03)


def test_another_rate_of_the_same_modulation_is_no_data():
    computer = identified()
    computer.type("AT+FRM=97")
    computer.wait(2.0)
    assert computer.faults() == [Fault.LOST_PAGE]
    assert "V.17 14400 came where V.17 9600" in computer.modem.notes[0].text


def test_another_modulation_is_told():
    computer = identified()
    computer.type("AT+FRM=96")
    computer.wait_for(b"+FCERROR")


def test_frames_in_place_of_data_are_told_and_can_still_be_heard():
    computer = trained()
    computer.wait_for(b"NO CARRIER")
    computer.type("AT+FRM=146")
    computer.wait_for(b"+FCERROR")
    computer.type("AT+FRH=3")
    computer.wait_for(b"\x10\x03\r\nOK")
    assert computer.faults() == []


def answered_after(seconds):
    computer = trained()
    computer.wait_for(b"NO CARRIER")
    computer.wait(seconds)
    computer.type("AT+FTH=3")
    computer.wait_for(b"CONNECT")
    computer.frame(CFR)
    computer.wait_for(b"OK")
    return computer.faults()


@pytest.mark.parametrize(
    ("seconds", "faults"),
    [(0.075, []), (2.0, []), (0.02, [Fault.SHORT_SILENCE]), (2.7, [Fault.LATE_ANSWER])],
)
def test_an_answer_has_its_time(seconds, faults):
    assert answered_after(seconds) == faults


def test_frames_that_nobody_listened_to_are_noted():
    computer = trained()
    computer.wait_for(b"NO CARRIER")
    computer.wait(6.0)
    computer.type("AT+FRH=3")
    computer.wait(3)
    assert Fault.LOST_FRAME in computer.faults()


def test_pages_are_always_the_same_and_tell_their_numbers_apart():
    assert numbered_page(1) == numbered_page(1)
    drawn = [numbered_page(n, each) for n in (1, 2, 12, 999) for each in list(Resolution)[:3]]
    assert all(one != other for at, one in enumerate(drawn) for other in drawn[:at])
    assert all(0.02 < page.to_array().mean() < 0.5 for page in drawn)


@pytest.mark.parametrize("name", CALLERS)
def test_every_caller_says_what_it_is(name):
    assert CALLERS[name].description

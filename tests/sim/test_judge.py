"""The judge: a computer that does things wrong is told so, each time in its own words."""

import pytest

from faxcore.sim import Fault, SimModem
from faxcore.sim.judge import judge_page
from faxcore.t4 import Coding, decode_octets, encode_page, line_octets
from faxcore.t30.capabilities import SessionParameters
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.modulation import V29_9600
from tests.documents import bitmap


class Computer:
    """Types at a simulated modem, in virtual time."""

    def __init__(self, scenario="normal"):
        self.modem = SimModem(scenario)
        self.now = 0.0
        self.heard = b""

    def type(self, data):
        if isinstance(data, str):
            data = data.encode() + b"\r"
        self.modem.feed(data, self.now)

    def wait(self, seconds):
        until = self.now + seconds
        while True:
            self.heard += self.modem.take(self.now)
            due = self.modem.due()
            if due is None or due > until:
                break
            self.now = max(self.now + 1e-6, due)
        self.now = until
        self.heard += self.modem.take(self.now)

    def wait_for(self, text):
        self.heard = b""
        for _ in range(10_000):
            self.wait(0.01)
            if text in self.heard:
                return
        pytest.fail(f"{text!r} never came, but {self.heard!r}")

    def dial(self):
        self.type("ATE0")
        self.wait(0.1)
        self.type("AT+FCLASS=1")
        self.wait_for(b"OK")
        self.type("ATDT1")
        for _ in range(2):
            self.wait_for(b"CONNECT") if _ == 0 else self.type("AT+FRH=3")
            self.wait_for(b"OK")

    def frame(self, frame):
        self.type(frame.octets.replace(b"\x10", b"\x10\x10") + b"\x10\x03")

    def faults(self):
        return [note.fault for note in self.modem.notes]


DCS = Frame(FCF.DCS | 1, SessionParameters(V29_9600).encode())


def trained(computer, silence="AT+FTS=7"):
    """To the point where TCF begins."""
    computer.dial()
    computer.type("AT+FRS=7")
    computer.wait_for(b"OK")
    computer.type("AT+FTH=3")
    computer.wait_for(b"CONNECT")
    computer.frame(DCS)
    computer.wait_for(b"OK")
    if silence:
        computer.type(silence)
        computer.wait_for(b"OK")
    computer.type("AT+FTM=96")
    computer.wait_for(b"CONNECT")


def test_nothing_is_held_against_a_good_computer():
    computer = Computer()
    trained(computer)
    assert computer.faults() == []


def test_a_short_silence():
    computer = Computer()
    trained(computer, silence="AT+FTS=3")
    assert Fault.SHORT_SILENCE in computer.faults()


def test_a_late_carrier():
    computer = Computer()
    trained(computer, silence="AT+FTS=40")
    assert computer.faults() == [Fault.LATE]
    assert computer.modem.notes[0].amount == pytest.approx(0.41, abs=0.02)


def test_an_underrun_in_a_page():
    computer = Computer()
    trained(computer)
    computer.type(b"\x55" * 100)
    computer.wait(3)
    assert computer.faults() == [Fault.UNDERRUN]


def test_speaking_while_the_other_station_speaks():
    computer = Computer()
    computer.type("ATE0")
    computer.wait(0.1)
    computer.type("ATDT1")
    computer.wait_for(b"CONNECT")
    computer.type(b"!")
    computer.wait_for(b"OK")
    computer.type("AT+FTH=3")
    computer.wait(0.1)
    assert computer.faults() == [Fault.COMMAND_IN_DATA, Fault.COLLISION]


def test_a_frame_over_three_seconds():
    computer = Computer()
    computer.dial()
    computer.wait(0.1)
    computer.type("AT+FTH=3")
    computer.wait_for(b"CONNECT")
    computer.frame(Frame(FCF.NSS | 1, bytes(150)))
    assert computer.faults() == [Fault.LONG_FRAME]


def judged(octets, scan_time_ms=0):
    page = decode_octets(octets, Coding.MH, 1728)
    return judge_page(0.0, page, SessionParameters(V29_9600, scan_time_ms=scan_time_ms))


def test_rows_without_fill():
    octets = line_octets(encode_page(bitmap(1)), 9600, 0)
    assert [note.fault for note in judged(octets, 10)] == [Fault.WRONG_FILL]


@pytest.mark.parametrize("scan_time_ms", [0, 5, 10, 20, 40])
def test_rows_with_the_right_fill(scan_time_ms):
    octets = line_octets(encode_page(bitmap(1)), 9600, scan_time_ms)
    assert judged(octets, scan_time_ms) == []


def test_rows_that_cannot_be_decoded():
    octets = bytearray(line_octets(encode_page(bitmap(1)), 9600, 0))
    octets[1000] ^= 0xFF
    assert [note.fault for note in judged(bytes(octets))] == [Fault.BAD_ROWS]

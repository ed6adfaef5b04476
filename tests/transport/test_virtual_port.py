from __future__ import annotations

import math
from pathlib import Path

import pytest

from faxcore.errors import PortError, ProcedureError
from faxcore.transport.port import Interrupted, LineState
from faxcore.transport.virtual_port import VirtualPort


class Echo:
    """Gives back each octet after a while, and has room for so many a second."""

    def __init__(self, after_s: float = 0.0, octets_per_second: float = math.inf) -> None:
        self.after_s = after_s
        self.rate = octets_per_second
        self.fed = 0
        self.moments: list[tuple[float, bytes]] = []
        self.out: list[tuple[float, bytes]] = []
        self.states: list[tuple[float, LineState]] = []
        self.now = 0.0

    def feed(self, data: bytes, now: float) -> None:
        self._see(now)
        self.fed += len(data)
        self.moments.append((now, data))
        self.out.append((now + self.after_s, data))

    def due(self) -> float | None:
        waits = [at for at, _ in self.out]
        if not math.isinf(self.rate):
            waits.append(self.now + 1 / self.rate)
        return min(waits, default=None)

    def take(self, now: float) -> bytes:
        self._see(now)
        ready = b"".join(data for at, data in self.out if at <= now)
        self.out = [(at, data) for at, data in self.out if at > now]
        return ready

    def room(self, now: float) -> int:
        self._see(now)
        return 1 << 20 if math.isinf(self.rate) else max(0, 1 + int(now * self.rate) - self.fed)

    def control(self, now: float, state: LineState) -> None:
        self._see(now)
        self.states.append((now, state))

    def carrier(self) -> bool | None:
        return self.fed > 0

    def _see(self, now: float) -> None:
        assert now >= self.now, "time went back"
        self.now = now


def test_time_stands_still_until_something_is_waited_for() -> None:
    port = VirtualPort(Echo(after_s=1.5))
    port.write(b"a", 0.0)
    assert port.now() == 0.0
    assert port.read(10.0) == b"a"
    assert port.now() == 1.5


def test_a_wait_for_nothing_ends_at_its_moment() -> None:
    port = VirtualPort(Echo())
    assert port.read(7.0) == b""
    assert port.now() == 7.0


def test_a_moment_that_is_past_does_not_turn_time_back() -> None:
    port = VirtualPort(Echo())
    port.read(7.0)
    assert port.read(3.0) == b""
    assert port.write(b"a", 3.0) == 1
    assert port.now() == 7.0


def test_writing_waits_for_room() -> None:
    modem = Echo(octets_per_second=100.0)
    port = VirtualPort(modem)
    assert port.write(bytes(200), 10.0) == 200
    assert port.now() == pytest.approx(1.99, abs=0.02)


def test_writing_ends_at_its_moment_with_what_went() -> None:
    port = VirtualPort(Echo(octets_per_second=100.0))
    assert port.write(bytes(200), 1.0) == pytest.approx(101, abs=1)
    assert port.now() == 1.0


def test_what_the_modem_says_meanwhile_is_kept() -> None:
    port = VirtualPort(Echo(octets_per_second=100.0))
    port.write(b"abcdef", 10.0)
    assert port.read(10.0) == b"abcdef"


def test_each_turn_costs_the_latency_once() -> None:
    modem = Echo(after_s=1.0)
    port = VirtualPort(modem, latency_s=0.1)
    for _ in range(3):
        port.write(b"a", 100.0)
        port.write(b"b", 100.0)
        port.read(100.0)
        port.control(LineState(dtr=True))
    starts = [now for now, data in modem.moments if data == b"a"]
    assert starts == pytest.approx([0.0, 1.1, 2.2])
    assert port.turns == 3


def test_a_read_that_brought_nothing_is_no_turn() -> None:
    port = VirtualPort(Echo(), latency_s=0.1)
    port.read(1.0)
    port.write(b"a", 2.0)
    assert (port.now(), port.turns) == (1.0, 0)


def test_the_modem_lives_on_while_the_computer_is_late() -> None:
    modem = Echo(after_s=0.05)
    port = VirtualPort(modem, latency_s=0.1)
    port.write(b"a", 10.0)
    assert port.read(10.0) == b"a"
    modem.out.append((0.1, b"unasked"))
    port.write(b"b", 10.0)
    assert port.now() == pytest.approx(0.15)
    assert port.read(10.0) == b"unasked"


def test_an_interruption_is_raised_once() -> None:
    port = VirtualPort(Echo())
    port.interrupt()
    with pytest.raises(Interrupted):
        port.read(5.0)
    assert port.read(5.0) == b""


def test_an_interrupted_write_tells_first_what_went() -> None:
    modem = Echo(octets_per_second=10.0)
    port = VirtualPort(modem)
    feed = modem.feed

    def feed_and_interrupt(data: bytes, now: float) -> None:
        feed(data, now)
        port.interrupt()

    modem.feed = feed_and_interrupt  # type: ignore[method-assign]
    assert port.write(bytes(10), 5.0) == 1
    with pytest.raises(Interrupted):
        port.write(bytes(9), 5.0)


def test_a_modem_whose_time_stands_still_is_named() -> None:
    class Stuck(Echo):
        def due(self) -> float | None:
            return 0.0

    with pytest.raises(ProcedureError, match=r"Stuck.due\(\) stays at 0.0"):
        VirtualPort(Stuck()).read(5.0)


def test_waiting_for_ever_for_a_silent_modem_is_a_bug() -> None:
    with pytest.raises(ProcedureError, match="for ever"):
        VirtualPort(Echo()).read(math.inf)


def test_a_closed_port_is_an_error() -> None:
    port = VirtualPort(Echo())
    port.close()
    port.close()
    with pytest.raises(PortError):
        port.read(1.0)


def test_no_clock_is_read() -> None:
    text = Path(__import__("faxcore.transport.virtual_port").__file__).with_name("transport")
    source = (text / "virtual_port.py").read_text(encoding="utf-8")
    assert "import time" not in source


def test_the_modem_is_told_how_the_port_was_opened() -> None:
    modem = Echo()
    VirtualPort(modem, opened=LineState(baud=19200, stop_bits=2))
    assert modem.states == [(0.0, LineState(baud=19200, stop_bits=2))]


def test_carrier_detect_is_the_modems() -> None:
    port = VirtualPort(Echo())
    assert port.carrier() is False
    port.write(b"a", 1.0)
    assert port.carrier() is True

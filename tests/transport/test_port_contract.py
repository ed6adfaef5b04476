"""What every kind of port does, in real and in virtual time."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from faxcore.errors import PortError
from faxcore.transport.port import FlowControl, Interrupted, LineState, Port
from faxcore.transport.realtime import pump
from faxcore.transport.recording import RecordingPort
from faxcore.transport.serial_port import SerialPort
from faxcore.transport.virtual_port import VirtualPort
from faxcore.transport.watched import WatchedPort

from .test_virtual_port import Echo

DELAY_S = 0.02


@contextlib.contextmanager
def pumped(fd: int) -> Iterator[None]:
    """An echo that lives on a descriptor by the real clock."""
    stop, stopper = os.pipe()
    thread = threading.Thread(target=pump, args=(Echo(DELAY_S), fd), kwargs={"stop": stop})
    thread.start()
    try:
        yield
    finally:
        os.write(stopper, b"!")
        thread.join(5.0)
        os.close(stop)
        os.close(stopper)
        assert not thread.is_alive()


@contextlib.contextmanager
def on_pty(lock_folder: Path) -> Iterator[SerialPort]:
    master, slave = os.openpty()
    tty.setraw(slave)
    try:
        with (
            pumped(master),
            contextlib.closing(SerialPort(os.ttyname(slave), lock_folder=lock_folder)) as port,
        ):
            yield port
    finally:
        os.close(slave)
        os.close(master)


@contextlib.contextmanager
def on_socket() -> Iterator[SerialPort]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = SerialPort(f"socket://127.0.0.1:{server.getsockname()[1]}")
        connection, _ = server.accept()
        with connection, pumped(connection.fileno()), contextlib.closing(port):
            yield port


@contextlib.contextmanager
def on_loop() -> Iterator[SerialPort]:
    with contextlib.closing(SerialPort("loop://")) as port:
        yield port


KINDS = ["virtual", "virtual and late", "pty", "socket", "loop", "recording", "recording a pty",
         "watched"]  # fmt: skip


@pytest.fixture(params=KINDS)
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Port]:
    kind = request.param
    with contextlib.ExitStack() as stack:
        if kind.endswith("pty"):
            made: Port = stack.enter_context(on_pty(tmp_path))
        elif kind == "socket":
            made = stack.enter_context(on_socket())
        elif kind == "loop":
            made = stack.enter_context(on_loop())
        else:
            made = VirtualPort(Echo(DELAY_S), 0.1 if kind == "virtual and late" else 0.0)
        if kind.startswith("recording"):
            made = stack.enter_context(
                contextlib.closing(RecordingPort(made, tmp_path / "transcript"))
            )
        if kind == "watched":
            made = WatchedPort(made, threading.Event())
        yield made


def read_all(port: Port, count: int) -> bytes:
    data = b""
    until = port.now() + 5.0
    while len(data) < count and (piece := port.read(until)):
        data += piece
    return data


def test_is_a_port_with_a_name(port: Port) -> None:
    assert isinstance(port, Port)
    assert port.name


def test_carries_every_octet_both_ways(port: Port) -> None:
    data = bytes(range(256)) * 4
    assert port.write(data, port.now() + 5.0) == len(data)
    assert read_all(port, len(data)) == data


def test_a_read_of_nothing_ends_at_its_moment(port: Port) -> None:
    until = port.now() + 0.05
    assert port.read(until) == b""
    assert until <= port.now() < until + 1.0


def test_a_moment_that_is_past_ends_a_read_at_once(port: Port) -> None:
    before = port.now()
    assert port.read(before - 10.0) == b""
    assert port.now() - before < 0.5


def test_its_clock_never_goes_back(port: Port) -> None:
    moments = []
    for _ in range(20):
        moments.append(port.now())
        port.write(b"x", port.now() + 1.0)
        port.read(port.now() + 0.001)
    assert moments == sorted(moments)


def test_an_interruption_ends_the_next_read_once(port: Port) -> None:
    port.interrupt()
    with pytest.raises(Interrupted):
        port.read(port.now() + 5.0)
    assert port.read(port.now() + 0.01) == b""


def test_an_interruption_ends_a_write(port: Port) -> None:
    port.interrupt()
    with pytest.raises(Interrupted):
        port.write(b"x", port.now() + 5.0)
    assert port.write(b"x", port.now() + 5.0) == 1


def test_setting_lines_is_no_failure(port: Port) -> None:
    assert port.control(LineState(dtr=True)) in {True, False}
    assert port.control(LineState(flow=FlowControl.NONE)) in {True, False}
    port.mark("a mark")


def test_a_closed_port_says_so(port: Port) -> None:
    port.close()
    port.close()
    with pytest.raises(PortError):
        port.read(port.now() + 1.0)
    with pytest.raises(PortError):
        port.write(b"x", port.now() + 1.0)
    port.interrupt()


def test_another_thread_interrupts_a_read_within_half_a_second(tmp_path: Path) -> None:
    with on_pty(tmp_path) as port:
        began = port.now()
        thread = threading.Timer(0.05, port.interrupt)
        thread.start()
        with pytest.raises(Interrupted):
            port.read(began + 30.0)
        thread.join()
        assert port.now() - began < 0.55


def test_an_event_ends_a_read_within_half_a_second(tmp_path: Path) -> None:
    stop = threading.Event()
    with on_pty(tmp_path) as inner:
        port = WatchedPort(inner, stop)
        began = port.now()
        thread = threading.Timer(0.05, stop.set)
        thread.start()
        with pytest.raises(Interrupted):
            port.read(began + 30.0)
        thread.join()
        assert port.now() - began < 0.55
        assert port.read(port.now() + 0.01) == b""


class Slow(Echo):
    """A modem that has room for three octets at first, and is interrupted when it took them."""

    port: Port

    def room(self, now: float) -> int:
        return 3 if now == 0.0 else 0

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data, now)
        self.port.interrupt()


def test_octets_that_went_before_an_interruption_are_counted_behind_an_event_too() -> None:
    modem = Slow(DELAY_S)
    modem.port = VirtualPort(modem)
    port = WatchedPort(modem.port, threading.Event())
    assert port.write(b"12345", 5.0) == 3
    with pytest.raises(Interrupted):
        port.write(b"45", 5.0)


def test_an_event_that_is_set_at_any_moment_of_a_write_loses_no_count() -> None:
    class SetLater(threading.Event):
        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            return self.looks > 2

    modem = Slow(DELAY_S)
    modem.port = VirtualPort(Echo(DELAY_S))
    port = WatchedPort(VirtualPort(modem), SetLater())
    assert port.write(b"12345", 5.0) == 3

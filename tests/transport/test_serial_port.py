from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
import serial
from serial.rfc2217 import PortManager

from faxcore.errors import PortError
from faxcore.transport.lock import UucpLock, lock_path
from faxcore.transport.port import LineState
from faxcore.transport.serial_port import SerialPort

HOLD_A_LOCK = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("held", flush=True)
sys.stdin.read()
"""


@dataclass
class Pty:
    master: int
    slave: int
    name: str

    def hang_up(self) -> None:
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1


@pytest.fixture
def pty() -> Iterator[Pty]:
    master, slave = os.openpty()
    tty.setraw(slave)
    made = Pty(master, slave, os.ttyname(slave))
    yield made
    for each in (made.slave, made.master):
        if each >= 0:
            os.close(each)


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_holds_a_lock_file_as_long_as_it_is_open(pty: Pty, tmp_path: Path) -> None:
    path = lock_path(pty.name, tmp_path)
    port = SerialPort(pty.name, lock_folder=tmp_path)
    assert path.name == "LCK.." + pty.name.removeprefix("/dev/").replace("/", "_")
    assert path.read_text() == f"{os.getpid():10d}\n"
    assert port.lock_note == ""
    port.close()
    assert list(tmp_path.iterdir()) == []


def test_names_who_holds_the_lock_file(pty: Pty, tmp_path: Path) -> None:
    holder = subprocess.Popen(
        ["sh", "-c", "echo up; read end"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"up\n"
        lock_path(pty.name, tmp_path).write_text(f"{holder.pid:10d}\n")
        with pytest.raises(PortError, match=rf"in use by process {holder.pid} \(sh\)"):
            SerialPort(pty.name, lock_folder=tmp_path)
    finally:
        holder.communicate()


def test_names_who_holds_the_flock(pty: Pty, tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_A_LOCK, pty.name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(PortError, match=rf"in use by process {holder.pid} \("):
            SerialPort(pty.name, lock_folder=tmp_path)
        assert list(tmp_path.iterdir()) == []
    finally:
        holder.communicate()


def test_a_port_that_this_process_holds_is_busy(pty: Pty, tmp_path: Path) -> None:
    port = SerialPort(pty.name, lock_folder=tmp_path)
    with pytest.raises(PortError, match=f"in use by process {os.getpid()}"):
        SerialPort(pty.name, lock_folder=tmp_path)
    port.close()
    SerialPort(pty.name, lock_folder=tmp_path).close()


@pytest.mark.parametrize("content", ["{dead:10d}\n", "{dead}", "{own:10d}\n"])
def test_a_stale_lock_is_removed(pty: Pty, tmp_path: Path, content: str) -> None:
    path = lock_path(pty.name, tmp_path)
    path.write_text(content.format(dead=dead_pid(), own=os.getpid()))
    SerialPort(pty.name, lock_folder=tmp_path).close()
    assert not path.exists()


def test_a_binary_lock_is_read_too(pty: Pty, tmp_path: Path) -> None:
    lock_path(pty.name, tmp_path).write_bytes((1).to_bytes(4, sys.byteorder))
    with pytest.raises(PortError, match="in use by process 1"):
        SerialPort(pty.name, lock_folder=tmp_path)


def test_a_lock_that_names_nobody_is_respected(pty: Pty, tmp_path: Path) -> None:
    lock_path(pty.name, tmp_path).write_text("who knows")
    with pytest.raises(PortError, match="names no process"):
        SerialPort(pty.name, lock_folder=tmp_path)


def test_without_a_lock_folder_it_works_and_says_so(pty: Pty, tmp_path: Path) -> None:
    port = SerialPort(pty.name, lock_folder=tmp_path / "missing")
    assert "no lock file" in port.lock_note
    port.close()


def test_a_lock_follows_links(pty: Pty, tmp_path: Path) -> None:
    link = tmp_path / "modem"
    link.symlink_to(pty.name)
    lock = UucpLock(str(link), tmp_path)
    assert lock_path(pty.name, tmp_path).exists()
    lock.release()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("/dev/nonesuch", "No such file or directory"),
        ("nonesuch://x", "protocol 'nonesuch' not known"),
        ("socket://127.0.0.1:9", "refused"),
        ("/dev/null", "it is no serial port"),
    ],
)
def test_what_cannot_be_opened_is_named(url: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(PortError, match=reason) as refusal:
        SerialPort(url, lock_folder=tmp_path)
    assert str(refusal.value).startswith(f"{url}: cannot be opened")
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_goes_away_is_a_port_error(pty: Pty, tmp_path: Path) -> None:
    port = SerialPort(pty.name, lock_folder=tmp_path)
    pty.hang_up()
    with pytest.raises(PortError, match=r"went away|Input/output"):
        port.read(port.now() + 1.0)
    with pytest.raises(PortError):
        port.write(b"x", port.now() + 1.0)
    port.close()
    assert list(tmp_path.iterdir()) == []


def test_a_pty_has_no_modem_lines(pty: Pty, tmp_path: Path) -> None:
    port = SerialPort(pty.name, lock_folder=tmp_path)
    assert not port.control(LineState(dtr=False))
    port.close()


def test_a_full_modem_holds_the_computer_back_until_its_moment(pty: Pty, tmp_path: Path) -> None:
    port = SerialPort(pty.name, lock_folder=tmp_path)
    until = port.now() + 0.05
    sent = port.write(bytes(1 << 20), until)
    assert 0 < sent < 1 << 20
    assert port.now() >= until
    port.close()


def test_its_clock_can_run_faster(pty: Pty, tmp_path: Path) -> None:
    slow = SerialPort(pty.name, lock_folder=tmp_path, clock_rate=100.0)
    until = slow.now() + 10.0
    assert slow.read(until) == b""
    assert slow.now() >= until
    slow.close()


def test_a_pty_has_no_carrier_detect(pty: Pty, tmp_path: Path) -> None:
    with contextlib.closing(SerialPort(pty.name, lock_folder=tmp_path)) as port:
        assert port.carrier() is None


def test_the_line_format_of_an_open_port_can_be_changed(pty: Pty, tmp_path: Path) -> None:
    with contextlib.closing(SerialPort(pty.name, lock_folder=tmp_path)) as port:
        assert port.control(LineState(baud=19200, stop_bits=2))
        control, output_speed = termios.tcgetattr(pty.slave)[2::3]
    assert control & termios.CSTOPB
    assert output_speed == termios.B19200


@contextlib.contextmanager
def server_that_stops_reading() -> Iterator[SerialPort]:
    """A port on a server (RFC 2217) that takes nothing any more once the port is open."""
    full = threading.Event()
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        served: list[socket.socket] = []

        def serve() -> None:
            connection, _ = listening.accept()
            served.append(connection)
            connection.settimeout(0.05)
            answering = SimpleNamespace(write=connection.sendall)
            manager = PortManager(serial.serial_for_url("loop://"), answering)
            while not full.is_set():
                with contextlib.suppress(TimeoutError):
                    list(manager.filter(connection.recv(1024)))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = SerialPort(f"rfc2217://127.0.0.1:{listening.getsockname()[1]}")
        full.set()
        thread.join()
        port._serial._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        try:
            yield port
        finally:
            port.close()
            served[0].close()


@pytest.mark.filterwarnings("ignore:set:DeprecationWarning")  # pyserial's own threads
def test_a_write_to_a_server_that_takes_nothing_ends_at_its_moment() -> None:
    with server_that_stops_reading() as port:
        for _ in range(2):
            until = port.now() + 0.3
            assert port.write(bytes(1 << 20), until) < 1 << 20
            assert port.now() < until + 0.5

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxcore.errors import PortError, SettingsError
from faxcore.transport.port import Interrupted, LineState
from faxcore.transport.recording import RecordingPort
from faxcore.transport.transcript import (
    Direction,
    Entry,
    format_entry,
    format_head,
    read_transcript,
)
from faxcore.transport.virtual_port import VirtualPort

from .test_virtual_port import Echo

EXAMPLE = r"""faxcore transcript 1
source: by hand
port: /dev/ttyUSB0

0.000 # Silence 75 ms
0.001 > "AT+FTS=7\r"
0.073 < "\r\nO\"K\\\r\n"
1.250 > 2700 x 00
1.250 > hex 10 03
2.000 < base64 AAEC
"""


def test_reads_what_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_text(EXAMPLE)
    transcript = read_transcript(path)
    assert transcript.field("source") == "by hand"
    assert transcript.field("port") == "/dev/ttyUSB0"
    assert transcript.field("profile") == ""
    assert transcript.entries == (
        Entry(0.0, Direction.MARK, text="Silence 75 ms"),
        Entry(0.001, Direction.TO_MODEM, b"AT+FTS=7\r"),
        Entry(0.073, Direction.FROM_MODEM, b'\r\nO"K\\\r\n'),
        Entry(1.25, Direction.TO_MODEM, bytes(2700)),
        Entry(1.25, Direction.TO_MODEM, b"\x10\x03"),
        Entry(2.0, Direction.FROM_MODEM, b"\x00\x01\x02"),
    )


@pytest.mark.parametrize(
    "line",
    ["nonsense", "0.1 > AT", "0.1 > hex 1", "0.1 < base64 A", '0.1 > "\\q"',
     "0.1 > 9999999999 x 00", "0.1 > 16777216 x 00 00", "0.1 > 16 x",
     '0.1 > "', "-1.0 > hex 10", "0.1 ? hex 10"],
)  # fmt: skip
def test_names_the_line_that_is_none(line: str, tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_text(f"faxcore transcript 1\n\n0.0 # ok\n{line}\n")
    with pytest.raises(SettingsError, match="line 4"):
        read_transcript(path)


def test_refuses_another_file(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="transcript"):
        read_transcript(path)
    path.write_text("hello")
    with pytest.raises(SettingsError, match="first line"):
        read_transcript(path)
    with pytest.raises(SettingsError):
        read_transcript(tmp_path / "missing")


RUNS = st.builds(
    lambda octet, count: bytes([octet]) * count, st.integers(0, 255), st.integers(0, 99)
)
DATA = st.lists(st.binary(max_size=200) | RUNS | st.text('AT+FCLS=?1\r\n"\\').map(str.encode)).map(
    b"".join
)


@given(st.lists(st.tuples(st.sampled_from(list(Direction)[:2]), DATA.filter(bool)), max_size=5))
def test_loses_nothing(entries: list[tuple[Direction, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "transcript"
        lines = "".join(
            format_entry(Entry(float(at), way, data)) for at, (way, data) in enumerate(entries)
        )
        path.write_text(format_head([("source", "recorded")]) + lines, encoding="utf-8")
        joined: dict[float, tuple[Direction, bytes]] = {}
        for entry in read_transcript(path).entries:
            before = joined.get(entry.at, (entry.direction, b""))[1]
            joined[entry.at] = (entry.direction, before + entry.data)
        assert list(joined.values()) == entries
        assert all(len(line) < 2000 for line in lines.splitlines())


def test_records_what_crosses_a_port(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    port = RecordingPort(VirtualPort(Echo(0.5)), path, "generic-class1")
    port.mark("Silence\n75 ms")
    port.write(b"AT\r", 1.0)
    port.read(1.0)
    port.control(LineState(dtr=False))
    port.interrupt()
    with pytest.raises(Interrupted):
        port.read(2.0)
    before_closing = path.read_text()
    port.close()
    assert path.read_text() == before_closing
    assert before_closing == (
        "faxcore transcript 1\n"
        "source: recorded\n"
        "port: sim://\n"
        "profile: generic-class1\n"
        "\n"
        "0.000 # Silence 75 ms\n"
        '0.000 > "AT\\r"\n'
        '0.500 < "AT\\r"\n'
        "0.500 # control dtr=off\n"
        "0.500 # interrupted\n"
    )


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    path.write_text("older")
    path.chmod(0o644)
    RecordingPort(VirtualPort(Echo()), path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_transcript_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(PortError, match=r"transcript .*missing.*No such file"):
        RecordingPort(VirtualPort(Echo()), tmp_path / "missing" / "transcript")


def test_a_full_disk_ends_the_transcript_and_not_the_call() -> None:
    port = RecordingPort(VirtualPort(Echo()), Path("/dev/full"))
    assert port.write(b"AT\r", 1.0) == 3
    assert port.read(1.0) == b"AT\r"
    assert "No space left" in port.failure
    port.close()

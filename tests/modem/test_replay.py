"""Recorded calls, played again by today's driver: octet for octet, and in the same time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from faxcore.errors import SettingsError, TranscriptMismatch
from faxcore.modem.driver import FaxModem
from faxcore.ports import is_virtual, open_port
from faxcore.profiles import load_profile
from faxcore.receiving import receive_fax
from faxcore.t4 import Coding
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.transport.replay import TranscriptDce
from faxcore.transport.transcript import Direction, Entry, Transcript, read_transcript
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import document

PROFILE = load_profile("generic-class1")
HERE = Station("+44 1")
TO, FROM = Direction.TO_MODEM, Direction.FROM_MODEM


def send(port: object, station: Station = HERE, pages: int = 3, rows: int = 400) -> CallResult:
    with FaxModem(port, PROFILE) as fax:  # type: ignore[arg-type]
        return fax.send(document(pages, rows), "+1 555 0100", station)


def receive(port: object) -> tuple[CallResult, list[bytes]]:
    pages: list[bytes] = []
    offered = Capabilities(codings=frozenset(Coding), ecm=True)
    with FaxModem(port, PROFILE) as fax:  # type: ignore[arg-type]
        fax.prepare()
        assert fax.wait_for_ring(60.0)
        result = fax.receive(offered, HERE, lambda op: pages.append(op.octets) or True)
    return result, pages


def octets(path: Path) -> list[tuple[Direction, bytes]]:
    """What crossed the port, run by run, whatever the grouping was."""
    runs: list[tuple[Direction, bytes]] = []
    for entry in read_transcript(path).entries:
        if entry.direction is Direction.MARK:
            continue
        before = runs.pop()[1] if runs and runs[-1][0] is entry.direction else b""
        runs.append((entry.direction, before + entry.data))
    return runs


def moments(path: Path) -> list[float]:
    """When each word of the modem's came."""
    return [each.at for each in read_transcript(path).entries if each.direction is FROM]


CALLS = [("normal", 0), ("normal", 30), ("ecm", 30), ("ecm-damage-once", 0), ("rtn-page-2", 0),
         ("ftt-twice", 0), ("busy", 30), ("drops-in-page", 0)]  # fmt: skip


@pytest.mark.parametrize(("far", "latency"), CALLS)
def test_a_recorded_call_is_made_again_octet_for_octet(
    far: str, latency: int, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    url = f"sim://?far={far}&latency={latency}"
    recorded = send(open_port(url, PROFILE, record=first))
    replayed = send(open_port(f"replay://{first}", PROFILE, record=second))
    assert replace(replayed, timing=None, seconds=0) == replace(recorded, timing=None, seconds=0)
    assert octets(second) == octets(first)
    assert moments(second) == pytest.approx(moments(first), abs=0.003)


@pytest.mark.parametrize("name", ["normal", "ecm", "repeats-dcs"])
def test_a_recorded_call_is_taken_again_octet_for_octet(name: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    url = f"sim://?caller={name}&pages=3"
    recorded, pages = receive(open_port(url, PROFILE, record=first))
    replayed, again = receive(open_port(f"replay://{first}", PROFILE, record=second))
    assert recorded.ok
    assert len(pages) == 3
    assert again == pages
    assert replace(replayed, timing=None, seconds=0) == replace(recorded, timing=None, seconds=0)
    assert octets(second) == octets(first)


def test_all_of_it_is_played(tmp_path: Path) -> None:
    path = tmp_path / "call"
    send(open_port("sim://?far=ecm", PROFILE, record=path))
    modem = TranscriptDce(read_transcript(path))
    assert not modem.finished
    assert send(VirtualPort(modem)).ok
    assert modem.finished


def mismatch(path: Path, *args: object) -> re.Match[str]:
    with pytest.raises(TranscriptMismatch) as caught:
        send(open_port(f"replay://{path}", PROFILE), *args)  # type: ignore[arg-type]
    form = r"transcript .*: octet (\d+) to the modem, at ([\d.]+) s: expected (.*), got (.*)"
    match = re.fullmatch(form, str(caught.value))
    assert match is not None, str(caught.value)
    return match


def place_of(path: Path, data: bytes) -> tuple[int, float]:
    """The number of the first octet of ``data`` among those to the modem, and its moment."""
    before = 0
    for entry in read_transcript(path).entries:
        if entry.direction is TO:
            if data in entry.data:
                return before + entry.data.index(data) + 1, entry.at
            before += len(entry.data)
    raise AssertionError(f"{data!r} was never said")


def test_another_station_leaves_the_path_at_its_first_digit(tmp_path: Path) -> None:
    path = tmp_path / "call"
    send(open_port("sim://", PROFILE, record=path))
    found = mismatch(path, Station("+44 2"))
    octet, at = place_of(path, b"1 44+")
    assert int(found[1]) == octet
    assert float(found[2]) == pytest.approx(at, abs=0.002)
    assert found[3].startswith("b'1 44+")
    assert found[4].startswith("b'2 44+")


def test_a_page_more_leaves_the_path_where_the_last_was_said_to_be_over(tmp_path: Path) -> None:
    path = tmp_path / "call"
    send(open_port("sim://", PROFILE, record=path), HERE, 2)
    octet, _ = place_of(path, b"\xff\x13\x2f")
    assert int(mismatch(path, HERE, 3)[1]) == octet + 2


def test_a_driver_that_speaks_in_the_modems_place_has_left_the_path(tmp_path: Path) -> None:
    path = tmp_path / "call"
    path.write_text('faxcore transcript 1\n\n0.0 > "ATZ\\r"\n9.0 < "\\r\\nOK\\r\\n"\n')
    found = mismatch(path)
    assert found[3].startswith(r"the modem to say b'\r\nOK\r\n' at 9.000 s")


def test_a_driver_that_says_more_has_left_the_path(tmp_path: Path) -> None:
    path = tmp_path / "call"
    path.write_text('faxcore transcript 1\n\n0.0 > "ATZ\\r"\n0.1 < "\\r\\nOK\\r\\n"\n')
    assert mismatch(path)[3] == "nothing more, the transcript is over"


def test_answers_keep_their_distance_when_the_computer_is_slower() -> None:
    entries = (Entry(1.0, TO, b"AT\r"), Entry(1.5, FROM, b"OK"), Entry(1.6, TO, b"A"))
    modem = TranscriptDce(Transcript((), entries))
    assert modem.due() == 1.0
    modem.feed(b"A", 1.0)
    modem.feed(b"T\r", 4.0)
    assert modem.due() == 4.5
    assert modem.take(4.4) == b""
    assert modem.take(4.5) == b"OK"
    assert modem.room(4.55) == 0, "the computer was not so fast then"
    assert modem.room(4.6) == 1


@pytest.mark.parametrize(
    ("tail", "said"),
    [("?pace=0", "pace must be"), ("?pace=x", "pace must be"), ("?far=x", "nothing but"),
     ("x", "transcript")],
)  # fmt: skip
def test_a_wrong_address_is_refused(tail: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "call"
    path.write_text("faxcore transcript 1\n\n")
    with pytest.raises(SettingsError, match=said):
        open_port(f"replay://{path}{tail}")


def test_a_call_is_replayed_by_the_real_clock(tmp_path: Path) -> None:
    path = tmp_path / "call"
    recorded = send(open_port("sim://", PROFILE, record=path), HERE, 1, 200)
    replayed = send(open_port(f"replay://{path}?pace=8", PROFILE), HERE, 1, 200)
    assert replayed.ok, replayed.text
    assert replayed.pages == recorded.pages


def test_a_call_recorded_by_the_real_clock_is_made_again_in_virtual_time(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    recorded = send(open_port("sim://?far=dcn-after-dis&pace=8", PROFILE, record=first))
    replayed = send(open_port(f"replay://{first}", PROFILE, record=second))
    assert replayed.status is recorded.status
    assert octets(second) == octets(first)
    then, now = moments(first), moments(second)
    assert [at - now[0] for at in now] == pytest.approx([at - then[0] for at in then], abs=0.003)


def test_a_full_modem_holds_the_computer_up() -> None:
    """What it says meanwhile comes first; it is no mismatch that the computer has more to say."""
    entries = (Entry(0.0, TO, b"page"), Entry(1.0, FROM, b"OK"), Entry(1.1, TO, b"more"))
    port = VirtualPort(TranscriptDce(Transcript((), entries)))
    assert port.write(b"page", 1.0) == 4
    assert port.write(b"more", 4.0) == 4
    assert port.now() == 1.1
    assert port.read(1.1) == b"OK"


@pytest.mark.parametrize(("recorded", "said"), [(0.2, 0.2), (30.0, 0.0)])
def test_a_computer_that_is_early_waits_a_little_and_no_more(recorded: float, said: float) -> None:
    entries = (Entry(recorded, TO, b"AT\r"), Entry(recorded + 1, FROM, b"OK"))
    port = VirtualPort(TranscriptDce(Transcript((), entries)))
    assert port.write(b"AT\r", 10.0) == 3
    assert port.now() == said
    assert port.read(40.0) == b"OK"
    assert port.now() == said + 1


def test_a_mismatch_by_the_real_clock_is_a_fault_of_the_port(tmp_path: Path) -> None:
    path = tmp_path / "call"
    send(open_port("sim://", PROFILE, record=path), HERE, 1, 200)
    result = send(open_port(f"replay://{path}?pace=8", PROFILE), Station("+44 2"), 1, 200)
    assert result.status is HangupStatus.EQUIPMENT
    octet, _ = place_of(path, b"1 44+")
    assert f"octet {octet} to the modem" in result.text


def test_a_recorded_fax_is_received_again_without_a_limit_to_the_wait(tmp_path: Path) -> None:
    path = tmp_path / "call"
    first = receive_fax("sim://?caller=ecm&pages=2", keep=tmp_path / "a", transcript=path)
    again = receive_fax(f"replay://{path}", keep=tmp_path / "b")
    assert first.ok
    assert again.ok
    assert again.document is not None
    assert first.document is not None
    assert again.document.read_bytes() == first.document.read_bytes()


@pytest.mark.parametrize(
    ("url", "virtual"),
    [("sim://", True), ("sim://?pace=2", False), ("replay://{}", True), ("/dev/ttyS0", False),
     ("replay://{}?pace=real", False)],
)  # fmt: skip
def test_virtual_time_is_known_by_the_address(url: str, virtual: bool, tmp_path: Path) -> None:
    path = tmp_path / "call"
    path.write_text("faxcore transcript 1\n\n")
    assert is_virtual(url.format(path)) is virtual


def test_options_that_change_nothing_said_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "call"
    send(open_port("sim://", PROFILE, record=path), HERE, 1)
    with FaxModem(open_port(f"replay://{path}", PROFILE), PROFILE) as fax:
        assert fax.send(document(1, 400), "+15550100", HERE, options=CallOptions(ecm=False)).ok

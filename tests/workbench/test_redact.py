"""A redacted transcript has nothing of the original, and still replays and explains itself."""

import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from faxcore.errors import SettingsError
from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SimModem, scenario
from faxcore.t4 import Coding, PageBitmap, encode_page, reverse_bits
from faxcore.t30.document import FaxDocument, FaxPage, Station
from faxcore.t30.frames import Frame, fcs
from faxcore.transport.recording import RecordingPort
from faxcore.transport.transcript import Direction, Entry, format_entry, read_transcript
from faxcore.transport.virtual_port import VirtualPort
from faxcore.workbench.evidence_steps import read_steps
from faxcore.workbench.explain import explain
from faxcore.workbench.reading_replay import replay
from faxcore.workbench.redact import redact
from faxcore.workbench.redact_names import StandIns, core_of, pieces
from faxcore.workbench.redact_search import writings
from tests.workbench.make_transcripts import FOLDER, MADE

NUMBERS = st.text("0123456789", min_size=7, max_size=15)
EXAMPLES = 100 if os.environ.get("FAXCORE_CALLS") == "all" else 6
ENDS = ("normal", "ecm", "ecm-damage-once", "rtn-page-2", "drops-in-page", "busy", "v29")


def streams(path):
    """Everything that crossed the port, and the text of the file itself."""
    found = dict.fromkeys(Direction, b"")
    for entry in read_transcript(path).entries:
        found[entry.direction] += entry.data or entry.text.encode()
    return [*found.values(), path.read_bytes()]


def assert_gone(path, originals):
    for stream in streams(path):
        bare = stream.translate(None, b" +-.()")
        for original in originals:
            for writing in writings(core_of(original)):
                assert writing not in stream
                assert writing not in bare


def noise_page(seed):
    """A page that nothing else looks like."""
    pixels = np.random.default_rng(seed).random((24, 1728)) < 0.3
    image = PageBitmap.from_array(pixels)
    return FaxPage(tuple(encode_page(image, coding) for coding in Coding)), image


def record(path, fax_class, far, number, ours, theirs, secrets, seed):
    profile = replace(load_profile("generic-class1"), fax_class=fax_class)
    end = scenario(far)
    can = replace(end.capabilities, subaddress=True, password=True)
    modem = SimModem(replace(end, capabilities=can), profile=profile, far_id=theirs)
    made = [noise_page(seed), noise_page(seed + 1)]
    station = Station(ours, *secrets) if fax_class in {"1", "1.0"} else Station(ours)
    with FaxModem(RecordingPort(VirtualPort(modem), path, profile.name), profile) as fax:
        fax.send(FaxDocument(tuple(page for page, _ in made)), number, station)
    return made


@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    fax_class=st.sampled_from(["1", "1.0", "2", "2.0"]),
    far=st.sampled_from(ENDS),
    number=NUMBERS,
    ours=NUMBERS.map(lambda text: f"+{text[:2]} {text[2:]}"[:20]),
    theirs=NUMBERS.map(lambda text: f"+{text[:3]} {text[3:6]} {text[6:]}"[:20]),
    secrets=st.tuples(NUMBERS, NUMBERS),
    seed=st.integers(0, 1000),
)
def test_no_number_no_name_and_no_pixel_remains_and_it_replays(
    fax_class, far, number, ours, theirs, secrets, seed
):
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "call", Path(folder) / "posted"
        made = record(path, fax_class, far, number, ours, theirs, secrets, seed)
        assert redact(path, out) == ()
        assert_gone(out, [number, ours, theirs, *secrets])
        there = b"".join(streams(out))
        there += reverse_bits(there)
        remaining = {there[at : at + 6] for at in range(len(there) - 5)}
        for page, image in made:
            for octets in [*(each.data for each in page.choices), image.rows.tobytes()]:
                windows = {octets[at : at + 6] for at in range(40, len(octets) - 6, 6)}
                assert not windows & remaining
        played = replay(out)
        assert played.same, played.difference
        before, after = explain(path), explain(out)
        assert (before.layer, before.cause) == (after.layer, after.cause)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_every_simulated_transcript_redacted_replays_and_is_explained_alike(made, tmp_path):
    path, out = FOLDER / f"{made.name}.txt", tmp_path / "posted"
    redact(path, out)
    assert replay(out).same
    assert_gone(out, ["15550100", "15550199", "15550123"])
    before, after = explain(path), explain(out)
    assert (before.layer, before.cause) == (after.layer, after.cause)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("hand-*.txt")), ids=lambda path: path.stem)
def test_every_transcript_written_by_hand_is_explained_alike_when_redacted(path, tmp_path):
    out = tmp_path / "posted"
    redact(path, out)
    assert_gone(out, ["15550100", "15550199"])
    before, after = explain(path), explain(out)
    assert (before.layer, before.cause) == (after.layer, after.cause)


def redacted(tmp_path, body, head="port: sim://?id=5557654\n"):
    path, out = tmp_path / "call", tmp_path / "posted"
    path.write_text(f"faxcore transcript 1\nsource: recorded\n{head}\n{body}")
    redact(path, out)
    return out


@pytest.mark.parametrize(
    "line",
    [
        r'1.0 < "\r\nNMBR = 5557654\r\n"',
        r'1.0 < "\r\nNAME = ADA LOVELACE\r\n"',
        r'1.0 < "\r\nhello ADA LOVELACE 5557654\r\n"',
        r'1.0 < "\r\n+FCSI:\"   5557654\"\r\n"',
        r'1.0 < "\r\n+FCSI:ADA LOVELACE\r\n"',
        r'1.0 > "AT+FLID=\"555 7654\"\r"',
        r'1.0 > "ATX3DT9W555-7654;\r"',
        r'1.0 > "ATDP5557654"',
        r'1.0 < "ATDT5557654\r\r\n"',
        r'1.0 > "5557654"',
        "1.0 # calling 5557654, ADA LOVELACE",
        r'1.0 < "\r\n+FVO: 555 7654\r\n"',
        r'1.0 > "AT+CNUM?\r"' "\n" r'1.1 < "\r\n555-7654\r\n"',
        r'1.0 > "AT+CPBW=1,ADA,5557654\r"',
        r'1.0 > "AT+FLID=555 7654\r"',
        r'1.0 > "AT+FPI=555-7654;+FCR=1\r"',
        r'1.0 > "AT+FCLASS=1;DT555 7654\r"',
        r'1.0 > "AT+FCLASS=1DT555-7654\r"',
        r'1.0 < "\r\nRING 555 7654\r\n"',
        r'1.0 < "\r\nCONNECT 555-7654\r\n"',
        r'1.0 > "ATS7=60 555 7654\r"',
        r'1.0 < "\r\n+FNSF:41 44 41 35 35 35 37 36 35 34\r\n"',
    ],
)
def test_words_that_name_somebody_go(line, tmp_path):
    out = redacted(tmp_path, line + "\n")
    text = out.read_text()
    for told in ("5557654", "555 7654", "555-7654", "ADA", "LOVELACE", "4567555"):
        assert told not in text
    assert b"41 44 41" not in out.read_bytes()


@pytest.mark.parametrize("command", ["AT+FPW=4711", "AT+FSA=4711", "AT+FLID=ADA;+FPW=4711"])
def test_a_short_password_goes_without_quotes_too(command, tmp_path):
    text = redacted(tmp_path, f'1.0 > "{command}\\r"\n').read_text()
    assert "4711" not in text
    assert "ADA" not in text


@pytest.mark.parametrize("name", ["FHR", "FHT"])
def test_an_identity_in_a_frame_that_is_reported_in_hexadecimal_goes(name, tmp_path):
    identity = reverse_bits(b"4567555").hex().upper()
    out = redacted(tmp_path, f'1.0 < "\\r\\n+{name}:FFC842{identity}\\r\\n"\n')
    assert identity not in out.read_text()


def frame_entry(frame, *, damaged=False):
    octets = frame.octets
    check = bytes(each ^ 0xFF for each in fcs(octets)) if damaged else fcs(octets)
    said = octets + check + b"\x10\x03\r\n" + (b"ERROR" if damaged else b"OK")
    return format_entry(Entry(2.0, Direction.FROM_MODEM, said + b"\r\n"))


LISTENING = (
    '0.5 > "AT+FCLASS=1\\r"\n0.6 < "\\r\\nOK\\r\\n"\n'
    '1.0 > "AT+FRH=3\\r"\n1.1 < "\\r\\nCONNECT\\r\\n"\n'
)


@pytest.mark.parametrize("fcf", [0x20, 0x40, 0x42, 0xC2, 0xA2, 0x22, 0x99])
@pytest.mark.parametrize("damaged", [False, True])
def test_frames_that_name_somebody_go(fcf, damaged, tmp_path):
    frame = Frame(fcf, b"\xad\x00\x00" + b"ECALEVOL ADA 4567555"[:17])
    good = frame_entry(Frame(0x80, b"\x00\x6e\x78"))
    out = redacted(tmp_path, LISTENING + good + LISTENING.replace("1.", "2.") + frame_entry(
        frame, damaged=damaged))  # fmt: skip
    kept = b"".join(streams(out))
    assert b"ADA" not in kept
    assert b"4567" not in kept
    steps = [step for step in read_steps(out).steps if step.kind.value == "frame"]
    assert [step.ok for step in steps] == [True, not damaged]


def test_dis_and_results_stay(tmp_path):
    good = frame_entry(Frame(0x80, b"\x00\x6e\x78"))
    out = redacted(tmp_path, LISTENING + good)
    assert "DIS" in [step.name for step in read_steps(out).steps]


def test_the_head_names_nobody(tmp_path):
    head = "port: /dev/ada\nprofile: generic-class1\ncause: ADA\nlayer: line\n"
    out = redacted(tmp_path, "", head)
    fields = dict(read_steps(out).head)
    assert fields.keys() == {"source", "profile", "layer", "redacted"}


def test_the_same_number_has_the_same_stand_in(tmp_path):
    body = '1.0 > "ATDT5557654\\r"\n9.0 < "\\r\\nBUSY\\r\\n"\n9.5 > "ATDT5557654\\r"\n'
    out = redacted(tmp_path, body)
    dialled = [step.name for step in read_steps(out).steps if step.name.startswith("DT")]
    assert len(dialled) == 2
    assert len(set(dialled)) == 1


def test_a_line_that_is_none_is_left_out_and_told(tmp_path):
    path, out = tmp_path / "call", tmp_path / "posted"
    path.write_text('faxcore transcript 1\n\n0.0 > "AT\\r"\n0.1 < "5557654')
    assert redact(path, out) == ("1 lines that could not be read are left out",)
    assert "5557654" not in out.read_text()


def test_nothing_is_written_where_something_would_remain(tmp_path):
    path, out = tmp_path / "call", tmp_path / "posted"
    path.write_text('faxcore transcript 1\n\n0.0 > "ATDT10001\\r"\n0.1 > "AT+FDCC=1,0,0,0,1\\r"\n')
    redact(path, out)  # commas are no blanks: these digits are no number
    said = '0.0 > "ATDT14400\\r"\n0.1 # SendTraining at 14400 V.17\n'
    path.write_text(f"faxcore transcript 1\n\n{said}")
    with pytest.raises(SettingsError, match="would remain"):
        redact(path, tmp_path / "other")
    assert not (tmp_path / "other").exists()


@given(st.lists(st.text("0123456789", min_size=5, max_size=20), min_size=1, max_size=8))
def test_stand_ins_have_nothing_of_any_original(numbers):
    names = StandIns()
    for number in numbers:
        names.learn(number)
    made = {number: names.of(number) for number in numbers}
    originals = {piece for number in numbers for piece in pieces(number)}
    for number, other in made.items():
        assert len(other) == len(number)
        assert other.isdecimal()
        assert not originals.intersection(pieces(other))
    assert len(set(made.values())) == len(set(numbers))


def test_stand_ins_keep_the_shape():
    names = StandIns()
    names.learn("+44 20 7946 0000")
    assert [each.isdigit() for each in names.of("+44 20 7946 0000")] == [
        each.isdigit() for each in "+44 20 7946 0000"
    ]
    assert names.of("Ada") != "Ada"
    assert names.of("Ada")[0].isupper()


def said_in_their_places(path):
    """The numbers that were dialled and those in frames and reports that name somebody."""
    octets = [b"".join(each.data for each in read_transcript(path).entries if each.direction is way)
              for way in (Direction.TO_MODEM, Direction.FROM_MODEM)]  # fmt: skip
    dialled = re.findall(rb"ATDT?([0-9]+)\r", octets[0])
    framed = re.findall(rb"\xff\x03[\x40\x43\xc3\xa3]([0-9]{1,4})(?=[^0-9])", b"\n".join(octets))
    named = re.findall(rb'\+F(?:LID|LI|CSI|CI)[=:] ?"([^"]*)"', b"\n".join(octets))
    return [each.strip() for each in (*dialled, *framed, *named)]


@pytest.mark.parametrize("fax_class", ["1", "1.0", "2", "2.0"])
def test_short_numbers_are_replaced_where_they_were_dialled_or_named_somebody(fax_class, tmp_path):
    path, out = tmp_path / "call", tmp_path / "posted"
    record(path, fax_class, "normal", "911", "12", "7", ("44", "5832"), 1)
    redact(path, out)
    before, after = said_in_their_places(path), said_in_their_places(out)
    assert {b"911", b"7"} <= set(before)
    assert len(before) == len(after) >= 3
    assert not {each.replace(b" ", b"") for each in before} & set(after)
    assert not {each[::-1] for each in before} & set(after)
    assert replay(out).same

"""Whatever a transcript holds, reading it ends, soon, and in few octets."""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxcore.errors import SettingsError
from faxcore.workbench.diagram import draw
from faxcore.workbench.diff import compare
from faxcore.workbench.evidence_steps import read_steps
from faxcore.workbench.explain import explain
from faxcore.workbench.explain_text import step_lines, verdict_lines, verdict_object
from faxcore.workbench.monitor import play
from faxcore.workbench.redact import redact
from tests.workbench.make_transcripts import FOLDER

HEAD = b"faxcore transcript 1\n\n"
WHOLE = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.txt"))[::6]}


def use(path):
    """Everything that is done with a transcript."""
    verdict = explain(path)
    text = "\n".join([*verdict_lines(verdict), *step_lines(verdict.call.record)])
    assert all(each.isprintable() or each == "\n" for each in text)
    verdict_object(verdict)
    html = draw(verdict)
    compare(verdict.call.record, verdict.call.record)
    for _ in play(path):
        pass
    with contextlib.suppress(SettingsError):  # where a number would remain
        redact(path, path.with_suffix(".redacted"))
    return html


_MEASURE = """
import resource, sys
from pathlib import Path
from faxcore.workbench.evidence_steps import read_steps
read_steps(Path(sys.argv[1]))
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""

LINES = st.builds(
    lambda at, way, form: f"{at:.3f} {way} {form}\n".encode("utf-8", "replace"),
    st.floats(0, 1e4),
    st.sampled_from("<>#?"),
    st.sampled_from(
        ['"AT+FTH=3\\r"', '"AT+FRH=3\\r"', '"AT+FTM=146\\r"', '"AT+FRM=97\\r"', '"AT+FDT\\r"',
         '"AT+FCLASS=2\\r"', '"AT+FCLASS=2.0\\r"', '"AT+FCLASS=1\\r"', '"ATDT123\\r"', '"ATA\\r"',
         '"\\r\\nCONNECT\\r\\n"', '"\\r\\nOK\\r\\n"', '"NO CARRIER\\r"', '"ERROR\\r"',
         '"+FHNG:99\\r"', '"+FHS:zz\\r"', '"+FDCS:9,9,9,9\\r"', '"+FPTS:\\r"', '"+FET:\\r"',
         '"+FPTS:2\\r"', '"+FET:5\\r"', "hex 10 03", "hex 10", "hex ff 13 83 ff ff ff 10 03",
         "hex ff 13 bf 2f 01 00 09 10 03", "hex ff 13 80 10 03", "hex ff 03 40 10 10 10 03",
         "hex ff 13 8c a2 f1 10 03", "999 x 00", "99 x FF", "base64 AAAA", "hex 10 2e"]
    ) | st.text(max_size=20),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.lists(LINES, max_size=40))
def test_any_lines_are_read_to_their_end(lines):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call"
        path.write_bytes(HEAD + b"".join(lines))
        use(path)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_transcript_cut_or_damaged_anywhere_is_read(name, data):
    octets = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(0, 6))):
        octets[data.draw(st.integers(25, len(octets) - 1))] = data.draw(st.integers(0, 255))
    del octets[data.draw(st.integers(25, len(octets))) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call"
        path.write_bytes(octets)
        use(path)


@given(st.binary(max_size=200).filter(lambda octets: not octets.startswith(HEAD[:20])))
def test_another_file_is_refused_in_one_sentence(octets):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call"
        path.write_bytes(octets)
        with pytest.raises(SettingsError, match="first line"):
            explain(path)


def test_times_that_go_back_or_nowhere_are_told_and_do_no_harm(tmp_path):
    path = tmp_path / "call"
    path.write_bytes(HEAD + b"5.0 # a\n3.0 # b\n" + b"9" * 400 + b".0 # c\nnan # d\n6.0 # e\n")
    record = read_steps(path)
    assert [step.at for step in record.steps] == [5.0, 5.0, 6.0]
    assert record.left_out == 2
    assert "goes back" in record.complaints[0]


def test_a_huge_line_is_left_out(tmp_path):
    path = tmp_path / "call"
    path.write_bytes(HEAD + b'1.0 < "' + b"A" * 5_000_000 + b'"\n2.0 # after\n')
    record = read_steps(path)
    assert [step.text for step in record.steps] == ["after"]
    assert record.left_out == 1


def test_no_more_steps_are_kept_than_a_call_can_have(tmp_path):
    path = tmp_path / "call"
    path.write_bytes(HEAD + b"1.0 # mark\n" * 1_100)
    record = read_steps(path, most_steps=1_000)
    assert len(record.steps) == 1_000
    assert "steps" in record.complaints[-1]


def test_a_small_file_of_endless_runs_ends(tmp_path):
    path = tmp_path / "call"
    path.write_bytes(HEAD + b"1.0 > 16777216 x 00\n" * 1000)
    record = read_steps(path, most_octets=1 << 24)
    assert "too long" in record.complaints[-1]
    with pytest.raises(SettingsError, match="more than"):
        redact(path, tmp_path / "out")


@pytest.mark.skipif(os.environ.get("FAXCORE_CALLS") != "all", reason="FAXCORE_CALLS=all: a minute")
@pytest.mark.parametrize(
    "line",
    [
        b"1.0 < 16777216 x 41\n",
        b'1.0 < "' + b"\\x41" * 400 + b'"\n',
        b"1.0 # mark\n",
        b'1.0 > "AT\\r"\n',
        b"\xff" * 99 + b"\n",
    ],
    ids=["runs", "escapes", "marks", "commands", "binary"],
)
def test_a_hundred_megabytes_take_a_bounded_time_and_memory(line, tmp_path):
    path = tmp_path / "call"
    path.write_bytes(HEAD + line * (100_000_000 // len(line)))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, path], capture_output=True, text=True, check=True
    )
    seconds, kilobytes = map(float, done.stdout.split())
    assert seconds < 120
    assert kilobytes < 400_000


def test_what_a_hostile_transcript_says_is_no_html(tmp_path):
    path = tmp_path / "<script>alert(1)</script>"
    path = tmp_path / "call<b>.txt"
    path.write_bytes(
        HEAD + b'0.0 > "AT<script>alert(1)</script>\\r"\n'
        b'0.1 < "\\r\\n<img src=x onerror=alert(1)>\\r\\n"\n'
        b"0.2 # </svg><script>alert(2)</script>\n"
        b'0.3 > "ATDT1\\r"\n0.4 < "+FCSI:\\"<script>\\"\\r"\n1.0 < "\\r\\nBUSY\\r\\n"\n'
    )
    html = use(path)
    assert "<script" not in html.lower()
    assert "<img" not in html
    assert "&lt;script" in html.lower()
    assert "</svg><" not in html.replace("</svg>\n", "")


def test_a_drawing_asks_nothing_of_any_network(tmp_path):
    html = draw(explain(FOLDER / "c1-rtn-always.txt"))
    assert "://" not in html
    assert "url(" not in html
    assert "default-src 'none'" in html
    assert html.count("RTN") >= 3
    assert html.count('class="proved"') == 3

"""``faxcore modem``'s commands on records of calls."""

import json

import pytest

from tests.workbench.make_transcripts import FOLDER

GOOD, BAD = FOLDER / "c2.0-normal.txt", FOLDER / "c1-rtn-always.txt"


def test_explain_tells_where_why_and_what_to_do(faxcore):
    run = faxcore("modem", "explain", BAD)
    assert run.code == 0
    assert "at fault     line (likely, 70%)" in run.out
    assert run.out.count("we received RTN") == 3


def test_explain_shows_the_steps(faxcore):
    run = faxcore("modem", "explain", BAD, "--steps")
    assert "we sent DCS (rate 14400; modulation V.17" in run.out


def test_explain_for_programs(faxcore):
    answer = json.loads(faxcore("modem", "explain", BAD, "--json").out)
    assert answer["layer"] == "line"
    assert [step["name"] for step in answer["proof"]] == ["RTN"] * 3
    assert answer["call"] == {
        "class": "1", "calling": True, "rate": 9600, "pages": 1, "pages_confirmed": 0,
        "finished": False, "seconds": answer["call"]["seconds"],
    }  # fmt: skip


def test_explain_draws_the_call(faxcore, tmp_path):
    out = tmp_path / "call.html"
    assert faxcore("modem", "explain", BAD, "--html", out).code == 0
    assert out.read_text().startswith("<!doctype html>")
    assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", ["explain", "replay", "monitor"])
def test_a_file_that_is_no_transcript_is_one_sentence(command, faxcore, tmp_path):
    path = tmp_path / "other"
    path.write_text("hello")
    run = faxcore("modem", command, path)
    assert run.code == 2
    assert run.out == ""
    assert run.err.startswith("faxcore: transcript")
    assert run.err.count("\n") == 1


def test_replay_says_same(faxcore):
    run = faxcore("modem", "replay", BAD)
    assert (run.code, run.out) == (0, "same: the driver did as recorded (page_rejected)\n")


def test_replay_says_where_it_differs(faxcore):
    run = faxcore("modem", "replay", BAD, "--against", "cirrus-clmd", "--json")
    answer = json.loads(run.out)
    assert run.code == 1
    assert answer["same"] is False
    assert "octet" in answer["difference"]


def test_diff_says_what_differs(faxcore):
    assert faxcore("modem", "diff", GOOD, GOOD).code == 0
    run = faxcore("modem", "diff", FOLDER / "c1-busy.txt", FOLDER / "c1-voice.txt", "--json")
    assert run.code == 1
    assert json.loads(run.out)["same"] is False


def test_redact_writes_what_still_replays(faxcore, tmp_path):
    out = tmp_path / "posted.txt"
    run = faxcore("modem", "redact", BAD, out)
    assert run.code == 0
    assert "15550100" not in out.read_text()
    assert faxcore("modem", "replay", out).code == 0


def test_redact_does_not_overwrite_the_record(faxcore, tmp_path):
    path = tmp_path / "call.txt"
    path.write_bytes(BAD.read_bytes())
    assert faxcore("modem", "redact", path, path).code == 2
    assert path.read_bytes() == BAD.read_bytes()


def test_monitor_prints_lines_where_nobody_looks(faxcore):
    run = faxcore("modem", "monitor", BAD, "--fast")
    assert run.code == 0
    assert "    20.761  we received RTN\n" in run.out


def test_monitor_answers_a_call_and_tells_it_for_programs(faxcore):
    run = faxcore("modem", "monitor", "sim://?caller=normal&pages=1", "--json")
    steps = [json.loads(line) for line in run.out.splitlines()]
    names = [step["name"] for step in steps if step["kind"] in {"frame", "page", "training"}]
    assert names[-4:] == ["page 1", "EOP", "MCF", "DCN"]


def test_record_sends_and_explains(faxcore, tmp_path):
    out = tmp_path / "call.txt"
    run = faxcore("modem", "record", "sim://?far=busy", "--out", out, "--to", "+1 555 0100")
    assert run.code == 1
    assert "the number is busy" in run.out
    assert faxcore("modem", "replay", out).code == 0


def test_record_receives(faxcore, tmp_path):
    out = tmp_path / "call.txt"
    into = tmp_path / "in"
    run = faxcore("modem", "record", "sim://?caller=normal", "--out", out, "--receive", into)
    assert run.code == 0
    assert (tmp_path / "in" / "page-001.tif").exists()
    assert faxcore("modem", "replay", out).code == 0


def test_record_sets_the_modem_up_without_a_call(faxcore, tmp_path):
    out = tmp_path / "modem.txt"
    assert faxcore("modem", "record", "sim://", "--out", out).code == 0
    assert "AT+FRM=?" in out.read_text()


@pytest.mark.parametrize("options", [("--to", "1", "--receive", "in"), ("letter.txt",)])
def test_record_takes_one_call_at_a_time(options, faxcore, tmp_path):
    run = faxcore("modem", "record", "sim://", *options, "--out", tmp_path / "call")
    assert run.code == 2
    assert not (tmp_path / "call").exists()

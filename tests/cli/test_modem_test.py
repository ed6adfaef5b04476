"""``faxcore modem test``: exit codes, the table, JSON."""

import json

import pytest

KEYS = {
    "ok", "reason", "status", "text", "class", "asked", "remote_id", "rate", "modulation",
    "coding", "resolution", "ecm", "trainings", "rtn", "ppr", "outcomes", "seconds", "timing",
}  # fmt: skip


def test_a_table_for_people(faxcore):
    run = faxcore("modem", "test", "sim://", "5550100", "--rate", "9600")
    assert run.code == 0, run.err
    assert "9600 V.17" in run.out
    assert "9600 V.29" in run.out
    assert run.out.count("confirmed") == 2
    assert "calling 5550100: 9600 V.29" in run.err


@pytest.mark.parametrize(
    ("far", "code", "reason"),
    [
        ("ecm", 0, "ok"),
        ("busy", 1, "busy"),
        ("no-dialtone", 3, "no_dialtone"),
        ("silent-after-eop", 4, "page_unanswered"),
    ],
)
def test_exit_code_and_reason_for_programs(faxcore, far, code, reason):
    run = faxcore("modem", "test", f"sim://?far={far}", "5550100", "--json")
    (call,) = json.loads(run.out)["calls"]
    assert (run.code, call["reason"], run.err) == (code, reason, "")
    assert set(call) - {"timing"} == KEYS - {"timing"}


def test_error_correction_can_be_left_out(faxcore):
    with_ecm = json.loads(faxcore("modem", "test", "sim://?far=ecm", "1", "--json").out)
    without = json.loads(faxcore("modem", "test", "sim://?far=ecm", "1", "-E", "--json").out)
    assert with_ecm["calls"][0]["ecm"] is True
    assert without["calls"][0]["ecm"] is False


def test_every_octet_is_kept(faxcore, tmp_path):
    path = tmp_path / "port.txt"
    assert faxcore("modem", "test", "sim://", "5550100", "--transcript", path).code == 0
    assert "ATDT5550100\\r" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["/dev/nonesuch", "1"], 3, "/dev/nonesuch"),
        (["sim://", "1;2"], 2, "U+003B"),
        (["sim://", "1", "--rate", "300"], 2, "no carrier of 300 bit/s"),
        (["sim://", "1", "--rate", "9600", "--every-rate"], 2, "one of both"),
        (["sim://", "1", "--class", "9"], 2, "class 9"),
    ],
)
def test_wrong_use_is_one_sentence(faxcore, arguments, code, named):
    run = faxcore("modem", "test", *arguments)
    assert (run.code, named in run.err, "Traceback" in run.err) == (code, True, False), run.err

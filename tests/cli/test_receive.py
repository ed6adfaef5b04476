"""``faxcore receive``: exit codes, JSON, files."""

import json
import stat

import pytest
from PIL import Image

from faxcore.sim import numbered_page
from faxcore.t4.tiff import read_tiff

KEYS = {
    "ok", "reason", "status", "text", "answered", "remote_id", "pages", "document",
    "pages_confirmed", "rate", "modulation", "coding", "resolution", "ecm", "trainings",
    "seconds", "timing", "page_reports", "transcript", "notes",
}  # fmt: skip


@pytest.mark.parametrize(
    ("port", "code", "reason"),
    [
        ("sim://?caller=normal&pages=2", 0, "ok"),
        ("sim://?caller=ecm", 0, "ok"),
        ("sim://?caller=hangs-up-in-page", 1, "no_carrier"),
        ("sim://?caller=never-sends", 1, "not_a_fax"),
        ("sim://?caller=dcn-after-dis", 1, "negotiation"),
        ("sim://", 1, "no_ring"),
    ],
)
def test_exit_code_and_reason(faxcore, tmp_path, port, code, reason):
    run = faxcore("receive", "--port", port, "--wait", "20", "--out", tmp_path, "--json")
    result = json.loads(run.out)
    assert (run.code, result["reason"]) == (code, reason)
    assert set(result) == KEYS
    assert result["ok"] is (code == 0)
    assert json.loads((tmp_path / "result.json").read_text()) == result


def test_everything_is_in_the_folder_and_private(faxcore, tmp_path):
    out = tmp_path / "in"
    run = faxcore("receive", "--out", out, "--station-id", "+1 2")
    assert run.code == 0, run.err
    files = {path.name: path for path in out.iterdir()}
    assert set(files) == {
        "page-001.tif", "page-001.png", "page-002.tif", "page-002.png", "fax.tif",
        "transcript.txt", "result.json",
    }  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    pages = [page.bitmap for page in read_tiff(files["fax.tif"])]
    assert pages == [numbered_page(1), numbered_page(2)]
    with Image.open(files["page-001.png"]) as picture:
        assert picture.width == 1728
    assert "every page kept and confirmed" in run.out
    assert "+1 555 0123" in run.out
    assert "page 2 is kept" in run.err
    assert "ATA" in files["transcript.txt"].read_text()


def test_no_ecm_means_no_mmr(faxcore, tmp_path):
    receive = ["receive", "--port", "sim://?caller=ecm", "--json"]
    plain = json.loads(faxcore(*receive, "--no-ecm", "--out", tmp_path / "a").out)
    corrected = json.loads(faxcore(*receive, "--out", tmp_path / "b").out)
    assert (plain["ecm"], plain["coding"]) == (False, "mr")
    assert (corrected["ecm"], corrected["coding"]) == (True, "mmr")


def test_waits_again_in_a_folder_without_a_fax(faxcore, tmp_path):
    assert faxcore("receive", "--port", "sim://", "--wait", "1", "--out", tmp_path).code == 1
    assert faxcore("receive", "--out", tmp_path).code == 0
    run = faxcore("receive", "--out", tmp_path)
    assert (run.code, "there is a fax in it already" in run.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["--rings", "0"], 2, "rings 0"),
        (["--wait", "-1"], 2, "wait -1"),
        (["--station-id", "Ada"], 2, "Ada"),
        (["--port", "sim://?caller=nobody"], 2, "nobody"),
        (["--port", "sim://?caller=normal&pages=0"], 2, "pages"),
        (["--port", "/dev/nonesuch"], 3, "/dev/nonesuch"),
    ],
)
def test_bad_options_are_one_sentence(faxcore, tmp_path, arguments, code, named):
    run = faxcore("receive", "--out", tmp_path, *arguments)
    assert run.code == code
    assert named in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize(("finest", "came"), [("superfine", "superfine"), ("coarse", "coarse")])
def test_the_finest_resolution_is_a_limit(faxcore, tmp_path, finest, came):
    port = "sim://?caller=superfine"
    run = faxcore("receive", "--port", port, "--finest", finest, "--out", tmp_path, "--json")
    assert (run.code, json.loads(run.out)["resolution"]) == (0, came)


@pytest.mark.parametrize("options", [("--finest", "9000"), ("--widest", "5")])
def test_limits_that_mean_nothing_are_wrong_use(faxcore, tmp_path, options):
    run = faxcore("receive", "--out", tmp_path / "in", *options)
    assert run.code == 2
    assert options[1] in run.err


def test_a_fax_that_is_held_ready_is_fetched(faxcore, tmp_path):
    port = "sim://?far=polled-selective"
    asked = ("--poll", "+1 555 0100", "--selective", "42", "--password", "1234")
    run = faxcore("receive", "--port", port, *asked, "--out", tmp_path / "in")
    assert run.code == 0, run.err
    pages = [page.bitmap for page in read_tiff(tmp_path / "in" / "fax.tif")]
    assert pages == [numbered_page(1), numbered_page(2)]
    assert "polled       +1 555 0100" in run.out


@pytest.mark.parametrize(
    ("port", "arguments", "code", "reason"),
    [
        ("sim://?far=polled", (), 0, "ok"),
        ("sim://?far=polled-empty", (), 1, "nothing_to_poll"),
        ("sim://?far=normal", (), 1, "nothing_to_poll"),
        ("sim://?far=polled-empty&class=2", ("--class", "2"), 1, "nothing_to_poll"),
        ("sim://?far=polled", ("--selective", "42"), 1, "nothing_to_poll"),
        ("sim://?far=polled-selective", (), 1, "negotiation"),
        ("sim://?far=busy", (), 1, "busy"),
    ],
)
def test_exit_code_and_reason_of_a_poll(faxcore, tmp_path, port, arguments, code, reason):
    poll = ("receive", "--port", port, "--poll", "1", *arguments, "--out", tmp_path, "--json")
    result = json.loads(faxcore(*poll).out)
    assert (result["ok"], result["reason"]) == (code == 0, reason)
    assert "cannot receive" not in result["text"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--selective", "42"), "without a number to poll"),
        (("--poll", "1", "--selective", "x"), "selective address"),
        (("--poll", "no number"), "no number"),
        (("--poll", "1", "--selective", "4", "--class", "2", "--port", "sim://?class=2"), "no SEP"),
    ],
)
def test_a_poll_that_means_nothing_is_wrong_use(faxcore, tmp_path, arguments, named):
    run = faxcore("receive", "--out", tmp_path, *arguments)
    assert run.code == 2
    assert named in run.err

"""``faxcore send``: exit codes, JSON, files, and what happens to bad input."""

import json
import stat

import pytest
from PIL import Image

from faxcore.t4 import Resolution, encode_page
from faxcore.t4.tiff import read_tiff, write_tiff
from tests.documents import bitmap

KEYS = {
    "ok", "reason", "status", "text", "number", "remote_id", "pages", "pages_confirmed",
    "pages_uncertain", "rate", "modulation", "coding", "resolution", "trainings", "seconds",
    "timing", "page_reports", "transcript", "notes",
}  # fmt: skip


@pytest.fixture
def fax_tiff(tmp_path):
    """A TIFF that is a legal fax page already: quick to render, pixel-true with no header."""
    path = tmp_path / "page.tif"
    write_tiff(path, [encode_page(bitmap(number, 2200)) for number in (1, 2)])
    return path


@pytest.mark.parametrize(
    ("far", "code", "reason"),
    [
        ("normal", 0, "ok"),
        ("busy", 1, "busy"),
        ("no-answer", 1, "no_answer"),
        ("no-dialtone", 3, "no_dialtone"),
        ("voice", 1, "no_carrier"),
        ("rtn-always", 1, "page_rejected"),
        ("drops-in-page", 1, "no_carrier"),
        ("silent-after-eop", 4, "page_unanswered"),
    ],
)
def test_exit_code_and_reason(faxcore, fax_tiff, far, code, reason):
    run = faxcore(
        "send", "--to", "1", "--port", f"sim://?far={far}", "--header", "none", "--json", fax_tiff
    )
    result = json.loads(run.out)
    assert (run.code, result["reason"]) == (code, reason)
    assert set(result) == KEYS
    assert result["ok"] is (code == 0)


def test_a_legal_fax_page_goes_out_pixel_true(faxcore, fax_tiff, tmp_path):
    out = tmp_path / "out"
    run = faxcore("send", "--to", "1", "--header", "none", "--out", out, fax_tiff)
    assert run.code == 0
    assert [page.bitmap for page in read_tiff(out / "sent.tif")] == [
        bitmap(number, 2200) for number in (1, 2)
    ]
    received = [next(iter(read_tiff(out / "received" / f"page-00{n}.tif"))) for n in (1, 2)]
    assert [page.bitmap for page in received] == [bitmap(number, 2200) for number in (1, 2)]


def test_a_coarse_fax_page_goes_out_coarse_and_pixel_true(faxcore, tmp_path):
    path, out = tmp_path / "coarse.tif", tmp_path / "out"
    coarse = bitmap(1, 1100, Resolution.COARSE)
    write_tiff(path, [encode_page(coarse)])
    run = faxcore("send", "--to", "1", "--header", "none", "--out", out, path)
    assert run.code == 0
    assert [page.bitmap for page in read_tiff(out / "received" / "page-001.tif")] == [coarse]


def test_error_correction_and_mmr_are_used_where_the_far_end_has_them(faxcore, fax_tiff, tmp_path):
    send = ["send", "--to", "1", "--header", "none", "--json", "--port", "sim://?far=ecm", fax_tiff]
    result = json.loads(faxcore(*send, "--out", tmp_path / "out").out)
    assert (result["ok"], result["coding"]) == (True, "mmr")
    received = [
        next(iter(read_tiff(tmp_path / "out/received" / f"page-00{n}.tif"))) for n in (1, 2)
    ]
    assert [page.bitmap for page in received] == [bitmap(number, 2200) for number in (1, 2)]


def test_everything_is_in_the_folder_and_private(faxcore, letter, tmp_path):
    out = tmp_path / "out"
    run = faxcore(
        "send", "-d", "+44 20 7946 0000", "-C", "standard", "-f", "Ada", "-r", "Hello",
        "-c", "Look", "-S", "+1 555", "--recipient", "Bob", "-l", "--out", out, letter,
    )  # fmt: skip
    assert run.code == 0, run.err
    files = {str(path.relative_to(out)): path for path in out.rglob("*") if path.is_file()}
    assert set(files) == {
        "message.pdf", "sent.tif", "result.json", "transcript.txt",
        "received/page-001.tif", "received/page-001.png",
        "received/page-002.tif", "received/page-002.png",
    }  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    assert json.loads(files["result.json"].read_text())["resolution"] == "coarse"
    assert "ATDT+442079460000" in files["transcript.txt"].read_text()
    with Image.open(files["received/page-001.png"]) as picture:
        assert picture.width == 1728
    assert "every page confirmed" in run.out
    assert "sent TSI DCS" in run.err


def test_an_earlier_fax_in_the_folder_is_not_mistaken_for_this_one(faxcore, fax_tiff, tmp_path):
    send = ["send", "--to", "1", "--header", "none", "--out", tmp_path / "out", fax_tiff]
    assert faxcore(*send).code == 0
    assert faxcore(*send, "--port", "sim://?far=busy").code == 1
    assert not list((tmp_path / "out" / "received").iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["--to", "12\n34"], 2, "LINE FEED"),
        (["--to", "１２"], 2, "FULLWIDTH DIGIT ONE"),
        (["--to", "1;2"], 2, "SEMICOLON"),
        (["--to", "+++"], 2, "position 2"),
        (["--to", ""], 2, "empty"),
        (["--to", "1", "--station-id", "Ada"], 2, "Ada"),
        (["--to", "1", "--resolution", "ultra"], 2, "ultra"),
        (["--to", "1", "--cover", "nonesuch"], 2, "nonesuch"),
        (["--to", "1", "--port", "sim://?far=nobody"], 2, "nobody"),
        (["--to", "1", "--port", "/dev/nonesuch"], 3, "/dev/nonesuch"),
        ([], 2, "--to"),
    ],
)
def test_bad_options_are_one_sentence(faxcore, fax_tiff, tmp_path, arguments, code, named):
    run = faxcore("send", *arguments, fax_tiff)
    assert run.code == code
    assert named in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("missing.pdf", None, "does not exist"),
        ("empty.txt", b"", "empty"),
        ("broken.pdf", b"%PDF-1.7\nnothing here", "broken.pdf"),
        ("broken.tif", b"II*\0\x08\0\0\0", "broken.tif"),
        ("unknown.bin", bytes(range(256)), "unknown.bin"),
    ],
)
def test_bad_files_are_one_sentence_and_leave_nothing(faxcore, tmp_path, name, content, named):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    run = faxcore("send", "--to", "1", "--out", tmp_path / "out", path)
    assert run.code == 2
    assert named in run.err
    assert len(run.err.strip().splitlines()[-1]) > 10
    assert "Traceback" not in run.err
    assert not list((tmp_path / "out").glob("*"))


def test_a_cover_page_of_ones_own(faxcore, tmp_path):
    cover = tmp_path / "own.html"
    cover.write_text("<h1>For $[TO]</h1><p>$[PAGES] page</p>")
    run = faxcore("send", "--to", "1", "--recipient", "Bob", "-C", cover, "--json")
    assert run.code == 0, run.err
    assert json.loads(run.out)["pages"] == 1


def test_an_unknown_token_is_named_with_its_line(faxcore, tmp_path):
    cover = tmp_path / "own.html"
    cover.write_text("<h1>Fax</h1>\n<p>$[RECIPIENT]</p>")
    run = faxcore("send", "--to", "1", "-C", cover)
    assert run.code == 2
    assert "RECIPIENT" in run.err
    assert "2" in run.err


def test_nothing_to_send(faxcore):
    run = faxcore("send", "--to", "1")
    assert run.code == 2
    assert "nothing to send" in run.err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--port", "/dev/nowhere"), 3, "/dev/nowhere"),
        (("--port", "sim://?far=nobody"), 2, "nobody"),
        (("--port", "replay:///nowhere.txt"), 2, "/nowhere.txt"),
        (("--class", "9"), 2, "'9'"),
        (("--profile", "nomodem"), 2, "nomodem"),
    ],
)
def test_an_address_or_a_modem_that_is_none_is_refused_before_anything_is_rendered(
    faxcore, fax_tiff, tmp_path, options, code, said
):
    out = tmp_path / "out"
    run = faxcore("send", "--to", "1", *options, "--out", out, fax_tiff)
    assert run.code == code
    assert said in run.err
    assert "rendering" not in run.out + run.err
    assert not out.exists()


def test_how_often_a_page_was_sent_is_told_in_words(faxcore, fax_tiff):
    port = "sim://?far=rtn-page-2"
    run = faxcore("send", "--to", "1", "--port", port, "--header", "none", fax_tiff)
    assert "sent twice, refused once" in run.out

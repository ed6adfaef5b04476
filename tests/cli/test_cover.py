"""``faxcore cover``: what there is, and what is wrong with a page."""

import json

import pytest

from faxcore.resources import coverpages_folder

SHIPPED = ["confidential", "corporate", "standard", "urgent"]


def test_lists_the_covers(faxcore, tmp_path):
    assert faxcore("cover", "list").out.split() == SHIPPED
    (tmp_path / "mine.html").write_text("<p>x")
    assert json.loads(faxcore("cover", "list", tmp_path, "--json").out) == ["mine"]
    run = faxcore("cover", "list", tmp_path / "nonesuch")
    assert run.code == 2
    assert "nonesuch" in run.err


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_covers_are_good_faxes(faxcore, name):
    run = faxcore("cover", "lint", coverpages_folder() / f"{name}.html")
    assert (run.code, run.out) == (0, ""), run.err


def test_a_poor_cover_is_told_what_is_poor(faxcore, tmp_path):
    page = tmp_path / "mine.html"
    page.write_text('<!DOCTYPE html><p style="font-size:6pt">$[SUBJECT]')
    run = faxcore("cover", "lint", page)
    assert run.code == 1
    assert "mine.html, page 1: text of 6.0 pt" in run.out


def test_an_unknown_token_is_named_with_its_line(faxcore, tmp_path):
    page = tmp_path / "mine.html"
    page.write_text("<!DOCTYPE html>\n<p>$[SUBJCT]")
    run = faxcore("cover", "lint", page)
    assert run.code == 2
    assert "unknown token $[SUBJCT] in the cover page mine.html, line 2" in run.err


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The folder that cover pages are installed in, for one test."""
    folder = tmp_path / "installed"
    monkeypatch.setenv("FAXCORE_COVERPAGES", str(folder))
    return folder


@pytest.fixture
def design(tmp_path):
    """A designer's folder: a page, the logo that it shows, and a file that it does not."""
    folder = tmp_path / "design"
    (folder / "img").mkdir(parents=True)
    (folder / "mine.html").write_text(
        "<!DOCTYPE html><style>body{font-size:14pt}</style><img src=img/logo.svg>"
        "{% if subject %}<p>About $[SUBJECT]{% endif %}<p>$[PAGES] pages"
    )
    (folder / "img/logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">'
        '<rect width="90" height="30"/></svg>'
    )
    (folder / "private.png").write_bytes(b"not for copying")
    return folder


def test_an_installed_cover_is_listed_and_sent_by_its_name(faxcore, installed, design, tmp_path):
    run = faxcore("cover", "install", design / "mine.html", "--name", "Our house")
    assert run.code == 0, run.err
    assert "with img/logo.svg" in run.out
    assert not list(installed.rglob("private.png"))
    assert faxcore("cover", "list").out.splitlines() == sorted([*SHIPPED, "Our house"])
    letter = tmp_path / "letter.txt"
    letter.write_text("words")
    sent = faxcore("send", "--to", "1", "--cover", "Our house", "--subject", "x", letter, "--json")
    assert json.loads(sent.out)["pages"] == 2


def test_installing_again_replaces_the_page_and_its_files(faxcore, installed, design):
    faxcore("cover", "install", design / "mine.html")
    (design / "mine.html").write_text("<!DOCTYPE html><p style='font-size:14pt'>new $[PAGES]")
    faxcore("cover", "install", design / "mine.html")
    assert [path.name for path in installed.rglob("*") if path.is_file()] == ["mine.html"]
    assert "new" in (installed / "mine/mine.html").read_text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<p>\n$[SUBJCT]", "unknown token $[SUBJCT] in the cover page mine.html, line 2"),
        ("<img src=nowhere.png>", "nowhere.png"),
        ("<img src=../../secret.png>", "secret.png"),
        ("{% if nothing_of_the_kind %}x{% endif %}", "nothing_of_the_kind"),
        ("{% for x in y %}", "mine"),
        ("<p>x{% if not subject %}<img src=lost.png>{% endif %}", "lost.png"),
    ],
)
def test_a_page_that_cannot_be_used_is_not_installed(faxcore, installed, design, text, reason):
    (installed / "mine").mkdir(parents=True)
    (installed / "mine/mine.html").write_text("the one before")
    (design / "mine.html").write_text("<!DOCTYPE html>" + text)
    run = faxcore("cover", "install", design / "mine.html")
    assert run.code == 2
    assert reason in run.err
    assert [path.name for path in installed.rglob("*")] == ["mine", "mine.html"]
    assert (installed / "mine/mine.html").read_text() == "the one before"


@pytest.mark.parametrize("name", ["../x", "a/b", ".", ".hidden", "x" * 65, ""])
def test_a_name_that_is_a_path_is_refused(faxcore, installed, design, name):
    run = faxcore("cover", "install", design / "mine.html", "--name", name or " /")
    assert run.code == 2
    assert "name" in run.err
    assert not installed.exists()


def test_a_removed_cover_is_gone(faxcore, installed, design):
    faxcore("cover", "install", design / "mine.html")
    assert faxcore("cover", "remove", "mine").code == 0
    assert faxcore("cover", "list").out.split() == SHIPPED
    run = faxcore("cover", "remove", "standard")
    assert run.code == 2
    assert "no cover page named 'standard' is installed; installed: none" in run.err

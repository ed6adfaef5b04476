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

from __future__ import annotations

import re
from pathlib import Path

import pytest

from faxcore.errors import ContentError, RenderError
from faxcore.render.content import Content, CoverFields
from faxcore.render.coverpage import (
    condition_name,
    cover_html,
    fill_cover,
    find_cover,
    read_cover,
)
from faxcore.render.tokens import COVER_TOKENS, token_values
from faxcore.resources import coverpages_folder
from tests.render.samples import FIELDS, MOMENT

VALUES = token_values(FIELDS, 3)


def test_the_documented_tokens_are_the_ones_there_are() -> None:
    text = (coverpages_folder() / "README.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| `\$\[(.+?)\]` \| (.+?) \|$", text, re.MULTILINE))
    assert table == COVER_TOKENS
    for token in COVER_TOKENS:
        assert f"`{condition_name(token)}`" in text


def test_the_standard_page_uses_every_token() -> None:
    template = read_cover(find_cover("standard", coverpages_folder()))
    assert all(f"$[{token}]" in template for token in COVER_TOKENS)


def test_the_standard_page_hides_what_is_empty() -> None:
    template = read_cover(find_cover("standard", coverpages_folder()))
    full = cover_html(Content(FIELDS, cover="standard"), template, 3)
    bare = cover_html(Content(CoverFields(MOMENT), cover="standard"), template, 3)
    for label in ("<th>To", "<th>From", "<th>Subject", "Comments"):
        assert label in full
        assert label not in bare


def test_unknown_cover_lists_the_ones_there_are(tmp_path: Path) -> None:
    (tmp_path / "b.html").touch()
    (tmp_path / "a.html").touch()
    with pytest.raises(ContentError, match=r"no cover page named 'c' .*there are: a, b"):
        find_cover("c", tmp_path)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "", "a" * 65, "x\0y", "README"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(ContentError, match="no cover page"):
        find_cover(name, coverpages_folder())


def test_unknown_token_in_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<p>\n$[SUBJET]")
    with pytest.raises(RenderError, match=r"\$\[SUBJET\] in the cover page x\.html, line 2"):
        read_cover(tmp_path / "x.html")


def test_values_are_escaped_and_keep_their_lines() -> None:
    values = VALUES | {"COMMENTS": "<b>&\nsecond"}
    assert fill_cover("$[comments]", "x", values) == "&lt;b&gt;&amp;<br>second"


@pytest.mark.parametrize(
    "value", ["$[FROM]", "{{ 7 * 7 }}", "{% if 1 %}", "\x02(from)\x03", "{# x #}", "{{ from }}"]
)
def test_values_are_never_run(value: str) -> None:
    filled = fill_cover("$[SUBJECT]|$[FROM]", "x", VALUES | {"SUBJECT": value})
    assert filled == f"{value}|Jane Müller"


def test_other_template_marks_are_printed() -> None:
    text = "@media print{#a{color:red}} {{ 7*7 }} $x"
    assert fill_cover(text, "x", VALUES) == text


@pytest.mark.parametrize(
    "template",
    [
        "{% if ''.__class__ %}x{% endif %}",
        "{% if nosuchname %}x{% endif %}",
        "{% include '/etc/passwd' %}",
        "{% if %}",
        "{% if subject",
        "{% if range(99999999) %}{% endif %}",
    ],
)
def test_a_page_cannot_reach_out_of_its_sandbox(template: str) -> None:
    with pytest.raises(RenderError, match="the cover page x"):
        fill_cover(template, "x", VALUES)

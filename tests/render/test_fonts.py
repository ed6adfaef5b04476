from __future__ import annotations

from pathlib import Path

import pytest

from faxcore.errors import ContentError
from faxcore.render import Content, render_content
from faxcore.render.fonts import font_configuration, no_font, raise_for_missing
from faxcore.render.layout import Typesetter
from tests.render.samples import FIELDS


@pytest.mark.parametrize(
    ("character", "says"),
    [
        ("α", r"'α' \(U\+03B1 GREEK SMALL LETTER ALPHA, script: Greek\) in the body.*dejavu-core"),
        ("漢", r"U\+6F22.*script: Chinese characters.*fonts-noto-cjk"),
        ("\ue123", r"U\+E123, a private-use character in the body"),
        ("\x1b", r"the body has the control character U\+001B"),
    ],
)
def test_error_names_character_script_and_package(character: str, says: str) -> None:
    with pytest.raises(ContentError, match=says):
        raise no_font(character, "the body")


def test_the_place_is_the_text_that_has_it() -> None:
    with pytest.raises(ContentError, match="in the body"):
        raise_for_missing(["\ue123"], [("x", "the cover page"), ("y\ue123", "the body")])


def test_pango_tells_which_characters_have_no_glyph(typesetter: Typesetter) -> None:
    typesetter.write([typesetter.lay_out_text("Ünï é ß € – a\tb\U0010abcd\u00adc", "the body")])
    assert list(typesetter.missing.characters) == ["\U0010abcd"]


def test_the_configuration_includes_the_one_that_was_set() -> None:
    text = font_configuration("/some/<where>/fonts.conf")
    assert '<include ignore_missing="yes">/some/&lt;where&gt;/fonts.conf</include>' in text


class TestWithoutSystemFonts:
    """FONTCONFIG_FILE points at an empty configuration, as on a bare machine."""

    @pytest.fixture(autouse=True)
    def _bare(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "empty.conf").write_text("<fontconfig></fontconfig>")
        monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "empty.conf"))

    def test_western_text_is_written_with_the_shipped_face(self) -> None:
        rendered = render_content(Content(FIELDS, body="Grüße", cover="standard"))
        assert len(rendered.pages) == 2
        assert b"Vera" in rendered.pdf

    def test_other_scripts_are_refused(self) -> None:
        with pytest.raises(ContentError, match="script: Greek"):
            render_content(Content(FIELDS, body="Ελληνικά"))

    def test_also_in_the_header_line(self) -> None:
        with pytest.raises(ContentError, match=r"script: Cyrillic.*the header line"):
            render_content(Content(FIELDS, body="x"), header="Привет")

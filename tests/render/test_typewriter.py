"""Plain text as a PDF without a typesetter: it looks as the typesetter makes it look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest

from faxcore.errors import RenderError
from faxcore.render import Content, render_content
from faxcore.render.content import Paper
from faxcore.render.cut_face import Face
from faxcore.render.layout import Typesetter
from faxcore.render.pdf import saved
from faxcore.render.typewriter import typewritten
from faxcore.t4 import Resolution
from tests.render.samples import FIELDS

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
LETTER = "Dear Dr. Sample,\n\n\tthe results (Größe, Ελένη, Казань) — 100 %.\n\n" + "x " * 100


@pytest.fixture(autouse=True)
def _faces_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    if not DEJAVU.is_file():
        pytest.skip("DejaVu Sans Mono is not where Debian has it")


def pages_of(text: str, paper: Paper) -> pdfium.PdfDocument:
    made = typewritten(text, paper)
    assert made is not None
    return made.document


def test_the_words_can_be_read_back() -> None:
    document = pages_of("one\f\ftwo  three\n    four", Paper.A4)
    texts = [page.get_textpage().get_text_range() for page in document]
    assert texts[:2] == ["one", ""]
    assert texts[2].split() == ["two", "three", "four"]


@pytest.mark.parametrize("paper", Paper)
def test_letters_stand_where_the_typesetter_puts_them(paper: Paper) -> None:
    lines = "Dear Dr. Sample,\n\n\tthe results (Größe, Ελένη, Казань) — 100 %." + "\nline" * 30
    typesetter = Typesetter([], paper)
    other = pdfium.PdfDocument(typesetter.write([typesetter.lay_out_text(lines, "the body")]))
    one = pages_of(lines, paper)
    assert len(one) == len(other) == 1
    assert np.abs(np.subtract(one.get_page_size(0), other.get_page_size(0))).max() < 0.1
    places = [_places(document[0]) for document in (one, other)]
    assert [letter for letter, _ in places[0]] == [letter for letter, _ in places[1]]
    far = np.subtract(*([box for _, box in each] for each in places))
    assert np.abs(far).max() < 5, "two millimetres"


def _places(page: pdfium.PdfPage) -> list[tuple[str, tuple[float, ...]]]:
    text = page.get_textpage()
    letters = text.get_text_range(errors="strict")
    return [
        (letter, text.get_charbox(number))
        for number, letter in enumerate(letters)
        if not letter.isspace()
    ]


def test_the_same_text_gives_the_same_octets() -> None:
    one, other = (render_content(Content(FIELDS, body=LETTER)).pdf for _ in range(2))
    assert one == other
    assert b"DejaVuSansMono" in one
    assert len(one) < 40_000, "the face is cut to size"


@pytest.mark.parametrize("text", ["שלום", "王晓明", "cafe\u0301", "\u2e80", "\U0001d670"])
def test_another_script_is_left_to_the_typesetter(text: str) -> None:
    assert typewritten(text, Paper.A4) is None


def test_other_fonts_than_the_system_s_are_left_to_the_typesetter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    assert typewritten("words", Paper.A4) is None


def test_text_needs_no_weasyprint() -> None:
    rendered = render_content(Content(FIELDS, body="word\n" * 60), resolutions=(Resolution.FINE,))
    assert len(rendered.pages) == 2
    assert b"WeasyPrint" not in rendered.pdf


def test_a_face_is_cut_to_the_characters_that_are_wanted() -> None:
    face = Face.load(DEJAVU)
    assert face is not None
    assert face.has("aΩж")
    assert not face.has("王")
    cut = face.cut_to("ab")
    assert cut.data.startswith(b"\0\1\0\0")
    assert len(cut.data) < len(face.cut_to("abcdefghij").data) < DEJAVU.stat().st_size
    assert sorted(cut.glyphs) == [0x61, 0x62]
    assert 0 not in cut.glyphs.values()


def test_a_face_is_not_cut_to_what_it_has_not() -> None:
    face = Face.load(DEJAVU)
    assert face is not None
    with pytest.raises(RenderError, match="no glyph for '王'"):
        face.cut_to("a王")


def test_saved_pages_stay_as_they_are() -> None:
    document = pages_of(LETTER, Paper.A4)
    before = document[0].render(scale=2).to_pil().tobytes()
    again = pdfium.PdfDocument(saved(document))
    assert again[0].render(scale=2).to_pil().tobytes() == before

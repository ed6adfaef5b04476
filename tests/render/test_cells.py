"""Pages put together of cells are, pixel for pixel, the pages that are drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxcore.render import Content, render_content
from faxcore.render.binarize import black_and_white
from faxcore.render.cells import Cells
from faxcore.render.content import Paper
from faxcore.render.contrast import is_cut_as_on_white
from faxcore.render.raster import draw_grey
from faxcore.render.typewriter import Typed, typewritten
from faxcore.t4 import Resolution
from tests.render.samples import FIELDS

ASCII = "".join(map(chr, range(33, 127)))
TEXT = f"Dear Sir,\n\n\tÄöü Ελ Жя {ASCII}\f_____ (1)\n" + "word-by-word " * 90 + "\fthird"

pytestmark = pytest.mark.skipif(
    not Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf").is_file(),
    reason="DejaVu Sans Mono is not where Debian has it",
)


@pytest.fixture(autouse=True)
def _faces_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)


def written(text: str, paper: Paper = Paper.A4) -> Typed:
    made = typewritten(text, paper)
    assert made is not None
    return made


def check(pages: Typed) -> None:
    cells, frame = Cells(pages), pages.grid.frame
    for index in range(len(pages.pages)):
        drawn = draw_grey(pages.document[index], frame)
        grey, black = cells.grey(index, frame), cells.black(index, frame)
        assert grey is not None
        assert np.array_equal(grey, drawn)
        if black is not None:
            assert black == black_and_white(drawn, Resolution.FINE)


@pytest.mark.parametrize("paper", Paper)
def test_grey_and_black_are_what_drawing_gives(paper: Paper) -> None:
    pages = written(TEXT, paper)
    check(pages)
    assert all(Cells(pages).black(index, pages.grid.frame) is not None for index in range(3))


@settings(max_examples=15, deadline=None)
@given(st.text(ASCII + "äéñßΩЖ «»–…\n", min_size=1, max_size=800).filter(str.strip))
def test_any_letters_side_by_side_are_as_they_are_drawn(text: str) -> None:
    check(written(f"{text}\f{text[::-1]}\fx"))


def test_a_text_without_blanks_has_a_blank_in_its_face() -> None:
    check(written("a\tb\fä\fx"))


def test_coarse_is_made_of_the_same_cells() -> None:
    pages = written(TEXT)
    frame = replace(pages.grid.frame, rows=pages.grid.frame.rows - 1)
    grey = Cells(pages).grey(0, frame)
    assert np.array_equal(grey, draw_grey(pages.document[0], frame))


def test_a_page_with_ink_outside_its_cells_is_drawn() -> None:
    pages = written("┌─┐\f plain\fx")
    cells = Cells(pages)
    assert cells.grey(0, pages.grid.frame) is None
    assert cells.grey(1, pages.grid.frame) is not None


def test_a_frame_in_which_cells_are_no_whole_pixels_is_drawn() -> None:
    pages = written(TEXT)
    frame = replace(pages.grid.frame, across=pages.grid.frame.across - 9)
    assert Cells(pages).grey(0, frame) is None


def test_few_pages_are_drawn() -> None:
    pages = written("one\ftwo")
    assert Cells(pages).grey(0, pages.grid.frame) is None


def test_if_the_first_page_is_not_as_drawn_all_are_drawn() -> None:
    pages, other = written(TEXT), written("other\ftext\fhere")
    cells = Cells(replace(pages, document=other.document))
    assert all(cells.grey(index, pages.grid.frame) is None for index in range(3))


def test_letters_that_are_thick_or_pale_are_not_cut_by_themselves() -> None:
    letters = np.full((4, 36, 18), 255, np.uint8)
    letters[0, 10:20, 8:10] = 0
    letters[1] = 0
    letters[2, 10:20, 8:10] = 120
    letters[3, 10:20, 8:10], letters[3, 10:20, 16:] = 0, 150
    assert is_cut_as_on_white(letters, 0.35).tolist() == [True, False, False, False]


def test_a_message_has_the_same_pages_as_its_pages_sent_one_by_one() -> None:
    whole = render_content(Content(FIELDS, body=TEXT), header=None)
    for page, text in zip(whole.pages, TEXT.split("\f"), strict=True):
        (alone,) = render_content(Content(FIELDS, body=text), header=None).pages
        assert [each.data for each in page.codings] == [each.data for each in alone.codings]

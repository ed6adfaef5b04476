from __future__ import annotations

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from faxcore.errors import RenderError
from faxcore.render.fonts import vera_folder
from faxcore.render.geometry import WIDTH
from faxcore.render.pages import HeaderBands
from faxcore.render.tagline import AUTO_HEADER, HeaderLine, LineWriter
from faxcore.render.tokens import token_values
from faxcore.t4 import Resolution
from tests.render.samples import FIELDS

VALUES = token_values(FIELDS, 12)
WRITER = LineWriter()


def test_the_line_of_itself_has_all_that_the_law_asks_for() -> None:
    left, middle, right = HeaderLine(AUTO_HEADER).parts(VALUES, 3)
    assert left == "2026-11-23 14:05 +01:00 Jane Müller +49 30 1234567"
    assert middle == "Dr. Robert Smith +1 202 555 0143"
    assert right == "Page 3/12"


@pytest.mark.parametrize(
    ("template", "parts"),
    [
        ("hello", ("hello", "", "")),
        ("a|b", ("a", "", "b")),
        ("a|b|c|d", ("a", "b", "c|d")),
        ("", ("", "", "")),
        ("$[page]", ("3", "", "")),
    ],
)
def test_bars_part_left_middle_and_right(template: str, parts: tuple[str, ...]) -> None:
    assert HeaderLine(template).parts(VALUES, 3) == parts


@pytest.mark.parametrize("name", ["שרה כהן", "محمد", "O'Brien משה"])
def test_a_number_beside_a_name_from_right_to_left_keeps_its_order(name: str) -> None:
    values = VALUES | {"FROM": name, "SND_FAX#": "+49 30 1"}
    bands = HeaderBands(HeaderLine("$[FROM] $[SND_FAX#]"), values, 1)
    page = bands._typeset[0].get_textpage()
    text = page.get_text_range()
    places = [page.get_charbox(text.index(letter))[0] for letter in "+4931"]
    assert places == sorted(places)


def test_a_bar_in_a_value_parts_nothing() -> None:
    values = VALUES | {"FROM": "a|b"}
    assert HeaderLine("$[FROM]").parts(values, 1) == ("a|b", "", "")


def test_unknown_token_is_named() -> None:
    with pytest.raises(RenderError, match=r"\$\[COMMENTS\] in the header line"):
        HeaderLine("$[COMMENTS]").check()


def test_knows_which_characters_its_face_has() -> None:
    known = TTFont(vera_folder() / "Vera.ttf").getBestCmap()
    for code in [*range(0x20, 0x180), 0x20AC, 0x2014, 0x3B1, 0x431, 0x5D0, 0x6F22, 0xE000]:
        character = chr(code)
        if character.isprintable() and not character.isspace():
            assert WRITER.can_write(character) == (code in known), hex(code)


@pytest.mark.parametrize("resolution", [Resolution.FINE, Resolution.COARSE])
def test_nothing_touches_the_edges_of_the_band(resolution: Resolution) -> None:
    band = WRITER.band(("gjpqyÄÖÜ|()", "Ågy", "Page 10/12"), resolution).to_array()
    assert band.shape == (50 if resolution is Resolution.FINE else 25, WIDTH)
    assert band.any()
    assert not band[[0, -1]].any()
    assert not band[:, :60].any()
    assert not band[:, -60:].any()


def test_coarse_has_every_stroke_of_fine() -> None:
    fine = WRITER.band(("Sender 123", "", "Page 1/2"), Resolution.FINE).to_array()
    coarse = WRITER.band(("Sender 123", "", "Page 1/2"), Resolution.COARSE).to_array()
    assert not (fine & ~coarse.repeat(2, axis=0)).any()


def test_a_long_text_is_cut_and_the_page_number_stays() -> None:
    number = WRITER.band(("", "", "Page 1/2"), Resolution.FINE).to_array()
    full = WRITER.band(("x" * 400, "y" * 400, "Page 1/2"), Resolution.FINE).to_array()
    small = WRITER.band(("x" * 400, "", "Page 1/2"), Resolution.FINE).to_array()
    columns = np.flatnonzero(number.any(axis=0))
    gap = full[:, 1500:1728].any(axis=0)
    assert columns[-1] == np.flatnonzero(gap)[-1] + 1500
    assert np.array_equal(full[:, :1000], small[:, :1000])


def test_a_typeset_line_that_is_too_long_leaves_the_page_number_readable() -> None:
    short, long = (
        HeaderBands(HeaderLine(f"{left}||Page $[PAGE]"), VALUES, 1).band(1, Resolution.FINE)
        for left in ("Ελένη", "Ελένη Παπαδοπούλου " * 20)
    )
    right = slice(WIDTH - 150, WIDTH)
    assert short.to_array()[:, right].any()
    assert np.array_equal(short.to_array()[:, right], long.to_array()[:, right])

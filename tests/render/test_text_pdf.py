"""Text in a PDF: it stands where it is wanted, and can be read out again."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from faxcore.render.cut_face import CutFace, Face
from faxcore.render.pdf import open_pdf
from faxcore.render.text_pdf import Line, Type, _to_unicode, text_pdf

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
A4 = (595.0, 842.0)

pytestmark = pytest.mark.skipif(not DEJAVU.is_file(), reason="DejaVu Sans Mono is not there")


def cut(characters: str) -> CutFace:
    face = Face.load(DEJAVU)
    assert face is not None
    return face.cut_to(set(characters))


def written(*lines: Line) -> bytes:
    letters = Type(cut("".join(line.text for line in lines)), 10.0, 0.602)
    return text_pdf([lines, lines[:1]], A4, letters)


@pytest.mark.parametrize("text", ["plain words", r"(\) <>/%", "Äöü Ελ Жя „“–…", "￼ \ufffd"])
def test_text_is_read_out_as_it_was_written(text: str) -> None:
    document = open_pdf(written(Line(text, 50, 700), Line("end", 50, 600)), "x")
    assert len(document) == 2
    assert document[0].get_textpage().get_text_range() == f"{text}\r\nend"
    assert document[1].get_textpage().get_text_range() == text


def test_letters_stand_where_they_are_put() -> None:
    page = open_pdf(written(Line("HHH", 100, 700)), "x")[0]
    ((left, bottom, right, _),) = (item.get_bounds() for item in page.get_objects())
    assert left == pytest.approx(100, abs=1)
    assert bottom == pytest.approx(700, abs=0.1)
    assert right == pytest.approx(100 + 3 * 6.02, abs=1)
    assert page.get_size() == pytest.approx(A4)


def test_another_reader_finds_no_fault() -> None:
    with pikepdf.open(io.BytesIO(written(Line("words", 50, 700)))) as pdf:
        assert pdf.check_pdf_syntax() == []
        font = pdf.pages[0].Resources.Font.F
        assert font.DescendantFonts[0].FontDescriptor.FontFile2.Length1 > 1000


def test_no_list_of_ranges_is_longer_than_a_hundred() -> None:
    map_ = _to_unicode(range(0, 0x10000, 0x40))
    assert map_.count(b"100 beginbfrange") == 2
    assert map_.count(b"56 beginbfrange") == 1
    assert b"<FF00> <FFFF> <FF00>" in map_

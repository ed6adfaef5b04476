"""What a PDF's pages come to is counted before one is opened."""

from __future__ import annotations

import io
import zlib

import pikepdf
import pytest

from faxcore.errors import AttachmentError
from faxcore.render.pdf_forms import _Count, check_pages
from tests.render.hostile import one_page, pdf, stream

FORM = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]"


def nest(levels: int, each: int, last: bytes = b"0 0 9 9 re f") -> bytes:
    """Forms in forms: every level draws the next one so many times."""
    forms = [
        stream(
            b"/X Do " * each,
            f"{FORM} /Resources << /XObject << /X {7 + level} 0 R >> >>",
        )
        for level in range(levels)
    ]
    return one_page("/X Do", "", "", *forms, stream(last, f"{FORM} /Resources << >>"))


def test_pages_without_forms_are_not_looked_at() -> None:
    check_pages(b"%PDF-1.7\nnothing that qpdf could read", "plain.pdf")


def test_forms_that_come_to_little_are_drawn() -> None:
    check_pages(nest(2, 10), "letterhead.pdf")
    check_pages(nest(30, 1), "deep.pdf")


@pytest.mark.parametrize("data", [nest(9, 20), nest(2, 400)])
def test_forms_that_come_to_too_much_are_refused_by_page(data: bytes) -> None:
    with pytest.raises(AttachmentError, match=r"^x.pdf page 1 draws more than 100000 things"):
        check_pages(data, "x.pdf")


def test_a_page_whose_forms_hold_no_others_is_not_read() -> None:
    class Unread:
        def __getattr__(self, name: str) -> object:
            assert name != "parse_content_stream"
            return getattr(pikepdf, name)

    with pikepdf.open(io.BytesIO(nest(0, 1))) as flat, pikepdf.open(io.BytesIO(nest(1, 1))) as deep:
        assert _Count(Unread()).of_page(flat.pages[0]) == 1
        assert _Count(pikepdf).of_page(deep.pages[0]) == 3


def test_a_form_in_itself_is_refused() -> None:
    itself = stream(b"/X Do", f"{FORM} /Resources << /XObject << /X 6 0 R >> >>")
    with pytest.raises(AttachmentError, match="one inside itself"):
        check_pages(one_page("/X Do", "", "", itself), "x.pdf")


def test_a_form_in_itself_by_the_page_s_resources_is_refused() -> None:
    with pytest.raises(AttachmentError, match="one inside itself"):
        check_pages(one_page("/X Do", "", "", stream(b"/X Do", FORM)), "x.pdf")


def test_patterns_masks_and_letters_are_counted_too() -> None:
    def one(extra: str, said: str) -> bytes:
        return pdf(
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << {extra} >> >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R >>",
            stream(said.encode()),
            stream(said.encode(), "/PatternType 1 /PaintType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9"),
        )

    bombs = (
        one("/Pattern << /P 5 0 R >>", "/Pattern cs /P scn 0 0 9 9 re f"),
        one("/ExtGState << /G << /SMask << /S /Alpha /G 5 0 R >> >> >>", "/G gs"),
        one("/Font << /F << /Subtype /Type3 /CharProcs << /a 5 0 R >> >> >>", "/F 1 Tf (a) Tj"),
    )
    for bomb in bombs:
        with pytest.raises(AttachmentError, match="one inside itself"):
            check_pages(bomb, "x.pdf")


def test_what_is_noted_on_a_page_is_counted_too() -> None:
    note = "/Annots [<< /Subtype /Stamp /Rect [0 0 9 9] /AP << /N 6 0 R >> >>]"
    with pytest.raises(AttachmentError, match="one inside itself"):
        check_pages(one_page("", note, "", stream(b"/X Do", FORM)), "x.pdf")


def test_forms_in_object_streams_are_found() -> None:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(nest(9, 20))) as document:
        document.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"/Pages" not in target.getvalue(), "the dictionaries are packed"
    with pytest.raises(AttachmentError, match="more than 100000"):
        check_pages(target.getvalue(), "x.pdf")


def test_a_stream_that_cannot_be_read_hides_nothing() -> None:
    broken = stream(zlib.compress(b"x")[:-4] + b"\xff", f"{FORM} /Filter /FlateDecode")
    bomb = stream(b"/X Do " * 9, FORM)
    data = pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R "
        "/Resources << /XObject << /B 5 0 R /X 6 0 R >> >> >>",
        stream(b"/B Do /X Do"),
        broken,
        bomb,
    )
    with pytest.raises(AttachmentError, match="one inside itself"):
        check_pages(data, "x.pdf")

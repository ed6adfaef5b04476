from __future__ import annotations

from datetime import timedelta

import numpy as np
import pypdfium2 as pdfium
import pytest
from reportlab.pdfgen.canvas import Canvas

from faxcore.errors import AttachmentError
from faxcore.render.pdf import (
    PictureBook,
    has_visible_content,
    join_pages,
    open_pdf,
    page_size_mm,
    picture_boxes,
    repeatable,
)
from tests.render.samples import MOMENT, landscape_photo, pdf_file


def hello(canvas: Canvas) -> None:
    canvas.drawString(100, 500, "hello")


GOOD = pdf_file(hello)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (pdf_file(hello, encrypt="secret"), "is encrypted"),
        (GOOD[:-200], "truncated"),
        (GOOD[: len(GOOD) // 2], "truncated"),
        (GOOD + b"\n4 0 obj\n<< /Type /Page /Contents 9 0 R >>\nendobj\n", "truncated"),
        (b"%PDF-1.4\n%%EOF", "is a broken PDF"),
    ],
)
def test_unusable_files_are_refused_by_name(data: bytes, says: str) -> None:
    with pytest.raises(AttachmentError, match=rf"letter\.pdf {says}|letter\.pdf .*{says}"):
        open_pdf(data, "letter.pdf")


def test_what_follows_the_end_mark_without_being_an_update_is_no_harm() -> None:
    assert len(open_pdf(GOOD + b"\r\n\0\0--boundary--\r\n", "x")) == 1


def test_an_empty_user_password_needs_none() -> None:
    assert len(open_pdf(GOOD, "x")) == 1


def test_a_rotated_page_has_the_size_it_is_read_at() -> None:
    document = open_pdf(GOOD, "x")
    document[0].set_rotation(90)
    width, height = page_size_mm(document, 0, "x")
    assert (round(width), round(height)) == (297, 210)


def test_pages_are_joined_in_order() -> None:
    other = open_pdf(pdf_file(lambda canvas: canvas.drawString(9, 9, "other")), "b")
    first = open_pdf(GOOD, "a")
    joined = join_pages([(other, 0, "b"), (first, 0, "a"), (other, 0, "b")])
    texts = [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(joined)]
    assert texts == ["other", "hello", "other"]


def test_date_and_identity_come_from_the_message() -> None:
    joined = join_pages([(open_pdf(GOOD, "a"), 0, "a")])
    once, again = repeatable(joined, MOMENT), repeatable(joined, MOMENT + timedelta(days=1))
    assert len(once) == len(joined)
    assert b"/CreationDate(D:20261123130500+00'00')" in once
    assert once != again
    assert len(pdfium.PdfDocument(once)) == 1


def test_pictures_are_found_inside_forms_too() -> None:
    from reportlab.lib.utils import ImageReader

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(landscape_photo()), 100, 200, 60, 40)
        canvas.beginForm("form")
        canvas.drawImage(ImageReader(landscape_photo()), 1, 2, 3, 4)
        canvas.endForm()
        canvas.translate(300, 300)
        canvas.scale(10, 10)
        canvas.doForm("form")

    boxes = picture_boxes(open_pdf(pdf_file(draw), "x")[0])
    expected = [(100, 200, 160, 240), (310, 320, 340, 360)]
    assert np.allclose(boxes, expected, atol=0.5)


def test_letters_are_content_and_white_areas_are_not() -> None:
    def area(canvas: Canvas) -> None:
        canvas.setFillGray(1)
        canvas.rect(0, 0, 500, 500, stroke=0, fill=1)

    assert has_visible_content(open_pdf(GOOD, "x")[0])
    assert not has_visible_content(open_pdf(pdf_file(area), "x")[0])
    assert not has_visible_content(open_pdf(pdf_file(lambda canvas: canvas.showPage()), "x")[0])


def test_a_book_of_pictures_has_their_pages() -> None:
    book = PictureBook()
    book.add(np.asarray(landscape_photo()), (210, 297), (60, 40), 20)
    document = book.sealed()
    width, height = page_size_mm(document, 0, "x")
    assert (round(width), round(height)) == (210, 297)
    (box,) = picture_boxes(document[0])
    millimetres = np.array(box) * 25.4 / 72
    assert np.allclose(millimetres, (75, 237, 135, 277), atol=0.1)

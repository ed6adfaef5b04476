"""Whole messages through the worker: what a caller gets."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from faxcore.errors import AttachmentError, ContentError, RenderError
from faxcore.render import (
    Attachment,
    BodyType,
    Content,
    RenderedDocument,
    RenderProgress,
    render_content,
)
from faxcore.t4 import Coding, Resolution
from tests.render.samples import FIELDS, attached, image_file, landscape_photo, pdf_file, pixels
from tests.render.test_pictures import fax_tiff


def texts(rendered: RenderedDocument) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(rendered.pdf)]


def test_cover_body_and_attachments_come_in_this_order(letter: RenderedDocument) -> None:
    assert [page.source for page in letter.pages] == ["cover page 1", "body page 1", "body page 2"]
    assert len(texts(letter)) == 3


def test_the_cover_page_tells_the_true_number_of_pages(letter: RenderedDocument) -> None:
    cover = texts(letter)[0]
    assert "3, this one included" in cover
    assert "Jane Müller" in cover
    assert "First line\r\nSecond line" in cover


def test_every_page_is_coded_for_every_resolution(letter: RenderedDocument) -> None:
    for page in letter.pages:
        fine, coarse = page.at(Resolution.FINE), page.at(Resolution.COARSE)
        assert (fine.coding, fine.width, fine.height) == (Coding.MH, 1728, 2287)
        assert (coarse.coding, coarse.width, coarse.height) == (Coding.MH, 1728, 1143)
        assert 0.003 < pixels(fine).mean() < 0.2
        assert pixels(coarse).mean() == pytest.approx(pixels(fine).mean(), rel=0.35)


def test_a_resolution_that_was_not_asked_for_is_a_key_error(letter: RenderedDocument) -> None:
    with pytest.raises(KeyError, match="SUPERFINE"):
        letter.pages[0].at(Resolution.SUPERFINE)


def test_the_header_line_stands_alone_on_top(letter: RenderedDocument) -> None:
    for page in letter.pages:
        black = pixels(page.at(Resolution.FINE))
        rows = np.flatnonzero(black[:60].any(axis=1))
        assert rows[0] > 12
        assert rows[-1] < 50
        assert not black[50:55].any()


def test_the_same_message_gives_the_same_octets(letter: RenderedDocument) -> None:
    body = "\f".join("\n".join(f"Line {n} of the letter" for n in range(30)) for _ in range(2))
    again = render_content(Content(FIELDS, body=body, cover="standard"))
    assert again.pdf == letter.pdf
    for one, other in zip(again.pages, letter.pages, strict=True):
        assert [coded.data for coded in one.codings] == [coded.data for coded in other.codings]


def edge_to_edge(canvas: Canvas) -> None:
    canvas.rect(1, 1, 593, 840)
    canvas.drawString(20, 830, "at the very top")


def test_a_page_without_margins_is_shrunk_below_the_header_line() -> None:
    content = attached("full.pdf", pdf_file(edge_to_edge))
    plain, headed = (
        pixels(render_content(content, header=header).pages[0].at(Resolution.FINE))
        for header in (None, "header")
    )
    assert plain.shape == headed.shape
    assert plain[:10].any()
    ink = np.flatnonzero(headed[:, 1600:].any(axis=1))
    assert ink[0] >= 50, "the frame begins below the band"
    assert ink[-1] > 2270, "and still ends at the lower edge"


def test_a_page_with_room_below_is_moved_down() -> None:
    content = attached("top.pdf", pdf_file(lambda canvas: canvas.drawString(100, 830, "Title")))
    plain, headed = (
        pixels(render_content(content, header=header).pages[0].at(Resolution.FINE))
        for header in (None, "")
    )
    first = [np.flatnonzero(page.any(axis=1))[0] for page in (plain, headed)]
    assert first[0] < 50 <= first[1]
    assert plain.sum() == pytest.approx(headed.sum(), rel=0.05)


def test_a_blank_part_of_a_long_page_is_blank() -> None:
    data = pdf_file(lambda canvas: canvas.drawString(100, 3900, "Title"), size=(595, 4000))
    rendered = render_content(attached("long.pdf", data), header=None)
    inked = [pixels(page.at(Resolution.FINE)).any() for page in rendered.pages]
    assert inked == [True, False]


def filled_form(canvas: Canvas) -> None:
    canvas.drawString(100, 780, "Name")
    canvas.acroForm.textfield(value="Jane Example", x=100, y=700, width=300, height=40, fontSize=20)
    canvas.acroForm.checkbox(checked=True, x=100, y=600, size=30)


@pytest.mark.parametrize("drawn", [True, False])
def test_what_a_form_was_filled_in_with_is_drawn(drawn: bool) -> None:
    data = pdf_file(filled_form, invariant=1, pageCompression=0)
    if not drawn:  # by the program that filled it in: then it is for the reader to do
        assert data.count(b"/AP ") == 2
        data = data.replace(b"/AP ", b"/XX ")
    rendered = render_content(attached("form.pdf", data), header=None)
    black = pixels(rendered.pages[0].at(Resolution.FINE))
    rows = np.flatnonzero(black.any(axis=1))
    assert rows[-1] > (842 - 710) / 842 * 2287, "the text field lies below the words of the page"
    assert texts(rendered)[0].split() == ["Name", "Jane", "Example"]


def changed(data: bytes, change: Callable[[pikepdf.Pdf], object]) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as document:
        change(document)
        target = io.BytesIO()
        document.save(target)
    return target.getvalue()


def xfa(document: pikepdf.Pdf, *, dynamic: bool) -> None:
    packet = document.make_indirect(document.make_stream(b"<xdp/>"))
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=packet)
    document.Root.NeedsRendering = dynamic


def test_a_form_whose_pages_are_not_in_the_file_is_refused() -> None:
    shown = pdf_file(lambda canvas: canvas.drawString(100, 500, "Please wait..."))
    file = changed(shown, lambda document: xfa(document, dynamic=True))
    with pytest.raises(AttachmentError, match=r"claim\.pdf is a dynamic XFA form"):
        render_content(attached("claim.pdf", file), resolutions=(Resolution.COARSE,))
    static = changed(shown, lambda document: xfa(document, dynamic=False))
    assert render_content(attached("claim.pdf", static), resolutions=(Resolution.COARSE,)).pages


def test_files_inside_a_pdf_are_noted_as_left_out() -> None:
    def attach(document: pikepdf.Pdf) -> None:
        for name in ("a.pdf", "b.pdf"):
            document.attachments[name] = pikepdf.AttachedFileSpec(document, b"%PDF-")

    file = changed(pdf_file(lambda canvas: canvas.drawString(100, 500, "portfolio")), attach)
    sent = render_content(attached("all.pdf", file), resolutions=(Resolution.COARSE,))
    assert sent.notes == ("all.pdf: left out what is attached inside it: a.pdf and 1 more",)


def test_a_note_that_is_not_printed_is_not_in_the_design_either() -> None:
    def note(document: pikepdf.Pdf) -> None:
        look = document.make_stream(b"0 g 0 0 200 50 re f")
        look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        look.BBox = pikepdf.Array([0, 0, 200, 50])
        place = pikepdf.Array([100, 500, 300, 550])
        stamp = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, F=0)
        stamp.Rect, stamp.AP = place, pikepdf.Dictionary(N=look)
        document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(stamp)])

    file = changed(pdf_file(lambda canvas: canvas.drawString(100, 200, "words")), note)
    sent = render_content(
        attached("a.pdf", file), header=None, resolutions=(Resolution.COARSE,), designs=True
    )
    with Image.open(io.BytesIO(sent.designs[0].png)) as design:
        upper = design.convert("L").crop((0, 0, design.width, design.height // 2))
    assert upper.getextrema() == (255, 255)
    page = pixels(sent.pages[0].at(Resolution.COARSE))
    assert not page[: page.shape[0] // 2].any()


def test_text_that_is_cut_off_at_the_edge_is_noted() -> None:
    body = "<p>All of it<p style='white-space: nowrap'>" + "much too long " * 20
    rendered = render_content(Content(FIELDS, body=body, body_type=BodyType.HTML))
    cut = "text or a picture runs over the edge of the page and is cut off"
    assert rendered.notes == (f"body page 1: {cut}",)


@pytest.mark.parametrize(
    ("style", "cut"),
    [
        ("width: 400mm; max-width: none", True),
        ("width: 100mm", False),
        ("margin-left: -99in", False),
    ],
)
def test_a_picture_that_is_cut_off_at_the_edge_is_noted(style: str, cut: bool) -> None:
    data = base64.b64encode(image_file(landscape_photo(), "PNG")).decode()
    body = f"<p>Look:<p><img src='data:image/png;base64,{data}' style='{style}'>"
    rendered = render_content(Content(FIELDS, body=body, body_type=BodyType.HTML))
    assert bool(rendered.notes) == cut


def test_text_that_its_author_hid_beside_the_page_is_not_noted() -> None:
    hidden = "<p style='position: absolute; left: -9999px'>Hidden<p>Shown"
    rendered = render_content(Content(FIELDS, body=hidden, body_type=BodyType.HTML))
    assert rendered.notes == ()


@pytest.mark.parametrize("high_mm", [5, 8, 30])
def test_words_on_a_short_page_keep_their_size_below_the_header_line(high_mm: int) -> None:
    def strip(canvas: Canvas) -> None:
        canvas.setPageSize((500, high_mm / 25.4 * 72))
        canvas.setFont("Helvetica", 9)
        for up in range(3, int(high_mm / 25.4 * 72) - 8, 12):
            canvas.drawString(50, up, "a label of few millimetres")

    content = attached("strip.pdf", pdf_file(strip))
    plain, headed = (
        pixels(render_content(content, header=header).pages[0].at(Resolution.FINE))
        for header in (None, "")
    )
    assert headed.sum() == pytest.approx(plain.sum(), rel=0.02)
    assert not headed[:49].any()


class TestFaxTiff:
    """Pages that already are fax pages."""

    def test_without_header_line_they_keep_every_pixel(self) -> None:
        pages, data = fax_tiff()
        rendered = render_content(attached("x.tif", data), header=None)
        fine, coarse = (page.codings for page in rendered.pages)
        assert np.array_equal(pixels(fine[0]), pages[0].to_array())
        joined = pages[0].to_array().reshape(20, 2, 1728).any(axis=1)
        assert np.array_equal(pixels(fine[3]), joined)
        assert np.array_equal(pixels(coarse[0]), pages[1].to_array())
        assert {each.resolution for each in coarse} == {Resolution.COARSE}

    def test_the_header_line_is_put_above_them(self) -> None:
        pages, data = fax_tiff()
        rendered = render_content(attached("x.tif", data), header="header")
        black = pixels(rendered.pages[0].at(Resolution.FINE))
        assert np.array_equal(black[50:], pages[0].to_array())
        assert black[:50].any()


def test_one_message_of_every_kind_of_file() -> None:
    photo = landscape_photo()
    files = {
        "a.html": b"<html><p>page of html",
        "b.txt": b"page of text",
        "c.pdf": pdf_file(lambda canvas: canvas.drawString(100, 500, "page of pdf")),
        "d.png": image_file(photo, "PNG"),
        "e.jpg": image_file(photo, "JPEG"),
        "f.tif": image_file(photo, "TIFF"),
    }
    attachments = tuple(Attachment(name, data) for name, data in files.items())
    body = "<p>the <b>body</b>"
    heard: list[RenderProgress] = []
    rendered = render_content(
        Content(FIELDS, body=body, body_type=BodyType.HTML, attachments=attachments),
        observe=heard.append,
    )
    assert [page.source for page in rendered.pages] == [
        "body page 1",
        *(f"{name} page 1" for name in files),
    ]
    assert texts(rendered)[:4] == ["the body", "page of html", "page of text", "page of pdf"]
    for page in rendered.pages[4:]:
        assert 0.03 < pixels(page.at(Resolution.COARSE)).mean() < 0.3, page.source
    assert [(told.page, told.pages) for told in heard if told.page] == [(n, 7) for n in range(1, 8)]


def test_a_header_line_in_another_script_is_written() -> None:
    rendered = render_content(Content(FIELDS, body="x\fy"), header="Αθήνα|Привет|$[PAGE]/$[PAGES]")
    tops = [pixels(page.at(Resolution.COARSE))[:25] for page in rendered.pages]
    assert all(top[:, :300].any() and top[:, 1500:].any() for top in tops)
    assert not np.array_equal(tops[0], tops[1])


WHITE = "<p style='color:white'>invisible"


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (Content(FIELDS), ContentError, "nothing to send"),
        (Content(FIELDS, body=" \n"), ContentError, "nothing to send"),
        (Content(FIELDS, body="a\U0010abcd"), ContentError, r"U\+10ABCD.* in the body"),
        (Content(FIELDS, cover="nix"), ContentError, "no cover page named 'nix'.*standard"),
        (
            Content(FIELDS, body=WHITE, body_type=BodyType.HTML),
            RenderError,
            "body page 1 came out blank although it is not",
        ),
        (
            Content(FIELDS, body="<p hidden>x", body_type=BodyType.HTML),
            RenderError,
            "body came out blank although it is not empty",
        ),
        (
            attached("pale.png", image_file(landscape_photo().point(lambda _: 230), "PNG")),
            RenderError,
            r"pale\.png page 1 came out blank .* a grey of 10 %",
        ),
        (attached("x.doc", b"\xd0\xcf\x11\xe0"), AttachmentError, r"x\.doc is of no type"),
    ],
)
def test_what_cannot_be_sent_is_one_sentence(
    content: Content, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as raised:
        render_content(content)
    assert "\n" not in str(raised.value)


def test_blank_pages_of_a_file_are_legal() -> None:
    def blank_between(canvas: Canvas) -> None:
        for text in ("one", "", "three"):
            canvas.drawString(100, 500, text)
            canvas.showPage()

    rendered = render_content(attached("x.pdf", pdf_file(blank_between)), header=None)
    inked = [bool(pixels(page.codings[0]).any()) for page in rendered.pages]
    assert inked == [True, False, True]


def test_a_part_that_came_out_blank_is_not_hidden_by_another_of_its_name() -> None:
    blank, seen = b"<html><img src='http://example.org/scan.png'>", b"<html>words"
    files = tuple(Attachment("page.html", data) for data in (seen, blank, seen))
    with pytest.raises(RenderError, match=r"page\.html came out blank"):
        render_content(Content(FIELDS, attachments=files), resolutions=(Resolution.COARSE,))


def test_an_unknown_token_in_the_header_line_is_named() -> None:
    with pytest.raises(RenderError, match=r"\$\[FORM\] in the header line"):
        render_content(Content(FIELDS, body="x"), header="$[FORM]")


def test_importing_the_package_is_light() -> None:
    heavy = "{'weasyprint', 'PIL', 'pypdfium2', 'reportlab', 'jinja2'} & set(sys.modules)"
    code = f"import sys, faxcore.render; print({heavy} or 'none')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "none\n"


def test_a_cover_of_the_callers_own(tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text(
        "<p>To $[TO]: $[PAGES] page{% if not subject %}!{% endif %}"
    )
    rendered = render_content(Content(FIELDS, cover="mine", cover_folder=tmp_path))
    assert texts(rendered) == ["To Dr. Robert Smith: 1 page"]

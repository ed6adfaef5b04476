from __future__ import annotations

import base64

import pypdfium2 as pdfium
import pytest

from faxcore.errors import RenderError
from faxcore.render.content import Paper
from faxcore.render.layout import Typesetter, text_html
from faxcore.render.loading import PANGO_ADVICE
from tests.render.samples import image_file, landscape_photo


def page_texts(typesetter: Typesetter, text: str) -> list[str]:
    data = typesetter.write([typesetter.lay_out_text(text, "the body")])
    return [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(data)]


def test_form_feeds_begin_pages(typesetter: Typesetter) -> None:
    assert page_texts(typesetter, "one\f\ftwo\nlines\f") == ["one", "", "two\r\nlines"]


def test_eighty_columns_fit_on_a_line(typesetter: Typesetter) -> None:
    line = "0123456789" * 8
    assert page_texts(typesetter, f"{line}\n{line}!x") == [f"{line}\r\n{line}\r\n!x"]


def test_long_words_are_broken_and_nothing_is_lost(typesetter: Typesetter) -> None:
    (text,) = page_texts(typesetter, "x" * 300)
    assert text.count("x") == 300
    assert len(text.splitlines()) == 4


def test_text_is_not_markup(typesetter: Typesetter) -> None:
    assert page_texts(typesetter, "<b>&amp; $[FROM]") == ["<b>&amp; $[FROM]"]


def test_tabs_stop_at_every_eighth_column(typesetter: Typesetter) -> None:
    data = typesetter.write([typesetter.lay_out_text("1234567\tx\n12345678x", "the body")])
    page = pdfium.PdfDocument(data)[0].get_textpage()
    text = page.get_text_range()
    places = [page.get_charbox(n)[0] for n, letter in enumerate(text) if letter == "x"]
    assert places[0] == pytest.approx(places[1], abs=0.5)


def test_line_ends_of_all_systems_are_one(typesetter: Typesetter) -> None:
    assert text_html("a\r\nb\rc\nd").count("<p") == 4


def test_right_to_left_lines_begin_at_the_right() -> None:
    assert 'class="rtl"' in text_html("  שלום world")
    assert 'class="rtl"' not in text_html("hello שלום")


def test_documents_share_one_pdf(typesetter: Typesetter) -> None:
    documents = [typesetter.lay_out(f"<p>{n}", "x") for n in range(3)]
    assert len(pdfium.PdfDocument(typesetter.write(documents))) == 3


def test_nesting_without_end_is_an_error(typesetter: Typesetter) -> None:
    with pytest.raises(RenderError, match="the body: the HTML is nested too deeply"):
        typesetter.lay_out("<div>" * 3000 + "x", "the body")


def test_the_advice_names_the_packages() -> None:
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0" in PANGO_ADVICE


@pytest.mark.parametrize(
    ("paper", "points"), [(Paper.A4, 842), (Paper.LETTER, 792), (Paper.LEGAL, 1008)]
)
def test_text_is_laid_out_for_the_paper_that_is_asked_for(paper: Paper, points: int) -> None:
    typesetter = Typesetter([], paper)
    document = typesetter.lay_out_text("words", "the body")
    assert document.pages[0].height * 0.75 == pytest.approx(points, abs=1)


def test_a_style_sheet_that_names_a_size_is_obeyed() -> None:
    typesetter = Typesetter([], Paper.LETTER)
    document = typesetter.lay_out("<style>@page{size:A5}</style><p>x", "the body")
    assert document.pages[0].height * 0.75 == pytest.approx(595, abs=1)


def test_fonts_that_were_left_make_the_same_pages() -> None:
    first = Typesetter([])
    expected = first.write([first.lay_out("<p>Fonts <i>that</i> stay", "the body")])
    first.leave_fonts()
    for taken in (True, False):
        again = Typesetter([])
        assert (again._fonts is first._fonts) is taken, "the first one takes them, and no other"
        assert again.write([again.lay_out("<p>Fonts <i>that</i> stay", "the body")]) == expected


def carried(picture: bytes, kind: str) -> str:
    return f"<img src='data:image/{kind};base64,{base64.b64encode(picture).decode()}'>"


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif"])
@pytest.mark.parametrize(("share", "notes"), [(1, 0), (0.5, 1), (0.01, 1)])
def test_a_broken_picture_is_noted_and_not_drawn_in_part(
    typesetter: Typesetter, kind: str, share: float, notes: int
) -> None:
    whole = image_file(landscape_photo(), kind.upper())
    typesetter.lay_out("<p>Look: " + carried(whole[: int(len(whole) * share)], kind), "mail.html")
    assert len(typesetter.notes) == notes
    assert all("the picture is a broken" in note for note in typesetter.notes)


@pytest.mark.parametrize(
    ("octets", "why"), [(b"<svg><rect></svg", "the drawing is broken"), (b"?", "it is no picture")]
)
def test_what_is_no_picture_is_noted(typesetter: Typesetter, octets: bytes, why: str) -> None:
    typesetter.lay_out("<p>Look: " + carried(octets, "svg+xml"), "mail.html")
    assert why in typesetter.notes[0]


LINES = "<br>".join(f"q{number:04d}" for number in range(200))

TOO_LONG = [
    f"<table align=left><tr><td>{LINES}</table>right",
    f"<div style='float: left'>{LINES}</div>right",
    f"<div style='height: 50mm'>{LINES}</div>",
    f"<table><thead><tr><th>{LINES}<tbody><tr><td>x</table>",
]


@pytest.mark.parametrize("html", TOO_LONG)
def test_what_cannot_go_on_where_it_stands_is_laid_out_more_simply(
    typesetter: Typesetter, html: str
) -> None:
    document = typesetter.lay_out(html, "mail.html")
    texts = [
        page.get_textpage().get_text_range()
        for page in pdfium.PdfDocument(typesetter.write([document]))
    ]
    assert [each for each in " ".join(texts).split() if each in LINES] == LINES.split("<br>")
    (note,) = typesetter.notes
    assert note.startswith("mail.html: laid out without its floats")


@pytest.mark.parametrize(
    "html",
    [
        "<ul><li>one<ol><li>two</ol></ul><p style='float: left'>short</p><select><option>x",
        "<div style='position: absolute; top: 5mm'>there</div><p style='hyphens: auto'>here",
        "<style>p { position: running(p) }</style><p>nowhere</p>here",
        f"<p style='line-clamp: 2'>{LINES}",
        "<table><thead><tr><th>head<tfoot><tr><td>foot<tbody>" + "<tr><td>row" * 100,
        f"<p>{LINES}",
        "<p style='font-size: 0'>what only mail programs show</p>here",
    ],
)
def test_what_is_whole_is_left_as_it_is(typesetter: Typesetter, html: str) -> None:
    typesetter.lay_out(html, "mail.html")
    assert typesetter.notes == []

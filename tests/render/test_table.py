"""Tables of text."""

import pypdfium2 as pdfium
import pytest

from faxcore.errors import ContentError
from faxcore.render.layout import Typesetter
from faxcore.render.table import table_html


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    rows = [["name", "number", "note"], ["Ada", "12.5", "x"], ["Bob", "-3", "y"]]
    page = table_html("\n".join(delimiter.join(row) for row in rows), "the table")
    assert page.count("<th>") == 3
    assert '<td>Ada<td class="number">12.5<td>x' in page
    assert '<td class="number">-3' in page


def test_quotes_hold_delimiters_and_markup_is_text():
    page = table_html('a,b\n"one, two","<b>"\n"x",y\n', "the table")
    assert "<td>one, two<td>&lt;b&gt;" in page


def test_two_quotes_stand_for_one_beside_a_delimiter():
    page = table_html('Name,Note\n"Smith","said ""hello, sir"" twice"\n"Jones","a"\n', "the table")
    assert "<td>Smith<td>said &quot;hello, sir&quot; twice\n" in page


def test_an_apostrophe_is_no_quote():
    page = table_html("name,quote\n'tis,it's\nO'Brien,'n'\n'a,b'\n", "the table")
    assert "<td>&#x27;tis<td>it&#x27;s\n" in page
    assert "<td>&#x27;a<td>b&#x27;" in page


def test_a_quote_that_is_never_closed_is_a_character():
    page = table_html('size\tparts\n"5\t1\n6\t2\n7\t3\n', "the table")
    assert "<td>&quot;5<td" in page
    assert page.count("<tr>") == 4


def test_a_quote_in_a_cell_loses_nothing_behind_it():
    page = table_html('size,parts\n"5"x,1\n"a, b",2\n', "the table")
    assert "<td>a, b<td" in page


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_a_row(end):
    page = table_html(end.join(["name,note", "Ada,one", '"Bob","two"', ""]), "the table")
    assert page.count("<tr>") == 3


def test_one_column_and_empty_lines():
    page = table_html("word\n\nother\n", "the table")
    assert page.count("<tr>") == 2


def test_no_row_and_no_number_is_torn_apart():
    rows = ["item;quantity;price"] + [f"part {n};{n};{n * 1.25:.2f}" for n in range(90)]
    typesetter = Typesetter([])
    page = table_html("\n".join(rows), "parts.csv")
    pdf = typesetter.write([typesetter.lay_out(page, "parts.csv")])
    pages = [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(pdf)]
    assert len(pages) > 1
    lines = " ".join("".join(pages).split())
    assert all(f"part {n} {n} {n * 1.25:.2f}" in lines for n in range(90))
    assert all("quantity" in page for page in pages)


def _cells_on_the_page(text):
    """What of a table lies on its page from side to side, without blanks."""
    typesetter = Typesetter([])
    pdf = typesetter.write([typesetter.lay_out_table(text, "the table")])
    shown = (
        page.get_textpage().get_text_bounded(0, 0, *page.get_size())
        for page in pdfium.PdfDocument(pdf)
    )
    return "".join("".join(shown).split())


def test_no_column_is_cut_off_at_the_edge_of_the_page():
    rows = [f"column{n}" for n in range(14)], [f"{n}00000{n}" for n in range(10, 24)]
    shown = _cells_on_the_page("\n".join(map(",".join, rows)))
    assert all(cell in shown for cell in ("column13", "2300000", "00023"))


def test_no_word_is_cut_off_at_the_edge_of_the_page():
    assert "x" * 120 in _cells_on_the_page(f"number,note\n1,{'x' * 120}\n")


def test_a_table_that_finds_no_room_is_refused():
    text = ",".join("W" for _ in range(64)) + "\n"
    with pytest.raises(ContentError, match="the table is wider than a page"):
        Typesetter([]).lay_out_table(text, "the table")

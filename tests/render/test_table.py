"""Tables of text."""

import pypdfium2 as pdfium
import pytest

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

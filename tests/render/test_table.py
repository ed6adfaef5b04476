"""Tables of text."""

import pytest

from faxcore.render.table import table_html


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    rows = [["name", "number", "note"], ["Ada", "12.5", "x"], ["Bob", "-3", "y"]]
    page = table_html("\n".join(delimiter.join(row) for row in rows))
    assert page.count("<th>") == 3
    assert '<td>Ada<td class="number">12.5<td>x' in page
    assert '<td class="number">-3' in page


def test_quotes_hold_delimiters_and_markup_is_text():
    page = table_html('a,b\n"one, two","<b>"\n"x",y\n')
    assert "<td>one, two<td>&lt;b&gt;" in page


def test_one_column_and_empty_lines():
    page = table_html("word\n\nother\n")
    assert page.count("<tr>") == 2

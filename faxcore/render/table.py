"""Tables of text, CSV as RFC 4180 and everybody else writes it, as HTML to be laid out."""

from __future__ import annotations

import csv
import html
import io

from faxcore.errors import ContentError

COLUMNS = 64
"""The most columns of a table: on A4 they are 2.8 mm wide."""

ANCHOR = "table"
"""The name that the table has in its HTML."""

_SAMPLE = 8192
_DELIMITERS = ",;\t|"
_STYLE = """
table { border-collapse: collapse; width: 100%; font: 10.5pt/1.3 sans-serif }
thead { display: table-header-group }
th, td { border: 0.75pt solid #000; padding: 1mm 1.6mm; text-align: left; vertical-align: top;
         overflow-wrap: break-word }
tr { break-inside: avoid }
td.number { text-align: right; white-space: nowrap }
"""
_NARROW_STYLE = """
table { font-size: 9pt }
th, td { padding: 1mm 0.4mm; overflow-wrap: anywhere }
td.number { white-space: normal }
"""


def table_html(text: str, place: str, *, narrow: bool = False) -> str:
    """The table with its first row as the head of every page; numbers stand to the right.

    ``narrow`` breaks words and numbers where the columns would not find room otherwise.
    ContentError, naming the place, for a table that has more columns than a page holds.
    """
    try:
        rows = [row for row in _rows(text) if any(row)]
    except csv.Error as error:
        raise ContentError(f"{place} is no table: {error}") from error
    columns = max(map(len, rows), default=0)
    if columns > COLUMNS:
        raise ContentError(f"{place} has {columns} columns; at most {COLUMNS} fit on a page")
    head, body = rows[:1], rows[1:]
    style = _STYLE + _NARROW_STYLE if narrow else _STYLE
    lines = ["<!DOCTYPE html><style>", style, f"</style><table id={ANCHOR}>"]
    lines += [f"<thead><tr>{_cells('th', row)}</thead>" for row in head]
    lines += [f"<tr>{_cells('td', row)}" for row in body]
    return "\n".join(lines)


def _rows(text: str) -> list[list[str]]:
    """The rows; a quote that is never closed is a character, else all behind it were one cell."""
    dialect = _dialect(text)
    try:
        list(csv.reader(io.StringIO(text, None), dialect, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return list(csv.reader(io.StringIO(text, None), dialect, quoting=csv.QUOTE_NONE))
    return list(csv.reader(io.StringIO(text, None), dialect))


def _dialect(text: str) -> type[csv.Dialect]:
    """The delimiter that divides the first lines; a comma where nothing does.

    Only the double quote holds a cell together, as RFC 4180 has it, and two of them always stand
    for one: Python takes apostrophes for quotes, and doubts the latter, by the look of the sample.
    """
    try:
        found = csv.Sniffer().sniff(text[:_SAMPLE], _DELIMITERS)
    except csv.Error:
        return csv.excel
    found.doublequote, found.quotechar = True, '"'
    return found


def _cells(tag: str, row: list[str]) -> str:
    return "".join(
        f"<{tag}{_mark(cell) if tag == 'td' else ''}>{html.escape(cell)}" for cell in row
    )


def _mark(cell: str) -> str:
    digits = cell.strip().lstrip("+-").replace(".", "").replace(",", "").replace(" ", "")
    return ' class="number"' if digits.isdecimal() else ""

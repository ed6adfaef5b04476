"""Plain text in cells: wrapped, nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxcore.render.plain_text import is_cells, text_pages


def lines(text: str, columns: int = 10) -> list[str]:
    (page,) = text_pages(text, columns, 50)
    return page


def test_form_feeds_begin_pages_and_the_last_one_begins_none() -> None:
    assert text_pages("one\f\ftwo\nlines\f", 10, 50) == [["one"], [""], ["two", "lines"]]


def test_a_full_page_is_followed_by_another() -> None:
    assert text_pages("1\n2\n3", 10, 2) == [["1", "2"], ["3"]]


def test_line_ends_of_all_systems_are_one() -> None:
    assert lines("a\r\nb\rc\nd") == ["a", "b", "c", "d"]


def test_unicodes_separators_end_lines() -> None:
    assert text_pages("one\u2028two\u2029three", 80, 60) == [["one", "two", "three"]]


def test_a_byte_order_mark_is_no_character() -> None:
    assert lines("\ufeffa") == ["a"]


def test_tabs_stop_at_every_eighth_column() -> None:
    assert lines("1\tx\n12345678\tx", 20) == ["1       x", "12345678        x"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0123456789", ["0123456789"]),
        ("01234 6789 x", ["01234 6789", "x"]),
        ("0123456789   x", ["0123456789", "x"]),
        ("0123456789abc", ["0123456789", "abc"]),
        ("a well-known one", ["a well-", "known one"]),
        ("a b well-known", ["a b well-", "known"]),
        ("at a/long/path", ["at a/long/", "path"]),
        ("x 24/12/2026 y", ["x", "24/12/2026", "y"]),
        ("tel 555-0100-22", ["tel", "555-0100-2", "2"]),
        ("    indented line", ["    indent", "ed line"]),
        ("abc\u00a0defg\u00a0hij k", ["abc\u00a0defg\u00a0h", "ij k"]),
    ],
)
def test_a_line_is_broken_where_it_may_be(line: str, expected: list[str]) -> None:
    assert lines(line) == expected


@given(st.text("ab -\t\n", max_size=200), st.integers(1, 12))
def test_no_line_is_too_long_and_nothing_but_blanks_is_lost(text: str, columns: int) -> None:
    made = [line for page in text_pages(text, columns, 7) for line in page]
    assert all(len(line) <= columns for line in made)
    assert "".join("".join(made).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["Plain, 100 %.", "Ünï é ß €", "Ελένη", "Казань", "┌─┐", "\t\n\f"])
def test_letters_that_stand_side_by_side_are_cells(text: str) -> None:
    assert is_cells(set(text))


@pytest.mark.parametrize(
    "text", ["שלום", "محمد", "王", "e\u0301", "\x1b", "\u00ad", "\ue123", "\u202e"]
)
def test_what_needs_more_than_a_cell_is_none(text: str) -> None:
    assert not is_cells(set(text))

"""Plain text to lines of cells, as a typewriter sets it: wrapped, tabs and form feeds obeyed.

Every character takes one cell, so a line is as long as it has characters. A line that is too long
is broken at blanks, or behind a hyphen or slash between letters; a word that is longer than a line
is broken anywhere. Text that needs more than cells (letters that run from right to left, that
combine, or that are two cells wide) is not for this module: ``is_cells`` tells.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_TAB = 8
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
"""What ends a line besides a line feed; word processors write the separators of Unicode."""

_BREAK = re.compile(r"(?<=[^\W\d_])[-/](?=[^\W\d_])")
_MARKS = frozenset("\t\n\f\r")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_WIDE = frozenset({"W", "F"})


def is_cells(characters: set[str]) -> bool:
    """Whether each of these characters is one cell or one of the marks that are obeyed."""
    return all(_is_cell(character) for character in characters - _MARKS)


def _is_cell(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    category = unicodedata.category(character)
    return (
        (category[0] in "LNPS" or category == "Zs")
        and unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT
        and unicodedata.east_asian_width(character) not in _WIDE
    )


def even_lines(text: str) -> str:
    """The text without a byte order mark, its lines ended alike, nothing blank at its end."""
    return _LINE_ENDS.sub("\n", text.removeprefix("\ufeff")).rstrip()


def text_pages(text: str, columns: int, rows: int) -> list[list[str]]:
    """The lines of every page: at most ``rows`` of ``columns`` cells. A page can be blank."""
    pages = []
    for sheet in even_lines(text).split("\f"):
        lines = [
            line
            for written in sheet.rstrip("\n").split("\n")
            for line in _wrapped(written.expandtabs(_TAB), columns)
        ]
        pages += [lines[first : first + rows] for first in range(0, len(lines), rows)]
    return pages


def _wrapped(line: str, columns: int) -> Iterator[str]:
    """One written line as the lines that it takes, at least one."""
    line = line.rstrip(" ")
    while len(line) > columns:
        end = _last_break(line, columns)
        yield line[:end].rstrip(" ")
        line = line[end:].lstrip(" ")
    yield line


def _last_break(line: str, columns: int) -> int:
    """Where a line that is too long is broken: where it may be, else where it must be."""
    end = line.rfind(" ", 0, columns + 1)
    for mark in _BREAK.finditer(line, max(0, end), columns + 1):
        end = min(mark.end(), columns)
    return end if line[: max(0, end)].strip(" ") else columns

"""Letters that WeasyPrint leaves out while it lays out a page. Worker only.

What floats, what has a height of its own and the head of a table cannot go on on the next page:
WeasyPrint lays out as much as there is room for, and drops the rest without a word. So the letters
of every element are counted before and after. Those that an author left out on purpose
(``line-clamp``, running elements, letters of no size) are in neither count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from weasyprint import document
from weasyprint.formatting_structure import boxes

UNBOUND = """
* { float: none !important }
:not(img):not(svg):not(hr) { height: auto !important; max-height: none !important }
thead, tfoot { display: table-row-group !important }
"""
"""A style sheet by which everything can go on on the next page."""

_lay_out = document.layout_document


def left_out(html: Any) -> int:
    """How many letters were left out when a ``weasyprint.HTML`` was rendered last."""
    count: int = vars(html).get("_letters_left_out", 0)
    return count


def _counted(html: Any, root: Any, context: Any) -> Iterator[Any]:
    """WeasyPrint's layout of all pages, with what it left out noted on the document."""
    there = _letters(root)
    laid_out: Counter[Any] = Counter()
    for page in _lay_out(html, root, context):
        laid_out.update(_letters(page))
        yield page
    html._letters_left_out = sum((there - laid_out).values())


def _letters(box: Any) -> Counter[Any]:
    """How many letters each element has in a tree of boxes, blanks aside."""
    letters: Counter[Any] = Counter()
    waiting = [box]
    while waiting:
        each = waiting.pop()
        if isinstance(each, boxes.TextBox) and each.style["font_size"] > 0:
            letters[each.element] += sum(map(len, each.text.replace("\xad", "").split()))
        elif not _is_cut_on_purpose(each):
            waiting += getattr(each, "children", ())
    return letters


def _is_cut_on_purpose(box: Any) -> bool:
    return bool(box.is_running()) or box.style["continue"] == "discard"


document.layout_document = _counted

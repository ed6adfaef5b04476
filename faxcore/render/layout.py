"""HTML and plain text to PDF pages: the only module that lays out with WeasyPrint. Worker only.

Bodies, cover pages and attachments of one message are laid out one by one, but written as one
PDF, so that the fonts are cut to size once. Nothing is fetched: see ``fetcher``.
"""

from __future__ import annotations

import html
import logging
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from faxcore.errors import ContentError, RenderError
from faxcore.render.content import Paper
from faxcore.render.fonts import MissingGlyphs
from faxcore.render.loading import load_weasyprint
from faxcore.render.plain_text import even_lines
from faxcore.render.table import ANCHOR, table_html

if TYPE_CHECKING:
    from weasyprint import CSS, HTML, Document
    from weasyprint.text.fonts import FontConfiguration

PAGE_STYLE = """
@page { margin: 18mm 15mm 16mm }
html { font: 11pt/1.35 sans-serif; color: black }
img, svg { max-width: 100% }
pre, code { overflow-wrap: anywhere }
pre { white-space: pre-wrap }
"""

_COLUMNS = 80
"""Letters of a line of plain text on A4."""

_UNBROKEN = 1000
"""The longest run of letters without a blank that is left to Pango."""

TEXT_STYLE = """
@page { margin: 18mm 15mm 16mm }
body { font: 10.54pt/13.25pt "DejaVu Sans Mono", "Liberation Mono", monospace; margin: 0 }
p { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 8; margin: 0; min-height: 13.25pt }
p.page { break-before: page }
p.rtl { direction: rtl }
"""


_LEFT: list[FontConfiguration] = []
"""What a typesetter left to the next one, which takes it: no two ever share one."""


@cache
def page_style(paper: Paper) -> CSS:
    """The style of every document, in which nothing is referred to: parsed once."""
    made: CSS = load_weasyprint().CSS(string=f"@page {{ size: {paper.value} }} {PAGE_STYLE}")
    return made


class Typesetter:
    """Lays out documents that share one font configuration and one list of missing glyphs.

    ``notes`` gets a sentence for everything that is left out; ``paper`` is for documents that name
    no size of their own; ``served`` are the assets that the document laid out last used.
    """

    def __init__(self, notes: list[str], paper: Paper = Paper.A4) -> None:
        self._weasyprint = load_weasyprint()
        self._page_style = page_style(paper)
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

        self._fonts = _LEFT.pop() if _LEFT else FontConfiguration()
        self.missing = MissingGlyphs()
        self.notes = notes
        self.served: list[str] = []
        self._bombs: list[RenderError] = []
        logger: logging.Logger = self._weasyprint.LOGGER
        logger.handlers = [self.missing]

    def leave_fonts(self) -> None:
        """Leave the font configuration, with the faces it has loaded, to the next typesetter.

        For a process that copies itself; this typesetter must not be used any more.
        """
        _LEFT.append(self._fonts)

    def lay_out(self, source: str | bytes, place: str, assets: Path | None = None) -> Document:
        """The pages of an HTML document; ``assets`` is the folder of a cover page.

        A reference that was refused is a note, in a cover page a RenderError. What cannot go on on
        the next page where its document puts it is laid out without floats and fixed heights, with
        a note; so is what is left out even then.
        """
        from faxcore.render.fetcher import ASSETS, NOWHERE, ClosedFetcher  # noqa: PLC0415

        fetcher = ClosedFetcher(place, assets)
        fetcher.bombs = self._bombs
        try:
            page = self._weasyprint.HTML(
                string=source, base_url=ASSETS if assets else NOWHERE, url_fetcher=fetcher
            )
            document = self._whole(page, place)
        except RecursionError as error:
            raise RenderError(f"{place}: the HTML is nested too deeply") from error
        except (ArithmeticError, AssertionError, AttributeError) as error:
            raise RenderError(f"{place}: WeasyPrint cannot lay it out: {error!r}") from error
        except (LookupError, TypeError, ValueError) as error:
            raise RenderError(f"{place}: WeasyPrint cannot lay it out: {error!r}") from error
        self._check_drawings()
        if fetcher.refused and assets:
            raise RenderError(f"{place} refers to {fetcher.refused[0]}")
        self.served = list(dict.fromkeys(fetcher.served))
        self.notes += [f"{place}: left out {what}" for what in dict.fromkeys(fetcher.refused)]
        return document

    def _whole(self, page: HTML, place: str) -> Document:
        """The pages of a document, laid out more simply where letters would be left out."""
        from faxcore.render.left_out import UNBOUND, left_out  # noqa: PLC0415

        document = self._rendered(page)
        lost = left_out(page)
        if not lost:
            return document
        simple = self._rendered(page, self._weasyprint.CSS(string=UNBOUND))
        still = left_out(page)
        if still < lost:
            document = simple
            self.notes.append(
                f"{place}: laid out without its floats, fixed heights and repeated table heads, "
                "which are longer than a page"
            )
        if still:
            self.notes.append(f"{place}: {min(still, lost)} letters have no room and are left out")
        return document

    def _rendered(self, page: HTML, *styles: CSS) -> Document:
        return page.render(
            font_config=self._fonts,
            stylesheets=[self._page_style, *styles],
            presentational_hints=True,
        )

    def lay_out_text(self, text: str, place: str) -> Document:
        """The pages of plain text: wrapped, tabs at every eighth column, form feeds obeyed."""
        return self.lay_out(text_html(text), place)

    def lay_out_table(self, text: str, place: str) -> Document:
        """The pages of a table, set narrower where its last columns would be cut off.

        ContentError for a table that is wider than a page even so.
        """
        document = self.lay_out(table_html(text, place), place)
        if _is_cut(document):
            document = self.lay_out(table_html(text, place, narrow=True), place)
        if _is_cut(document):
            raise ContentError(f"{place} is wider than a page")
        return document

    def write(self, documents: list[Document]) -> bytes:
        """One PDF of the pages of all documents."""
        pages = [page for document in documents for page in document.pages]
        try:
            # PDFium packs what it joins to the message's PDF
            pdf: bytes = documents[0].copy(pages).write_pdf(uncompressed_pdf=True)
        except RecursionError as error:
            raise RenderError("the HTML is nested too deeply") from error
        self._check_drawings()
        return pdf

    def _check_drawings(self) -> None:
        """RenderError for the first drawing that was not begun because it comes to too much."""
        if self._bombs:
            raise self._bombs[0]


def _is_cut(document: Document) -> bool:
    """Whether a table reaches beyond the edge of its page."""
    return any(
        page.anchors[ANCHOR][2] > page.width for page in document.pages if ANCHOR in page.anchors
    )


def text_html(text: str) -> str:
    """Plain text as HTML with a paragraph for each line, which WeasyPrint lays out fastest."""
    lines = []
    for number, page in enumerate(even_lines(text).split("\f")):
        for index, line in enumerate(page.rstrip("\n").split("\n")):
            line = _broken(line)  # noqa: PLW2901
            marks = ["page"] if number and not index else []
            marks += ["rtl"] if _is_right_to_left(line) else []
            mark = f' class="{" ".join(marks)}"' if marks else ""
            lines.append(f"<p{mark}>{html.escape(line, quote=False)}</p>")
    return f"<!DOCTYPE html><style>{TEXT_STYLE}</style><body>" + "\n".join(lines)


def _broken(line: str) -> str:
    """The line with breaks in runs without any, which Pango would lay out in quadratic time."""
    if len(line) <= _UNBROKEN:
        return line
    return re.sub(rf"\S{{{_COLUMNS}}}(?=\S{{{_UNBROKEN - _COLUMNS}}})", r"\g<0>\n", line)


def _is_right_to_left(line: str) -> bool:
    """Whether the first letter with a direction runs from right to left (UAX 9, P2 and P3)."""
    if line.isascii():
        return False
    directions = (unicodedata.bidirectional(letter) for letter in line)
    return next((one for one in directions if one in {"L", "R", "AL"}), "L") != "L"

"""A message to fax pages: the order of things, in one place. Worker only.

Everything is laid out first, because the page count stands on every page and on the cover. Then
page after page is drawn, made black and white, given its header line and coded, once for each
resolution, each from the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from faxcore.errors import ContentError, RenderError
from faxcore.render.cells import Cells
from faxcore.render.content import Attachment, BodyType, Content
from faxcore.render.coverpage import cover_folder, cover_html, find_cover, read_cover
from faxcore.render.document import Limits
from faxcore.render.fonts import raise_for_missing
from faxcore.render.geometry import place
from faxcore.render.layout import Typesetter
from faxcore.render.pdf import check_form, open_pdf, page_size_mm
from faxcore.render.sniff import Kind, html_of, kind_of, text_of
from faxcore.render.tokens import COVER_TOKENS, token_values, unknown_tokens
from faxcore.render.typewriter import typewritten
from faxcore.t4 import PageBitmap

if TYPE_CHECKING:
    from weasyprint import Document

Report = Callable[[str, int, int], None]
"""Called with a text, the page and the number of pages."""

_COVER_TRIES = 4
_LINES_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page to be drawn: a page of an open PDF.

    ``part`` is what it is a page of; ``bitmap`` is the page pixel by pixel where the input already
    is a fax page; a part that is ``typeset`` from words cannot be blank from end to end; a page of
    plain text has its ``cells``, of which it can be put together.
    """

    document: Any
    index: int
    part: str
    number: int
    bitmap: PageBitmap | None = None
    typeset: bool = False
    cells: Cells | None = None

    @property
    def source(self) -> str:
        """The page's name for people."""
        return f"{self.part} page {self.number}"


@dataclass(frozen=True, slots=True)
class Typeset:
    """Pages that were laid out but are not written yet."""

    document: Document
    source: str


class Composer:
    """Turns the parts of one message into sheets, in the order in which they are sent.

    ``unknown`` are sentences about the unknown tokens of a draft.
    """

    def __init__(
        self, content: Content, limits: Limits, report: Report, *, draft: bool = False
    ) -> None:
        self._content = content
        self._draft = draft
        self._limits = limits
        self._report = report
        self._typesetter: Typesetter | None = None
        self._places: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.assets: list[str] = []
        self.unknown: list[str] = []

    @property
    def typesetter(self) -> Typesetter:
        """WeasyPrint, loaded when something needs it."""
        if self._typesetter is None:
            self._typesetter = Typesetter(self.notes, self._content.paper)
        return self._typesetter

    def sheets(self) -> list[Sheet]:
        """All pages of the message; ContentError if there are none or too many."""
        template = self._template()
        parts: list[Typeset | Sheet] = []
        for file in self._content.attachments:
            parts += self._attached(file)
        if self._content.has_body:
            parts = [*self._body(), *parts]
        if template is not None:
            parts.insert(0, self._cover(template, sum(map(_pages_of, parts))))
        pages = sum(map(_pages_of, parts))
        if not pages:
            raise ContentError("there is nothing to send: no cover page, no body, no attachment")
        if pages > self._limits.pages:
            raise ContentError(
                f"the message has {pages} pages; at most {self._limits.pages} can be sent"
            )
        sheets = list(self._written(parts))
        banner = self._content.banner
        return sheets if banner is None else [self._below(banner, sheets[0]), *sheets[1:]]

    def _below(self, file: Attachment, sheet: Sheet) -> Sheet:
        """The first page below the message's banner."""
        from faxcore.render.pictures import banner_picture  # noqa: PLC0415
        from faxcore.render.surgery import with_banner  # noqa: PLC0415

        banner = banner_picture(file, self._limits.image_pixels)
        document = with_banner(sheet.document, sheet.index, banner, sheet.source)
        return replace(sheet, document=document, index=0, bitmap=None, cells=None)

    def _template(self) -> str | None:
        """The cover page's template, before anything that takes time."""
        if self._content.cover is None:
            return None
        page = find_cover(self._content.cover, cover_folder(self._content))
        template = read_cover(page, draft=self._draft)
        self.unknown = [
            f"unknown token {token} in line {line}: the page cannot be installed or sent"
            for token, line in unknown_tokens(template, COVER_TOKENS)
        ]
        return template

    def _cover(self, template: str, others: int) -> Typeset:
        """The cover page, laid out until the page count on it is true."""
        self._report("cover page", 0, 0)
        name = f"the cover page {self._content.cover}"
        fields = self._content.fields
        for value in token_values(fields, others).values():
            self._places.append((value, "the cover page's fields"))
        length = 1
        for _ in range(_COVER_TRIES):
            page = cover_html(self._content, template, others + length)
            document = self.typesetter.lay_out(page, name, cover_folder(self._content))
            self.assets = self.typesetter.served
            if len(document.pages) == length:
                return Typeset(document, "cover")
            length = len(document.pages)
        raise RenderError(f"{name} changes its length with the page count written on it")

    def _body(self) -> list[Typeset | Sheet]:
        self._report("body", 0, 0)
        text = self._content.body or ""
        if self._content.body_type is BodyType.XML:
            return self._drawn(text, "the body", "body")
        if self._content.body_type is BodyType.HTML:
            self._places.append((text, "the body"))
            return [Typeset(self.typesetter.lay_out(text, "the body"), "body")]
        return self._text(text, "the body", "body")

    def _text(self, text: str, place: str, part: str) -> list[Typeset | Sheet]:
        """Plain text; what is plainly too long is refused before it is laid out."""
        pages = text.rstrip().count("\f") + 1
        if pages > self._limits.pages:
            raise ContentError(
                f"the message has {pages} pages; at most {self._limits.pages} can be sent"
            )
        if text.count("\n") > self._limits.pages * _LINES_A_PAGE:
            raise ContentError(f"{place} has more lines than {self._limits.pages} pages hold")
        written = typewritten(text, self._content.paper)
        if written is not None:
            return _all_pages(written.document, part, Cells(written))
        self._places.append((text, place))
        return [Typeset(self.typesetter.lay_out_text(text, place), part)]

    def _drawn(self, source: str, place: str, part: str) -> list[Typeset | Sheet]:
        """The pages of a document in XML."""
        from faxcore.render.rml import rml_pdf  # noqa: PLC0415

        pdf = rml_pdf(source, place, self._limits.image_pixels)
        return _all_pages(open_pdf(pdf, place), part)

    def _attached(self, file: Attachment) -> list[Typeset | Sheet]:
        self._report(file.name, 0, 0)
        kind = kind_of(file)
        if kind is Kind.TEXT:
            return self._text(text_of(file), file.name, file.name)
        if kind is Kind.CSV:
            text = text_of(file)
            self._places.append((text, file.name))
            return [Typeset(self.typesetter.lay_out_table(text, file.name), file.name)]
        if kind is Kind.RML:
            return self._drawn(text_of(file), file.name, file.name)
        if kind is Kind.HTML:
            page = html_of(file)
            self._places.append((page if isinstance(page, str) else "", file.name))
            return [Typeset(self.typesetter.lay_out(page, file.name), file.name)]
        if kind in {Kind.PDF, Kind.OFFICE}:
            return list(self._whole_pages(_opened(file, kind, self.notes), file.name))
        from faxcore.render.pictures import picture_sheets  # noqa: PLC0415

        sheets = [
            Sheet(document, index, file.name, number, bitmap)
            for number, (document, index, bitmap) in enumerate(
                picture_sheets(file, kind, self._limits, self.notes), start=1
            )
        ]
        return list(sheets)

    def _whole_pages(self, document: Any, name: str) -> Iterator[Sheet]:
        """The pages of a PDF; one that is longer than a fax page may be becomes several."""
        numbers = count(1)
        for index in range(len(document)):
            size = page_size_mm(document, index, f"{name} page {index + 1}")
            placement = place(*size)
            if placement.page_mm <= self._limits.page_mm or placement.turn:
                yield Sheet(document, index, name, next(numbers))
                continue
            from faxcore.render.surgery import cut_page  # noqa: PLC0415

            longest = self._limits.page_mm * size[1] / placement.page_mm
            parts = cut_page(document, index, longest, name)
            for part in range(len(parts)):
                yield Sheet(parts, part, name, next(numbers))

    def _written(self, parts: list[Typeset | Sheet]) -> Iterator[Sheet]:
        """All parts as sheets: what was laid out becomes one PDF, its glyphs checked."""
        typeset = [part for part in parts if isinstance(part, Typeset)]
        if typeset:
            data = self.typesetter.write([part.document for part in typeset])
            raise_for_missing(self.typesetter.missing.characters, self._places)
            written = open_pdf(data, "the typeset part")
        index = 0
        for part in parts:
            if isinstance(part, Sheet):
                yield part
                continue
            for number in range(_pages_of(part)):
                yield Sheet(written, index, part.source, number + 1, typeset=True)
                index += 1


def _all_pages(document: Any, part: str, cells: Cells | None = None) -> list[Typeset | Sheet]:
    """Every page of a document that was made from words."""
    return [
        Sheet(document, index, part, index + 1, typeset=True, cells=cells)
        for index in range(len(document))
    ]


def _opened(file: Attachment, kind: Kind, notes: list[str]) -> Any:
    """A file's pages as an open PDF that can be drawn; files inside it are noted as left out."""
    from faxcore.render.pdf_forms import check_pages  # noqa: PLC0415
    from faxcore.render.surgery import with_values  # noqa: PLC0415

    if kind is Kind.PDF:
        document = open_pdf(file.data, file.name)
        check_pages(file.data, file.name)
        check_form(document, file.name)
        inside = document.count_attachments()
        if inside:  # all of a portfolio, whose one page says so
            first = document.get_attachment(0).get_name()
            more = f" and {inside - 1} more" if inside > 1 else ""
            notes.append(f"{file.name}: left out what is attached inside it: {first}{more}")
        return with_values(document)
    from faxcore.render.office import office_pdf  # noqa: PLC0415

    return with_values(open_pdf(office_pdf(file), file.name))


def _pages_of(part: Typeset | Sheet) -> int:
    return 1 if isinstance(part, Sheet) else len(part.document.pages)

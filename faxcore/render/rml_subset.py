"""The subset of RML (ReportLab's markup) that a message body may be written in, and its check.

RML as such can run code, read files and fetch addresses. So a document is parsed by a parser that
knows no entities and no network, every element and attribute must be in the tables here, a picture
must be in the document itself, and what is left is written anew: only ``checked_rml`` makes the
octets that ``rml`` draws. An element's attributes are those that its table names and the drawing
library knows for it, as far as their type is a plain value: none that opens a file or imports
Python is among ``PLAIN``.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from faxcore.errors import ContentError
from faxcore.render.content import Attachment
from faxcore.render.sniff import Kind, kind_of

LIMITS = {"octets": 8 << 20, "elements": 50_000, "depth": 40, "pictures": 64}
"""What one document may have."""

STRUCTURE = ("document", "docinit", "color", "stylesheet", "initialize", "alias", "story")
TEMPLATES = ("template", "pageTemplate", "frame", "pageGraphics", "header", "footer")
STYLES = (
    *("paraStyle", "spanStyle", "listStyle", "blockTableStyle"),
    *("blockAlignment", "blockBackground", "blockBottomPadding", "blockColBackground"),
    *("blockFont", "blockLeading", "blockLeftPadding", "blockNosplit", "blockRightPadding"),
    *("blockRowBackground", "blockSpan", "blockTextColor", "blockTopPadding", "blockValign"),
    "lineStyle",
)
TEXT = ("para", "title", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "xpre")
FLOW = (
    *("ul", "ol", "li", "blockTable", "tr", "td", "bulkData", "spacer", "hr", "indent"),
    *("keepTogether", "keepInFrame", "fixedSize", "topPadder", "condPageBreak", "nextFrame"),
    *("nextPage", "setNextFrame", "setNextTemplate", "illustration", "img", "imageAndFlowables"),
    *("barCodeFlowable", "storyPlace"),
)
DRAWING = (
    *("drawString", "drawRightString", "drawCenteredString", "drawCentredString"),
    *("drawAlignedString", "rect", "circle", "ellipse", "grid", "lines", "curves", "path"),
    *("moveto", "curveto", "curvesto", "fill", "stroke", "setFont", "setFontSize", "lineMode"),
    *("translate", "rotate", "scale", "skew", "transform", "saveState", "restoreState"),
    *("place", "image", "barCode", "pageInfo", "pageDrawing"),
)
INLINE = {
    **dict.fromkeys(("b", "i", "u", "strike", "strong", "em", "super", "sup", "sub"), frozenset()),
    "br": frozenset(),
    "font": frozenset({"name", "face", "size", "color", "backColor"}),
    "span": frozenset({"style", "name", "face", "size", "color", "backColor"}),
    "pageNumber": frozenset({"countingFrom"}),
}
"""Markup inside texts, with its attributes."""

ELEMENTS = frozenset((*STRUCTURE, *TEMPLATES, *STYLES, *TEXT, *FLOW, *DRAWING, *INLINE))
"""Every element of the subset."""

PLAIN = frozenset(
    {
        *("Text", "TextNode", "TextNodeSequence", "TextNodeGrid", "FirstLevelTextNode"),
        *("RawXMLContent", "XMLContent", "Integer", "Float", "Boolean", "TextBoolean"),
        *("BooleanWithDefault", "Choice", "Measurement", "FontSizeRelativeMeasurement"),
        *("StringOrInt", "Sequence", "IntegerSequence", "Combination", "Color", "Style"),
        *("Padding", "PageSize"),
    }
)
"""Types of attributes that are values and nothing else."""

WITH_TEXT = frozenset(
    {
        *(*TEXT, *INLINE, "td", "li", "bulkData", "lines", "curves", "path", "moveto"),
        *("curveto", "curvesto", "transform", "drawString", "drawRightString"),
        *("drawCenteredString", "drawCentredString", "drawAlignedString", "barCode"),
    }
)
"""Elements whose own text is printed or read; in any other it would be lost."""

PICTURES = {"img": "src", "image": "file", "imageAndFlowables": "imageName"}
"""Elements with a picture, and the attribute that has it."""

NOT_TAKEN = frozenset({"href", "destination", "url", "debug"})
"""Attributes that lead out of the page, or change how errors are told."""

SPELLINGS = {"pageSize": "pagesize"}
"""Attributes as ReportLab's own RML spells them, and as the drawing library does."""

_PICTURE = re.compile(r"\s*data:image/(?:png|jpeg|gif|bmp|webp);base64,([A-Za-z0-9+/=\s]+)", re.I)
_PICTURE_KINDS = frozenset({Kind.PNG, Kind.JPEG, Kind.GIF, Kind.BMP, Kind.WEBP})
_NUMBER = re.compile(r"-?\d{1,5}(\.\d{1,6})?")
_ANY_NUMBER = re.compile(r"-?[\d.]+(e[+-]?\d+)?", re.I)
_PREFIX = "rml:"


@dataclass(frozen=True, slots=True)
class CheckedRml:
    """A document of the subset: ``xml`` for the drawing library, ``text`` is what it prints."""

    xml: bytes
    text: str


def checked_rml(source: str, place: str, pixels: int) -> CheckedRml:
    """The document, every element looked at; ContentError with line and reason if it may not be.

    ``pixels`` is the most that a picture may have.
    """
    from lxml import etree  # noqa: PLC0415

    root = _parsed(source, place)
    pictures = 0
    for count, element in enumerate(_elements(root, place)):
        if count >= LIMITS["elements"]:
            raise ContentError(f"{place} has more than {LIMITS['elements']} elements")
        _check_element(element, place)
        _check_texts(element, place)
        if element.tag in PICTURES:
            pictures += 1
            if pictures > LIMITS["pictures"]:
                raise ContentError(f"{place} has more than {LIMITS['pictures']} pictures")
            _embed(element, place, pixels)
    etree.strip_tags(root, etree.Comment)
    root.set("filename", "body.pdf")
    return CheckedRml(etree.tostring(root, encoding="utf-8"), "".join(_printed(root)))


def _parsed(source: str, place: str) -> Any:
    """The root element. No entity is expanded, nothing is fetched, a DTD is refused."""
    from lxml import etree  # noqa: PLC0415

    octets = re.sub(r"^\s*<\?xml[^>]*\?>", lambda m: "\n" * m[0].count("\n"), source).encode()
    if len(octets) > LIMITS["octets"]:
        raise ContentError(f"{place} is larger than {LIMITS['octets'] >> 20} MB")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_pis=False
    )
    try:
        root = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        reason = str(error.msg).split(", line ")[0]
        raise ContentError(f"{place}, line {error.lineno}: no well-formed XML: {reason}") from error
    if root.getroottree().docinfo.doctype:
        raise ContentError(f"{place}: a document type (DTD) is not taken")
    if root.tag != "document":
        raise ContentError(
            f"{place}, line {root.sourceline}: a document of the kind RML begins with <document>, "
            f"not with <{root.tag}>"
        )
    return root


def _elements(root: Any, place: str) -> Iterator[Any]:
    """All elements in order; ContentError for what is none, and for too deep a nesting."""
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if not isinstance(element.tag, str):
            kind = type(element).__name__.strip("_")
            if kind == "Comment":
                continue
            raise ContentError(f"{place}, line {element.sourceline}: {kind} is not taken")
        if depth > LIMITS["depth"]:
            raise ContentError(
                f"{place}, line {element.sourceline}: elements are nested more than "
                f"{LIMITS['depth']} deep"
            )
        yield element
        waiting += [(child, depth + 1) for child in reversed(element)]


def _check_element(element: Any, place: str) -> None:
    where = f"{place}, line {element.sourceline}"
    if element.tag not in ELEMENTS:
        raise ContentError(f"{where}: <{element.tag}> is not part of the XML that can be faxed")
    for other, name in SPELLINGS.items():
        if other in element.attrib and element.tag in {"template", "pageTemplate"}:
            element.set(name, element.attrib.pop(other))
    taken = _attributes(element.tag)
    for name, value in element.attrib.items():
        if name not in taken:
            known = ", ".join(sorted(taken)) or "none"
            raise ContentError(f"{where}: <{element.tag}> takes no {name}; it takes: {known}")
        if value.strip().lower().startswith(_PREFIX):
            raise ContentError(f"{where}: {name}={value!r} is not taken")
        number = _ANY_NUMBER.fullmatch(value.strip())
        if number and not _NUMBER.fullmatch(value.strip()):
            raise ContentError(f"{where}: {name}={value!r} is no number of a page")


def _check_texts(element: Any, place: str) -> None:
    """ContentError for words that would not be printed; the words of a list item are a paragraph.

    A list item and a cell of a table hold either words or paragraphs: beside paragraphs, the
    drawing library drops words.
    """
    texts = [element.text, *(child.tail for child in element)]
    words = any(text and text.strip() for text in texts)
    children = [child for child in element if isinstance(child.tag, str)]
    blocks = [child for child in children if child.tag not in INLINE]
    where = f"{place}, line {element.sourceline}: <{element.tag}>"
    if words and element.tag not in WITH_TEXT:
        raise ContentError(f"{where} has words in it that belong into a <para>")
    if element.tag not in {"td", "li"} or not (words or children):
        return
    if words and blocks:
        raise ContentError(f"{where} has words beside <{blocks[0].tag}>; put them into a <para>")
    marked = bool(children) or any(each in (element.text or "") for each in "&<>")
    if not blocks and (element.tag == "li" or marked):  # a bare cell prints &amp; as it is
        _wrap(element)


def _wrap(element: Any) -> None:
    """Put all that an element holds into one paragraph."""
    from lxml import etree  # noqa: PLC0415

    paragraph = etree.Element("para")
    paragraph.text, element.text = element.text, None
    paragraph.extend(list(element))
    element.append(paragraph)


def _attributes(tag: str) -> frozenset[str]:
    """The attributes that an element may have."""
    if tag in INLINE:
        return INLINE[tag]
    names = {
        name
        for signature in _signatures().get(tag, ())
        for name, kind in signature
        if kind in PLAIN and name not in NOT_TAKEN
    }
    if tag in PICTURES:
        names.add(PICTURES[tag])
    return frozenset(names)


_KNOWN: dict[str, list[list[tuple[str, str]]]] = {}


def _signatures() -> dict[str, list[list[tuple[str, str]]]]:
    """What the drawing library takes: for each element the names and types of its attributes."""
    if not _KNOWN:
        from z3c.rml.document import Document  # noqa: PLC0415

        _collect(Document, "document", set())
    return _KNOWN


def _collect(directive: Any, tag: str, seen: set[Any]) -> None:
    from zope.schema import getFieldsInOrder  # noqa: PLC0415

    if (directive, tag) in seen:
        return
    seen.add((directive, tag))
    if directive.signature is not None:
        fields = [
            (name, type(field).__name__) for name, field in getFieldsInOrder(directive.signature)
        ]
        _KNOWN.setdefault(tag, []).append(fields)
    for name, child in directive.factories.items():
        _collect(child, name, seen)


def _embed(element: Any, place: str, pixels: int) -> None:
    """Replace a picture by a PNG of what one decoder makes of it; nothing else reads its octets."""
    name = PICTURES[element.tag]
    where = f"{place}, line {element.sourceline}: the picture of <{element.tag}>"
    match = _PICTURE.fullmatch(element.get(name, ""))
    if match is None:
        raise ContentError(
            f'{where} must be in the document itself: {name}="data:image/png;base64,..."'
        )
    try:
        data = base64.b64decode(re.sub(r"\s", "", match[1]), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ContentError(f"{where} is no base64: {error}") from error
    element.set(
        name, "data:image/png;base64," + base64.b64encode(_png(data, where, pixels)).decode()
    )


def _png(data: bytes, where: str, pixels: int) -> bytes:
    from faxcore.render.pictures import first_picture  # noqa: PLC0415

    file = Attachment(where, data)
    kind = kind_of(file)
    if kind not in _PICTURE_KINDS:
        raise ContentError(f"{where} is {kind.value}, no picture")
    target = io.BytesIO()
    first_picture(file, kind, pixels).save(target, "PNG")
    return target.getvalue()


def _printed(root: Any) -> Iterator[str]:
    """Every text of the document, and attributes that are printed."""
    for element in root.iter():
        yield element.text or ""
        yield element.tail or ""
        yield from (element.get(name, "") for name in ("bulletText", "value", "title"))


def needs_wide_font(text: str) -> bool:
    """Whether the fourteen fonts of every PDF reader, which know Western Europe, do not suffice."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return True
    return False


def runs_from_right(text: str) -> str | None:
    """The first character of a script that needs shaping or runs from right to left, if any."""
    return next((each for each in text if unicodedata.bidirectional(each) in {"R", "AL"}), None)

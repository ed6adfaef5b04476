"""How much the pages of a PDF come to, before PDFium opens one: the only module with pikepdf.

A form XObject is drawn wherever a page says ``Do``, and may say so itself: a form of two lines can
stand for a thousand million, or for itself without end, and PDFium goes along until its memory is
full. So what is drawn is counted first: forms, tiling patterns, soft masks and the letters of
Type 3 fonts, each with all that it draws in turn (ISO 32000-1, 8.10, 8.7.3, 11.6.5, 9.6.5).

pikepdf, which z3c.rml brings along, takes a moment to load, so a PDF that has no such thing never
meets it; one that it cannot read is left to PDFium, and to the limits.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any, TypeGuard

from faxcore.errors import AttachmentError

THINGS = 100_000
"""What a page may come to, in things that are drawn for another: some seconds' work."""

_NESTING = re.compile(rb"/Form\b|/PatternType\s*1\b|/Type3\b")
_PACKED = re.compile(rb"/ObjStm\b")
_STREAM = re.compile(rb"stream\r?\n")
_MOST_PACKED = 64 << 20
_DRAWN = "Do scn SCN gs Tf"
_KINDS = {"Do": "/XObject", "scn": "/Pattern", "SCN": "/Pattern", "gs": "/ExtGState", "Tf": "/Font"}


def check_pages(data: bytes, name: str) -> None:
    """AttachmentError that names the first page which comes to too much."""
    if not _may_nest(data):
        return
    import pikepdf  # noqa: PLC0415

    try:
        document = pikepdf.open(io.BytesIO(data))
    except (pikepdf.PdfError, ValueError):
        return
    with document:
        count = _Count(pikepdf)
        for number, page in enumerate(document.pages, start=1):
            try:
                much = count.of_page(page) > THINGS
            except RecursionError as error:
                raise AttachmentError(f"{name} page {number} is nested too deeply") from error
            if much:
                raise AttachmentError(
                    f"{name} page {number} draws more than {THINGS} things inside others, or one "
                    "inside itself"
                )


def _may_nest(data: bytes) -> bool:
    """Whether there is anything in the file that can be drawn inside something else."""
    if _NESTING.search(data):
        return True
    return any(_NESTING.search(unpacked) for unpacked in _unpacked(data))


def _unpacked(data: bytes) -> Iterator[bytes]:
    """The octets of the object streams, in which newer files keep their dictionaries."""
    for packed in _PACKED.finditer(data):
        begin = _STREAM.search(data, packed.end(), packed.end() + 1000)
        if begin is not None:
            try:
                yield zlib.decompressobj().decompress(data[begin.end() :], _MOST_PACKED)
            except zlib.error:
                yield b"/Form"  # packed in another way: to be looked at


class _Count:
    """Counts what is drawn, every thing once, however often it is drawn."""

    def __init__(self, pikepdf: Any) -> None:
        self._pikepdf = pikepdf
        self._things: dict[tuple[int, int], int | None] = {}

    def of_page(self, page: Any) -> int:
        """How many things a page comes to, what is noted on it included."""
        resources = page.resources
        total = self._total(page.obj, resources) if self._may_multiply(resources) else 1
        for note in _each(page.obj.get("/Annots")):
            looks = note.get("/AP", {}).get("/N") if self._is_dictionary(note) else None
            for look in looks.values() if self._is_dictionary(looks) else [looks]:
                total += self._inside(look, resources)
        return total

    def _may_multiply(self, resources: Any) -> bool:
        """Whether anything there has something inside; else the page need not be read."""
        inner = (thing.get("/Resources", resources) for thing in self._drawable(resources))
        return any(True for each in inner for _ in self._drawable(each))

    def _drawable(self, resources: Any) -> Iterator[Any]:
        """The forms, patterns, masks and fonts among resources that can draw other things."""
        for kind in set(_KINDS.values()):
            things = resources.get(kind) if self._is_dictionary(resources) else None
            for thing in things.values() if self._is_dictionary(things) else ():
                if isinstance(thing, self._pikepdf.Stream):
                    if thing.get("/Subtype") != "/Image":
                        yield thing
                elif self._is_dictionary(thing):
                    mask = thing.get("/SMask")
                    if self._is_dictionary(mask) and "/G" in mask:
                        yield mask["/G"]
                    if "/CharProcs" in thing:
                        yield thing

    def _of(self, drawn: Any, resources: Any) -> int:
        """How many things one comes to; what is a part of itself comes to too many."""
        key = drawn.objgen
        if key not in self._things:
            self._things[key] = None
            self._things[key] = min(self._total(drawn, resources), THINGS + 1)
        known = self._things[key]
        return THINGS + 1 if known is None else known

    def _total(self, drawn: Any, outer: Any) -> int:
        """All that a content stream draws. Without resources of its own it uses ``outer``."""
        resources, total = drawn.get("/Resources", outer), 1
        try:
            said = self._pikepdf.parse_content_stream(drawn, _DRAWN)
        except (self._pikepdf.PdfError, TypeError):
            return total
        for operands, operator in said:
            named = [each for each in operands if isinstance(each, self._pikepdf.Name)]
            kind = resources.get(_KINDS[str(operator)]) if named else None
            if self._is_dictionary(kind):
                total += self._inside(kind.get(str(named[-1])), resources)
            if total > THINGS:
                break
        return total

    def _inside(self, thing: Any, resources: Any) -> int:
        """What a form, a pattern, a soft mask or a font draws."""
        if isinstance(thing, self._pikepdf.Stream):
            return 1 if thing.get("/Subtype") == "/Image" else self._of(thing, resources)
        if not self._is_dictionary(thing):
            return 0
        mask, letters = thing.get("/SMask"), thing.get("/CharProcs")
        if self._is_dictionary(mask):
            return self._inside(mask.get("/G"), resources)
        if self._is_dictionary(letters):
            own = thing.get("/Resources", resources)
            return max((self._inside(letter, own) for letter in letters.values()), default=0)
        return 0

    def _is_dictionary(self, thing: Any) -> TypeGuard[Any]:
        return isinstance(thing, self._pikepdf.Dictionary)


def _each(things: Any) -> list[Any]:
    """The members of a PDF array, or nothing."""
    try:
        return list(things)
    except (TypeError, ValueError):
        return []

"""Lines of text to a PDF: one face, embedded, and a page's lines where they stand. Worker only.

ISO 32000-1, 9.7: the face is a composite font whose character codes are the code points of Unicode,
up to U+FFFF, so that a line is written as it is, and copying it from the PDF gives it back.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pydyf

from faxcore.render.cut_face import CutFace

_NAME = pydyf.name("AAAAAA+DejaVuSansMono")
_BOX, _ASCENT, _DESCENT, _CAPITALS, _STEM = (-559, -375, 718, 1028), 928, -236, 729, 80
"""What the face's own tables say of it, in thousandths of an em."""

_FIXED_PITCH, _SYMBOLIC = 1, 4

_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
%s
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
_MOST_RANGES = 100
"""More of them must not stand in one list."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, and where its first letter stands: points from the lower left corner."""

    text: str
    across: float
    up: float


@dataclass(frozen=True, slots=True)
class Type:
    """The face that all lines are set in, its size in points, and its letters' width in em."""

    face: CutFace = field(repr=False)
    size: float
    advance: float


def text_pdf(pages: Iterable[Sequence[Line]], size: tuple[float, float], letters: Type) -> bytes:
    """A PDF with these lines on its pages, which are all of one ``size`` in points."""
    pdf = pydyf.PDF()
    fonts = pydyf.Dictionary({"F": _font(pdf, letters).reference})
    for lines in pages:
        content = pydyf.Stream([_content(lines, letters.size)])
        pdf.add_object(content)
        page = {
            "Type": "/Page",
            "Parent": pdf.pages.reference,
            "MediaBox": pydyf.Array([0.0, 0.0, *size]),
            "Contents": content.reference,
            "Resources": pydyf.Dictionary({"Font": fonts}),
        }
        pdf.add_page(pydyf.Dictionary(page))
    target = io.BytesIO()
    pdf.write(target)
    return target.getvalue()


def _content(lines: Iterable[Line], size: float) -> bytes:
    written = ["BT", f"/F {size:.5f} Tf"]
    for line in lines:
        codes = line.text.encode("utf-16-be").hex()
        written.append(f"1 0 0 1 {line.across:.4f} {line.up:.4f} Tm<{codes}>Tj")
    written.append("ET")
    return "\n".join(written).encode("ascii")


def _font(pdf: pydyf.PDF, letters: Type) -> pydyf.Object:
    """The face as a font of the PDF."""

    def added(made: pydyf.Object) -> bytes:
        pdf.add_object(made)
        reference: bytes = made.reference
        return reference

    data, glyphs = letters.face.data, letters.face.glyphs
    descriptor = {
        "Type": "/FontDescriptor",
        "FontName": _NAME,
        "Flags": _FIXED_PITCH | _SYMBOLIC,
        "FontBBox": pydyf.Array(_BOX),
        "ItalicAngle": 0,
        "Ascent": _ASCENT,
        "Descent": _DESCENT,
        "CapHeight": _CAPITALS,
        "StemV": _STEM,
        "FontFile2": added(pydyf.Stream([data], {"Length1": len(data)})),
    }
    system = {"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("Identity")}
    descendant = {
        "Type": "/Font",
        "Subtype": "/CIDFontType2",
        "BaseFont": _NAME,
        "CIDSystemInfo": pydyf.Dictionary(system | {"Supplement": 0}),
        "FontDescriptor": added(pydyf.Dictionary(descriptor)),
        "DW": round(1000 * letters.advance),
        "CIDToGIDMap": added(pydyf.Stream([_glyph_map(glyphs)])),
    }
    font = {
        "Type": "/Font",
        "Subtype": "/Type0",
        "BaseFont": _NAME,
        "Encoding": "/Identity-H",
        "DescendantFonts": pydyf.Array([added(pydyf.Dictionary(descendant))]),
        "ToUnicode": added(pydyf.Stream([_to_unicode(glyphs)])),
    }
    composite = pydyf.Dictionary(font)
    pdf.add_object(composite)
    return composite


def _glyph_map(glyphs: dict[int, int]) -> bytes:
    """The number of every code point's glyph, two octets each, from U+0000 on."""
    numbers = bytearray(2 * (max(glyphs) + 1))
    for point, glyph in glyphs.items():
        numbers[2 * point : 2 * point + 2] = glyph.to_bytes(2, "big")
    return bytes(numbers)


def _to_unicode(glyphs: Iterable[int]) -> bytes:
    """That codes are code points: a range for every upper octet, since none may leave its own."""
    uppers = sorted({point >> 8 for point in glyphs})
    ranges = [b"<%02X00> <%02XFF> <%02X00>" % (upper, upper, upper) for upper in uppers]
    lists = [ranges[first : first + _MOST_RANGES] for first in range(0, len(ranges), _MOST_RANGES)]
    return _TO_UNICODE % b"\n".join(
        b"%d beginbfrange\n%s\nendbfrange" % (len(each), b"\n".join(each)) for each in lists
    )

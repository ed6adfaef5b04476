"""A page of bar codes and QR codes, from roomy to tight, and a page of names in five scripts."""

from __future__ import annotations

from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.graphics.shapes import Drawing as Shapes

from tests.bench.legibility.drawn import MM, Code, Drawing, Group, Page, Words
from tests.bench.legibility.kit import Kit

_LINEAR = (
    ("Code128", "FAX-001742", 0.40, 0.0),
    ("Code128", "LAB 55 0193 B", 0.33, 0.0),
    ("Code128", "INV-88213-07", 0.25, 0.0),
    ("Code128", "PARCEL-7740912", 0.19, 0.0),
    ("EAN13", "4006381333931", 0.40, 0.0),
    ("EAN13", "5901234123457", 0.33, 0.0),
    ("EAN13", "9780201379624", 0.30, 0.0),
    ("Standard39", "PATIENT 19", 0.40, 0.0),
    ("Standard39", "WARD-12", 0.25, 0.0),
)
_SQUARE = (
    ("https://fax.example/m/001742", 0.9, 0.0),
    ("Sample 55/0193, laboratory 4, October", 0.7, 0.0),
    ("TEL:+44 20 7946 0000", 0.6, 0.0),
    ("BCD;002;1;SCT;NORTHGATE ENGINEERING;DE02120300000000202051;EUR1,742.10", 0.5, 0.35),
    ("mailto:orders@example.org", 0.5, 0.0),
    ("WIFI:S:guests;T:WPA;P:harbour;;", 0.42, 0.45),
)


def codes(kit: Kit) -> Page:
    """Fifteen codes with modules of 0.9 to 0.19 mm, some of them in grey ink."""
    drawing = kit.drawing("bar codes")
    drawing.words((20, 12), ["Labels of the shipment"], face="sans-bold", points=13)
    drawing.words((20, 20), kit.wrapped(500, 2, 100), points=9)
    top, first = 34.0 + kit.off_mm, 22 + kit.off_mm
    for number, (kind, value, module, grey) in enumerate(_LINEAR):
        left = first + number % 2 * 88.0
        made = _linear(kind, value, module, grey)
        _put(drawing, made, (left, top), Code((0, 0, 0, 0), value, kind))
        drawing.words((left, top + 16), [f"{kind} of {module} mm"], points=7)
        top += 25.0 * (number % 2)
    top += 27
    for number, (value, module, grey) in enumerate(_SQUARE):
        left = first + number % 3 * 60.0
        made = _square(value, module, grey)
        _put(drawing, made, (left, top), Code((0, 0, 0, 0), value, "QR"))
        drawing.words((left, top + 38), [f"Square code of {module} mm"], points=7)
        top += 48.0 * (number % 3 == 2)
    drawing.note("plain", (3.0, 34.0, 14.0, 280.0))
    return drawing.done()


def _ink(grey: float) -> Any:
    from reportlab.lib.colors import Color

    return Color(grey, grey, grey)


def _linear(kind: str, value: str, module: float, grey: float) -> Shapes:
    options: dict[str, Any] = {"barWidth": module * MM, "barHeight": 14 * MM}
    if kind == "Standard39":
        options |= {"checksum": 0, "ratio": 3}
    if kind == "EAN13":
        options |= {"humanReadable": False}
    return createBarcodeDrawing(kind, value=value, quiet=True, barFillColor=_ink(grey), **options)


def _square(value: str, module: float, grey: float) -> Shapes:
    from reportlab.graphics.barcode.qr import QrCodeWidget

    widget = QrCodeWidget(value, barLevel="M", barFillColor=_ink(grey), barBorder=0)
    left, bottom, right, _ = widget.getBounds()
    modules = widget.qr.getModuleCount()
    size = modules * module * MM
    widget.barWidth = widget.barHeight = size
    del left, bottom, right
    shapes = Shapes(size, size)
    shapes.add(widget)
    return shapes


def _put(drawing: Drawing, shapes: Shapes, at: tuple[float, float], code: Code) -> None:
    left, top = at
    width, height = shapes.width / MM, shapes.height / MM
    renderPDF.draw(shapes, drawing.canvas, left * MM, (297 - top - height) * MM)
    box = (left - 4, top - 3, left + width + 4, top + height + 1.4)
    drawing.note("codes", Code(box, code.value, code.kind))


_NAMES = (
    ("{} Sans", "eng", ("Margaret Holloway, Lowestoft", "Benjamin Cartwright, Dublin")),
    ("{} Serif", "ell", ("Ελένη Παπαδοπούλου, Αθήνα", "Γιώργος Νικολάου, Θεσσαλονίκη")),
    ("{} Sans", "rus", ("Екатерина Соколова, Москва", "Дмитрий Иванович Орлов, Казань")),
    ("Noto Sans CJK SC", "chi_sim", ("王晓明先生北京市海淀区", "李建国医生上海市人民医院")),
    ("Noto Naskh Arabic", "ara", ("محمد عبد الرحمن", "فاطمة الزهراء")),
)
_POINTS = (12, 10, 8)
_ARABIC_POINTS = (16, 14, 12)


def names(kit: Kit) -> Page:
    """Names and towns in Latin, Greek, Cyrillic, Chinese and Arabic letters."""
    from weasyprint import HTML

    parts, words = [], []
    top = 16.0
    for face, language, lines in _NAMES:
        for points in _ARABIC_POINTS if language == "ara" else _POINTS:
            height = points * 0.353 * 1.6 * len(lines)
            parts.append(
                f'<div dir="{"rtl" if language == "ara" else "ltr"}" style="top:{top}mm;'
                f"font:{points}pt/1.6 '{face.format(kit.family)}'\">"
                + "<br>".join(lines)
                + "</div>"
            )
            box = (18.0, top - 0.5, 132.0, top + height + 0.5)
            words.append(Words(box, " ".join(lines), Group.NAMES, language))
            top += height + 2.5
    style = "@page{size:A4;margin:0} div{position:absolute;left:20mm;width:110mm}"
    pdf = HTML(string=f"<style>{style}</style>" + "".join(parts)).write_pdf()
    plain = ((140.0, 16.0, 200.0, 280.0),)
    return Page("names", pdf, tuple(words), plain=plain)

"""Pages of lines and areas: a form with hairlines, tables with striped rows and charts."""

from __future__ import annotations

import math

from tests.bench.legibility.drawn import MM, Drawing, Group, Page, Words
from tests.bench.legibility.kit import Kit

_LABELS = (
    "Surname", "First names", "Date of birth", "Policy number", "Street and number", "Town",
    "Telephone", "Name of employer", "Referred by", "Date of admission", "Ward and room",
    "Attending physician", "Diagnosis", "Medication", "Known allergies", "Next of kin",
)  # fmt: skip
_ANSWERS = (
    "Abernathy", "Rosalind Mary", "17 May 1962", "KX 204 7719", "8 Millbrook Lane", "Shrewsbury",
    "01743 555 0182", "County Library", "Dr. Fenwick", "3 October", "Ward 7, room 12",
    "Dr. H. Lindqvist", "Fractured wrist", "Ibuprofen 400 mg", "Penicillin", "George Abernathy",
)  # fmt: skip
_WEIGHTS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
_GREYS = (0.0, 0.0, 0.3, 0.0, 0.5, 0.0, 0.6)


def form(kit: Kit) -> Page:
    """A form: boxes of 0.1 to 0.5 points, some of them grey, with labels and answers."""
    drawing = kit.drawing("form")
    drawing.words((20, 14), ["Application for admission"], face="sans-bold", points=15)
    drawing.words((20, 22), kit.wrapped(200, 2, 110), points=7.5)
    top = 34.0
    for number in range(0, len(_LABELS), 2):
        weight, grey = _WEIGHTS[number // 2 % 7], _GREYS[number // 2 % 7]
        for side in (0, 1):
            left = 20 + side * 87.0
            drawing.words((left + 2, top + 1), [_LABELS[number + side]], points=6.5, grey=0.2)
            drawing.words((left + 5, top + 5.5), [_ANSWERS[number + side]], face="serif", points=11)
            drawing.rule((left, top, left + 83, top), weight, grey)
            drawing.rule((left, top + 13, left + 83, top + 13), weight, grey)
            drawing.rule((left, top, left, top + 13), weight, grey)
            drawing.rule((left + 83, top, left + 83, top + 13), weight, grey)
        top += 17
    for number, sentence in enumerate(kit.sentences(210, 8)):
        drawing.canvas.setLineWidth(0.3)
        drawing.canvas.setStrokeColorRGB(0, 0, 0)
        drawing.canvas.rect(21 * MM, (297 - top - 4) * MM, 3 * MM, 3 * MM, 1, 0)
        top = drawing.words((28, top + 0.4), [sentence], points=8) + 0.5
        drawing.rule((28, top - 1, 190, top - 1), _WEIGHTS[number % 7], 0.0)
    drawing.rule((20, 270, 90, 270), 0.25)
    drawing.words((20, 271), ["Place, date and signature"], points=6.5)
    drawing.note("plain", (5.0, 34.0, 17.0, 280.0))
    return drawing.done()


def tables(kit: Kit) -> Page:
    """A table with striped rows, a bar chart and a curve."""
    drawing = kit.drawing("tables and charts")
    drawing.words((20, 14), ["Deliveries and payments"], face="sans-bold", points=14)
    columns = (20, 44, 112, 150)
    heads = ("Number", "What was delivered", "Customer", "Amount")
    goods = ("copper pipe", "ball valves", "steel flanges", "hose clamps", "rubber seals",
             "pressure gauges", "pump housings")  # fmt: skip
    names = ("Ashworth", "Bellamy", "Cartwright", "Donovan", "Ellsworth", "Fairbanks", "Granger")
    drawing.area((18, 24, 192, 31), (0.3, 0.35, 0.45))
    _row(drawing, 24.7, columns, heads, Group.INVERSE)
    top = 31.0
    for row in range(18):
        if row % 2:
            drawing.area((18, top, 192, top + 6), (0.88, 0.9, 0.93))
        cells = (
            str(40_100 + 37 * row),
            f"{3 + row * 7 % 23} boxes of {goods[row % 7]}",
            f"{names[row * 3 % 7]} Limited",
            f"{1 + row * 5 % 8},{100 + row * 173 % 899}.{10 + row * 7 % 89}",
        )
        group = Group.TINTS if row % 2 else Group.PLAIN
        _row(drawing, top + 0.3, columns, cells, group)
        top += 6
    _bars(drawing, 215.0)
    _curve(drawing, 268.0)
    drawing.note("plain", (5.0, 34.0, 16.0, 280.0))
    return drawing.done()


def _row(
    drawing: Drawing, top: float, columns: tuple[int, ...], cells: tuple[str, ...], group: Group
) -> None:
    """One row of the table, read as a whole."""
    head = group is Group.INVERSE
    face, grey = ("sans-bold", 1.0) if head else ("sans", 0.0)
    for left, cell in zip(columns, cells, strict=True):
        at = (left, top + 0.8)
        drawing.words(at, [cell], face=face, points=8.5, grey=grey, group=group, counted=False)
    drawing.note("words", Words((18.5, top, 191.5, top + 5.4), " ".join(cells), group))


def _bars(drawing: Drawing, foot: float) -> None:
    greys = (0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.88)
    drawing.words((20, 146), ["Boxes by month"], face="sans-bold", points=10)
    for number, grey in enumerate(greys):
        left, height = 26 + number * 22.0, 18 + (number * 29) % 37
        drawing.area((left, foot - height, left + 15, foot), (grey, grey, grey))
        month = ("April", "May", "June", "July", "August", "October", "March")[number]
        drawing.words((left + 2, foot + 1), [month], points=8)
    drawing.rule((20, foot, 190, foot), 0.5)
    for step in range(1, 5):
        drawing.rule((20, foot - 12 * step - 3, 25, foot - 12 * step - 3), 0.15, 0.4)


def _curve(drawing: Drawing, foot: float) -> None:
    drawing.words((20, 226), ["Pressure in bar"], face="sans-bold", points=10)
    canvas = drawing.canvas
    for dash, grey, height in (((), 0.0, 14), ((3, 2), 0.35, 9), ((), 0.6, 6)):
        canvas.setStrokeColorRGB(grey, grey, grey)
        canvas.setDash(*dash) if dash else canvas.setDash()
        canvas.setLineWidth(0.8)
        path = canvas.beginPath()
        for step in range(171):
            y = foot - 16 - height * math.sin(step / 20 + height) * (1 - step / 300)
            move = path.lineTo if step else path.moveTo
            move((20 + step) * MM, (297 - y) * MM)
        canvas.drawPath(path)
    canvas.setDash()
    drawing.rule((20, foot, 190, foot), 0.25)
    drawing.rule((20, foot - 32, 20, foot), 0.25)
    drawing.words((22, foot + 1), ["The broken line is the pump of the second floor."], points=7)

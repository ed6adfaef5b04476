"""Pages of words: sizes, tints, pale and coloured ink, light on dark, a letterhead, a flyer."""

from __future__ import annotations

from tests.bench.legibility.drawn import Group, Page
from tests.bench.legibility.kit import Kit

SIZES = (12, 11, 10, 9, 8, 7, 6, 5)
TINTS = (
    (0.9, 0.9, 0.9),
    (0.85, 0.85, 0.85),
    (1.0, 0.72, 0.2),
    (0.74, 0.74, 0.74),
    (0.65, 0.82, 1.0),
    (0.7, 0.7, 0.7),
    (0.95, 0.68, 0.68),
    (0.62, 0.75, 0.62),
    (0.6, 0.6, 0.6),
)
PALE = (
    (0.35, 0.35, 0.35),
    (0.5, 0.5, 0.5),
    (0.6, 0.6, 0.6),
    (0.7, 0.7, 0.7),
    (0.77, 0.77, 0.77),
    (0.85, 0.1, 0.1),
    (0.1, 0.3, 0.85),
    (0.0, 0.55, 0.25),
    (0.9, 0.5, 0.1),
    (0.45, 0.6, 0.85),
)
DARK = (
    (0.0, 0.0, 0.0),
    (0.2, 0.2, 0.2),
    (0.35, 0.35, 0.35),
    (0.1, 0.2, 0.5),
    (0.6, 0.1, 0.1),
    (0.0, 0.4, 0.3),
    (0.4, 0.4, 0.4),
    (0.25, 0.4, 0.65),
)


def sizes(kit: Kit) -> Page:
    """Serif and sans from 12 down to 5 points."""
    drawing = kit.drawing("sizes")
    top = 16.0
    for face in ("serif", "sans"):
        for points in SIZES:
            lines = kit.wrapped(points * 3 + len(face), 3, round(880 / points))
            top = drawing.words((20, top), lines, face=face, points=points) + 0.8
        top += 3
    drawing.note("plain", (5.0, 16.0, 15.0, 280.0))
    return drawing.done()


def tints(kit: Kit) -> Page:
    """Black words on grey and coloured grounds of 10 to 40 %."""
    drawing = kit.drawing("tints")
    top = 14.0
    for number, colour in enumerate(TINTS):
        drawing.area((18, top, 192, top + 27), colour)
        for left, points, face in ((23, 8, "sans"), (112, 7.2, "serif")):
            lines = kit.wrapped(40 + number * 2 + round(points), 5, 50 if points == 8 else 62)
            drawing.words((left, top + 3), lines, face=face, points=points, group=Group.TINTS)
        drawing.note("plain", (20.0, top + 23.5, 190.0, top + 25.5))
        top += 30
    return drawing.done()


def pale(kit: Kit) -> Page:
    """Grey and coloured words on white."""
    drawing = kit.drawing("pale ink")
    top = 14.0
    for number, colour in enumerate(PALE):
        for points, face in ((9, "sans"), (7.5, "serif")):
            lines = kit.wrapped(70 + number * 2 + round(points), 2, round(900 / points))
            top = drawing.words(
                (20, top), lines, face=face, points=points, colour=colour, group=Group.PALE
            )
        top += 4
    drawing.note("plain", (5.0, 16.0, 15.0, 280.0))
    return drawing.done()


def inverse(kit: Kit) -> Page:
    """White words on black, dark grey and dark colours."""
    drawing = kit.drawing("light on dark")
    top = 14.0
    for number, colour in enumerate(DARK):
        drawing.area((18, top, 192, top + 24), colour)
        for left, points, face in ((22, 9.5, "sans-bold"), (112, 9, "sans")):
            lines = kit.wrapped(100 + number * 2 + round(points), 4, 42 if points == 9.5 else 46)
            drawing.words(
                (left, top + 2.5), lines, face=face, points=points, grey=1.0, group=Group.INVERSE
            )
        top += 31
    drawing.note("plain", (5.0, 16.0, 15.0, 280.0))
    return drawing.done()


def letterhead(kit: Kit) -> Page:
    """A letter: a coloured mark and rule, small grey print at the foot."""
    drawing = kit.drawing("letterhead")
    canvas = drawing.canvas
    for ring, grey in ((11, 0.25), (8, 0.55), (5, 0.8)):
        canvas.setFillColorRGB(grey, grey + 0.1, min(1.0, grey + 0.3))
        canvas.circle(88, 770, ring * 2.4, 0, 1)
    drawing.words((52, 18), ["Northgate Engineering"], face="serif", points=24)
    drawing.words((52, 29), ["Pumps, valves and pipes since 1931"], grey=0.45, points=9)
    drawing.rule((20, 40, 190, 40), 0.4, 0.4)
    drawing.words((20, 52), ["Weaver and Daughters", "14 Harbour Street", "Lowestoft"], points=11)
    top = drawing.words((20, 78), ["Your order of spring parts"], face="sans-bold", points=11)
    for number in range(4):
        lines = kit.wrapped(130 + number, 5, 82)
        top = drawing.words((20, top + 2), lines, face="serif", points=11)
    drawing.words((20, top + 4), ["With kind regards", "Margaret Holloway"], points=11)
    drawing.rule((20, 262, 190, 262), 0.25)
    foot = ["Directors: A. Northgate, M. Holloway. Registered office 3 Canal Road, Leeds."]
    drawing.words((20, 264), foot, points=6.5, grey=0.35)
    drawing.note("plain", (120.0, 46.0, 195.0, 75.0))
    return drawing.done()


def flyer(kit: Kit) -> Page:
    """An advertisement: a picture, a dark banner, a tinted offer, large and small words."""
    drawing = kit.drawing("flyer")
    drawing.area((12, 12, 198, 40), (0.12, 0.28, 0.5))
    drawing.words(
        (20, 17), ["Garden open day"], face="sans-bold", points=30, grey=1, group=Group.INVERSE
    )
    drawing.words((20, 45), ["Saturday from ten until four, entrance free"], points=16)
    drawing.picture(kit.photograph("landscape", 620, 360), (20, 58, 110, 110))
    top = 58.0
    for number in range(3):
        top = drawing.words((116, top), kit.wrapped(160 + number, 4, 40), face="serif", points=10)
    drawing.area((20, 120, 190, 170), (0.97, 0.9, 0.65))
    drawing.words(
        (28, 126), ["Two for the price of one"], face="sans-bold", points=20, group=Group.TINTS
    )
    lines = kit.wrapped(170, 4, 76)
    drawing.words((28, 140), lines, points=10, group=Group.TINTS)
    top = 180.0
    for sentence in kit.sentences(180, 7):
        drawing.canvas.setFillColorRGB(0.1, 0.5, 0.2)
        drawing.canvas.circle(62, (297 - top - 2.6) * 72 / 25.4, 3, 0, 1)
        top = drawing.words((26, top), [sentence], points=9.5) + 1
    drawing.words((20, 270), ["Terms apply. Ask at the gate for details."], points=6, grey=0.4)
    drawing.note("plain", (2.0, 60.0, 10.0, 280.0))
    return drawing.done()

"""The header line: who sent this, when, and which page of how many. 47 CFR 68.318(d) asks for it.

It stands in a band at the top of every page. Letters are drawn by FreeType's one-bit rasterizer
with the font's own hints, so that stems are whole pixels; for coarse, neighbouring rows are
joined, which keeps every stroke. A text that the shipped face cannot write is typeset instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faxcore.render.fonts import vera_folder
from faxcore.render.geometry import PIXELS_PER_MM, WIDTH, rows_per_mm
from faxcore.render.tokens import HEADER_TOKENS, check_tokens, replace_tokens
from faxcore.t4 import PageBitmap, Resolution

AUTO_HEADER = "$[DATE] $[TIME]   $[FROM] $[SND_FAX#]|$[TO] $[TO_FAX#]|Page $[PAGE]/$[PAGES]"
"""The header line that ``auto`` stands for: left, middle and right part."""

BAND_MM = 6.5
"""The height of the band that is kept free for the line."""

_TOP_MM = 2.0
_SIDE_MM = 8.0
_SIZES = (28, 26, 24, 22, 20)  # pixels an em, in fine; 28 is 10 points
_GAP = 24
"""Between the parts of the line, in pixels."""

_LRM = "\u200e"

_ROWS = round(BAND_MM * rows_per_mm(Resolution.FINE))
_BASELINE = (round(_TOP_MM * rows_per_mm(Resolution.FINE)) + _SIZES[0] - 2) // 2 * 2


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """A header line's template: tokens, and ``|`` between its left, middle and right part."""

    template: str = AUTO_HEADER

    def check(self) -> None:
        """RenderError for an unknown token."""
        check_tokens(self.template, HEADER_TOKENS, "the header line")

    def parts(
        self, values: Mapping[str, str], page: int, *, marked: bool = False
    ) -> tuple[str, str, str]:
        """The three texts for a page, from the values of ``token_values``.

        ``marked`` values stand between left-to-right marks (UAX 9): a name that runs from right to
        left would else turn the groups of the number beside it around.
        """
        there = {**values, "PAGE": str(page)}
        if marked:
            there = {name: value and f"{_LRM}{value}{_LRM}" for name, value in there.items()}
        parts = [
            " ".join(replace_tokens(part, lambda name: there[name]).split())
            for part in self.template.split("|", 2)
        ]
        if len(parts) == 2:
            parts.insert(1, "")
        left, middle, right = (*parts, "", "")[:3]
        return left, middle, right


@cache
def _faces() -> dict[int, Any]:
    """The shipped face in every size: loaded once, since its hints are programs that take time."""
    from PIL import ImageFont  # noqa: PLC0415  # programs that only name a header load no Pillow

    path = str(vera_folder() / "Vera.ttf")
    return {size: ImageFont.truetype(path, size) for size in _SIZES}


@lru_cache(maxsize=1024)
def _has(character: str) -> bool:
    """Whether the face has a glyph for a character."""
    mask, unknown = (
        bytes(_faces()[_SIZES[0]].getmask(each, mode="1")) for each in (character, "\uffff")
    )
    return character == " " or mask not in (b"", unknown)


class LineWriter:
    """Draws header lines with the shipped face, at 204 x 196."""

    def __init__(self) -> None:
        self._faces = _faces()
        self._widths: dict[tuple[float, str], float] = {}
        self._drawn: dict[tuple[str, int, str, Any], tuple[slice, NDArray[np.uint8]]] = {}

    def can_write(self, text: str) -> bool:
        """Whether the face has a glyph for every character of the text."""
        return all(map(_has, set(text)))

    def band(self, parts: Sequence[str], resolution: Resolution) -> PageBitmap:
        """The band, 1728 pixels wide."""
        left, middle, right = parts
        room = WIDTH - 2 * round(_SIDE_MM * PIXELS_PER_MM)
        face = self._fitting(parts, room)
        width = partial(self._width, face)
        left = _cut(left, width, room - width(right) - _GAP)
        middle = _cut(middle, width, room - width(left) - width(right) - 2 * _GAP)
        from faxcore.render.binarize import change_rows  # noqa: PLC0415

        side, end = (WIDTH - room) // 2, (WIDTH + room) // 2
        first = side + width(left) + _GAP
        last = end - width(right) - _GAP - width(middle)
        centre = round(min(max(first, (WIDTH - width(middle)) / 2), last))
        parts_there = ((left, side, "ls"), (right, end, "rs"), (middle, centre, "ls"))
        self._drawn = {  # most parts are those of the page before
            part: self._drawn[part] if part in self._drawn else _drawn(*part, width(part[0]))
            for part in ((text, at, anchor, face) for text, at, anchor in parts_there if text)
        }
        band = np.zeros((_ROWS, WIDTH // 8), np.uint8)
        for octets, drawn in self._drawn.values():
            band[:, octets] |= drawn
        return PageBitmap(change_rows(band, Resolution.FINE, resolution), WIDTH, resolution)

    def _fitting(self, parts: Sequence[str], room: float) -> Any:
        for size in _SIZES:
            face = self._faces[size]
            if sum(self._width(face, part) + _GAP for part in parts) - _GAP <= room:
                break
        return face

    def _width(self, face: Any, text: str) -> float:
        """The width of a text in pixels; most texts stand on every page."""
        width = self._widths.get((face.size, text))
        if width is None:
            width = self._widths[face.size, text] = face.getlength(text)
        return width


def _drawn(
    text: str, at: int, anchor: str, face: Any, width: float
) -> tuple[slice, NDArray[np.uint8]]:
    """A text in the band's rows, packed, and which octets of them it takes.

    ``at`` is its left or right end, as ``anchor`` says.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415

    left = int(at if anchor == "ls" else at - width)
    first, last = max(0, left // 8 - 1), min(WIDTH // 8, (left + int(width)) // 8 + 2)
    image = Image.new("1", (8 * (last - first), _ROWS), 0)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    draw.text((at - 8 * first, _BASELINE), text, 1, face, anchor=anchor)
    octets = np.frombuffer(image.tobytes(), np.uint8).reshape(_ROWS, last - first)
    return slice(first, last), octets


def _cut(text: str, width: Callable[[str], float], room: float) -> str:
    """As much of the text as there is room for, with three dots where something is missing."""
    if width(text) <= room:
        return text
    while text and width(text + "...") > room:
        text = text[:-1]
    return text.rstrip() + "..." if text else ""


def header_html(lines: Sequence[Sequence[str]]) -> str:
    """The same lines as HTML, a page for each, for texts that need more than the shipped face."""
    rows = "".join(
        "<div>" + "".join(f"<span>{escape(part, quote=False)}</span>" for part in parts) + "</div>"
        for parts in lines
    )
    style = f"""
    @page {{ size: {WIDTH / PIXELS_PER_MM}mm {BAND_MM}mm; margin: {_TOP_MM}mm {_SIDE_MM}mm 0 }}
    html, body {{ margin: 0; font: bold 8.5pt/1.2 sans-serif }}
    div {{ display: flex; justify-content: space-between; break-after: page; white-space: nowrap }}
    div:last-child {{ break-after: auto }}
    span {{ min-width: 0; overflow: hidden; text-overflow: ellipsis }}
    span:last-child {{ flex-shrink: 0 }}
    """
    return f"<!DOCTYPE html><style>{style}</style><body>{rows}"

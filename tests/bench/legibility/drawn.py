"""A page of the corpus: a PDF, and what is on it. Lengths are millimetres from the top left."""

from __future__ import annotations

import enum
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

PAGE_MM = (210.0, 297.0)
MM = 72 / 25.4
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Group(enum.Enum):
    """What a text is there to try."""

    PLAIN = "plain"
    TINTS = "tints"
    PALE = "pale"
    INVERSE = "inverse"
    SCANS = "scans"
    NAMES = "names"


@dataclass(frozen=True, slots=True)
class Words:
    """A block of text that can be read by itself: what it says, and in which language."""

    box: Box
    text: str
    group: Group
    language: str = "eng"


@dataclass(frozen=True, slots=True)
class Code:
    """A bar code or QR code and what it says."""

    box: Box
    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A hairline, from corner to corner: it is level or upright."""

    box: Box


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the corpus. ``tints`` are areas whose edges should be seen; ``plain`` is bare."""

    name: str
    pdf: bytes = field(repr=False)
    words: tuple[Words, ...]
    codes: tuple[Code, ...] = ()
    rules: tuple[Rule, ...] = ()
    tints: tuple[Box, ...] = ()
    photos: tuple[Box, ...] = ()
    plain: tuple[Box, ...] = ()


class Drawing:
    """A page being drawn; each thing is drawn and noted in one call.

    ``faces`` is what the names of faces begin with.
    """

    def __init__(self, name: str, faces: str) -> None:
        self._name, self._faces = name, faces
        self._target = io.BytesIO()
        size = tuple(side * MM for side in PAGE_MM)
        self.canvas = Canvas(self._target, pagesize=size, invariant=1)
        self._noted: dict[str, list[Any]] = {
            kind: [] for kind in ("words", "codes", "rules", "tints", "photos", "plain")
        }

    def note(self, kind: str, what: Any) -> None:
        """Note a thing that was drawn by other means."""
        self._noted[kind].append(what)

    def words(
        self,
        at: tuple[float, float],
        lines: Sequence[str],
        *,
        face: str = "sans",
        points: float = 10,
        grey: float = 0.0,
        colour: tuple[float, float, float] | None = None,
        group: Group = Group.PLAIN,
        counted: bool = True,
    ) -> float:
        """Draw lines of text, ``at`` the top left; answers where the next block may begin."""
        left, top = at
        leading = points * 1.28 / MM
        self.canvas.setFillColorRGB(*(colour or (grey, grey, grey)))
        font = f"{self._faces} {face}"
        self.canvas.setFont(font, points)
        for number, line in enumerate(lines):
            self.canvas.drawString(left * MM, self._up(top + points / MM + number * leading), line)
        bottom = top + len(lines) * leading
        width = max(pdfmetrics.stringWidth(line, font, points) for line in lines) / MM
        if counted:
            box = (left - 1.5, top - 0.6, left + width + 1.5, bottom + 0.6)
            self.note("words", Words(box, " ".join(lines), group))
        return bottom + 2.0

    def area(self, box: Box, colour: tuple[float, float, float], *, tint: bool = True) -> None:
        """Fill a box; ``tint`` says that its edges should be seen."""
        left, top, right, bottom = box
        self.canvas.setFillColorRGB(*colour)
        self.canvas.rect(
            left * MM, self._up(bottom), (right - left) * MM, (bottom - top) * MM, 0, 1
        )
        if tint:
            self.note("tints", box)

    def rule(self, box: Box, points: float, grey: float = 0.0, *, hair: bool = True) -> None:
        """Draw a rule of a thickness."""
        left, top, right, bottom = box
        self.canvas.setStrokeColorRGB(grey, grey, grey)
        self.canvas.setLineWidth(points)
        self.canvas.line(left * MM, self._up(top), right * MM, self._up(bottom))
        if hair:
            self.note("rules", Rule(box))

    def picture(
        self, pixels: np.ndarray, box: Box, *, photo: bool = True, jpeg: int | None = 85
    ) -> None:
        """Put a picture of 0..255 into a box."""
        image = Image.fromarray(pixels)
        if jpeg is not None:
            octets = io.BytesIO()
            image.save(octets, "JPEG", quality=jpeg)
            image = Image.open(octets)
        left, top, right, bottom = box
        self.canvas.drawImage(
            ImageReader(image),
            left * MM,
            self._up(bottom),
            (right - left) * MM,
            (bottom - top) * MM,
        )
        if photo:
            self.note("photos", box)

    def done(self) -> Page:
        """The page."""
        self.canvas.save()
        noted = {kind: tuple(things) for kind, things in self._noted.items()}
        return Page(self._name, self._target.getvalue(), **noted)

    def _up(self, down: float) -> float:
        return (PAGE_MM[1] - down) * MM

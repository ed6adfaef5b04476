"""What a corpus is made with: which texts, which faces, which chance.

The corpus that thresholds were chosen on and the one that is held out are drawn by the same code;
everything that chance or taste decides is in the kit.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from tests.bench.legibility import photographs, texts
from tests.bench.legibility.drawn import Drawing

_FOLDER = Path("/usr/share/fonts/truetype")


@dataclass(frozen=True, slots=True)
class Kit:
    """Texts, faces, and a number that is added to every seed.

    ``width`` is how many letters a line has in these faces, as a share of those in Liberation;
    ``off_mm`` moves codes to another place on the grid of pixels.
    """

    name: str
    shift: int
    bank: tuple[str, ...]
    serif: str
    sans: str
    bold: str
    family: str
    package: str
    width: float = 1.0
    off_mm: float = 0.0

    def load_faces(self) -> str:
        """Register the faces; what is missing, or an empty text."""
        for face in ("serif", "sans", "sans-bold"):
            file = {"serif": self.serif, "sans": self.sans, "sans-bold": self.bold}[face]
            try:
                pdfmetrics.registerFont(TTFont(f"{self.name} {face}", str(_FOLDER / file)))
            except TTFError:
                return f"the face {file} is not installed (Debian: {self.package})"
        return ""

    def drawing(self, name: str) -> Drawing:
        """A page to be drawn in these faces."""
        return Drawing(name, self.name)

    def sentences(self, seed: int, count: int) -> list[str]:
        """So many sentences of these texts."""
        return texts.sentences(seed + self.shift, count, self.bank)

    def wrapped(self, seed: int, lines: int, letters: int) -> list[str]:
        """So many lines of running text, as wide as so many letters of Liberation."""
        return texts.wrapped(seed + self.shift, lines, round(letters * self.width), self.bank)

    def photograph(self, scene: str, width: int, height: int) -> np.ndarray:
        """A picture of this scene."""
        return photographs.photograph(scene, width, height, self.shift)


TRIED = Kit(
    "tried",
    0,
    texts.LETTERS,
    "liberation/LiberationSerif-Regular.ttf",
    "liberation/LiberationSans-Regular.ttf",
    "liberation/LiberationSans-Bold.ttf",
    "Liberation",
    "fonts-liberation",
)
"""On this the thresholds were chosen."""

HELD_OUT = Kit(
    "held out",
    7000,
    texts.REPORTS,
    "dejavu/DejaVuSerif.ttf",
    "dejavu/DejaVuSans.ttf",
    "dejavu/DejaVuSans-Bold.ttf",
    "DejaVu",
    "fonts-dejavu-core",
    width=0.84,
    off_mm=0.37,
)
"""Nothing was chosen on this."""

"""The goals of legibility, and the figures of today's converters that the corpus must repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from faxcore.t4 import Coding
from tests.bench.legibility.drawn import Group
from tests.bench.legibility.figures import Figures

Figure = Callable[[Figures], float]


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of the table: a figure, and what it should be in fine and in coarse."""

    name: str
    figure: Figure
    goal: tuple[float, float]
    beyond: tuple[float, float]
    at_least: bool = False

    def met(self, figures: Figures, column: int, *, beyond: bool = False) -> bool:
        """Whether the goal of a column (0 fine, 1 coarse) is met."""
        wanted = (self.beyond if beyond else self.goal)[column]
        value = self.figure(figures)
        return value >= wanted if self.at_least else value <= wanted


def _cer(group: Group) -> Figure:
    return lambda figures: figures.cer(group)


GOALS = (
    Goal("CER, mean, %", Figures.cer, (1.0, 2.3), (0.4, 1.0)),
    Goal("CER on tints, %", _cer(Group.TINTS), (1.0, 2.0), (0.3, 0.8)),
    Goal("CER of pale ink, %", _cer(Group.PALE), (1.0, 4.0), (0.2, 0.6)),
    Goal("CER of light on dark, %", _cer(Group.INVERSE), (0.5, 1.0), (0.2, 0.3)),
    Goal("CER of scans and phone, %", _cer(Group.SCANS), (2.0, 3.0), (0.6, 1.2)),
    Goal("codes read", lambda f: f.codes, (14, 14), (15, 15), at_least=True),
    Goal("hairlines kept, %", lambda f: f.hairlines, (95, 95), (99, 99), at_least=True),
    Goal("edges visible, %", lambda f: f.edges, (90, 90), (98, 98), at_least=True),
    Goal("photo SSIM", lambda f: f.photos, (0.70, 0.50), (0.90, 0.82), at_least=True),
    Goal("MMR, s a page", lambda f: f.seconds(Coding.MMR), (30, 20), (20, 13)),
    Goal("MMR, s, worst page", lambda f: f.worst, (70, 45), (45, 25)),
    Goal("MH, s a page", lambda f: f.seconds(Coding.MH), (48, 25), (34, 17)),
    Goal("CPU s a page with pictures", lambda f: f.cpu, (5, 5), (1, 1)),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A figure of a converter as it was on another corpus, fine and coarse; None: not told."""

    name: str
    figure: Figure
    ghostscript: tuple[float, float | None]
    sauvola: tuple[float, float | None]


KNOWN = (
    Known("CER, mean, %", Figures.cer, (40.8, 35.8), (0.6, 2.3)),
    Known("CER on tints, %", _cer(Group.TINTS), (72, None), (0.3, None)),
    Known("CER of pale ink, %", _cer(Group.PALE), (99, None), (0.5, None)),
    Known("CER of light on dark, %", _cer(Group.INVERSE), (84, None), (4.6, None)),
    Known("CER of scans and phone, %", _cer(Group.SCANS), (99, 83), (0.5, 1.5)),
    Known("codes read", lambda f: f.codes, (12, 11), (14, 12)),
    Known("hairlines kept, %", lambda f: f.hairlines, (82, None), (92, None)),
    Known("edges visible, %", lambda f: f.edges, (78, None), (47, None)),
    Known("photo SSIM", lambda f: f.photos, (0.91, 0.74), (0.41, 0.40)),
    Known("MMR, s a page", lambda f: f.seconds(Coding.MMR), (97, 67), (18, 12)),
    Known("MMR, s, worst page", lambda f: f.worst, (289, 252), (25, 16)),
    Known("MH, s a page", lambda f: f.seconds(Coding.MH), (81, 40), (32, 16)),
)
_ALLOWED = 0.25


def alike(value: float, known: float) -> bool:
    """Whether a figure is within 25 % of what it was elsewhere."""
    return abs(value - known) <= _ALLOWED * known

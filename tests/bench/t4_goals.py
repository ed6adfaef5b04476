"""What the coder's benchmark measured on each page, and the goals that it is held against."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from faxcore.t4 import Coding

DENSE_TEXT = ("letter", "small_type")
DITHER = ("photo", "ordered")


@dataclass(frozen=True, slots=True)
class Figures:
    """The least CPU milliseconds of one page in one coding; NaN where libtiff refuses the page."""

    page: str
    octets: int
    encode: float
    libtiff: float
    pillow: float
    decode: float
    libtiff_decode: float
    pillow_decode: float

    @property
    def ratio(self) -> float:
        """Encoding, to libtiff."""
        return self.encode / self.libtiff

    @property
    def decode_ratio(self) -> float:
        """Decoding, to libtiff."""
        return self.decode / self.libtiff_decode


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the most that it should be; ``where`` names the page, if it is one page's."""

    what: str
    figure: float
    limit: float
    where: str = ""

    def __str__(self) -> str:
        verdict = "met   " if self.figure <= self.limit else "MISSED"
        where = f" ({self.where})" if self.where else ""
        return f"  {verdict} {self.what}: {self.figure:.2f}, at most {self.limit}{where}"


def geometric_mean(ratios: Iterable[float]) -> float:
    """Of those that are numbers."""
    logs = [math.log(ratio) for ratio in ratios if not math.isnan(ratio)]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def goals(coding: Coding, pages: list[Figures], fast: bool) -> Iterator[Goal]:
    """Those of this coding, by numpy alone or by the compiled coder."""
    mean = geometric_mean(page.ratio for page in pages)
    if fast:
        yield Goal("encode, mean to libtiff", mean, 0.3)
    else:
        yield Goal("encode, mean to libtiff", mean, {"mh": 0.75, "mr": 1.0}.get(coding.value, 0.85))
        yield from _pages(coding, pages)
    pillow = geometric_mean(page.encode / page.pillow for page in pages)
    yield Goal("encode, mean to Pillow", pillow, {"mh": 0.2, "mr": 0.35}.get(coding.value, 0.3))
    if fast or coding is Coding.MH:
        yield Goal("decode, mean to libtiff", geometric_mean(p.decode_ratio for p in pages), 3)
    if coding is Coding.MH:
        worst = max(pages, key=lambda page: _number(page.decode_ratio))
        yield Goal("decode, worst page", worst.decode_ratio, 5, worst.page)
        loaded = geometric_mean(page.decode / page.pillow_decode for page in pages)
        yield Goal("decode, mean to Pillow", loaded, 2)


def _pages(coding: Coding, pages: list[Figures]) -> Iterator[Goal]:
    """The goals of single pages."""
    if coding is not Coding.MH:
        worst = max(pages, key=lambda page: page.ratio)
        limit = 1.5 if coding is Coding.MR else 1.1
        yield Goal("encode, worst page", worst.ratio, limit, worst.page)
        return
    worst = max(pages, key=lambda page: page.encode - page.libtiff)
    yield Goal("encode, most ms over libtiff", worst.encode - worst.libtiff, 0.3, worst.page)
    for what, names, limit in (("dense text", DENSE_TEXT, 0.6), ("dither", DITHER, 0.33)):
        some = [page.ratio for page in pages if page.page in names]
        if some:
            yield Goal(f"encode, {what}", geometric_mean(some), limit)


def _number(ratio: float) -> float:
    return -1.0 if math.isnan(ratio) else ratio

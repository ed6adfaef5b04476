"""What is measured of a converter on the corpus, and the means of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page, line_octets
from tests.bench.legibility import looking, reading
from tests.bench.legibility.converters import Converter
from tests.bench.legibility.drawn import Group, Page

_RATE = 14400


@dataclass(frozen=True, slots=True)
class Measured:
    """One page from one converter. ``misread`` has (wrong, all) characters by group."""

    page: str
    misread: dict[Group, tuple[int, int]]
    codes: tuple[int, int]
    hairlines: float | None
    edges: float | None
    photos: float | None
    specks: float
    seconds: dict[Coding, float]
    cpu_seconds: float

    @property
    def cer(self) -> float:
        """Characters misread, in per cent."""
        return _cer(self.misread.values())


def measure(
    page: Page, converter: Converter, resolution: Resolution, *, read: bool = True
) -> Measured:
    """Convert a page and judge it as received; ``read`` has tesseract and zbar look at it."""
    received = converter(page, resolution)
    misread: dict[Group, tuple[int, int]] = {}
    for words, wrong, letters in reading.misread(page, received) if read else ():
        before = misread.get(words.group, (0, 0))
        misread[words.group] = before[0] + wrong, before[1] + letters
    bitmap = PageBitmap.from_array(received.black, resolution)
    seconds = {
        coding: len(line_octets(encode_page(bitmap, coding))) * 8 / _RATE for coding in Coding
    }
    codes = len(reading.codes_read(page, received)) if read else 0
    return Measured(
        page.name,
        misread,
        (codes, len(page.codes)),
        looking.hairlines_kept(page, received),
        looking.edges_visible(page, received),
        looking.photo_likeness(page, received),
        looking.specks(page, received),
        seconds,
        received.cpu_seconds,
    )


def _cer(counts: Sequence[tuple[int, int]]) -> float:
    wrong, letters = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    return 100 * wrong / letters if letters else 0.0


def _mean(values: Sequence[float | None]) -> float:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """A converter on all pages of the corpus, at one resolution."""

    pages: tuple[Measured, ...] = field(repr=False)

    def cer(self, group: Group | None = None) -> float:
        """Characters misread in per cent: of a group, or the mean of the pages."""
        if group is not None:
            return _cer([page.misread[group] for page in self.pages if group in page.misread])
        return _mean([page.cer for page in self.pages if page.misread])

    @property
    def codes(self) -> int:
        """Codes read."""
        return sum(page.codes[0] for page in self.pages)

    @property
    def hairlines(self) -> float:
        """Hairlines kept, in per cent."""
        return 100 * _mean([page.hairlines for page in self.pages])

    @property
    def edges(self) -> float:
        """Edges of tints visible, in per cent."""
        return 100 * _mean([page.edges for page in self.pages])

    @property
    def photos(self) -> float:
        """SSIM of photographs."""
        return _mean([page.photos for page in self.pages])

    @property
    def specks(self) -> float:
        """Specks on bare paper to 100 square centimetres."""
        return _mean([page.specks for page in self.pages])

    def seconds(self, coding: Coding) -> float:
        """Seconds a page on the line, the mean."""
        return _mean([page.seconds[coding] for page in self.pages])

    @property
    def worst(self) -> float:
        """Seconds of the longest page as MMR."""
        return max(page.seconds[Coding.MMR] for page in self.pages)

    @property
    def cpu(self) -> float:
        """Processor seconds of the pages with pictures, the mean."""
        return _mean(
            [p.cpu_seconds for p in self.pages if p.photos is not None or "scan" in p.page]
        )

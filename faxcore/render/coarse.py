"""Coarse rows: each pixel of ink or paper, each line of text at the best place and weight.

A coarse row is a quarter of a millimetre high, a stroke of small print half of that. If every row
that a stroke touches is black, the gap of an ``e`` closes; if only rows that are half ink are,
thin strokes vanish. Which is worse depends on where the rows fall on the line. So the page is
drawn with two rows for each of its own, and a row is black where one of them is ink; small print
is cut into lines (at blank rows, then blank columns, then blank rows again); each is tried where it
is and half a row lower, light and heavy, and the try that keeps the most edges from top to bottom
is taken: an open counter and a thin stroke are two edges each. Rules, pictures, bar codes and
larger letters stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faxcore.render.codes import in_pixels, mean_nearby

Ink = NDArray[np.bool_]
Box = tuple[int, int, int, int]
"""Top, bottom, left, right: a part of the page, the ends not included."""

_ACROSS = 4
"""Pixels side by side that are looked at as one when the page is cut."""

_GUTTER = 6
"""Blank columns of such pixels that part two columns, 3 mm."""

_DENSE = 0.55
"""The share of black around light letters on dark, at least."""

_TALLEST_MM, _SHORTEST_MM = 2.4, 0.7
"""Lines of 5 to 7 points; larger letters are good as they are, and best left so."""

_STROKE_MM = 7.0
"""What is longer from top to bottom is a rule, and holds no lines together."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Ink as drawn, several rows for one: which of those count, and how many must be ink."""

    ink: Ink
    rows: tuple[int, ...]
    needed: int

    def count(self, box: Box, first: int, rows_each: int) -> NDArray[np.uint8]:
        """How many of the rows that count are ink, if the box began in the row ``first``."""
        top, bottom, left, right = box
        before = first % rows_each
        after = -(before + bottom - top) % rows_each
        part = np.pad(self.ink[top:bottom, left:right], ((before, after), (0, 0)))
        rows = part.view(np.uint8).reshape(-1, rows_each, right - left)
        count: NDArray[np.uint8] = rows[:, list(self.rows)].sum(axis=1, dtype=np.uint8)
        return count


def coarse_rows(heavy: Weight, light: Weight, rows_each: int, rows_per_mm: float) -> Ink:
    """The page's own rows, true = black. ``rows_per_mm`` counts the drawn ones.

    A row is black where the heavy weight has ink; in dark surroundings, where all of it is ink: so
    the thin strokes of light letters on dark live as well as those of dark letters on light.
    """
    count = heavy.count((0, heavy.ink.shape[0], 0, heavy.ink.shape[1]), 0, rows_each)
    black: Ink = count >= heavy.needed
    dense = in_pixels(mean_nearby(np.packbits(black, axis=1)) > _DENSE, black.shape)
    black = np.where(dense, count >= len(heavy.rows), black)
    tallest, shortest = round(_TALLEST_MM * rows_per_mm), round(_SHORTEST_MM * rows_per_mm)
    lines = []
    for box in text_lines(light.ink | heavy.ink, round(_STROKE_MM * rows_per_mm)):
        top, bottom, left, right = box
        if not shortest <= bottom - top <= tallest:
            continue
        if not dense[top // rows_each : -(-bottom // rows_each), left:right].any():
            lines.append((box, *_best_try(box, (heavy, light), rows_each)))
    for (top, bottom, left, right), _, _ in lines:
        black[top // rows_each : -(-bottom // rows_each), left:right] = False
    for (_, _, left, right), row, line in lines:
        black[row : row + line.shape[0], left:right] |= line[: black.shape[0] - row]
    return black


def _best_try(box: Box, weights: Sequence[Weight], rows_each: int) -> tuple[int, Ink]:
    """A line of text in the way that keeps the most edges, and the row that it begins in."""
    best, chosen = -1, None
    for weight in weights:
        for shift in range(rows_each):
            first = box[0] + shift
            line = weight.count(box, first, rows_each) >= weight.needed
            edges = int((line[1:] ^ line[:-1]).sum()) + int(line[0].sum() + line[-1].sum())
            if chosen is None or edges > best:
                best, chosen = edges, (first // rows_each, line)
    if chosen is None:
        raise ValueError("a line of text needs a weight to be drawn in")
    return chosen


def text_lines(ink: Ink, longest_stroke: int) -> list[Box]:
    """The boxes around lines of text: no ink in the row above and below, none at their sides."""
    cells = _cells(_without_uprights(ink, longest_stroke))
    lines: list[Box] = []
    for band in _runs(cells.any(axis=1), 1):
        for left, right in _runs(cells[band[0] : band[1]].any(axis=0), _GUTTER):
            part = cells[band[0] : band[1], left:right]
            for top, bottom in _runs(part.any(axis=1), 1):
                for inner in _runs(part[top:bottom].any(axis=0), _GUTTER):
                    lines.append(
                        (
                            band[0] + top,
                            band[0] + bottom,
                            (left + inner[0]) * _ACROSS,
                            (left + inner[1]) * _ACROSS,
                        )
                    )
    return lines


def _cells(ink: Ink) -> Ink:
    padded = np.pad(ink, ((0, 0), (0, -ink.shape[1] % _ACROSS)))
    cells: Ink = padded.view(np.uint32).reshape(ink.shape[0], -1) != 0
    return cells


def _without_uprights(ink: Ink, longest: int) -> Ink:
    """The ink without what is longer from top to bottom than ``longest`` rows."""
    if ink.shape[0] <= longest:
        return ink
    solid, length = ink.copy(), 1
    while length < longest:  # solid[y]: the rows from y on are ink, so many of them
        step = min(length, longest - length)
        solid[:-step] &= solid[step:]
        solid[-step:] = False
        length += step
    if not solid.any():
        return ink
    length = 1
    while length < longest:
        step = min(length, longest - length)
        solid[step:] |= solid[:-step].copy()
        length += step
    return ink & ~solid


def _runs(there: Any, gap: int) -> Iterator[tuple[int, int]]:
    """Begin and end of what is there, gaps shorter than ``gap`` bridged."""
    places = np.flatnonzero(there)
    if places.size == 0:
        return
    breaks = np.flatnonzero(np.diff(places) > gap)
    begins = places[np.concatenate(([0], breaks + 1))]
    ends = places[np.concatenate((breaks, [places.size - 1]))] + 1
    yield from zip(begins.tolist(), ends.tolist(), strict=True)

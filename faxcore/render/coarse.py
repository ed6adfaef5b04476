"""Coarse rows: each pixel of ink or paper, each line of text at the best place and weight.

A coarse row is a quarter of a millimetre high, a stroke of small print half of that. If every row
that a stroke touches is black, the gap of an ``e`` closes; if only rows that are half ink are,
thin strokes vanish. Which is worse depends on where the rows fall on the line. So the page is
drawn with four rows for each of its own and cut into lines of text (at blank rows, then blank
columns, then blank rows again); each line is tried at four places, at most half a row away, light
and heavy, and the try that keeps the most edges from top to bottom is taken: an open counter and a
thin stroke are two edges each. Measured with tesseract on 12 to 5 points this halves the characters
misread. Rules, pictures, bar codes and large letters stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.bool_]
Box = tuple[int, int, int, int]
"""Top, bottom, left, right: a part of the page, the ends not included."""

_ACROSS = 4
"""Pixels side by side that are looked at as one when the page is cut."""

_GUTTER = 6
"""Blank columns of such pixels that part two columns, 3 mm."""

_BLOCK = 8
_HALF, _DENSE = 0.35, 0.55
"""Shares of black around a pixel: codes have half, light letters on dark more."""

_TALLEST_MM, _SHORTEST_MM = 5.0, 0.7
_STROKE_MM = 7.0
"""What is longer from top to bottom is a rule, and holds no lines together."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Ink as drawn, several rows for one, and how many of them must be ink to make one black."""

    ink: Ink
    needed: int


def coarse_rows(light: Weight, heavy: Weight, rows_each: int, rows_per_mm: float) -> Ink:
    """The page's own rows, true = black. ``rows_per_mm`` counts the drawn ones."""
    black = joined(heavy, rows_each)
    tallest, shortest = round(_TALLEST_MM * rows_per_mm), round(_SHORTEST_MM * rows_per_mm)
    both = light.ink | heavy.ink
    for box in text_lines(both, round(_STROKE_MM * rows_per_mm)):
        if shortest <= box[1] - box[0] <= tallest:
            _set_line(black, box, (heavy, light), rows_each)
    return black


def joined(weight: Weight, rows_each: int) -> Ink:
    """Drawn rows as one: black where there is the ink needed; in dark surroundings, more of it.

    So the thin strokes of light letters on dark live as well as those of dark letters on light,
    and the squares of codes, half of which are black, keep their shape.
    """
    count = _counted(weight.ink, 0, rows_each)
    black: Ink = count >= weight.needed
    share = _share_of_ink(black)
    if not (share > _HALF).any():
        return black
    needed = np.full(share.shape, weight.needed, np.uint8)
    needed[share > _HALF] = (rows_each + 1) // 2
    needed[share > _DENSE] = rows_each - weight.needed + 1
    needed = needed.repeat(_BLOCK, axis=0).repeat(_BLOCK, axis=1)
    dense: Ink = count >= needed[: black.shape[0], : black.shape[1]]
    return dense


def _counted(ink: Ink, before: int, rows_each: int) -> NDArray[np.uint8]:
    """How many of the drawn rows are ink, if ``before`` blank ones stood above."""
    after = -(before + ink.shape[0]) % rows_each
    padded = np.pad(ink, ((before, after), (0, 0))) if before or after else ink
    rows = padded.view(np.uint8).reshape(-1, rows_each, ink.shape[1])
    count = rows[:, 0].copy()
    for number in range(1, rows_each):
        count += rows[:, number]
    return count


def _set_line(black: Ink, box: Box, weights: Sequence[Weight], rows_each: int) -> None:
    """Draw a line of text anew, in the way that keeps the most edges."""
    top, bottom, left, right = box
    best, chosen = -1, None
    for weight in weights:
        part = weight.ink[top:bottom, left:right]
        for shift in sorted(range(1 - rows_each // 2, rows_each // 2 + 1), key=abs):
            first = top + shift
            if first < 0:
                continue
            tried = _counted(part, first % rows_each, rows_each) >= weight.needed
            edges = int((tried[1:] ^ tried[:-1]).sum()) + int(tried[0].sum() + tried[-1].sum())
            if edges > best:
                best, chosen = edges, (first // rows_each, tried)
    if chosen is None or 2 * int(chosen[1].sum()) > chosen[1].size:
        return
    row, line = chosen
    black[top // rows_each : -(-bottom // rows_each), left:right] = False
    black[row : row + line.shape[0], left:right] |= line[: black.shape[0] - row]


def _share_of_ink(black: Ink) -> NDArray[np.float64]:
    """The share of black within about 5 mm, for every block of eight rows and pixels."""
    padded = np.pad(black, [(0, -size % _BLOCK) for size in black.shape])
    bands = padded.view(np.uint8).reshape(-1, _BLOCK, padded.shape[1]).sum(axis=1, dtype=np.uint8)
    blocks = bands.reshape(bands.shape[0], -1, _BLOCK).sum(axis=2, dtype=np.int32)
    framed = np.pad(blocks, ((2, 1), (3, 2)), mode="edge").cumsum(axis=0).cumsum(axis=1)
    total = framed[3:, 5:] - framed[:-3, 5:] - framed[3:, :-5] + framed[:-3, :-5]
    share: NDArray[np.float64] = total / (15 * _BLOCK * _BLOCK)
    return share


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


def _runs(there: Ink, gap: int) -> Iterator[tuple[int, int]]:
    """Begin and end of what is there, gaps shorter than ``gap`` bridged."""
    places = np.flatnonzero(there)
    if places.size == 0:
        return
    breaks = np.flatnonzero(np.diff(places) > gap)
    begins = places[np.concatenate(([0], breaks + 1))]
    ends = places[np.concatenate((breaks, [places.size - 1]))] + 1
    yield from zip(begins.tolist(), ends.tolist(), strict=True)

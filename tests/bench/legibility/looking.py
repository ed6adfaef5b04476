"""Looks at pages as received: hairlines, edges of tints, photographs, specks."""

from __future__ import annotations

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from tests.bench.legibility.converters import Received
from tests.bench.legibility.drawn import Box, Page

_DPI = 204
_LOW_PASS_MM = 0.3
_WINDOW = 7
_STEP_MM = 2.0
_EDGE = 0.06


def _part(received: Received, box: Box, margin: float = 0.0) -> np.ndarray:
    left, top, right, bottom = box
    across, down = received.pixels_per_mm, received.rows_per_mm
    columns = [
        round((side + received.left_mm) * across) for side in (left - margin, right + margin)
    ]
    rows = [round(side * down) for side in (top - margin, bottom + margin)]
    return received.black[max(0, rows[0]) : rows[1], max(0, columns[0]) : columns[1]]


def hairlines_kept(page: Page, received: Received) -> float | None:
    """The share of the length of all hairlines that is black."""
    if not page.rules:
        return None
    kept = length = 0.0
    for rule in page.rules:
        box = rule.box
        level = box[3] == box[1]
        size = box[2] - box[0] + box[3] - box[1]
        near = 1.6 / (received.rows_per_mm if level else received.pixels_per_mm)
        left, top, right, bottom = box
        strip = (left, top - near, right, bottom + near)
        if not level:
            strip = (left - near, top, right + near, bottom)
        kept += size * float(_part(received, strip).any(axis=0 if level else 1).mean())
        length += size
    return kept / length


def edges_visible(page: Page, received: Received) -> float | None:
    """The share of the edges of tints where a line, or a change of tone, shows them."""
    if not page.tints:
        return None
    seen = [
        _edge_shown(received, side, inward) for tint in page.tints for side, inward in _sides(tint)
    ]
    return sum(seen) / len(seen)


def _sides(box: Box) -> list[tuple[Box, tuple[float, float]]]:
    """The edges of a box in pieces of two millimetres, each with the direction inwards."""
    left, top, right, bottom = box
    pieces: list[tuple[Box, tuple[float, float]]] = []
    for x in np.arange(left + 1, right - 1 - _STEP_MM, _STEP_MM):
        pieces.append(((x, top, x + _STEP_MM, top), (0, 1)))
        pieces.append(((x, bottom, x + _STEP_MM, bottom), (0, -1)))
    for y in np.arange(top + 1, bottom - 1 - _STEP_MM, _STEP_MM):
        pieces.append(((left, y, left, y + _STEP_MM), (1, 0)))
        pieces.append(((right, y, right, y + _STEP_MM), (-1, 0)))
    return pieces


def _edge_shown(received: Received, side: Box, inward: tuple[float, float]) -> bool:
    near = 0.3
    left, top, right, bottom = side
    upright = inward[0] != 0
    strip = (
        (left - near, top, right + near, bottom)
        if upright
        else (left, top - near, right, bottom + near)
    )
    if _part(received, strip).any(axis=1 if upright else 0).mean() >= 0.8:
        return True
    depth = 1.2
    inside, outside = (
        float(_part(received, _beside(side, (inward[0] * way, inward[1] * way), depth)).mean())
        for way in (1, -1)
    )
    return abs(inside - outside) >= _EDGE


def _beside(side: Box, way: tuple[float, float], depth: float) -> Box:
    left, top, right, bottom = side
    return (
        min(left, left + way[0] * depth),
        min(top, top + way[1] * depth),
        max(right, right + way[0] * depth),
        max(bottom, bottom + way[1] * depth),
    )


def photo_likeness(page: Page, received: Received) -> float | None:
    """SSIM of the photographs, both pictures seen through a low-pass of 0.3 mm; the mean."""
    if not page.photos:
        return None
    drawn = pdfium.PdfDocument(page.pdf)[0].render(scale=_DPI / 72).to_pil().convert("L")
    return float(np.mean([_likeness(np.asarray(drawn), received, box) for box in page.photos]))


def _likeness(drawn: np.ndarray, received: Received, box: Box) -> float:
    left, top, right, bottom = (side * _DPI / 25.4 for side in box)
    rows, columns = slice(round(top), round(bottom)), slice(round(left), round(right))
    meant = drawn[rows, columns].astype(np.float64)
    came = np.where(_part(received, box), 0.0, 255.0)
    sigma = (_LOW_PASS_MM * received.rows_per_mm, _LOW_PASS_MM * received.pixels_per_mm)
    came = _blurred(came, sigma)
    image = Image.fromarray(came.astype(np.float32))
    came = np.asarray(image.resize((meant.shape[1], meant.shape[0]), Image.Resampling.BILINEAR))
    meant = _blurred(meant, (_LOW_PASS_MM * _DPI / 25.4,) * 2)
    return ssim(meant, came.astype(np.float64))


def _blurred(tones: np.ndarray, sigmas: tuple[float, float]) -> np.ndarray:
    """Gaussian blur; the edge is repeated."""
    for axis, sigma in enumerate(sigmas):
        reach = max(1, round(3 * sigma))
        weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
        weights /= weights.sum()
        frame = [(reach, reach) if each == axis else (0, 0) for each in (0, 1)]
        padded = np.pad(tones, frame, mode="edge")
        length = tones.shape[axis]
        tones = sum(
            weight * padded.take(range(step, step + length), axis)
            for step, weight in enumerate(weights)
        )
    return tones


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Structural similarity of two pictures of 0..255, windows of 7 x 7 (Wang 2004)."""

    def mean(values: np.ndarray) -> np.ndarray:
        for axis in (0, 1):
            total = np.insert(values.cumsum(axis), 0, 0, axis)
            length = total.shape[axis]
            later = total.take(range(_WINDOW, length), axis)
            values = (later - total.take(range(length - _WINDOW), axis)) / _WINDOW
        return values

    a, b = mean(one), mean(other)
    aa, bb, ab = mean(one * one) - a * a, mean(other * other) - b * b, mean(one * other) - a * b
    low, high = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * a * b + low) * (2 * ab + high)
    return float((top / ((a * a + b * b + low) * (aa + bb + high))).mean())


def specks(page: Page, received: Received) -> float:
    """Spots on what should be bare paper, to 100 square centimetres."""
    count = area = 0.0
    for box in page.plain:
        part = _part(received, box)
        starts = part & ~np.pad(part, ((0, 0), (1, 0)))[:, :-1]
        above = np.pad(part, ((1, 0), (0, 0)))[:-1]
        count += int((starts & ~above).sum())
        area += (box[2] - box[0]) * (box[3] - box[1]) / 10_000
    return count / area if area else 0.0

"""Grey to black and white, each part of a page in the way that suits it.

Text and line art are cut at a threshold that follows the contrast around it (``contrast``); tints
are dropped and keep an outline (``outlines``); coarse rows are made of four drawn ones, line of
text by line of text (``coarse``); photographs (``photos``) are screened (``halftone``); scans are
freed of their grain first; bar codes are drawn anew (``codes``). How legible that is, and how long
on the line, is measured by ``tests.bench.bench_legibility``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from faxcore.render.coarse import Weight, coarse_rows
from faxcore.render.codes import code_areas
from faxcore.render.contrast import CELL, Surroundings
from faxcore.render.halftone import diffused, line_screen, row_screen
from faxcore.render.outlines import outlines
from faxcore.render.photos import is_grainy, is_photo, photo_parts, smoothed
from faxcore.render.tone import AUTO_TONE, Tone, ToneKind
from faxcore.t4 import PageBitmap, Resolution

Grey = NDArray[np.uint8]
Black = NDArray[np.bool_]
Region = tuple[slice, slice]
"""Rows and pixels of the page as it is drawn."""

_Pixels = TypeVar("_Pixels", np.bool_, np.uint8)
"""Pixels, or eight of them to an octet."""

Finer = Callable[[Region], Grey]
"""Draws a region, in rows and pixels of the page as it is sent."""

FINE_SHARE = 0.35
_HEAVY_SHARE, _LIGHT_SHARE = 0.45, 0.3
"""The share of contrast that makes ink: of a row of fine; of half a row and a row of coarse."""

_COARSE_ROWS = 2
_TINT, _DARK = 240, 160
_MOST_CODES = 0.4
"""What covers more of a page is no code."""

_CLOSING = 16


def oversampling(resolution: Resolution) -> int:
    """How many rows are drawn for one row of this resolution."""
    return _COARSE_ROWS if row_class(resolution) == 1 else 1


def black_and_white(
    grey: Grey,
    resolution: Resolution,
    pictures: Sequence[Region] = (),
    labels: Sequence[Region] = (),
    tone: Tone = AUTO_TONE,
    finer: Finer | None = None,
) -> PageBitmap:
    """The page in black and white.

    ``grey`` has ``oversampling(resolution)`` rows for each row of the page; ``pictures`` are where
    images lie on it, ``labels`` where words lie on those. ``finer`` draws a part of the page so
    that every grey is as dark as its pixel is covered; without it codes stay as they were drawn.
    """
    fine, each = row_class(resolution), oversampling(resolution)
    screened = _screened(grey, fine, each, tone)
    if screened is not None:
        return PageBitmap.from_array(screened, resolution)
    photos, grainy = _sorted_pictures(grey, pictures, screened=tone.kind is not ToneKind.TEXT)
    rows, ground = _text(_without_grain(grey, grainy), fine, each)
    page = PageBitmap(rows, grey.shape[1], resolution)
    if not rows.any() and not photos:
        return page
    if finer is not None:
        dark = ground < _DARK
        for region, _ in photos:
            dark[_in_cells(region, grey.shape, dark.shape)] = True
        _redraw_codes(page, finer, dark)
    bare = [*grainy, *(region for region, _ in photos)]
    if bool((ground < _TINT).any()):
        _outline_tints(rows, grey, bare, fine, each)
    if not photos:
        return page
    black = page.to_array()
    for region, part in photos:
        _screen(black, grey, region, part, labels, (fine, each), tone)
    return PageBitmap.from_array(black, resolution)


def _screened(grey: Grey, fine: int, each: int, tone: Tone) -> Black | None:
    """The page by a tone that treats all of it alike; None if the tone does not."""
    if tone.kind is ToneKind.THRESHOLD:
        return _mean_rows(grey, each) < tone.level
    if tone.kind is ToneKind.DITHER:
        return diffused(_mean_rows(grey, each))
    if tone.kind is ToneKind.PHOTO:
        return line_screen(_mean_rows(grey, each), 0, 0, fine)
    return None


def plain_black_and_white(ink: PageBitmap, finer: Finer) -> PageBitmap:
    """What ``black_and_white`` makes of a page whose ink (``FINE_SHARE``) is known, on white.

    The page is changed.
    """
    _redraw_codes(ink, finer, np.zeros((1, 1), np.bool_))
    return ink


def _text(grey: Grey, fine: int, each: int) -> tuple[NDArray[np.uint8], Grey]:
    """Words and drawings in black, packed, and the ground of every cell."""
    surroundings = Surroundings(grey, CELL * max(1, fine * each // 2))
    if fine > 1:
        return surroundings.packed_ink(FINE_SHARE), surroundings.ground
    heavy = Weight(surroundings.ink(_HEAVY_SHARE), tuple(range(each)), 1)
    whole = surroundings.of(_with_the_row_below(grey))
    light = Weight(whole.ink(_LIGHT_SHARE), (0,), 1)
    black = coarse_rows(heavy, light, each, 3.85 * each)
    return np.packbits(black, axis=1), surroundings.ground


def _with_the_row_below(grey: Grey) -> Grey:
    """Each row mixed with the next: what a row of coarse looks like, wherever it begins."""
    mixed = grey.copy()
    mixed[:-1] = (grey[:-1] >> 1) + (grey[1:] >> 1) + (grey[:-1] & grey[1:] & 1)
    return mixed


def _in_cells(region: Region, pixels: tuple[int, ...], cells: tuple[int, ...]) -> Region:
    """A region of pixels in cells."""
    rows, columns = (
        slice(side.start * count // size, -(-side.stop * count // size))
        for side, size, count in zip(region, pixels, cells, strict=True)
    )
    return rows, columns


def _redraw_codes(page: PageBitmap, finer: Finer, no_code: Black) -> None:
    """Bar codes and QR codes anew, each pixel black if half of it is.

    Where they may be are whole octets (see ``codes.BLOCK``).
    """
    fine = row_class(page.resolution)
    areas = code_areas(page.rows[::fine], (page.height, page.width), fine, no_code)
    if sum(marks.size for _, marks in areas) > _MOST_CODES * page.height * page.width:
        return
    for (rows, columns), marks in areas:
        grey = finer((rows, columns))
        middle = (int(grey.min()) + int(grey.max()) + 1) // 2
        black, there = np.packbits([grey < middle, marks], axis=2)
        octets = page.rows[rows, columns.start // 8 : -(-columns.stop // 8)]
        octets ^= (octets ^ black) & there


def _mean_rows(grey: Grey, each: int) -> Grey:
    """One row for every ``each`` drawn ones."""
    if each == 1:
        return grey
    rows = grey.reshape(-1, each, grey.shape[1])
    total = rows[:, 0].astype(np.uint16)
    for number in range(1, each):
        total += rows[:, number]
    return (total // each).astype(np.uint8)


def _sorted_pictures(
    grey: Grey, pictures: Sequence[Region], *, screened: bool
) -> tuple[list[tuple[Region, Black | None]], list[Region]]:
    """The photographs, each with the part of its region that is one; and the grainy scans."""
    photos: list[tuple[Region, Black | None]] = []
    grainy: list[Region] = []
    for region in pictures:
        part = grey[region]
        if part.size == 0:
            continue
        if screened and is_photo(part):
            photos.append((region, None))
            continue
        inner = photo_parts(part) if screened else None
        if inner is not None and inner.any():
            photos.append((region, inner))
        if is_grainy(part):
            grainy.append(region)
    return photos, grainy


def _without_grain(grey: Grey, regions: Sequence[Region]) -> Grey:
    if not regions:
        return grey
    calm = grey.copy()
    for region in regions:
        calm[region] = smoothed(grey[region])
    return calm


def _outline_tints(
    packed: NDArray[np.uint8], grey: Grey, bare: Sequence[Region], fine: int, each: int
) -> None:
    """Add the outlines of tints, but for those in photographs and scans."""
    rows_reach = max(1, _CLOSING * fine // 2)
    for top, edges in outlines(_mean_rows(grey, each), (rows_reach, _CLOSING)):
        for rows, columns in bare:
            first, end = rows.start // each - top, -(-rows.stop // each) - top
            edges[max(0, first) : max(0, end), columns] = False
        packed[top : top + len(edges)] |= np.packbits(edges, axis=1)


def _screen(
    black: Black,
    grey: Grey,
    region: Region,
    part: Black | None,
    labels: Sequence[Region],
    rows: tuple[int, int],
    tone: Tone,
) -> None:
    """Put a photograph's screen onto the page; words that lie on it stay words."""
    fine, each = rows
    top, bottom = region[0].start // each, -(-region[0].stop // each)
    left, right = region[1].start, region[1].stop
    tones = _mean_rows(grey[top * each : bottom * each, left:right], each)
    fast = tone.kind is ToneKind.FAST
    dark = row_screen(tones, top, fine) if fast else line_screen(tones, top, left, fine)
    screened = np.ones(dark.shape, np.bool_)
    if part is not None:
        shift = region[0].start - top * each
        inner = np.pad(part, ((shift, 0), (0, 0)))[: dark.shape[0] * each : each]
        screened = np.pad(inner, ((0, dark.shape[0] - inner.shape[0]), (0, 0)))
    for label_rows, columns in labels:
        high, low = label_rows.start // each - top, -(-label_rows.stop // each) - top
        across = slice(max(0, columns.start - left), max(0, columns.stop - left))
        screened[max(0, high) : max(0, low), across] = False
    np.copyto(black[top:bottom, left:right], dark, where=screened)


def change_rows(rows: NDArray[_Pixels], source: Resolution, wanted: Resolution) -> NDArray[_Pixels]:
    """A page at another number of rows: joined so that no stroke is lost, or repeated."""
    have, want = row_class(source), row_class(wanted)
    if have > want:
        each = have // want
        padded = np.pad(rows, ((0, -rows.shape[0] % each), (0, 0)))
        joined: NDArray[_Pixels] = np.bitwise_or.reduce(
            padded.reshape(-1, each, rows.shape[1]), axis=1
        )
        return joined
    return rows if have == want else rows.repeat(want // have, axis=0)


def row_class(resolution: Resolution) -> int:
    """1 for the rows of coarse, 2 for fine, 4 for superfine: metric and inch are the same here."""
    return max(1, round(resolution.y_dpi / 98))

"""Grey to black and white.

Text and line art are cut at a threshold that follows the contrast around it (``contrast``). In
coarse a thin horizontal stroke that lies between two rows would be lost or broken: so coarse is
drawn with twice the rows, and a pixel is black as soon as one of its halves is ink. Measured with
tesseract on 6 to 10 point Helvetica and Times, of nine ways this one misread the fewest
characters (3.2 %); in fine, one row and a light threshold do (0.3 %).
Photographs (pictures with many middle tones) are screened with clustered dots, which survive
copying and code into a third of what error diffusion takes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from faxcore.render.contrast import ground_cells, thresholds
from faxcore.t4 import Resolution

FINE_INK = 165
COARSE_INK = 140
"""On white a grey value below these is ink; in coarse, of half a row."""

_BLOCK = 8
_DENSE = 0.55
_MIDDLE = (48, 208)
_PHOTO_SHARE = 0.1
_PHOTO_TONES = 12
_PAPER = 128
_UNEVEN = 48
_UNEVEN_SHARE = 0.1


def oversampling(resolution: Resolution) -> int:
    """How many rows are drawn for one row of this resolution."""
    return 2 if row_class(resolution) == 1 else 1


def black_and_white(
    grey: NDArray[np.uint8],
    rows_each: int,
    pictures: Sequence[tuple[slice, slice]],
) -> NDArray[np.bool_]:
    """The page's pixels, true = black.

    ``grey`` has ``rows_each`` rows for each row of the page; ``pictures`` are where images lie
    on it.
    """
    full = FINE_INK if rows_each == 1 else COARSE_INK
    ink = (grey < thresholds(grey, 1 - full / 255)).reshape(-1, rows_each, grey.shape[1])
    black = ink[:, 0] if rows_each == 1 else joined(ink[:, 0], ink[:, 1])
    for rows, columns in pictures:
        region = grey[rows, columns]
        if region.size == 0:
            continue
        top, bottom = rows.start // rows_each, -(-rows.stop // rows_each)
        whole = grey[top * rows_each : bottom * rows_each, columns]
        if is_photo(region):
            black[top:bottom, columns] = screened(whole, rows_each, top, columns.start)
    return black


def joined(upper: NDArray[np.bool_], lower: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Two half rows as one: black where either is ink, in mostly black surroundings where both are.

    So the thin strokes of light letters on dark live as well as those of dark letters on light.
    """
    either: NDArray[np.bool_] = upper | lower
    dense = _share_of_ink(either) > _DENSE
    if not dense.any():
        return either
    dense = dense.repeat(_BLOCK, axis=0).repeat(_BLOCK, axis=1)
    dense = dense[: either.shape[0], : either.shape[1]]
    return np.where(dense, upper & lower, either)


def _share_of_ink(black: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The share of black within about 5 mm, for every block of eight rows and pixels."""
    padded = np.pad(black, [(0, -size % _BLOCK) for size in black.shape])
    bands = padded.view(np.uint8).reshape(-1, _BLOCK, padded.shape[1]).sum(axis=1, dtype=np.uint8)
    blocks = bands.reshape(bands.shape[0], -1, _BLOCK).sum(axis=2, dtype=np.int32)
    framed = np.pad(blocks, ((2, 1), (3, 2)), mode="edge").cumsum(axis=0).cumsum(axis=1)
    total = framed[3:, 5:] - framed[:-3, 5:] - framed[3:, :-5] + framed[:-3, :-5]
    share: NDArray[np.float64] = total / (15 * _BLOCK * _BLOCK)
    return share


def is_photo(region: NDArray[np.uint8]) -> bool:
    """Whether a picture is to be screened: many middle tones, and not on one even ground.

    A scanned letter on grey paper has middle tones too, but without its letters it is all paper.
    """
    counts = np.bincount((region[::3, ::3] >> 3).ravel(), minlength=32)
    middle = counts[_MIDDLE[0] >> 3 : _MIDDLE[1] >> 3]
    tones = np.count_nonzero(middle > counts.sum() // 1000)
    if middle.sum() < _PHOTO_SHARE * counts.sum() or tones < _PHOTO_TONES:
        return False
    ground = ground_cells(region)
    paper = int(np.bincount(ground.ravel() >> 4).argmax()) * 16 + 8
    uneven = np.abs(ground.astype(np.int16) - paper) > _UNEVEN
    return paper < _PAPER or bool(uneven.mean() > _UNEVEN_SHARE)


def screened(grey: NDArray[np.uint8], rows_each: int, top: int, left: int) -> NDArray[np.bool_]:
    """A halftone of clustered dots at 45 degrees; the screen is fixed to the page's corner."""
    height, width = grey.shape[0] // rows_each, grey.shape[1]
    tones = grey.reshape(height, rows_each, width).mean(axis=1, dtype=np.float32)
    screen = _screen(rows_each)
    rows = (np.arange(height) + top) % screen.shape[0]
    columns = (np.arange(width) + left) % screen.shape[1]
    dark: NDArray[np.bool_] = tones < screen[rows[:, None], columns[None, :]]
    return dark


def _screen(rows_each: int) -> NDArray[np.float32]:
    """Thresholds of one cell, every grey value equally often: dots where cosines are high."""
    period, rows = 8, 8 // rows_each
    y, x = np.mgrid[0:rows, 0:period]
    across, down = 2 * np.pi * (x + 0.5) / period, 2 * np.pi * (y + 0.5) / rows
    height = np.cos(across + 0.2) + np.cos(down + 0.1)
    order = np.argsort(np.argsort(height.ravel(), kind="stable"), kind="stable")
    thresholds = (order.reshape(height.shape) + 0.5) * 256 / order.size
    return thresholds.astype(np.float32)


def change_rows(
    black: NDArray[np.bool_], source: Resolution, wanted: Resolution
) -> NDArray[np.bool_]:
    """A page of pixels at another number of rows: joined so that no stroke is lost, or repeated."""
    have, want = row_class(source), row_class(wanted)
    if have > want:
        each = have // want
        padded = np.pad(black, ((0, -black.shape[0] % each), (0, 0)))
        joined: NDArray[np.bool_] = np.logical_or.reduce(
            padded.reshape(-1, each, black.shape[1]), axis=1
        )
        return joined
    return black.repeat(want // have, axis=0)


def row_class(resolution: Resolution) -> int:
    """1 for the rows of coarse, 2 for fine, 4 for superfine: metric and inch are the same here."""
    return max(1, round(resolution.y_dpi / 98))

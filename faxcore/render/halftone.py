"""Photographs as black and white: screens that compress, and error diffusion.

A screen of dots starts two runs a dot in every row; T.6 codes a run's end for one bit where the
row above ends alike. So the screen is one of upright lines, five pixels apart, that grow thicker
where the picture is darker: about 0.45 bits a pixel, a third of what dots take. Five widths alone
show as steps in the sky. So the thresholds of neighbouring lines are raised and lowered by a
quarter of a step, the other way round every second row: what lies between two widths changes back
and forth too finely to be seen. The screen is fixed to the page's corner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Tones = NDArray[np.uint8]

_PERIOD = 5
_FINE_SWING, _COARSE_SWING = 0.25, 0.1
"""By which part of a step thresholds are raised and lowered."""

_SWING_ROWS = 2
_FAST_ROWS = {1: (0, 1, 2), 2: (0, 3, 1, 4, 2, 5)}


def line_screen(tones: Tones, top: int, left: int, fine: int) -> NDArray[np.bool_]:
    """A picture in upright lines; ``fine`` is 1 for the rows of coarse, 2 for fine, 4 for more."""
    calm = _calmed(tones)
    swing = _FINE_SWING if fine > 1 else _COARSE_SWING
    rows = np.arange(tones.shape[0]) + top
    columns = np.arange(tones.shape[1]) + left
    step = 255 / _PERIOD
    order = np.argsort(np.argsort([abs(i - _PERIOD // 2) for i in range(_PERIOD)], kind="stable"))
    base = 255 - step * (order[columns % _PERIOD] + 0.5)
    way = ((columns // _PERIOD)[None, :] + (rows // (_SWING_ROWS * max(1, fine // 2)))[:, None]) % 2
    dark: NDArray[np.bool_] = calm < np.where(way, base + swing * step / 2, base - swing * step / 2)
    return dark


def _calmed(tones: Tones) -> NDArray[np.float32]:
    """The picture with a little less grain from row to row, which would move every line's edge."""
    padded = np.pad(tones, ((1, 1), (0, 0)), mode="edge").astype(np.float32)
    calm: NDArray[np.float32] = 0.5 * padded[1:-1] + 0.25 * (padded[:-2] + padded[2:])
    return calm


def row_screen(tones: Tones, top: int, fine: int) -> NDArray[np.bool_]:
    """A picture with one threshold a row: coarse to look at, and very short on the line."""
    order = np.array(_FAST_ROWS[min(fine, 2)])
    thresholds = (order + 0.5) * 255 / order.size
    rows = (np.arange(tones.shape[0]) + top) // max(1, fine // 2) % order.size
    dark: NDArray[np.bool_] = _calmed(tones) < thresholds[rows][:, None]
    return dark


def diffused(tones: Tones) -> NDArray[np.bool_]:
    """Floyd and Steinberg's error diffusion: true to every tone, long on the line."""
    from PIL import Image  # noqa: PLC0415

    return ~np.asarray(Image.fromarray(tones).convert("1"), np.bool_)

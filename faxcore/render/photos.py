"""Which parts of pictures are photographs, and which are scanned words or drawings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from faxcore.render.contrast import CELL, ground_cells

Grey = NDArray[np.uint8]

_MIDDLE = (48, 208)
_PHOTO_SHARE = 0.1
_PHOTO_TONES = 12
_PAPER = 128
_UNEVEN = 48
_UNEVEN_SHARE = 0.1

_BLOCK = 8
"""Cells along a block's side: 4 mm."""

_TEXTURE = 24
"""By how much the ground varies within a block of a photograph. Uneven light varies by less."""

_LEAST_BLOCKS = 4
_MOSTLY = 0.75
_GRAIN = 5.0


def is_photo(region: Grey) -> bool:
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


def photo_parts(region: Grey) -> NDArray[np.bool_]:
    """Where in a scan there are photographs of 16 mm or more: as large as the region."""
    ground = ground_cells(region)
    rows, columns = (-size % _BLOCK for size in ground.shape)
    padded = np.pad(ground, ((0, rows), (0, columns)), mode="edge")
    blocks = padded.reshape(padded.shape[0] // _BLOCK, _BLOCK, -1, _BLOCK)
    varied = blocks.max(axis=(1, 3)) - blocks.min(axis=(1, 3)) >= _TEXTURE
    kept = _opened(varied, _LEAST_BLOCKS)
    side = _BLOCK * CELL
    wide = kept.repeat(side, axis=0).repeat(side, axis=1)
    return wide[: region.shape[0], : region.shape[1]]


def _opened(there: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """The squares of this size of which most is there."""
    kept = np.zeros_like(there)
    if min(there.shape) < size:
        return kept
    windows = np.lib.stride_tricks.sliding_window_view(there, (size, size)).mean(axis=(2, 3))
    for row, column in np.argwhere(windows >= _MOSTLY):
        kept[row : row + size, column : column + size] = True
    return kept


def is_grainy(region: Grey) -> bool:
    """Whether a picture has the grain of a scanner or camera on its plain parts."""
    sample = region[::3].astype(np.int16)
    if sample.shape[1] < 2:
        return False
    return bool(np.median(np.abs(np.diff(sample, axis=1))) >= _GRAIN)


def smoothed(region: Grey) -> Grey:
    """The picture with its grain softened: each pixel with half of what its neighbours have."""
    calm: NDArray[np.integer[Any]] = region.astype(np.uint16)
    for axis in (0, 1):
        frame = [(1, 1) if each == axis else (0, 0) for each in (0, 1)]
        padded = np.pad(calm, frame, mode="edge")
        size = calm.shape[axis]
        before, after = (np.take(padded, range(start, start + size), axis) for start in (0, 2))
        calm = (before + after + 2 * calm + 2) >> 2
    return calm.astype(np.uint8)

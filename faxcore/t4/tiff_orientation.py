"""Pages that are not stored as they are to be seen: TIFF 6.0, the Orientation tag."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Pixel = TypeVar("_Pixel", np.bool_, np.uint8)

_TURNS = {
    **{2: (0, True), 3: (2, False), 4: (2, True)},
    **{5: (1, True), 6: (3, False), 7: (3, True), 8: (1, False)},
}
"""How pages of these orientations are made upright: mirrored first, quarters to the left."""


def upright(pixels: NDArray[_Pixel], orientation: int) -> NDArray[_Pixel]:
    """Pixels as they are to be seen; those of no known orientation as they are."""
    turn, mirrored = _TURNS.get(orientation, (0, False))
    return np.rot90(pixels[:, ::-1] if mirrored else pixels, turn)


def is_on_its_side(orientation: int) -> bool:
    """Whether the stored rows are columns of what is to be seen."""
    return _TURNS.get(orientation, (0, False))[0] % 2 == 1

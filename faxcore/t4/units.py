"""Sixteen pixels in which something is coded, and the codes of eight of them: T.4 table 4.

Sixteen pixels are a *unit*. What is coded in eight pixels is four octets, one of each plane of
``modes``, and a table has the codes joined: of two planes for all eight pixels, which does for most
octets; the others are *rare* and are looked up by four planes, four pixels at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.bitmaps import Layout, Words
from faxcore.t4.bits import CODE_MASK, LENGTH_MASK, make_code
from faxcore.t4.modes import CODES, PLANES, Active, Modes

UNIT = 16  # pixels
Planes = NDArray[np.uint16]  # octets of two planes side by side, the first in the lower half

_PLANE, _HALF = np.array(8, np.uint16), np.array(4, np.uint16)
_LEFT, _RIGHT = np.array(0xFFFF, np.uint32), np.array(16, np.uint32)
_NOTHING, _STEP = np.array(0, np.uint16), np.array(1)
_UNIT_SHIFT = np.array(UNIT.bit_length() - 1)
_LOW_HALVES, _HIGH_HALVES = np.array(0x0F0F, np.uint16), np.array(0xF0F0, np.uint16)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of some active words of a page.

    ``numbers`` tell which they are of all units of these words, ``last`` which is the last of each
    row, with the row's end in it. ``left`` and ``right`` are the
    first and the second plane of their octets. ``rare`` are the octets with something in the other
    planes, counted from the first unit's left one, ``common`` and ``uncommon`` their planes, and
    ``places`` where they are if the left octets of all units come first and then the right ones.
    """

    active: NDArray[np.intp]
    numbers: NDArray[np.intp]
    last: NDArray[np.intp]
    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    rare: NDArray[np.intp]
    places: NDArray[np.intp]
    common: Planes
    uncommon: Planes

    def __len__(self) -> int:
        return len(self.numbers)

    def columns(self, numbers: NDArray[np.intp]) -> NDArray[np.int32]:
        """Where units of the active words begin, counted in pixels from the first row's begin."""
        words: NDArray[np.intp] = self.active.take(numbers >> _STEP)
        words <<= _STEP
        words += numbers & _STEP
        words <<= _UNIT_SHIFT
        return words.astype(np.int32)


def find_units(modes: Modes, active: Active, layout: Layout) -> Units:
    """The units of some active words: those that have stops."""
    hit = modes.stops.view(np.uint16) != _NOTHING
    numbers = hit.nonzero()[0]
    first, second, third, fourth = modes.planes
    uncommon = _side_by_side(third, fourth).take(numbers).view(np.uint16)
    rare = (uncommon != _NOTHING).nonzero()[0]
    both = _side_by_side(first, second).take(numbers)
    common = both.view(np.uint16).take(rare)
    uncommon = uncommon.take(rare)
    left, right = both & _LEFT, both >> _RIGHT
    last = _last_of_rows(hit, active, 2 * layout.words)
    places = rare & _STEP
    places *= len(numbers)
    places += rare >> _STEP
    return Units(active.words, numbers, last, left, right, rare, places, common, uncommon)


def _last_of_rows(hit: NDArray[np.bool_], active: Active, most: int) -> NDArray[np.intp]:
    """Which of the units that are hit is the last of each row, which has so many at most."""
    begins = np.zeros_like(active.lasts)
    np.add(active.lasts[:-1], _STEP, out=begins[1:])
    begins <<= _STEP
    counts = np.add.reduceat(hit.view(np.uint8), begins, dtype=np.min_scalar_type(most))
    last = np.add.accumulate(counts, dtype=np.intp)
    last -= _STEP
    return last


def _side_by_side(low: Words, high: Words) -> NDArray[np.uint32]:
    """Two planes of units, those of the left octet in the lower half."""
    both = low.view(np.uint8).astype(np.uint16)
    upper = high.view(np.uint8).astype(np.uint16)
    upper <<= _PLANE
    both |= upper
    return both.view(np.uint32)


def common_codes(units: Units) -> NDArray[np.uint64]:
    """The joined codes of all left octets and, in a second row, all right ones."""
    codes = np.empty((2, len(units)), np.uint64)
    table = _table((0, 1), 8)
    table.take(units.left, out=codes[0], mode="clip")
    table.take(units.right, out=codes[1], mode="clip")
    return codes


def rare_codes(common: Planes, uncommon: Planes) -> NDArray[np.uint64]:
    """The joined codes of octets by all of their planes."""
    left = common & _LOW_HALVES | (uncommon & _LOW_HALVES) << _HALF
    right = common >> _HALF & _LOW_HALVES | uncommon & _HIGH_HALVES
    table = _table((0, 2, 1, 3), 4)
    front: NDArray[np.uint64] = table.take(left, mode="clip")
    codes: NDArray[np.uint64] = table.take(right, mode="clip")
    length, behind = front & LENGTH_MASK, codes & LENGTH_MASK
    codes ^= behind
    codes >>= length
    codes |= front
    codes += behind
    return codes


@lru_cache(maxsize=2)
def _table(planes: tuple[int, ...], pixels: int) -> NDArray[np.uint64]:
    """The codes of some pixels, joined, by the bits of these planes, the first plane lowest."""
    index = np.arange(1 << (len(planes) * pixels))
    mode_codes = np.zeros(1 << PLANES, np.uint64)
    for mode, bits in CODES.items():
        mode_codes[mode] = make_code(bits)
    joined = np.zeros(len(index), np.uint64)
    for pixel in range(pixels):
        modes = np.zeros_like(index)
        for at, plane in enumerate(planes):
            modes |= (index >> (at * pixels + pixel) & 1) << plane
        codes = mode_codes.take(modes)
        joined |= (codes & CODE_MASK) >> (joined & LENGTH_MASK)
        joined += codes & LENGTH_MASK
    return joined

"""From modes to codes: T.4 4.2.1.3, table 4.

Theory of operation. Tables have the codes of eight pixels joined (``units``), to which those that
hold runs are appended (``horizontal``). The left and the right octets of all units lie apart, so
that each left code is joined to the right one beside it by operations on whole arrays; ``bits``
joins the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.bitmaps import Layout
from faxcore.t4.bits import CODE_MASK, LENGTH_MASK, join_pairs
from faxcore.t4.horizontal import find_horizontal
from faxcore.t4.modes import Active, Modes
from faxcore.t4.units import common_codes, find_units


@dataclass(frozen=True, slots=True)
class Coded:
    """Rows joined to words, of which the first is the one that holds their first bit.

    ``row_bits`` are the lengths of the rows, ``end`` is the bit after the last gap.
    """

    words: NDArray[np.uint64]
    row_bits: NDArray[np.int64]
    end: int


def code_rows(
    modes: Modes,
    layout: Layout,
    active: Active,
    start: int,
    gaps: NDArray[np.int64],
) -> Coded:
    """The codes of some rows from bit ``start`` of the page on, with gaps behind each row."""
    units = find_units(modes, active, layout)
    codes = common_codes(units)
    runs, rare = find_horizontal(units, modes, layout)
    codes.reshape(-1)[units.places] = rare
    lengths = codes & LENGTH_MASK
    codes &= CODE_MASK
    far = runs.append(codes, lengths)
    last = units.last
    sizes = lengths[0].take(last) + lengths[1].take(last)
    lengths[1, last] += gaps.view(np.uint64)
    if far is None:
        words, end, begins = join_pairs(codes, lengths, start, last)
    else:
        marks = np.concatenate((last, far.units))
        words, end, begins = join_pairs(codes, lengths, start, marks)
        far.place(words, begins[len(last) :] - (start & ~63))
    row_bits = begins[: len(last)] + sizes.view(np.int64)
    row_bits[1:] -= row_bits[:-1] + gaps[:-1]
    row_bits[0] -= start
    return Coded(words, row_bits, end)

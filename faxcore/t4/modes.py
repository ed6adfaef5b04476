"""The modes of two-dimensional coding, for all pixels of a page at once: T.4 4.2.1, T.6 2.2.

Theory of operation. Coding one row against the one above walks along it: a0 is where it stands, a1
and a2 are the next changes of the row, b1 and b2 changes of the row above. But almost everything
about a change can be seen in its neighbourhood, and so for many pixels at once (``bitmaps``).
Maps are X, the row; P, the row above; T and U, their changes; D = X ^ P, where they differ. Let a
change be at pixel p, and let a *stretch* be neighbouring pixels of D without a change of X:

- Passed are runs of P that X knows nothing of: a stretch between two pixels where the rows are
  alike. The pass ends behind it.
- If the rows are alike before p, b1 is not to the left of p: at p itself if they are alike there
  too (V0), else at the next change of P, for P has the colour of a0 until then (VL).
- If they differ before p and this stretch began where the rows were alike, then b1 is where it
  began (VR). If it began at a change of X, then b1 is the second change of P from p on (VL): the
  first has the wrong direction.
- Whatever is farther than three pixels is horizontal.

So all that is not in the neighbourhood is how a stretch began, which an addition tells: a 1 is
added where a stretch begins well and comes out behind the stretch, at a pass's end or at a p.

After a horizontal code the next change is *skipped*. That too is one addition: between vertical
codes, skipped or not, every other change is skipped, from the second on. And changes alternate in
colour: what is skipped is the change after the colour with which the walk did not set out from the
last vertical one. The addition carries that colour from each vertical code to the next.

Most words of a page show nothing but one colour, in their row and in the row above. Only *active*
words are computed with, one behind the other: nothing reaches over the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bitmaps import BITS, WORD, Layout, Words, add, later, reverse_octets

# What is coded at a pixel, as four bits, one of each plane; 0 is nothing, 8 is horizontal.
CODES = {
    0b0001: tables.VERTICAL[0],
    0b0010: tables.VERTICAL[1],
    0b0011: tables.VERTICAL[-1],
    0b0100: tables.PASS,
    0b0110: tables.VERTICAL[2],
    0b0111: tables.VERTICAL[-2],
    0b1010: tables.VERTICAL[3],
    0b1011: tables.VERTICAL[-3],
}
PLANES = 4
_ALL = WORD((1 << BITS) - 1)
# How far pixels are moved to the right, and what comes in from the word beside.
_COLUMNS = [(np.array(columns, WORD), np.array(BITS - columns, WORD)) for columns in (1, 2, 3)]
# Of a word whose octets' bits are in the order of the page: its last four pixels, and how far the
# last one is from the top.
_LAST_PIXELS, _TOP_PIXEL = np.array(0x0F000000, WORD), np.array(7, WORD)
_NOTHING, _SIGN = np.array(0, WORD), np.array(BITS - 1, np.int32)


@dataclass(frozen=True, slots=True)
class Active:
    """The active words of some rows, by number.

    ``ends`` are the indices of those that hold a row's end, ``lasts`` of each row's last one.
    """

    words: NDArray[np.intp]
    ends: NDArray[np.intp]
    lasts: NDArray[np.intp]

    def blocks(self, size: int) -> Iterator[tuple[slice, Active]]:
        """Whole rows of about so many words: which rows, and their words."""
        count = len(self.words) // size
        if count <= 1:
            yield slice(0, len(self.ends)), self
            return
        cuts = np.searchsorted(self.lasts + 1, np.arange(1, count) * len(self.words) // count)
        for top, bottom in pairwise([0, *cuts.tolist(), len(self.ends)]):
            if top < bottom:
                first = int(self.lasts[top - 1]) + 1 if top else 0
                rows, behind = slice(top, bottom), int(self.lasts[bottom - 1]) + 1
                ends, lasts = self.ends[rows] - first, self.lasts[rows] - first
                yield rows, Active(self.words[first:behind], ends, lasts)


def find_active(rows: Words, above: Words, layout: Layout) -> Active:
    """The active words of rows, of which each is coded against one of those above.

    Active are words that hold a change of colour or differ from the one above. As modes look three
    pixels to the right, so is the next word if the last pixels differ. What is behind a row
    separates it from the next. The bits of each octet are still in the order of the page.
    """
    here = rows.ravel()
    differs = here ^ above.ravel()
    flat = differs != _NOTHING
    differs &= _LAST_PIXELS
    near = differs != _NOTHING
    flat[1:] |= near[:-1]
    before = differs
    np.left_shift(here[:-1], _TOP_PIXEL, out=before[1:])  # the last pixel of the word before
    before[0] = 0
    colour = before.view(np.int32)
    colour >>= _SIGN
    flat |= before != here
    active = flat.reshape(rows.shape)
    active[:, layout.width // BITS : layout.used] = True
    begins = np.arange(0, flat.size, layout.words)
    counts = np.add.reduceat(flat.view(np.uint8), begins, dtype=np.uint8)
    lasts = np.add.accumulate(counts, dtype=np.intp)
    lasts -= 1
    ends = lasts - (layout.used - 1 - layout.width // BITS)
    return Active(flat.nonzero()[0], ends, lasts)


@dataclass(frozen=True, slots=True)
class Modes:
    """What is coded where in some rows, in their active words.

    ``stops`` are the pixels where a0, a1 or a2 may be: changes, ends of passes, and the ends of
    rows. ``planes`` tell what is coded there. ``before`` is the colour of the pixel before each.
    """

    stops: Words
    planes: tuple[Words, Words, Words, Words]
    before: Words


def find_modes(rows: Words, above: Words, active: Active, layout: Layout) -> Modes:
    """The modes of these active words of rows, each against one of the rows above."""
    count = len(active.words)
    both = np.empty((2, count + count % 2), WORD)  # an even number: two are one word to ``add``
    both[:, count:] = 0
    above.take(active.words, out=both[0, :count], mode="clip")
    rows.take(active.words, out=both[1, :count], mode="clip")
    found = np.empty((PLANES + 2, both.shape[1]), WORD)
    _find_modes(both, active, layout, found)
    found = found[:, :count]
    return Modes(found[0], (found[1], found[2], found[3], found[4]), found[5])


def _find_modes(both: Words, active: Active, layout: Layout, found: Words) -> None:
    """Fill in stops, planes and colours; ``both`` are the rows above and the rows."""
    count = both.shape[1]
    reverse_octets(both)
    shifted = later(both.ravel()).reshape(2, count)
    changes = both ^ shifted
    here, before = both[1], shifted[1]
    turns_above, turns = changes[0], changes[1]
    turns_above[active.ends] |= layout.end
    turns[active.ends] |= layout.end

    differs = np.bitwise_xor(both[0], here, out=both[0])
    differed = np.bitwise_xor(shifted[0], before, out=shifted[0])
    other = differs | differed
    other &= turns
    same = turns ^ other
    right = other & differed
    other ^= right
    to_left = _find_left(other, turns_above)
    busy = differs | turns
    stretches = np.bitwise_xor(busy, turns, out=differs)
    begins = np.bitwise_or(stretches, differed, out=other)
    begins ^= differed
    total = add(stretches, begins)
    arrived = np.bitwise_and(total, turns, out=differed)
    total |= busy
    passed = np.bitwise_xor(total, busy, out=total)

    right ^= arrived
    touched = (right != _NOTHING).nonzero()[0]
    if len(touched):
        _add_touched(to_left, same, right, touched, turns_above, active, layout)
    to_right = _find_right(arrived, begins)

    first, second, third, fourth = found[1], found[2], found[3], found[4]
    left = np.bitwise_or(to_left[0], to_left[1], out=busy)
    left |= to_left[2]
    np.bitwise_or(same, left, out=first)
    np.bitwise_or(to_right[0], to_right[1], out=second)
    second |= to_right[2]
    second |= left
    any_vertical = np.bitwise_or(first, second, out=same)
    np.bitwise_or(to_left[1], to_right[1], out=third)
    third |= passed
    np.bitwise_xor(turns, any_vertical, out=fourth)
    fourth |= to_left[2]
    fourth |= to_right[2]
    kept = _stopped_at(any_vertical, here, before, active, layout)
    first &= kept
    second &= kept
    third &= kept
    fourth &= kept
    np.bitwise_or(turns, third, out=found[0])  # what is not a turn in it is passed
    found[5] = before


def _find_left(turns: Words, above: Words) -> Words:
    """Where the next change of the row above is one, two, three pixels to the right.

    ``turns`` is used up.
    """
    found = np.empty((len(_COLUMNS), len(above)), WORD)
    for number, (columns, others) in enumerate(_COLUMNS):
        plane = np.right_shift(above, columns, out=found[number])
        plane[:-1] |= above[1:] << others
        plane &= turns
        turns ^= plane
    return found


def _add_touched(
    found: Words,
    same: Words,
    turns: Words,
    some: NDArray[np.intp],
    above: Words,
    active: Active,
    layout: Layout,
) -> None:
    """Add where the second change of the row above, from here on, is so many pixels to the right.

    ``some`` are the words that have ``turns``.
    """
    here, one = turns.take(some), above.take(some)
    word, beside = one.copy(), above.take(some + 1, mode="clip")
    for plane, (columns, others) in zip(found, _COLUMNS, strict=True):
        further = word >> columns
        further |= beside << others
        second = here & one
        second &= further
        plane[some] |= second
        here ^= second
        one |= further
    last = turns.take(active.ends)
    last >>= WORD(max(layout.width % BITS - 3, 0))
    last |= turns.take(active.ends - 1, mode="clip") >> WORD(BITS - 3)
    if last.any():
        _add_at_ends(found, same, turns, above, active, layout)


def _add_at_ends(
    found: Words,
    same: Words,
    turns: Words,
    above: Words,
    active: Active,
    layout: Layout,
) -> None:
    """The same where the row above does not change any more, so that b1 is the row's end."""
    free = np.ones(len(active.ends), np.bool_)
    beside = active.words.take(active.ends - 1, mode="clip") == active.words.take(active.ends) - 1
    for columns in range(min(3, layout.width) + 1):
        column = layout.width - columns
        bit = WORD(1 << column % BITS)
        at = active.ends
        if column // BITS < layout.width // BITS:  # in the word before, if it is active
            at = np.maximum(at - 1, 0)
            free &= beside
        if columns:
            free &= above.take(at) & bit == 0
        marked = np.flatnonzero(free & (turns.take(at) & bit != 0))
        plane = found[columns - 1] if columns else same
        plane[at[marked]] |= bit


def _find_right(arrived: Words, begins: Words) -> Words:
    """Where a stretch that began well had one, two, three pixels."""
    found = np.empty((len(_COLUMNS), len(begins)), WORD)
    for number, (columns, others) in enumerate(_COLUMNS):
        plane = np.left_shift(begins, columns, out=found[number])
        plane[1:] |= begins[:-1] >> others
        plane &= arrived
    found[2] &= ~found[0]  # between the third pixel and the first may be one where rows are alike
    return found


def _stopped_at(
    vertical: Words, here: Words, before: Words, active: Active, layout: Layout
) -> Words:
    """Where the walk stops: before these pixels is the colour that it set out with.

    ``vertical`` is used up.
    """
    sets_out = later(vertical & here)
    ends = vertical.take(active.ends)
    ends |= layout.behind
    vertical[active.lasts] = _ALL
    vertical[active.ends] = ends
    stopped = add(~vertical, sets_out)
    stopped ^= vertical
    stopped ^= before
    return stopped

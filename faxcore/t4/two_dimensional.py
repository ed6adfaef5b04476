"""The two-dimensional codes of T.4 4.2.1 and T.6 2.2, for all rows of a page at once.

Theory of operation. Coding one row walks along it: a0 is where it stands, a1 and a2 are the next
changes of the row, b1 and b2 changes of the row above. But where it can stand is known beforehand:
after a vertical code on a1, after a horizontal code on a2, so a0 always is an event (``changes``)
or the row's beginning. *State i* is "a1 is event i and a0 is event i - 1", and what would be coded
in each state does not depend on how it was reached:

- b1 is the first event of the row above beyond a0 with the parity of i: the number of events up to
  a0, which is an index, rounded up to that parity.
- Passes are closed: while b2 < a1 the coder would pass and look for the next b1. After the last
  pass b1's index is the number of events before a1, rounded down to the parity of i, if that is
  more. Half the difference of the two is the number of passes.
- The code is vertical if a1 - b1 is -3 to 3, else horizontal, and then state i + 1 is skipped.

Which states are reached: one is skipped only by a reached horizontal one before it, so of
neighbouring horizontal states every other one counts, from the first on. Skipped states become
codes of no length. Passes are left as gaps and filled at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bits import LENGTH_MASK, make_code
from faxcore.t4.changes import ChangeMap, find_events, map_changes
from faxcore.t4.codes import MAX_WIDTH, run_codes

_BITS = ~LENGTH_MASK
_ONE = np.uint64(1)
_FARTHEST = 3  # vertical codes reach three pels to either side
_HORIZONTAL_BITS = np.uint64(len(tables.HORIZONTAL))
_PASS_BITS = len(tables.PASS)


@dataclass(frozen=True, slots=True)
class RowCodes:
    """The codes of some rows, ready to be joined.

    Slot 0 is empty, and so is the last slot of each row: ``headers`` are the slots before each
    row's codes, where an EOL may go. ``row_ends`` are the slots of each row's last code. After the
    slots ``pass_slots`` there are gaps for ``passes`` pass codes, which ``lengths`` include.
    ``changes`` is how many changes each row has.
    """

    bits: NDArray[np.uint64]
    lengths: NDArray[np.uint64]
    headers: NDArray[np.int64]
    row_ends: NDArray[np.int64]
    pass_slots: NDArray[np.intp]
    passes: NDArray[np.int64]
    changes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Page:
    """Rows as events; the first row only is looked up to.

    ``at`` are the events' positions with all ends at ``width``; ``ends`` the index of each row's
    first end event; ``first`` that of its first event.
    """

    map: ChangeMap
    events: NDArray[np.int32]
    at: NDArray[np.int32]
    ends: NDArray[np.int64]

    @property
    def first(self) -> NDArray[np.int64]:
        return self.map.first


def code_rows(
    rows: NDArray[np.uint8], width: int, one_dimensional: NDArray[np.bool_] | None = None
) -> RowCodes:
    """Code all rows but the first, each against the one above it.

    ``one_dimensional`` tells, for each row but the first, whether to code it by runs alone.
    """
    page = _find(rows, width)
    start = int(page.first[1])
    count = len(page.events) - start
    b1, doubled_passes = _find_b1(page, start)
    offset = page.at[start:] - np.int32(page.map.row_bits - _FARTHEST)
    offset -= page.at.take(b1)
    horizontal = offset.view(np.uint32) > np.uint32(2 * _FARTHEST)
    idle = np.concatenate((page.ends[1:] + 1, page.first[2:] - 1)) - start
    horizontal[idle] = False
    vertical = _vertical_codes().take(offset, mode="clip")
    if one_dimensional is not None:
        flat = np.repeat(one_dimensional, np.diff(page.first[1:]))
        horizontal &= ~flat
    reached, skipped = _alternate(horizontal)
    vertical[idle] = 0
    vertical[skipped] = 0
    lengths = np.zeros(count + 1, np.uint64)
    np.bitwise_and(vertical, LENGTH_MASK, out=lengths[1:])
    bits = np.zeros(count + 1, np.uint64)
    np.bitwise_and(vertical, _BITS, out=bits[1:])
    _put_horizontal(page, reached, start, b1, doubled_passes, bits, lengths)
    pass_slots = np.flatnonzero(doubled_passes != 0)
    unreached = np.zeros(count, np.bool_)
    unreached[skipped] = True
    unreached[idle] = True
    if one_dimensional is not None:
        unreached |= flat
        flat[idle] = False
        _put_runs(page, np.flatnonzero(flat), start, bits, lengths)
    pass_slots = pass_slots[~unreached.take(pass_slots)]
    passes = doubled_passes[pass_slots].astype(np.int64) >> 1
    lengths[pass_slots] += (passes * _PASS_BITS).view(np.uint64)
    return RowCodes(
        bits,
        lengths,
        page.first[1:-1] - start,
        page.ends[1:] - start + 1,
        pass_slots,
        passes,
        page.ends[1:] - page.first[1:-1],
    )


def _find(rows: NDArray[np.uint8], width: int) -> _Page:
    changes = map_changes(rows, width)
    events = find_events(changes)
    last_black = (rows[:, -1] >> (-width % 8) & 1).astype(np.int64)
    ends = changes.first[1:] - 2 - last_black
    right = np.arange(len(rows), dtype=np.int32) * changes.row_bits + width
    at = events.copy()
    at[ends] = right
    at[ends + 1] = right
    at[changes.first[1:] - 1] = right
    return _Page(changes, events, at, ends)


def _find_b1(page: _Page, start: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For the states from ``start``: the index of b1 after all passes, and twice their number."""
    events = page.events[start:]
    word = events.astype(np.intp)
    word >>= 6
    word -= page.map.words.shape[1]
    above = page.map.words.ravel().take(word)
    column = events & 63
    column ^= 63
    above >>= column.view(np.uint32)  # the events above up to the column
    before = page.map.before.take(word)
    upto = before + np.bitwise_count(above)
    nearest = np.empty_like(before)
    nearest[1:] = upto[:-1]
    nearest[page.first[1:-1] - start] = page.first[:-2]
    above &= _ONE
    np.subtract(upto, above.astype(np.int32), out=before)
    state = np.arange(start, len(page.events), dtype=np.int32)
    np.bitwise_xor(nearest, state, out=upto)
    upto &= 1
    nearest += upto
    state ^= before
    state &= 1
    before -= state
    np.maximum(before, nearest, out=before)
    np.subtract(before, nearest, out=nearest)
    return before, nearest


def _alternate(horizontal: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of neighbouring horizontal states the first, third, ...: these, and those after them."""
    found = np.flatnonzero(horizontal)
    if not len(found):
        return found, found
    rank = np.arange(len(found))
    begins = np.zeros(len(found), np.intp)
    apart = found[1:] != found[:-1] + 1
    np.multiply(rank[1:], apart, out=begins[1:])
    np.maximum.accumulate(begins, out=begins)
    reached = found[(rank - begins) & 1 == 0]
    return reached, reached + 1


def _put_horizontal(
    page: _Page,
    states: NDArray[np.intp],
    start: int,
    b1: NDArray[np.int32],
    doubled_passes: NDArray[np.int32],
    bits: NDArray[np.uint64],
    lengths: NDArray[np.uint64],
) -> None:
    """The codes of these horizontal states: 001, a0 to a1, a1 to a2."""
    index = states + start
    a1 = page.at.take(index)
    a0 = _row_starts_or_previous(page, index)
    passed = np.flatnonzero(doubled_passes.take(states))
    a0[passed] = page.at.take(b1.take(states[passed]) - 1) + page.map.row_bits
    black = (index & 1) * (MAX_WIDTH + 1)
    first = run_codes().take(a1 - a0 + black)
    second = run_codes().take(page.at.take(index + 1) - a1 + (MAX_WIDTH + 1) - black)
    first_bits = (first & LENGTH_MASK) + _HORIZONTAL_BITS
    code = (first & _BITS) >> _HORIZONTAL_BITS
    code |= make_code(tables.HORIZONTAL) & _BITS
    code |= (second & _BITS) >> first_bits
    bits[states + 1] = code
    lengths[states + 1] = first_bits + (second & LENGTH_MASK)


def _put_runs(
    page: _Page,
    states: NDArray[np.intp],
    start: int,
    bits: NDArray[np.uint64],
    lengths: NDArray[np.uint64],
) -> None:
    """The codes of these states in rows coded one-dimensionally: one run each."""
    index = states + start
    run = page.at.take(index) - _row_starts_or_previous(page, index)
    code = run_codes().take(run + (index & 1) * (MAX_WIDTH + 1))
    bits[states + 1] = code & _BITS
    lengths[states + 1] = code & LENGTH_MASK


def _row_starts_or_previous(page: _Page, index: NDArray[np.int64]) -> NDArray[np.int32]:
    """Where a0 is in these states: at the event before, or at the beginning of the row."""
    opens = np.zeros(len(page.at), np.bool_)
    opens[page.first[:-1]] = True
    at_start = np.flatnonzero(opens.take(index))
    a0 = page.at.take(index - 1)
    row_bits = page.map.row_bits
    a0[at_start] = page.events.take(index[at_start]) // row_bits * row_bits
    return a0


@lru_cache(maxsize=1)
def _vertical_codes() -> NDArray[np.uint64]:
    """By a1 - b1 + 3."""
    return np.array([make_code(tables.VERTICAL[n]) for n in range(-_FARTHEST, _FARTHEST + 1)])

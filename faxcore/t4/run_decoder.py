"""One-dimensional codes to pixels, all rows of a page abreast: T.4 4.1.1.

Theory of operation. The rows of an MH page do not depend on each other and EOLs tell where they
begin, so one step decodes the next few codes of *every* row with one look-up each: a table
(``steps``) is indexed by colour and the next ``WINDOW`` bits and says how many bits it took, how
far the row advanced, which colour comes next, and at which columns the colour changed. A code that
is none, like the zeros of fill and EOL, takes no bits, so a row that came to its end stays where
it is. Rows are sorted by their length on the line, longest first, so those still busy are a prefix,
and a page takes as many steps as its longest row has groups of codes. Steps only note where each
row was and what it saw; what it saw is also a pattern of changes, which are all put at once into a
map of the page, and a running exclusive or along the rows is the picture. Rows of the same bits are
decoded once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.bits import bits_from, cut_pieces, place_codes
from faxcore.t4.steps import CHANGES, FAR, PLACE, WINDOW, step_table

_STEPS = 4  # out of 64 bits
_UNSEEN = np.array(64 - WINDOW, np.uint64)
_COLOUR = np.array(1 << WINDOW, np.uint64)
_TAKEN = np.array(31, np.uint64)
# A row's state is the bit where it is on the line and, above that, its place in the map of changes.
_PLACE = np.array(PLACE, np.uint64)
_POSITION = np.array((1 << PLACE) - 1, np.uint64)
_BLOCK_PIXELS = 1 << 23
_WORTH_A_LOOK = 32
_NOTHING, _ONE = np.array(0, np.uint64), np.array(1, np.uint64)
_HEAD = np.array(64)
_LONGEST = np.array(np.iinfo(np.int16).max)
_SHIFTS = [np.array(1 << n, np.uint64) for n in range(6)]


def window24(octets: bytes) -> NDArray[np.int64]:
    """The 24 bits that begin at each octet; zeros follow the data."""
    padded = np.zeros(len(octets) + 8, np.int64)
    padded[: len(octets)] = np.frombuffer(octets, np.uint8)
    return (padded[:-2] << 16) | (padded[1:-1] << 8) | padded[2:]


@dataclass(frozen=True, slots=True)
class DecodedRuns:
    """Rows decoded abreast: the bit where each stopped, whether it is whole, and its pixels."""

    stops: NDArray[np.int64]
    whole: NDArray[np.bool_]
    pixels: NDArray[np.uint8]


def decode_rows(
    words: NDArray[np.uint64],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    width: int,
) -> DecodedRuns:
    """Decode the rows that start at these bits until each meets something that is no code.

    ``words`` are ``octets_to_words`` of the page. ``lengths`` are how many bits there are up to
    the zeros behind each row, of which there are enough to be no code. A row is whole if its last
    run ended at ``width``; the pixels of other rows mean nothing. A row of the same bits as the one
    before is decoded once.
    """
    fresh = _unlike_the_one_before(words, starts, lengths)
    first = fresh.nonzero()[0]
    begins, sizes = starts.take(first), lengths.take(first)
    order, stops = np.empty_like(first), np.empty_like(begins)
    whole = np.empty(len(first), np.bool_)
    pixels = np.empty((len(first), (width + 7) // 8), np.uint8)
    step = max(1, _BLOCK_PIXELS // _stride(width))
    for top in range(0, len(first), step):
        some = slice(top, top + step)
        rows = _longest_first(sizes[some])
        rows += top
        order[some] = rows
        stops[some], columns, changes = _decode_block(words, begins.take(rows), width)
        whole[some] = (columns == width) & (changes[:, width >> 6] & _bit(width) != _NOTHING)
        pixels[some] = _fill(changes, width)
    stops -= begins.take(order)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    number = np.add.accumulate(fresh, dtype=np.intp)
    number -= 1
    place = place.take(number)
    return DecodedRuns(stops.take(place) + starts, whole.take(place), pixels.take(place, axis=0))


def _stride(width: int) -> int:
    """How many places of the map of changes a row has: whole words, and one for its end."""
    return width // 64 * 64 + 64


def _longest_first(sizes: NDArray[np.int64]) -> NDArray[np.intp]:
    """The order of these; numpy sorts numbers of sixteen bits quickly."""
    sizes = np.minimum(sizes, _LONGEST)
    return np.negative(sizes).astype(np.int16).argsort(kind="stable")


def _unlike_the_one_before(
    words: NDArray[np.uint64], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which of these stretches of bits are other ones than the stretch before.

    Most differ in their first 64 bits or are no longer.
    """
    rest = np.maximum(_HEAD - lengths, 0)
    heads = bits_from(words, starts)
    heads >>= rest.view(np.uint64)
    fresh = np.ones(len(starts), np.bool_)
    np.not_equal(lengths[1:], lengths[:-1], out=fresh[1:])
    fresh[1:] |= heads[1:] != heads[:-1]
    alike = (lengths > _HEAD) & ~fresh
    long = alike.nonzero()[0]
    if len(long) * _WORTH_A_LOOK < len(starts):  # decoding these few is quicker than a look at them
        fresh[long] = True
    else:
        sizes = lengths.take(long) - _HEAD
        own = cut_pieces(words, starts.take(long) + _HEAD, sizes)
        other = cut_pieces(words, starts.take(long - 1) + _HEAD, sizes)
        begins = np.add.accumulate(own.counts) - own.counts
        differs = (own.bits != other.bits).view(np.uint8)
        fresh[long] = np.bitwise_or.reduceat(differs, begins).view(np.bool_)
    return fresh


def _decode_block(
    words: NDArray[np.uint64], starts: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]]:
    """Rows, longest first: where each stopped, in the stream and in its columns; its changes."""
    stride = _stride(width)
    row_base = np.arange(0, len(starts) * stride, stride)
    state, seen, states = _step_through(words, starts, row_base, width)
    columns = (state >> _PLACE).view(np.int64)
    columns -= row_base
    state &= _POSITION
    changed = np.zeros((len(starts) * stride >> 6) + 1, np.uint64)
    if seen:
        places: NDArray[np.uint64] = np.concatenate(states)
        places >>= _PLACE
        ends = [row_base[: len(index)] + width for index in seen] if (columns > width).any() else []
        indices: NDArray[np.uint64] = np.concatenate(seen)
        _mark_changes(changed, indices.view(np.int64), places.view(np.int64), ends)
    return state.view(np.int64), columns, changed[:-1].reshape(len(starts), stride >> 6)


def _step_through(
    words: NDArray[np.uint64], starts: NDArray[np.int64], row_base: NDArray[np.int64], width: int
) -> tuple[NDArray[np.uint64], list[NDArray[np.uint64]], list[NDArray[np.uint64]]]:
    """The state of each row when it stopped, and of all steps what was seen in which state."""
    steps = step_table().step
    last = (row_base + width).view(np.uint64) << _PLACE  # the state at a row's end
    last |= _POSITION
    here = row_base.view(np.uint64) << _PLACE
    here |= starts.view(np.uint64)
    before = np.zeros(len(starts), np.uint64)  # the colour
    seen: list[NDArray[np.uint64]] = []
    states: list[NDArray[np.uint64]] = []
    stopped: list[NDArray[np.uint64]] = []  # the shortest rows first
    busy = len(starts)
    while busy and len(seen) < width + _STEPS:
        window = bits_from(words, (here & _POSITION).view(np.int64))
        for _ in range(_STEPS):
            index = window >> _UNSEEN
            index |= before
            seen.append(index)
            states.append(here)
            step = steps.take(index.view(np.int64))
            before = step & _COLOUR
            step ^= before
            here = here + step
            step &= _TAKEN
            window <<= step
        going = step != _NOTHING
        going &= here <= last[:busy]
        rest = going.nonzero()[0]
        busy = int(rest[-1]) + 1 if len(rest) else 0
        stopped.append(here[busy:])
        here, before = here[:busy], before[:busy]
    stopped.append(here)
    return np.concatenate(stopped[::-1]), seen, states


def _mark_changes(
    changed: NDArray[np.uint64],
    index: NDArray[np.int64],
    place: NDArray[np.int64],
    ends: list[NDArray[np.int64]],
) -> None:
    """Mark the changes of all these steps, those beyond ``ends``, if any are given, left out."""
    table = step_table()
    if not ends:
        at = table.offsets[0].take(index)
        at += place
        place_codes(changed, table.marks[0].take(index), at)
        count = table.count.take(index)  # two of them at one column carry, and are less
        total = int(np.add.reduce(count, dtype=np.int64))
        far = (count > CHANGES).nonzero()[0]
        if len(far):
            total -= FAR * len(far)
            index_far = index.take(far)
            at = place.take(far)
            at += table.offsets[1].take(index_far)
            place_codes(changed, table.marks[1].take(index_far), at)
        if np.add.reduce(np.bitwise_count(changed), dtype=np.int64) == total:
            return
    # two runs of no length at one column undo each other, so only odd counts are changes
    changed_at = _changes(index, place, np.concatenate(ends) if ends else None)
    odd = np.bincount(changed_at, minlength=64 * len(changed)) & 1
    changed[:] = np.packbits(odd.view(np.bool_)[::8]).view(">u8")


def _changes(
    index: NDArray[np.int64], place: NDArray[np.int64], ends: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    """The places of all changes in these steps, those beyond ``ends`` left out."""
    table = step_table()
    found: list[NDArray[np.int64]] = []
    for number in range(CHANGES):
        some = (table.count.take(index) & (FAR - 1) > number).nonzero()[0]
        if not len(some):
            break
        index, place = index.take(some), place.take(some)
        changed = place + table.changes[number].take(index)
        if ends is not None:
            ends = ends.take(some)
            changed = changed[changed <= ends]
        found.append(changed)
    return np.concatenate(found) if found else place[:0]


def fill_between(changes: NDArray[np.bool_], width: int) -> NDArray[np.uint8]:
    """Packed pixels from the columns where colour changes, of rows of a multiple of 64 columns."""
    words = np.packbits(changes).view(">u8").astype(np.uint64)
    return _fill(words.reshape(len(changes), changes.shape[1] // 64), width)


def _fill(words: NDArray[np.uint64], width: int) -> NDArray[np.uint8]:
    """The same from words, first column on top, which are used up: an exclusive or along rows."""
    _run_parity(words)
    pixels = words.astype(">u8").view(np.uint8)[:, : (width + 7) // 8].copy()
    if width % 8:
        pixels[:, -1] &= (0xFF00 >> (width % 8)) & 0xFF
    return pixels


def _bit(column: int) -> NDArray[np.uint64]:
    """Of the word of 64 columns in which it is."""
    return np.array(1 << (63 - column % 64), np.uint64)


def _run_parity(words: NDArray[np.uint64]) -> None:
    """Make every bit the exclusive or of all bits of its row up to it.

    In each word by shifts; across words the last bits so far are counted.
    """
    for shift in _SHIFTS:
        words ^= words >> shift
    last = words & _ONE
    before = np.add.accumulate(last.reshape(-1)).reshape(words.shape)
    before -= last
    before ^= before[:, :1]
    before &= _ONE
    words ^= np.negative(before, out=before)

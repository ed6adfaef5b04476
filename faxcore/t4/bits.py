"""Bits in a row: codes joined to octets, and octets cut to codes, without a loop over either.

Theory of operation. Joining works on 64-bit words. Where a code begins is the running sum of the
lengths before it. Each code, left-justified in a ``uint64``, is shifted to its place in the word
where it begins and added to that; what hangs over is added to the next word. The bits of one word
never overlap, so ``np.add.at``, the one scatter of numpy's that is quick (1.5 ns a code), does it.
Codes are short (6 bits in text, 3 in MMR), so neighbours are first joined to pairs, which halves
all that follows.

Some stretches repeat (passes, rows like the one above, fill): they are left out as *gaps* after a
code and filled afterwards by ``repeat_pattern``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# What arrays are combined with are arrays without dimensions here and in the modules that code: a
# ufunc takes 0.2 us less for one of those than for a scalar.
LENGTH_MASK = np.array(63, np.uint64)
CODE_MASK = np.array(~LENGTH_MASK)
MAX_CODE_BITS = 58
WORD_BITS = np.array(64, np.uint64)
_ALL = np.array(2**64 - 1, np.uint64)
_SHIFT, _REST = np.array(6), np.array(63)  # of signed numbers
_FEW = 16_000  # codes that are not worth being joined to pairs
_PROBE = 4_000  # codes that are looked at before all are
_FEW_WIDE = 0.1  # share of pairs too long for one word up to which pairing pays

_REVERSED = np.packbits(np.unpackbits(np.arange(256, dtype=np.uint8)), bitorder="little").tobytes()


def reverse_bits(octets: bytes) -> bytes:
    """Each octet with its bits in the opposite order: TIFF FillOrder 2, T.32 ``+FBOR``."""
    return octets.translate(_REVERSED)


def make_code(bits: str) -> np.uint64:
    """A code in one number: its bits left-justified, its length in the low six bits."""
    if len(bits) > MAX_CODE_BITS:
        raise ValueError(f"a code has at most {MAX_CODE_BITS} bits, not {len(bits)}")
    return np.uint64((int(bits or "0", 2) << (64 - len(bits))) | len(bits))


def join_codes(
    bits: NDArray[np.uint64], lengths: NDArray[np.uint64], start: int, marks: NDArray[np.intp]
) -> tuple[NDArray[np.uint64], int, NDArray[np.int64]]:
    """Join left-justified codes, the first beginning at bit ``start`` of the page.

    A length may be more than the code's bits: what follows the code is then a gap of zeros.
    ``lengths`` may be used up. Returns the words from the one that holds bit ``start`` on, one more
    than needed; the bit position after all; and the positions where the codes begin whose indices
    are ``marks``.
    """
    count = len(bits) // 2
    if len(bits) < _FEW or _many_wide(lengths[:_PROBE]):
        return _join(bits, lengths, start, marks)
    shift = lengths[: 2 * count : 2]
    spans = np.empty(len(bits) - count, np.uint64)
    np.add(shift, lengths[1 : 2 * count : 2], out=spans[:count])
    spans[count:] = lengths[2 * count :]
    too_long = spans[:count] > WORD_BITS
    if np.count_nonzero(too_long) > _FEW_WIDE * count:
        return _join(bits, lengths, start, marks)
    wide = too_long.nonzero()[0]
    pairs = np.empty_like(spans)
    np.right_shift(bits[1 : 2 * count : 2], shift, out=pairs[:count])
    pairs[:count] |= bits[: 2 * count : 2]
    pairs[count:] = bits[2 * count :]
    pairs[wide] = bits.take(2 * wide)
    words, end, begins = join_codes(pairs, spans, start, np.concatenate((marks >> 1, wide)))
    if len(wide):
        apart = begins[len(marks) :] + lengths.take(2 * wide).view(np.int64)
        place_codes(words, bits.take(2 * wide + 1), apart - (start & ~63))
        begins = begins[: len(marks)]
    if len(marks):
        before = lengths.take(marks & ~1).view(np.int64)
        before *= marks & 1
        begins += before
    return words, end, begins


def join_stretches(stretches: list[NDArray[np.uint64]], start: int) -> NDArray[np.uint64]:
    """A page's words out of those of stretches, the first of which begins at bit ``start``.

    The two last words of each, of which one is more than needed, are also the first of the next.
    """
    for words, others in pairwise(stretches):
        others[:2] |= words[-2:]
    parts = [words[:-2] for words in stretches[:-1]]
    if start >> 6:
        parts.insert(0, np.zeros(start >> 6, np.uint64))
    parts += stretches[-1:]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _many_wide(lengths: NDArray[np.uint64]) -> bool:
    """Whether many pairs of an even number of codes would be too long for one word."""
    spans = lengths[::2] + lengths[1::2]
    return 4 * int(np.count_nonzero(spans > WORD_BITS)) > len(spans)


def join_pairs(
    codes: NDArray[np.uint64], lengths: NDArray[np.uint64], start: int, marks: NDArray[np.intp]
) -> tuple[NDArray[np.uint64], int, NDArray[np.int64]]:
    """``join_codes`` of two rows of codes, each of the first row followed by the one below it.

    ``marks`` are columns.
    """
    spans = lengths[0] + lengths[1]
    too_long = spans > WORD_BITS
    if np.count_nonzero(too_long) > _FEW_WIDE * len(spans):
        return _join(_interleave(codes), _interleave(lengths), start, 2 * marks)
    pairs = codes[1] >> lengths[0]
    pairs |= codes[0]
    wide = too_long.nonzero()[0]
    if not len(wide):
        return join_codes(pairs, spans, start, marks)
    pairs[wide] = codes[0].take(wide)
    words, end, begins = join_codes(pairs, spans, start, np.concatenate((marks, wide)))
    apart = begins[len(marks) :] + lengths[0].take(wide).view(np.int64)
    place_codes(words, codes[1].take(wide), apart - (start & ~63))
    return words, end, begins[: len(marks)]


def _interleave(rows: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Two rows as one of pairs; copying each takes a sixth of what a transposition takes."""
    pairs = np.empty((rows.shape[1], 2), np.uint64)
    pairs[:, 0], pairs[:, 1] = rows
    return pairs.ravel()


def _join(
    codes: NDArray[np.uint64], lengths: NDArray[np.uint64], start: int, marks: NDArray[np.intp]
) -> tuple[NDArray[np.uint64], int, NDArray[np.int64]]:
    """``join_codes`` without making pairs; ``lengths`` are used up."""
    inside, before = start & 63, start & ~63
    starts = np.empty(len(codes) + 1, np.uint64)  # and the end
    starts[0] = inside
    lengths[:1] += starts[0]
    np.add.accumulate(lengths, out=starts[1:])
    end = int(starts[-1])
    words = np.zeros((end >> 6) + 2, np.uint64)
    place_codes(words, codes, starts[:-1].view(np.int64))
    begins = starts.take(marks).view(np.int64)
    begins += before
    return words, end + before, begins


def place_codes(
    words: NDArray[np.uint64], codes: NDArray[np.uint64], starts: NDArray[np.int64]
) -> None:
    """Put left-justified codes at these bits of ``words``, which hold zeros.

    No code overlaps another; the word after the last is needed too.
    """
    word = starts >> _SHIFT
    shift = (starts & _REST).view(np.uint64)
    parts = codes >> shift
    np.add.at(words, word, parts)
    np.subtract(WORD_BITS, shift, out=shift)
    np.left_shift(codes, shift, out=parts)  # what hangs over; a shift by 64 leaves nothing
    np.add.at(words[1:], word, parts)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Stretches of bits cut into pieces of 64, the last of each shorter.

    ``bits`` are the pieces, left-justified, zeros behind them; ``counts`` how many each stretch
    has; ``offsets`` how many bits of the stretch precede each piece.
    """

    bits: NDArray[np.uint64]
    counts: NDArray[np.int64]
    offsets: NDArray[np.int64]


def cut_pieces(
    words: NDArray[np.uint64], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Pieces:
    """Cut stretches out of words, whose word after the last is needed too."""
    counts = (lengths + _REST) >> _SHIFT
    behind = np.add.accumulate(counts)
    offsets = np.arange(int(behind[-1]) if len(behind) else 0)
    offsets -= (behind - counts).repeat(counts)
    offsets <<= _SHIFT
    at = starts.repeat(counts)
    at += offsets
    bits = bits_from(words, at)
    filled = counts.nonzero()[0]
    spare = np.negative(lengths.take(filled))
    spare &= _REST
    last = behind.take(filled)
    last -= 1
    bits[last] &= _ALL << spare.view(np.uint64)
    return Pieces(bits, counts, offsets)


def bits_from(words: NDArray[np.uint64], starts: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The 64 bits from each of these positions on."""
    word = starts >> _SHIFT
    shift = (starts & _REST).view(np.uint64)
    bits: NDArray[np.uint64] = words.take(word)
    bits <<= shift
    rest = words[1:].take(word)
    rest >>= WORD_BITS - shift
    bits |= rest
    return bits


def move_bits(
    source: NDArray[np.uint64],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    words: NDArray[np.uint64],
    targets: NDArray[np.int64],
) -> None:
    """Copy stretches of bits from words to other places, which hold zeros.

    Both are counted in bits; ``targets`` ascends. ``source`` may be ``words``. Both need the word
    after the last.
    """
    pieces = cut_pieces(source, starts, lengths)
    place_codes(words, pieces.bits, pieces.offsets + targets.repeat(pieces.counts))


def octets_to_words(octets: bytes) -> NDArray[np.uint64]:
    """Octets as big-endian words, and two words of zeros behind them."""
    padded = octets + bytes(16 + -len(octets) % 8)
    return np.frombuffer(padded, ">u8").astype(np.uint64)


def repeat_pattern(
    words: NDArray[np.uint64], pattern: str, starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> None:
    """Fill stretches of zeros with a pattern, each so many times over."""
    each = MAX_CODE_BITS // len(pattern)
    pieces = (counts + (each - 1)) // each
    behind = np.add.accumulate(pieces)
    before = np.arange(int(behind[-1]) if len(behind) else 0)
    before -= (behind - pieces).repeat(pieces)
    before *= each
    times = counts.repeat(pieces)
    times -= before
    np.minimum(times, each, out=times)
    before *= len(pattern)
    before += starts.repeat(pieces)
    place_codes(words, _filled(pattern, each).take(times), before)


@lru_cache(maxsize=4)
def _filled(pattern: str, most: int) -> NDArray[np.uint64]:
    """A pattern so many times over, left-justified."""
    counts = range(most + 1)
    return np.array(
        [int(pattern * n or "0", 2) << (64 - n * len(pattern)) for n in counts], np.uint64
    )


def words_to_octets(words: NDArray[np.uint64], total_bits: int) -> bytes:
    """The first ``total_bits`` bits of big-endian words, padded with zeros to an octet."""
    octets = words[: (total_bits >> 6) + 1].astype(">u8").view(np.uint8)[: (total_bits + 7) >> 3]
    if total_bits & 7:
        octets[-1] &= 0xFF00 >> (total_bits & 7) & 0xFF
    return octets.tobytes()

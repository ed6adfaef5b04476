"""Bits in a row: codes joined to octets, and octets cut to codes, without a loop over either.

A *code* is a ``uint64``: its bits left-justified, its length (at most 58) in the low six bits.
So two codes can be joined by a shift and an or, and a table look-up gives bits and length at once.

Joining works on 64-bit words. Each code is shifted to its place in the word where it starts; the
bits of one word never overlap, so the word is the *difference of a running sum* of these (modulo
2^64), taken at the last code that starts in each word. That code's tail, if any, opens the next
word. This needs no scatter: one pass of cumsum instead of an ``or`` per code.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LENGTH_MASK = np.uint64(63)
MAX_CODE_BITS = 58

_REVERSED = np.packbits(np.unpackbits(np.arange(256, dtype=np.uint8)), bitorder="little")
_REVERSED_BYTES = _REVERSED.tobytes()


def reverse_bits(octets: bytes) -> bytes:
    """Each octet with its bits in the opposite order: TIFF FillOrder 2, T.32 ``+FBOR``."""
    return octets.translate(_REVERSED_BYTES)


def make_code(bits: str) -> np.uint64:
    """The code for a string of 0s and 1s."""
    if len(bits) > MAX_CODE_BITS:
        raise ValueError(f"a code has at most {MAX_CODE_BITS} bits, not {len(bits)}")
    return np.uint64((int(bits or "0", 2) << (64 - len(bits))) | len(bits))


def join_codes(codes: NDArray[np.uint64]) -> tuple[bytes, NDArray[np.int64]]:
    """Join codes to octets, zero-padded; also the bit position where each code ends.

    Every code but the last must be at least one bit long.
    """
    lengths = (codes & LENGTH_MASK).astype(np.int64)
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    words = place_codes(codes, ends - lengths, total)
    return words_to_octets(words, total), ends


def place_codes(
    codes: NDArray[np.uint64], starts: NDArray[np.int64], total_bits: int
) -> NDArray[np.uint64]:
    """Words with each code at its bit position and zeros between.

    ``starts`` ascends and no code overlaps the next; gaps are allowed.
    """
    words = np.zeros((total_bits >> 6) + 2, np.uint64)
    if not len(codes):
        return words
    bits = codes & ~LENGTH_MASK
    shift = (starts & 63).astype(np.uint64)
    word_of = starts >> 6
    last = np.flatnonzero(word_of[1:] != word_of[:-1])
    last = np.append(last, len(codes) - 1)
    running = np.cumsum(bits >> shift, dtype=np.uint64)[last]
    used = word_of[last]
    words[used] = running
    words[used[1:]] -= running[:-1]
    words[used + 1] += (bits[last] << (np.uint64(63) - shift[last])) << np.uint64(1)
    return words


def words_to_octets(words: NDArray[np.uint64], total_bits: int) -> bytes:
    """The first ``total_bits`` bits of big-endian words, padded to an octet."""
    return words.astype(">u8").tobytes()[: (total_bits + 7) >> 3]


def windows(octets: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """At each octet the 64 bits that begin there, zeros after the end, one entry more than octets.

    The 57 bits or more from bit position p on are ``windows[p >> 3] << (p & 7)``.
    """
    padded = np.zeros(len(octets) + 16, np.uint8)
    padded[: len(octets)] = octets
    view = np.lib.stride_tricks.sliding_window_view(padded, 8)[: len(octets) + 1]
    return np.ascontiguousarray(view).view(">u8").ravel().astype(np.uint64)


def cut_bits(
    octets: bytes, starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Cut pieces of a bit string into codes of at most 56 bits.

    Returns the codes, which piece each belongs to, and how many bits of the piece precede it.
    """
    count = (lengths + 55) // 56
    piece = np.repeat(np.arange(len(starts)), count)
    offset = 56 * (np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count))
    position = starts[piece] + offset
    length = np.minimum(lengths[piece] - offset, 56)
    window = windows(np.frombuffer(octets, np.uint8))
    at = np.minimum(position >> 3, len(window) - 1)
    bits = window[at] << (position & 7).astype(np.uint64)
    keep = (np.uint64(2**64 - 1)) << (64 - length).astype(np.uint64)
    return (bits & keep) | length.astype(np.uint64), piece, offset

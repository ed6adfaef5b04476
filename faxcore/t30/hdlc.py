"""HDLC on the fast carrier: error-correction frames to bits and back (T.30 Annex A, T.4 Annex A).

In Class 1 the fast carrier is a raw bit pipe, so flags, zero insertion and FCS are the computer's
work. Bits here are in line order and packed like page data: the bit sent first in the most
significant place of its octet. Frame octets are link octets, sent least significant bit first.

Both directions work on a whole block at once, 64 KiB or half a million bits, and look only at the
places of its zeros: the distance from one to the next is the run of ones between them, and five
ones or more are rare. A distance of six is a zero that was inserted, seven a flag, more an abort.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from faxcore.t30.frames import fcs

FLAG = 0x7E
_FLAG_BITS = np.array([0, 1, 1, 1, 1, 1, 1, 0], np.uint8)
_STUFFED_RUN, _FLAG_RUN = 5, 6
_SHORTEST, _LONGEST = 8 * 5, 8 * 300 * 6 // 5
"""A frame in bits: address, control, FCF and FCS at least, 262 octets and their zeros at most."""

Bits = NDArray[np.uint8]


def burst(frames: Sequence[bytes], preamble_flags: int, closing_flags: int = 2) -> bytes:
    """A fast-carrier burst: flags, the frames with their FCS and a flag after each, flags.

    The last octet is filled with ones, which is what an idle line sends.
    """
    pieces = [np.tile(_FLAG_BITS, preamble_flags)]
    for bits in _stuffed(frames):
        pieces += [bits, _FLAG_BITS]
    pieces.append(np.tile(_FLAG_BITS, closing_flags))
    bits = np.concatenate(pieces)
    return np.packbits(np.concatenate([bits, np.ones(-len(bits) % 8, np.uint8)])).tobytes()


def _stuffed(frames: Sequence[bytes]) -> list[Bits]:
    """Each frame's bits with FCS, a zero inserted after every five ones (T.30 5.3.4)."""
    if not frames:
        return []
    whole = [frame + fcs(frame) for frame in frames]
    bits = np.unpackbits(np.frombuffer(b"".join(whole), np.uint8), bitorder="little")
    ends = np.cumsum([8 * len(frame) for frame in whole])
    places = _fifth_ones(bits, ends)
    stuffed = np.zeros(len(bits) + len(places), np.uint8)
    carried = np.ones(len(stuffed), bool)
    carried[places + 1 + np.arange(len(places))] = False
    stuffed[carried] = bits
    cuts = ends + np.searchsorted(places, ends)
    return np.split(stuffed, cuts[:-1])


def _fifth_ones(bits: Bits, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of every fifth one of each run of ones; no run goes beyond a frame's end."""
    after_zeros = np.flatnonzero(bits == 0) + 1
    breaks = np.sort(np.concatenate([np.zeros(1, np.int64), after_zeros, ends]), kind="stable")
    lengths = np.diff(breaks) - (bits[breaks[1:] - 1] == 0)
    long = np.flatnonzero(lengths >= _STUFFED_RUN)
    counts = lengths[long] // _STUFFED_RUN
    order = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(np.repeat(breaks[long], counts) + _STUFFED_RUN * (order + 1) - 1)


def frames_in(octets: bytes) -> list[bytes]:
    """The undamaged frames of a burst, in order, without FCS. Never raises on line data.

    What is between two flags and is no frame (a wrong FCS, seven ones in a row, no whole octets)
    is left out: the far end is asked for it again.
    """
    bits = np.unpackbits(np.frombuffer(octets, np.uint8))
    zeros = np.flatnonzero(bits == 0)
    apart = np.diff(zeros)
    flags = np.flatnonzero(apart == _FLAG_RUN + 1)
    inserted = zeros[1:][apart == _STUFFED_RUN + 1]
    kept = np.ones(len(bits), bool)
    kept[inserted] = False
    firsts, lasts = zeros[flags[:-1] + 1] + 1, zeros[flags[1:]]
    aborts = zeros[1:][apart > _FLAG_RUN + 1]
    broken = np.searchsorted(aborts, firsts) != np.searchsorted(aborts, lasts)
    lengths = lasts - firsts
    sound = ~broken & (lengths >= _SHORTEST) & (lengths <= _LONGEST)
    found = []
    for first, last in zip(firsts[sound], lasts[sound], strict=True):
        frame = _checked(bits[first:last][kept[first:last]])
        if frame is not None:
            found.append(frame)
    return found


def _checked(bits: Bits) -> bytes | None:
    """One frame's octets without FCS, or None if it is damaged."""
    if len(bits) % 8:
        return None
    frame = np.packbits(bits, bitorder="little").tobytes()
    return frame[:-2] if fcs(frame[:-2]) == frame[-2:] else None

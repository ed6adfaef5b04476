"""Where the EOLs are, and what lies between them: T.4 4.1.2 to 4.1.4.

An EOL is a 1 after eleven or more 0s, which no sequence of codes can imitate; further zeros before
it are fill. What lies between two EOLs is a *segment*, a row if all went well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faxcore.t4.account import EndedBy

_EOL_ZEROS = 11
_EOL_BITS = _EOL_ZEROS + 1
_LEADING = np.array([8 - n.bit_length() for n in range(256)], np.int64)
_TRAILING = np.array([8, *((n & -n).bit_length() - 1 for n in range(1, 256))], np.int64)
_NOTHING, _LOW_HALF, _SIXTEEN = (np.array(n, np.uint8) for n in (0, 15, 16))


@dataclass(frozen=True, slots=True)
class Segments:
    """The stretches between EOLs, as bit positions.

    Segment i holds the bits from ``starts[i]`` up to ``stops[i]``, where the zeros of fill and
    EOL begin (some may belong to its last code), and ``ends[i]`` is just after the EOL. The first
    segment is what precedes the first EOL, the last one ends with the data and has no EOL.
    """

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    ends: NDArray[np.int64]

    @property
    def empty(self) -> NDArray[np.bool_]:
        """Which segments hold nothing but zeros: two EOLs in a row, fill before the first."""
        return self.stops <= self.starts


def find_segments(octets: NDArray[np.uint8], tag_bits: int = 0) -> Segments:
    """Cut a page at its EOLs; each is followed by ``tag_bits`` bits that belong to no segment."""
    total = len(octets) * 8
    final_stop = end_of_ones(octets.tobytes())
    before, first_one = _gaps(octets)
    at = (first_one - before > _EOL_ZEROS).nonzero()[0]
    stops = np.empty(len(at) + 1, np.int64)
    np.add(before.take(at), 1, out=stops[:-1])
    stops[-1] = final_stop
    ends = np.empty_like(stops)
    np.add(first_one.take(at), 1 + tag_bits, out=ends[:-1])
    ends[-1] = total
    starts = np.zeros_like(stops)
    np.minimum(ends[:-1], total, out=starts[1:])  # the data may end before the tag bit
    return Segments(starts, np.maximum(stops, starts), ends)


def end_of_ones(octets: bytes) -> int:
    """The position behind the last 1, 0 if there is none."""
    kept = octets.rstrip(b"\0")
    return len(kept) * 8 - int(_TRAILING[kept[-1]]) if kept else 0


def _gaps(octets: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where runs of zeros lie that may be long: the last 1 before each and the first after it.

    A run of eleven has an octet of zeros in it, or is at least half of one octet and of the next.
    """
    empty = octets == _NOTHING
    half = octets < _SIXTEEN  # begins with four zeros or more
    ends = octets & _LOW_HALF == _NOTHING
    long = np.zeros(len(octets), np.bool_)
    np.logical_and(half[1:], ends[:-1], out=long[1:])
    long[1:] |= empty[:-1]
    long &= np.logical_not(empty, out=half)
    first_one = long.nonzero()[0]
    begin = first_one.copy()  # the octet behind the last one that has a 1 before the run
    after_empty = empty.take(first_one - 1, mode="clip").nonzero()[0]
    np.copyto(long, empty)
    long[1:] &= half[:-1]
    begin[after_empty] = long.nonzero()[0][: len(after_empty)]
    before = begin * 8 - 1
    before -= _TRAILING.take(octets.take(begin - 1, mode="clip"))
    if len(begin) and not begin[0]:
        before[0] = -1
    ones = first_one * 8
    ones += _LEADING.take(octets.take(first_one))
    return before, ones


def return_to_control(segments: Segments) -> int | None:
    """The segment that RTC ends, if there is one.

    RTC is six EOLs in a row; three are taken for a damaged one, and two if nothing follows. Two
    in the midst of a page are line noise.
    """
    empty = segments.empty
    if len(empty) <= 2:
        return None
    found = np.flatnonzero(empty[1:-1] & empty[2:])
    return int(found[0]) if len(found) else None


@dataclass(frozen=True, slots=True)
class Rows:
    """The segments of a page that are rows.

    Row i is coded from bit ``starts[i]`` on. The zeros behind it begin at ``stops[i]``, and its
    codes must have ended at ``latest[i]``; on the line it took ``bits[i]`` bits, 0 if no EOL
    follows. ``flat[i]`` tells that it is coded one-dimensionally.
    """

    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    latest: NDArray[np.int64]
    bits: NDArray[np.int64]
    flat: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.starts)


def find_rows(octets: NDArray[np.uint8], tagged: bool, limit: int) -> tuple[Rows, EndedBy]:
    """Up to ``limit`` rows of a page of MH or, with a tag bit after each EOL, of MR."""
    tag_bits = 1 if tagged else 0
    segments = find_segments(octets, tag_bits)
    rtc = return_to_control(segments)
    count = len(segments.starts) if rtc is None else rtc + 1
    chosen = (segments.stops[:count] > segments.starts[:count]).nonzero()[0]
    ended_by = EndedBy.END_OF_DATA if rtc is None else EndedBy.RTC
    if len(chosen) > limit:
        chosen, ended_by = chosen[:limit], EndedBy.ROW_LIMIT
    starts, stops = segments.starts.take(chosen), segments.stops.take(chosen)
    ends = segments.ends.take(chosen)
    latest, bits = ends - (_EOL_BITS + tag_bits), ends - starts
    if len(chosen) and chosen[-1] == len(segments.starts) - 1:  # no EOL behind it
        latest[-1], bits[-1] = ends[-1], 0
    flat = np.ones(len(chosen), np.bool_)
    if tagged:  # before the first EOL is no tag bit
        tag = np.maximum(starts - 1, 0)
        flat = (octets[tag >> 3] >> (7 - (tag & 7)) & 1 == 1) | (starts == 0)
    return Rows(starts, stops, latest, bits, flat), ended_by

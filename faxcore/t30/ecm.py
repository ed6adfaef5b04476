"""Blocks and frames of the error-correction mode: T.30 Annex A, T.4 Annex A. Pure functions.

A page is cut into blocks of up to 256 frames of 256 (or 64) octets. A burst carries frames of one
block behind at least 200 ms of flags and ends with three RCP frames; PPS then names page, block and
frames, and the receiver answers MCF, or PPR with a bit for every frame that it lacks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from faxcore.t4 import Coding, EncodedPage, line_octets, reverse_bits
from faxcore.t30 import hdlc
from faxcore.t30.frames import ADDRESS, FCF, MORE, X_BIT

FRAMES_PER_BLOCK = 256
PPR_OCTETS = 32
_PREAMBLE_SECONDS = 0.2
"""At least 200 ms of flags before the first frame (T.4 A.3.1)."""

_RCP = bytes((ADDRESS, MORE, FCF.RCP))
_RCP_COUNT = 3
_FCD_HEAD = bytes((ADDRESS, MORE, FCF.FCD))


def coded_octets(form: EncodedPage) -> bytes:
    """What the frames of a page carry: its coded rows without fill, with RTC or EOFB."""
    return line_octets(form, 0, 0)


def blocks(octets: bytes, frame_octets: int) -> list[list[bytes]]:
    """The data of a page by blocks and frames; the last frame is filled up with zeros."""
    padded = octets + bytes(-len(octets) % frame_octets)
    data = [padded[at : at + frame_octets] for at in range(0, len(padded), frame_octets)]
    return [data[at : at + FRAMES_PER_BLOCK] for at in range(0, len(data), FRAMES_PER_BLOCK)]


def block_burst(block: Sequence[bytes], numbers: Collection[int], bits_per_second: int) -> bytes:
    """The fast-carrier octets for some frames of a block, in order, the first-sent bit leftmost."""
    frames = [_FCD_HEAD + bytes((each,)) + reverse_bits(block[each]) for each in sorted(numbers)]
    flags = -(-int(bits_per_second * _PREAMBLE_SECONDS) // 8)
    return hdlc.burst([*frames, *[_RCP] * _RCP_COUNT], flags)


def read_burst(octets: bytes) -> dict[int, bytes]:
    """The frames of a burst by number, data with the first-sent bit leftmost. Never raises."""
    return {
        frame[3]: reverse_bits(frame[4:])
        for frame in hdlc.frames_in(octets)
        if frame[:3] == _FCD_HEAD and len(frame) > 4
    }


@dataclass(frozen=True, slots=True)
class PartialPage:
    """The FIF of a PPS: what a burst was (T.30 A.4.3).

    ``end`` is MPS, EOM, EOP or None (the block is done, the page goes on); ``page`` and ``block``
    count from 0; ``frames`` is how many the burst had.
    """

    end: FCF | None
    page: int
    block: int
    frames: int

    def encode(self) -> bytes:
        """The four octets, page modulo 256."""
        end = self.end | X_BIT if self.end is not None else 0
        return bytes((end, self.page & 0xFF, self.block & 0xFF, max(self.frames - 1, 0)))

    @classmethod
    def decode(cls, fif: bytes) -> PartialPage | None:
        """Read a received PPS; None for one that is too short or ends with what ends no page."""
        if len(fif) < 4:
            return None
        if fif[0] & ~X_BIT == 0:
            end = None
        else:
            end = ENDS.get(fif[0] & ~X_BIT)
            if end is None:
                return None
        return cls(end, fif[1], fif[2], fif[3] + 1)


ENDS: dict[int, FCF] = {
    FCF.MPS: FCF.MPS,
    FCF.EOM: FCF.EOM,
    FCF.EOP: FCF.EOP,
    FCF.PRI_MPS: FCF.MPS,
    FCF.PRI_EOM: FCF.EOM,
    FCF.PRI_EOP: FCF.EOP,
}
"""The commands that end a page, with the plain one for each that asks for an operator."""


def page_request(missing: Collection[int]) -> bytes:
    """The FIF of a PPR: bit k, counted in sending order, is 1 where frame k is wanted again."""
    octets = bytearray(PPR_OCTETS)
    for number in missing:
        octets[number // 8] |= 1 << number % 8
    return bytes(octets)


def requested(fif: bytes, frames: int) -> list[int]:
    """The frames that a received PPR asks for, of a block of so many; a short FIF asks for all."""
    if len(fif) < PPR_OCTETS:
        return list(range(frames))
    return [number for number in range(frames) if fif[number // 8] >> number % 8 & 1]


def can_miss_frames(coding: Coding, missing: int, frames: int) -> bool:
    """Whether a page is still worth something with these frames lost: rows of MMR all depend."""
    return coding is not Coding.MMR and 2 * missing <= frames

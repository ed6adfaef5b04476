"""A page coming in with error correction: T.30 Annex A, the receiving side.

``CorrectedPage`` collects the frames of one page; it is a value machine without a line. What it
answers to PPS, EOR and CTC is sent by the procedure in ``receiver``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from faxcore.t30.capabilities import Bits
from faxcore.t30.ecm import PartialPage, page_request, read_burst
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.modulation import BY_DCS_BITS, Rung


@dataclass(slots=True)
class CorrectedPage:
    """The frames of one page so far.

    ``octets`` are those of its finished blocks; ``holes`` counts frames that were given up;
    ``finished`` is the command that ended the page, once it did; ``given_up`` whether EOR was the
    last that came for it, so that an EOR that comes again gives nothing more up.
    """

    octets: bytearray = field(default_factory=bytearray)
    holes: int = 0
    finished: FCF | None = None
    given_up: bool = False
    _frames: dict[int, bytes] = field(default_factory=dict)
    _expected: int = 0
    _confirmed: tuple[int, int] | None = None

    def take(self, burst: bytes) -> None:
        """Add what a burst brought."""
        self._frames.update(read_burst(burst))

    def reply_to(self, pps: PartialPage) -> Frame:
        """MCF when the block is whole, or was confirmed before; else PPR for what is missing."""
        self.given_up = False
        if self._confirmed == (pps.page, pps.block) and not self._frames:
            return Frame(FCF.MCF)
        missing = self.missing(pps.frames)
        if missing:
            return Frame(FCF.PPR, page_request(missing))
        self._close_block(pps)
        return Frame(FCF.MCF)

    def missing(self, frames: int) -> list[int]:
        """Which frames of the block are still wanted; its first PPS tells how many it has."""
        self._expected = max(self._expected, frames, *(number + 1 for number in self._frames), 1)
        return [number for number in range(self._expected) if number not in self._frames]

    def give_up(self, end: FCF | None) -> None:
        """EOR: the block stays as it is (T.30 A.4.3)."""
        self.holes += len(self.missing(0))
        self._close_block(PartialPage(end, -1, -1, 0))
        self.given_up = True

    def following(self) -> CorrectedPage:
        """The page after this; it knows which block was confirmed, should its PPS come again."""
        return CorrectedPage(given_up=self.given_up, _confirmed=self._confirmed)

    def _close_block(self, pps: PartialPage) -> None:
        for number in sorted(self._frames):
            self.octets += self._frames[number]
        self._frames.clear()
        self._expected = 0
        self._confirmed = (pps.page, pps.block)
        self.finished = pps.end


def commanded_rung(fif: bytes) -> Rung | None:
    """The rate that a CTC commands, in bits 11 to 14 of its two octets (T.30 A.4.3)."""
    bits = Bits(fif[:2] + b"\0")
    return BY_DCS_BITS.get(bits.several(11, 12, 13, 14))

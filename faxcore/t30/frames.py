"""T.30 control frames: HDLC address, control, facsimile control field and FCS (T.30 5.3).

Octets here are *link octets*: as a Class 1 modem hands them over, the bit that is sent first in
the least significant place. T.30 prints that first bit on the left, so its 0x21 (CFR) is 0x84
here. The first-sent bit of the control field, X, says "I have received a valid DIS"; a station
sets it in all that it sends after that, and it is masked out when frames are recognised.
"""

from __future__ import annotations

import binascii
import enum
from dataclasses import dataclass

ADDRESS = 0xFF
"""The one HDLC address that the telephone network uses (T.30 5.3.4)."""

MORE, LAST = 0x03, 0x13
"""The control octet of a frame that another follows, and of the final one (T.30 5.3.5)."""

X_BIT = 0x01
MAX_FRAME_OCTETS = 150
"""No control frame may last longer than 3 s + 15 % at 300 bit/s (T.30 5.3.1)."""

ID_LENGTH = 20

_MIRRORED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


class FCF(enum.IntEnum):
    """The facsimile control field, on the link, X bit clear (T.30 5.3.6.1).

    The commands of a caller that wants to receive (DTC ...) carry X as part of their code.
    """

    DIS = 0x80
    CSI = 0x40
    NSF = 0x20
    DTC = 0x81
    CIG = 0x41
    NSC = 0x21
    PWD_POLL = 0xC1
    SEP = 0xA1
    PSA = 0x61
    DCS = 0x82
    TSI = 0x42
    NSS = 0x22
    SUB = 0xC2
    PWD = 0xA2
    CFR = 0x84
    FTT = 0x44
    CTR = 0xC4
    EOM = 0x8E
    MPS = 0x4E
    EOP = 0x2E
    PRI_EOM = 0x9E
    PRI_MPS = 0x5E
    PRI_EOP = 0x3E
    EOS = 0x1E
    PPS = 0xBE
    EOR = 0xCE
    RR = 0x6E
    CTC = 0x12
    MCF = 0x8C
    RTN = 0x4C
    RTP = 0xCC
    PIN = 0x2C
    PIP = 0xAC
    RNR = 0xEC
    ERR = 0x1C
    PPR = 0xBC
    DCN = 0xFA
    CRP = 0x1A
    FNV = 0xCA
    TNR = 0xEA
    TR = 0x6A
    FCD = 0x06
    RCP = 0x86


_WITH_X_AS_CODE = frozenset(
    {FCF.DTC, FCF.CIG, FCF.NSC, FCF.PWD_POLL, FCF.SEP, FCF.PSA},
)
_BY_CODE = {int(code): code for code in FCF} | {
    int(code) | X_BIT: code
    for code in FCF
    if (int(code) | X_BIT) not in {int(taken) for taken in _WITH_X_AS_CODE}
}


def fcs(octets: bytes) -> bytes:
    """The frame check sequence of a frame's octets, as sent: low octet first (T.30 5.3.7).

    The X.25 CRC-16 in link bit order is the CCITT one of the mirrored octets, mirrored.
    """
    crc = binascii.crc_hqx(octets.translate(_MIRRORED), 0xFFFF) ^ 0xFFFF
    return crc.to_bytes(2, "big").translate(_MIRRORED)


@dataclass(frozen=True, slots=True)
class Frame:
    """One control frame without its FCS.

    ``fcf`` is the octet as sent, X bit included; ``fif`` the facsimile information field;
    ``final`` whether the sender turns the line round after it.
    """

    fcf: int
    fif: bytes = b""
    final: bool = True

    @property
    def kind(self) -> FCF | None:
        """Which frame this is, X bit masked out; None for a code that T.30 does not know."""
        return _BY_CODE.get(self.fcf)

    @property
    def name(self) -> str:
        """The name T.30 gives the frame, or its code in hexadecimal."""
        return self.kind.name.replace("_", "-") if self.kind is not None else f"0x{self.fcf:02X}"

    @property
    def octets(self) -> bytes:
        """Address, control, FCF and FIF, as given to a Class 1 modem (which adds the FCS)."""
        return bytes((ADDRESS, LAST if self.final else MORE, self.fcf)) + self.fif

    @classmethod
    def parse(cls, octets: bytes) -> Frame | None:
        """Read a frame without FCS; None for what cannot be one (too short, foreign address)."""
        if len(octets) < 3 or octets[0] != ADDRESS or octets[1] & ~0x10 != MORE:
            return None
        return cls(octets[2], octets[3:], bool(octets[1] & 0x10))


def encode_id(text: str) -> bytes:
    """The 20 octets of a TSI, CSI or CIG: right-justified, last character first (T.30 5.3.6.2.4).

    ``text`` must hold only digits, blanks and ``+ - .`` and at most 20 of them; the caller checks.
    """
    return text.rjust(ID_LENGTH)[-ID_LENGTH:][::-1].encode("ascii")


def decode_id(fif: bytes) -> str:
    """The identity in a TSI, CSI or CIG as text; octets that no identity may hold are dropped.

    What comes from the far end is shown to people and written to logs, so nothing but printable
    ASCII passes.
    """
    text = bytes(octet for octet in fif[:ID_LENGTH] if 0x20 <= octet < 0x7F)
    return text[::-1].decode("ascii").strip()

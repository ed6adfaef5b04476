"""Octets on the link of a fax modem: DLE stuffing (T.31 8.1, 8.3.2)."""

from __future__ import annotations

DLE, ETX, SUB, CAN = 0x10, 0x03, 0x1A, 0x18
END = bytes((DLE, ETX))
"""The end of data, in both directions."""

_DLE = bytes((DLE,))


def stuff(octets: bytes) -> bytes:
    """Double every DLE, so that none can be taken for the beginning of ``DLE ETX``."""
    return octets.replace(_DLE, _DLE + _DLE)


class Unstuffer:
    """Takes stuffed data in pieces of any size and gives it back plain.

    ``ended`` is true once ``DLE ETX`` came; ``rest`` is what came behind it: a result code.
    ``DLE SUB`` stands for two DLE (T.31 8.5.3). A DLE before anything else is data: some modems do
    not double it in received frames. From one that is known to do so (``doubled`` False), only
    DLE ETX has a meaning.
    """

    def __init__(self, *, doubled: bool = True) -> None:
        self.ended = False
        self.rest = b""
        self._escaped = False
        self._doubled = doubled

    def feed(self, piece: bytes) -> bytes:
        """The data in ``piece``; what follows the end is added to ``rest``."""
        if self.ended:
            self.rest += piece
            return b""
        plain = bytearray()
        if self._escaped and piece:
            piece = _DLE + piece
            self._escaped = False
        start = 0
        while (at := piece.find(_DLE, start)) >= 0:
            plain += piece[start:at]
            if at + 1 == len(piece):
                self._escaped = True
                return bytes(plain)
            start = at + 2
            if piece[at + 1] == ETX:
                self.ended, self.rest = True, piece[start:]
                return bytes(plain)
            if self._doubled:
                plain += _meaning(piece[at + 1])
            else:
                plain.append(DLE)
                start = at + 1
        return bytes(plain + piece[start:])


def _meaning(octet: int) -> bytes:
    """What ``DLE`` and this octet stand for."""
    if octet == DLE:
        return _DLE
    if octet == SUB:
        return _DLE + _DLE
    return bytes((DLE, octet))

"""Base64 (RFC 4648 4) that comes in pieces, with white space anywhere and nothing else in it."""

from __future__ import annotations

import binascii


class Base64Decoder:
    """Decodes piece by piece. ``feed`` and ``end`` raise ValueError for what is no base64."""

    def __init__(self) -> None:
        self._left = ""
        self._over = False

    def feed(self, text: str) -> bytes:
        """The octets of all whole groups of four letters so far."""
        letters = self._left + "".join(text.split())
        whole = len(letters) & ~3
        self._left = letters[whole:]
        if not whole:
            return b""
        if self._over:
            raise ValueError("no base64: something follows its end")
        self._over = letters[whole - 1] == "="
        try:
            return binascii.a2b_base64(letters[:whole].encode("ascii"), strict_mode=True)
        except ValueError as error:  # binascii.Error and UnicodeEncodeError are such
            raise ValueError(f"no base64: {error}") from error

    def end(self) -> None:
        """Nothing more will come."""
        if self._left:
            raise ValueError("no base64: it ends within a group of four letters")

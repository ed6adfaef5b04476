"""The text of short messages: the GSM 7-bit alphabet, UCS-2, and cutting into parts. Pure.

3GPP TS 23.038 6.2.1 (alphabet and its extension table), TS 23.040 9.2.3.24.1 (concatenation). Any
text that the alphabet has goes in septets, 160 to a message; any other in UCS-2 (UTF-16), 70 to a
message. A long one is cut into parts with a header of six octets: 153 septets or 67 units each. No
part ends in the middle of an extension pair or of a surrogate pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E,
    "|": 0x40, "€": 0x65,
}  # fmt: skip
_ESCAPE = 0x1B
SEPTETS = {
    **{letter: (code,) for code, letter in enumerate(_BASIC) if code != _ESCAPE},
    **{letter: (_ESCAPE, code) for letter, code in _EXTENSION.items()},
}
"""Each character that the alphabet has, in one septet or two."""

_ONE_7, _MANY_7 = 160, 153
_ONE_16, _MANY_16 = 70, 67
MOST_PARTS = 255


@dataclass(frozen=True, slots=True)
class Part:
    """One short message: its septets, or its octets in UCS-2; which of how many it is."""

    number: int
    parts: int
    septets: tuple[int, ...] = ()
    octets: bytes = b""

    @property
    def is_ucs2(self) -> bool:
        """Whether it goes in UCS-2."""
        return bool(self.octets)


def parts_of(text: str) -> tuple[Part, ...]:
    """Cut a text into short messages. ValueError for no text, or one of more than 255 parts."""
    if not text:
        raise ValueError("there is no text")
    if all(letter in SEPTETS for letter in text):
        cut = _cut([SEPTETS[letter] for letter in text], _ONE_7, _MANY_7)
        septets = [tuple(code for unit in piece for code in unit) for piece in cut]
        made = [Part(n, len(cut), septets=each) for n, each in enumerate(septets, 1)]
    else:
        pairs = [letter.encode("utf-16-be") for letter in text]
        units = [tuple(pair[at : at + 2] for at in range(0, len(pair), 2)) for pair in pairs]
        pieces = _cut(units, _ONE_16, _MANY_16)
        octets = [b"".join(b"".join(unit) for unit in piece) for piece in pieces]
        made = [Part(n, len(pieces), octets=each) for n, each in enumerate(octets, 1)]
    if len(made) > MOST_PARTS:
        raise ValueError(f"the text makes {len(made)} short messages; at most {MOST_PARTS} go")
    return tuple(made)


def pack(septets: tuple[int, ...], fill_bits: int = 0) -> bytes:
    """Septets in octets, the first in the lowest bits, behind ``fill_bits`` zeros (6.1.2)."""
    value, bits = 0, fill_bits
    for septet in septets:
        value |= septet << bits
        bits += 7
    return value.to_bytes(-(-bits // 8), "little")


def _cut(units: list[tuple[T, ...]], one: int, many: int) -> list[list[tuple[T, ...]]]:
    """Pieces of whole units: one of at most ``one``, or several of at most ``many`` each."""
    if sum(map(len, units)) <= one:
        return [units]
    pieces: list[list[tuple[T, ...]]] = [[]]
    room = many
    for unit in units:
        if len(unit) > room:
            pieces.append([])
            room = many
        pieces[-1].append(unit)
        room -= len(unit)
    return pieces

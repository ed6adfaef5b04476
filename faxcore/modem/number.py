"""What may reach a dial string (V.250 6.3.1). Everything else is refused by name.

A number is the one thing in an AT command that comes from outside. A line feed in it would end
the command and begin another, a semicolon turns the fax call into a voice call, and digits that
only look like digits would be dialled as nothing.
"""

from __future__ import annotations

import unicodedata

from faxcore.errors import NumberRefused

DIAL_ALPHABET = frozenset("0123456789*#,WwTtPp!@+")
"""Digits, tones, pause, wait for dial tone, tone or pulse dialling, flash, wait for silence, and
the + of an international number, which only its beginning may hold."""

SEPARATORS = frozenset(" .-()/")
"""For eyes only; left out."""

MAX_LENGTH = 64
_DIGITS = frozenset("0123456789")


def dial_string(number: str) -> str:
    """The characters to dial for a number as people write it.

    Raises NumberRefused, naming the first character that cannot be dialled and its position
    (from 1), or saying that the number is empty, too long or without a digit.
    """
    if len(number) > MAX_LENGTH:
        raise NumberRefused(f"a number of {len(number)} characters; at most {MAX_LENGTH} can be")
    dialled = ""
    for position, character in enumerate(number, 1):
        if character in SEPARATORS:
            continue
        if character not in DIAL_ALPHABET:
            raise NumberRefused(f"number {number!r}: {_name(character)} at position {position}")
        if character == "+" and dialled:
            raise NumberRefused(f"number {number!r}: + at position {position}, not at its start")
        dialled += character
    if not dialled:
        raise NumberRefused("the number is empty")
    if not _DIGITS & set(dialled):
        raise NumberRefused(f"number {number!r}: no digit in it")
    return dialled


def _name(character: str) -> str:
    """A character by its code and Unicode name: control characters have none, only aliases."""
    controls = {"\r": "CARRIAGE RETURN", "\n": "LINE FEED", "\t": "TAB", "\0": "NULL"}
    name = unicodedata.name(character, controls.get(character, "a control character"))
    return f"U+{ord(character):04X} {name}"

"""Stand-ins for numbers, names and texts: the same for the same, and nothing of the original.

Theory of operation. All that could name somebody is collected first, over the whole transcript.
Each gets a stand-in of the same length and shape (digits for digits, letters for letters), made
from a counter and not from the original: a hash of a telephone number is soon guessed. A stand-in
that has four characters in a row with any original in common is passed over.
"""

from __future__ import annotations

import itertools
import re

from faxcore.errors import SettingsError

_SHARED = 4
"""So many characters in a row would be a piece of the original."""

_TRIES = 10_000
_NOBODY = "000"
"""No number begins so, in no country."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class StandIns:
    """Give it every original (``learn``), then ask for stand-ins."""

    def __init__(self) -> None:
        self._originals: set[str] = set()
        self._known: dict[str, str] = {}
        self._counter = itertools.count(1)
        self._pieces: set[str] | None = None

    @property
    def originals(self) -> frozenset[str]:
        """What was learnt: digits and letters only."""
        return frozenset(self._originals)

    def learn(self, text: str) -> None:
        """A number or name that must not remain."""
        core = core_of(text)
        if core:
            self._originals.add(core)
            self._pieces = None

    def of(self, text: str) -> str:
        """The stand-in: blanks and signs stay, digits and letters are others."""
        core = core_of(text)
        if not core:
            return text
        if core not in self._known:
            self._known[core] = self._new(core)
        own = iter(self._known[core])
        return "".join(next(own) if is_core(each) else each for each in text)

    def _new(self, core: str) -> str:
        if self._pieces is None:
            self._pieces = {piece for each in self._originals for piece in pieces(each)}
        for attempt in range(_TRIES):
            made = _made(core, next(self._counter))
            if attempt < _TRIES // 2 and core.isdecimal() and len(core) > len(_NOBODY) + _SHARED:
                made = _NOBODY + made[len(_NOBODY) :]
            if made != core and not self._pieces.intersection(pieces(made)):
                return made
        raise SettingsError("no stand-in can be found that has nothing of the originals")


def is_core(character: str) -> bool:
    """Whether a character is a digit or letter, in contrast to what only shapes a number."""
    return character.isalnum()


def core_of(text: str) -> str:
    """Digits and letters of a text, without what shapes it."""
    return "".join(each for each in text if is_core(each))


def pieces(core: str) -> set[str]:
    """All stretches that would be recognized, both ways round; all of it where it is short."""
    size = min(_SHARED, len(core))
    own = {core[at : at + size] for at in range(len(core) - size + 1)}
    return own | {each[::-1] for each in own}


def _made(core: str, count: int) -> str:
    """A core of the same shape out of a number: a walk through digits with a stride."""
    start, stride = divmod(count * 7919 + 3, 9973)
    made = []
    for place, character in enumerate(core):
        value = start * 31 + (stride + count) * (place + 3) + place * place * (count % 7 + 1)
        if character.isdigit():
            made.append(str(value % 10))
        else:
            letter = _LETTERS[value % 26]
            made.append(letter.upper() if character.isupper() else letter)
    return "".join(made)


_DIGITS = re.compile(r"[0-9]{5,}")


def masked(text: str) -> str:
    """A text nobody knows: its shape, and nothing else."""
    return "".join("0" if each.isdigit() else "x" if each.isalpha() else each for each in text)


def without_long_digits(text: str) -> str:
    """A technical text, its long runs of digits made zeros."""
    return _DIGITS.sub(lambda match: "0" * len(match[0]), text)

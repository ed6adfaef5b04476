"""What a sender brings to a call: prepared pages, who it is, and what it allows (T.30 5.3.6.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from faxcore.errors import SettingsError
from faxcore.t4 import EncodedPage
from faxcore.t30.frames import ID_LENGTH

_SLOWEST = 2400
_ID = re.compile(r"[0-9+ .\-]*", re.ASCII)
_ADDRESS = re.compile(r"[0-9#* ]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FaxPage:
    """One page in all the forms that may be needed: after DIS there is only choosing to do.

    ``choices`` differ in resolution, width and coding. The first resolution and width that the
    far end takes are used, and among their codings the one that is shortest on the line.
    """

    choices: tuple[EncodedPage, ...]


@dataclass(frozen=True, slots=True)
class FaxDocument:
    """The pages of one call, in order. ``first_number`` is the number of the first of them."""

    pages: tuple[FaxPage, ...]
    first_number: int = 1


@dataclass(frozen=True, slots=True)
class Station:
    """Who we are on the line: ``id`` goes into TSI or CSI; "" sends none.

    ``subaddress`` (SUB) and ``password`` (PWD) are sent to a far end that offers to take them.
    Raises SettingsError for what no such frame can carry.
    """

    id: str = ""
    subaddress: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        _check("station id", self.id, _ID, "digits, blanks and + - .")
        _check("subaddress", self.subaddress, _ADDRESS, "digits, blanks, # and *")
        _check("password", self.password, _ADDRESS, "digits, blanks, # and *")


def _check(name: str, text: str, allowed: re.Pattern[str], words: str) -> None:
    shown = "" if name == "password" else f" {text!r}"
    if len(text) > ID_LENGTH:
        raise SettingsError(f"{name}{shown}: {len(text)} characters, at most {ID_LENGTH} go")
    if not allowed.fullmatch(text):
        raise SettingsError(f"{name}{shown}: only {words} can be sent")


@dataclass(frozen=True, slots=True)
class Poll:
    """What is polled: ``selective`` (SEP) tells one document from others, ``password`` (PWD) that
    we may have it. Each may be "". Raises SettingsError for what no such frame can carry.
    """

    selective: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        _check("selective address", self.selective, _ADDRESS, "digits, blanks, # and *")
        _check("password", self.password, _ADDRESS, "digits, blanks, # and *")


ANYTHING = Poll()
"""Whatever the far end holds ready."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What a caller allows in one call.

    ``ecm`` whether error correction is used where the far end has it; ``fastest`` the highest
    rate in bit/s; ``small_frames`` asks for frames of 64 octets whatever the far end prefers;
    ``ecm_by_modem`` that the modem does the correcting (T.32) and wants pages as they are coded;
    ``v34_rate`` that the modems speak V.34, with so many bit/s in the primary channel (Annex F).
    """

    ecm: bool = True
    fastest: int = 14400
    small_frames: bool = False
    ecm_by_modem: bool = False
    v34_rate: int = 0

    def __post_init__(self) -> None:
        if self.fastest < _SLOWEST:
            raise SettingsError(f"fastest rate {self.fastest}: at least {_SLOWEST} bit/s is needed")

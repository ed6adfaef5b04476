"""What a sender brings to a call: a document of prepared pages, and who it is (T.30 5.3.6.2.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from faxcore.errors import SettingsError
from faxcore.t4 import EncodedPage
from faxcore.t30.frames import ID_LENGTH

_ID = re.compile(r"[0-9+ .\-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FaxPage:
    """One page in all the forms that may be needed: after DIS there is only choosing to do.

    ``choices`` differ in resolution, coding or width; the first that the far end takes is sent.
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

    Raises SettingsError for an id that no such frame can carry.
    """

    id: str = ""

    def __post_init__(self) -> None:
        if len(self.id) > ID_LENGTH:
            raise SettingsError(
                f"station id {self.id!r}: {len(self.id)} characters, at most {ID_LENGTH} go"
            )
        if not _ID.fullmatch(self.id):
            raise SettingsError(
                f"station id {self.id!r}: only digits, blanks and + - . can be sent"
            )

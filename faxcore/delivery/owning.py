"""Whose a received fax is: by its sub-address (SUB, T.30 5.3.6.2.9), called number or modem.

An account owns called numbers and names of modems (``numbers``) and sub-addresses
(``subaddresses``). A sub-address is owned on every line, or as ``NUMBER/SUB`` on one alone, where
NUMBER may be a modem's name. What says more goes first: the sub-address on this line, the
sub-address on any, the number, the modem. What is nobody's belongs to the account ``local``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from faxcore.delivery.model import Account
from faxcore.delivery.operations import ensure_account
from faxcore.delivery.rules import Queue

UNOWNED = "local"
"""The account of faxes that come in on a line that is nobody's."""

NUMBERS, SUBADDRESSES = "numbers", "subaddresses"


@dataclass(frozen=True, slots=True)
class Line:
    """Where a fax came in: the modem, the number that was called, the sub-address that was named.

    The last two are "" where they are not known.
    """

    modem: str
    called: str = ""
    subaddress: str = ""


def owner_of(queue: Queue, line: Line, now: datetime) -> int:
    """The account that a fax on this line belongs to."""
    with queue.store.read() as session:
        accounts = [
            (each.id, each.extra) for each in session.scalars(select(Account).order_by(Account.id))
        ]
    for kind, wanted in _claims(line):
        for account_id, extra in accounts:
            if wanted in _forms(extra.get(kind, ())):
                return account_id
    return ensure_account(queue, UNOWNED, now)


def asks_for_subaddress(queue: Queue) -> bool:
    """Whether any account owns a sub-address: callers are asked for theirs only then."""
    with queue.store.read() as session:
        return any(extra.get(SUBADDRESSES) for extra in session.scalars(select(Account.extra)))


def _claims(line: Line) -> Iterator[tuple[str, str]]:
    """What owners may have claimed of this line, in the order in which it is asked for."""
    called, modem, subaddress = _plain(line.called), line.modem, _plain(line.subaddress)
    if subaddress:
        for place in (called, modem):
            if place:
                yield SUBADDRESSES, f"{place}/{subaddress}"
        yield SUBADDRESSES, subaddress
    for place in (called, modem):
        if place:
            yield NUMBERS, place


def _forms(claimed: Iterable[str]) -> Collection[str]:
    """Claims as they were written, and in the one form of numbers."""
    forms: set[str] = set()
    for each in claimed:
        place, mark, subaddress = each.rpartition("/")
        forms |= {each, _plain(each), f"{place}{mark}{_plain(subaddress)}"}
    return forms


def _plain(number: str) -> str:
    """A number without what people write between its digits."""
    return "".join(each for each in number if each not in " -.()")

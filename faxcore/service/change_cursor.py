"""``restrictToChanged``: how far an account has been told of changes, for one set of filters.

The first answer has everything; each later one what changed since the answer before the last, so
that it repeats the rows of the last: one lost answer loses nothing, and a row is a state, which
does no harm twice. An answer that was not written whole moves nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from faxcore.delivery.rules import Queue
from faxcore.delivery.store import lock_account
from faxcore.service.contract import Elements
from faxcore.service.tables import ChangeCursor

Row = TypeVar("Row", bound=Elements)
_BEFORE_ALL = -1


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """An answer whose rows come one by one; ``written`` is to be called when all of it is out."""

    rows: Iterator[Row]
    written: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next answer begins: behind ``before``, None for everything."""

    before: int | None
    told: int | None


def filters_digest(*told: object) -> str:
    """What one set of filters is known by."""
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def place_of(queue: Queue, account_id: int, filters: str) -> Place:
    """Where an account is with a set of filters."""
    with queue.store.read() as session:
        cursor = _found(session, account_id, filters)
    return Place(None, None) if cursor is None else Place(cursor.before, cursor.told)


def move_on(queue: Queue, account_id: int, filters: str, told: int | None, reached: int) -> None:
    """Move a cursor on, unless another poller has moved it in the meantime.

    The next answer begins where this one began to be new, at ``told``, so that it repeats the rows
    of this one. What repeats the first answer, which had all rows, begins before any change.
    """
    with queue.store.write("cursor") as session:
        lock_account(session, account_id)
        cursor = _found(session, account_id, filters)
        if cursor is None:
            session.add(
                ChangeCursor(
                    account_id=account_id, filters=filters, before=_BEFORE_ALL, told=reached
                )
            )
        elif told is not None and cursor.told == told:
            cursor.before, cursor.told = told, reached


def _found(session: Session, account_id: int, filters: str) -> ChangeCursor | None:
    cursor: ChangeCursor | None = session.scalar(
        select(ChangeCursor).where(
            ChangeCursor.account_id == account_id, ChangeCursor.filters == filters
        )
    )
    return cursor

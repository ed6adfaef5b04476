"""Counting what there is and what was deleted: attempts, pages, calls, seconds on the line.

Counters are sums over the tables. What deletes rows adds them to the tallies in the same
transaction, so that a counter never goes back.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from faxcore.delivery.hours import zone_of
from faxcore.delivery.model import Account, Attempt, Call, PageRow, Recipient, Tally
from faxcore.delivery.states import Channel
from faxcore.t30.result import HangupStatus, PageOutcome

Labels = tuple[str, ...]
Count = Callable[..., Counter[Labels]]
_BETWEEN = "\t"
_REASONS = {int(status): status.reason for status in HangupStatus}


class Kind(enum.StrEnum):
    """What is counted, and by what."""

    ATTEMPT = "attempt"
    """By reason, and by whether it was charged."""
    PAGE = "page"
    """By channel and outcome."""
    CALL = "call"
    """By channel and by how it ended."""
    SECONDS = "seconds"
    """By worker."""
    DIAL = "dial"
    """Of accounts with a budget: by the day in the account's zone, and by account."""


def attempts(session: Session, *those: ColumnElement[bool]) -> Counter[Labels]:
    """The attempts that are over."""
    query = select(Attempt.reason, Attempt.counted, func.count()).where(Attempt.ended.is_not(None))
    rows = session.execute(query.where(*those).group_by(Attempt.reason, Attempt.counted))
    return _summed(((reason, "yes" if counted else "no"), count) for reason, counted, count in rows)


def pages(session: Session, *those: ColumnElement[bool]) -> Counter[Labels]:
    """The pages, parts and copies that stand in calls."""
    query = select(Call.channel, PageRow.outcome, func.count()).join(
        Call, Call.id == PageRow.call_id
    )
    rows: Any = session.execute(query.where(*those).group_by(Call.channel, PageRow.outcome))
    return _summed(_page(*row) for row in rows)


def _page(channel: Channel, outcome: PageOutcome, count: int) -> tuple[Labels, int]:
    return (channel.value, outcome.value), count


def calls(session: Session, *those: ColumnElement[bool]) -> Counter[Labels]:
    """The calls that dialled."""
    query = select(Call.channel, Call.status, func.count()).where(Call.dialled.is_not(None))
    rows = session.execute(query.where(*those).group_by(Call.channel, Call.status))
    return _summed(((channel.value, result_of(status)), count) for channel, status, count in rows)


def seconds(session: Session, *those: ColumnElement[bool]) -> Counter[Labels]:
    """The seconds that modems were connected."""
    query = select(Call.worker, func.sum(Call.seconds)).where(*those).group_by(Call.worker)
    return _summed(((worker,), total or 0.0) for worker, total in session.execute(query))


def dials(session: Session, account: Account, message_id: int) -> Counter[Labels]:
    """The calls that dialled for a message and for no other that is still there."""
    own = select(Recipient.id).where(Recipient.message_id == message_id)
    others = select(Attempt.call_id).where(
        Attempt.recipient_id.not_in(own), Attempt.call_id.is_not(None)
    )
    calls = select(Attempt.call_id).where(Attempt.recipient_id.in_(own))
    moments = select(Call.dialled).where(
        Call.dialled.is_not(None), Call.id.in_(calls), Call.id.not_in(others)
    )
    return Counter(day_of(account, moment) for moment in session.scalars(moments) if moment)


def day_of(account: Account, moment: datetime) -> Labels:
    """The labels of an account's day, which a moment is of."""
    day = moment.astimezone(zone_of(account.zone) or UTC).date()
    return day.isoformat(), str(account.id)


def deleted(session: Session, kind: Kind) -> Counter[Labels]:
    """What was deleted of a kind."""
    rows = session.execute(select(Tally.labels, Tally.count).where(Tally.kind == kind.value))
    return _summed((tuple(labels.split(_BETWEEN)), count) for labels, count in rows)


def dials_deleted(session: Session, account: Account, moment: datetime) -> int:
    """How many dials of an account's day, which a moment is of, were deleted."""
    labels = _BETWEEN.join(day_of(account, moment))
    row = session.get(Tally, (Kind.DIAL.value, labels))
    return int(row.count) if row is not None else 0


def add(session: Session, kind: Kind, counted: Counter[Labels]) -> None:
    """Add what is about to be deleted, in the transaction that deletes it."""
    for labels, count in sorted(counted.items()):  # in one order, so that none waits for another
        key = (kind.value, _BETWEEN.join(labels))
        row = session.get(Tally, key, with_for_update=True)
        if row is None:
            session.add(Tally(kind=key[0], labels=key[1], count=count))
        else:
            row.count += count


def result_of(status: int | None) -> str:
    """How a fax call ended; other channels have numbers of their own, or none."""
    return "none" if status is None else _REASONS.get(status, "other")


def _summed(counted: Iterable[tuple[Labels, float]]) -> Counter[Labels]:
    total: Counter[Labels] = Counter()
    for labels, count in counted:
        total[labels] += count  # type: ignore[assignment]  # seconds are no whole numbers
    return total

"""Counting what there is and what was deleted: attempts, pages, calls, seconds on the line.

Counters are sums over the tables. What deletes rows adds them to the tallies in the same
transaction, so that a counter never goes back.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from faxcore.delivery.model import Attempt, Call, PageRow, Tally
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


def deleted(session: Session, kind: Kind) -> Counter[Labels]:
    """What was deleted of a kind."""
    rows = session.execute(select(Tally.labels, Tally.count).where(Tally.kind == kind.value))
    return _summed((tuple(labels.split(_BETWEEN)), count) for labels, count in rows)


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

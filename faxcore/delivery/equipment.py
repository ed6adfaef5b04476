"""Which failures are the modem's own, and how long a modem that failed is left alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from faxcore.delivery.findings import Finding
from faxcore.delivery.model import Worker
from faxcore.delivery.retry import Failure
from faxcore.delivery.rules import Queue
from faxcore.t30.result import HangupStatus

FIRST_S, LONGEST_S = 30.0, 600.0
_NOT_THE_MODEM = frozenset(
    {int(HangupStatus.BLACKLISTED), int(HangupStatus.UNDERRUN), int(HangupStatus.CANCELLED)}
)
"""Local trouble that says nothing against the modem."""

_GLARE_S = 10.0
"""A modem that a call came in on is left to it for so long."""


def note_modem(queue: Queue, worker: str, finding: Finding, now: datetime) -> None:
    """Write down how a modem did in a call, and until when it is to be left alone.

    After its first failure in a row 30 s, then twice as long each time, ten minutes at most.
    """
    with queue.store.write("modem") as session:
        row = session.get(Worker, worker, with_for_update=True)
        if row is None:
            return
        if finding.failure is not Failure.LOCAL or finding.interrupted:
            row.failures, row.quarantined_until, row.note = 0, None, ""
            return
        row.note = f"{finding.reason}: {finding.text}"
        if finding.status == HangupStatus.GLARE:
            row.quarantined_until = now + timedelta(seconds=_GLARE_S)
        elif finding.status not in _NOT_THE_MODEM:
            row.failures += 1
            seconds = min(FIRST_S * 2.0 ** min(row.failures - 1, 8), LONGEST_S)
            row.quarantined_until = now + timedelta(seconds=seconds)


def rests_until(queue: Queue, worker: str) -> datetime | None:
    """Until when a modem is to be left alone; None where nothing is held against it."""
    with queue.store.read() as session:
        row = session.get(Worker, worker)
        return row.quarantined_until if row is not None else None

"""What is decided and remembered of one number: told, and forgotten by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from faxcore.delivery.hours import next_opening
from faxcore.delivery.memory import Memory, advice
from faxcore.delivery.model import Destination
from faxcore.delivery.numbers import judge
from faxcore.delivery.recording import memory_of
from faxcore.delivery.rules import Queue


@dataclass(frozen=True, slots=True)
class Explained:
    """What would happen to a number now. ``command`` and ``dial`` are what the modem would get."""

    destination: str
    allowed: bool
    rule: str
    command: str
    dial: str
    opens: datetime | None
    closed_until: datetime | None
    fastest: int | None
    ecm: bool | None
    why: str
    worked: datetime | None
    remote_id: str
    rate: int


def explain(queue: Queue, number: str, now: datetime) -> Explained:
    """Judge a number without dialling it. Raises NumberRefused for what is no number."""
    verdict = judge(number, queue.rules.numbers)
    with queue.store.read() as session:
        row = session.get(Destination, verdict.destination)
    memory = advice(memory_of(row), queue.rules.memory, now) if row is not None else Memory()
    closed = memory.closed_until
    return Explained(
        destination=verdict.destination,
        allowed=verdict.allowed,
        rule=verdict.rule,
        command="ATDT",
        dial=verdict.dial,
        opens=next_opening(verdict.destination, queue.rules.hours, now),
        closed_until=closed if closed is not None and closed > now else None,
        fastest=memory.fastest,
        ecm=memory.ecm,
        why=memory.why,
        worked=row.worked if row is not None else None,
        remote_id=row.remote_id if row is not None else "",
        rate=row.rate if row is not None else 0,
    )


def forget_destination(queue: Queue, number: str) -> bool:
    """Forget what was learnt of a number; whether there was anything."""
    destination = judge(number, queue.rules.numbers).destination
    with queue.store.write("forget") as session:
        row = session.get(Destination, destination, with_for_update=True)
        if row is not None:
            session.delete(row)
        return row is not None

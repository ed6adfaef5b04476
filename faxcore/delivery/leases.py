"""Who is alive: workers beat, and the work of one whose beats have stopped is taken over.

A worker writes a new beat every few seconds. Another takes it for dead only when it has *itself*
seen the same beat for the whole length of a lease, by its own steady clock: a clock that is set
forward on one host kills nobody.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from faxcore.delivery.claiming import Claimant
from faxcore.delivery.model import Call, Node, Worker
from faxcore.delivery.recording import settle_call, unfinished_calls
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CallState
from faxcore.errors import QueueError

LEASE_S = 30.0
BEAT_S = 5.0


def register(
    queue: Queue, claimant: Claimant, port: str, life: str, pid: int, now: datetime
) -> None:
    """Write a worker down, in a new life."""
    with queue.store.write("register") as session:
        worker = session.get(Worker, claimant.worker, with_for_update=True)
        if worker is None:
            worker = Worker(name=claimant.worker, node=claimant.node, channel=claimant.channel)
            session.add(worker)
        worker.node, worker.channel = claimant.node, claimant.channel
        worker.modem, worker.port = claimant.modem, port
        worker.modem_group = claimant.group
        worker.life, worker.pid = life, pid
        worker.lease_until = now + timedelta(seconds=LEASE_S)
        _renew_node(session, claimant.node, port, now)


def beat(queue: Queue, claimant: Claimant, life: str, now: datetime) -> None:
    """Renew a worker's lease, and its node's. QueueError where another life has its name."""
    with queue.store.write("beat") as session:
        worker = session.get(Worker, claimant.worker, with_for_update=True)
        if worker is None or worker.life != life:
            raise QueueError(f"worker {claimant.worker} has been replaced by another process")
        worker.lease_until = now + timedelta(seconds=LEASE_S)
        _renew_node(session, claimant.node, "", now)


def resign(queue: Queue, claimant: Claimant, life: str, now: datetime) -> None:
    """End a worker's lease in good order."""
    with queue.store.write("resign") as session:
        worker = session.get(Worker, claimant.worker, with_for_update=True)
        if worker is not None and worker.life == life:
            worker.lease_until, worker.pid = now, 0


def _renew_node(session: Session, name: str, port: str, now: datetime) -> None:
    node = session.get(Node, name, with_for_update=True)
    until = now + timedelta(seconds=LEASE_S)
    if node is None:
        node = Node(name=name, started=now, lease_until=until, seen_real=False)
        session.add(node)
    node.lease_until = until
    if port and "sim://" not in port and "replay://" not in port:
        node.seen_real = True


@dataclass(frozen=True, slots=True)
class _Seen:
    beat: tuple[str, datetime]
    since: float


class LeaseWatch:
    """Looks at the beats of all workers, and finds those that have stopped."""

    def __init__(self, lease_s: float = LEASE_S) -> None:
        self._lease_s = lease_s
        self._seen: dict[str, _Seen] = {}

    def dead(self, queue: Queue, steady: float) -> list[str]:
        """Workers with calls in progress whose beat has not changed for a whole lease.

        ``steady`` is a moment of a clock that nobody sets, in seconds.
        """
        with queue.store.read() as session:
            open_calls = select(Call.worker).where(
                Call.state.in_((CallState.CALLING, CallState.DIALLED))
            )
            rows = session.execute(
                select(Worker.name, Worker.life, Worker.lease_until).where(
                    Worker.name.in_(open_calls)
                )
            ).all()
        seen: dict[str, _Seen] = {}
        for name, life, until in rows:
            before = self._seen.get(name)
            if before is None or before.beat != (life, until):
                before = _Seen((life, until), steady)
            seen[name] = before
        self._seen = seen
        return [name for name, each in seen.items() if steady - each.since > self._lease_s]


def take_over(queue: Queue, worker: str, now: datetime) -> int:
    """Close the calls of a worker that is dead; how many."""
    calls = unfinished_calls(queue, worker)
    for call_id in calls:
        settle_call(queue, call_id, now, random.random())
    return len(calls)

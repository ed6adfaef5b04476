"""What the queue is doing, as Prometheus reads it: counted from the tables when it is asked.

So every host tells the same of a shared queue, nothing is counted twice after a crash, and there
is no state to lose.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from faxcore.delivery import tallies
from faxcore.delivery.model import Notification, Recipient, Worker
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import RecipientState


class QueueCollector(Collector):
    """Collects from one queue; ``clock`` says what now is."""

    def __init__(self, queue: Queue, clock: Callable[[], datetime]) -> None:
        self._queue, self._clock = queue, clock

    def collect(self) -> Iterator[Metric]:
        """The metrics at this moment."""
        with self._queue.store.read() as session:
            yield _recipients(session)
            yield from _counters(session)
            yield _oldest(session, self._clock())
            yield from _workers(session, self._clock())
            yield _notifications(session)


def metrics_text(queue: Queue, clock: Callable[[], datetime]) -> bytes:
    """The metrics as a page of text."""
    registry = CollectorRegistry()
    registry.register(QueueCollector(queue, clock))
    return generate_latest(registry)


def serve_metrics(
    queue: Queue, clock: Callable[[], datetime], port: int, address: str = "127.0.0.1"
) -> tuple[Callable[[], None], threading.Thread]:
    """Serve them by HTTP on a thread; what stops the server, and the thread."""
    registry = CollectorRegistry()
    registry.register(QueueCollector(queue, clock))
    server, thread = start_http_server(port, address, registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop, thread


def _recipients(session: Session) -> Metric:
    family = GaugeMetricFamily(
        "faxcore_recipients",
        "Recipients in the queue, by channel, state and delivery letter.",
        labels=("channel", "state", "letter"),
    )
    rows = session.execute(
        select(Recipient.channel, Recipient.state, Recipient.letter, func.count()).group_by(
            Recipient.channel, Recipient.state, Recipient.letter
        )
    )
    for channel, state, letter, count in rows:
        family.add_metric((channel.value, state.value, letter.value), count)
    return family


_COUNTERS: tuple[tuple[tallies.Kind, tallies.Count, str, str, tuple[str, ...]], ...] = (
    (
        tallies.Kind.ATTEMPT,
        tallies.attempts,
        "faxcore_attempts",
        "Attempts that are over, by reason.",
        ("reason", "charged"),
    ),
    (
        tallies.Kind.CALL,
        tallies.calls,
        "faxcore_calls",
        "Calls that dialled, by how they ended.",
        ("channel", "result"),
    ),
    (
        tallies.Kind.SECONDS,
        tallies.seconds,
        "faxcore_line_seconds",
        "Seconds connected, by modem.",
        ("worker",),
    ),
    (
        tallies.Kind.PAGE,
        tallies.pages,
        "faxcore_pages",
        "Pages of faxes, parts of short messages, copies of e-mail, by what became of them.",
        ("channel", "outcome"),
    ),
)


def _counters(session: Session) -> Iterator[Metric]:
    """Sums over the tables, and over what was deleted from them: they never go back."""
    for kind, count, name, text, labels in _COUNTERS:
        family = CounterMetricFamily(name, text, labels=labels)
        total = count(session) + tallies.deleted(session, kind)
        for values, number in sorted(total.items()):
            family.add_metric(values, number)
        yield family


def _oldest(session: Session, now: datetime) -> Metric:
    due = session.scalar(
        select(func.min(Recipient.due)).where(
            Recipient.state == RecipientState.QUEUED, Recipient.due <= now
        )
    )
    waited = (now - due).total_seconds() if due is not None else 0.0
    return GaugeMetricFamily(
        "faxcore_oldest_due_seconds", "How long the longest waiting is due.", value=waited
    )


def _workers(session: Session, now: datetime) -> Iterator[Metric]:
    alive = GaugeMetricFamily("faxcore_worker_alive", "1 while it beats.", labels=("worker",))
    fit = GaugeMetricFamily(
        "faxcore_modem_quarantined", "1 while a modem is left alone.", labels=("worker",)
    )
    for worker in session.scalars(select(Worker)):
        alive.add_metric((worker.name,), float(worker.lease_until > now))
        until = worker.quarantined_until
        fit.add_metric((worker.name,), float(until is not None and until > now))
    yield alive
    yield fit


def _notifications(session: Session) -> Metric:
    waiting = session.scalar(
        select(func.count()).select_from(Notification).where(Notification.done.is_(False))
    )
    return GaugeMetricFamily(
        "faxcore_notifications_waiting", "Notifications not delivered yet.", value=waiting or 0
    )

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

from faxcore.delivery.model import Attempt, Call, Notification, PageRow, Recipient, Worker
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import RecipientState
from faxcore.t30.result import HangupStatus


class QueueCollector(Collector):
    """Collects from one queue; ``clock`` says what now is."""

    def __init__(self, queue: Queue, clock: Callable[[], datetime]) -> None:
        self._queue, self._clock = queue, clock

    def collect(self) -> Iterator[Metric]:
        """The metrics at this moment."""
        with self._queue.store.read() as session:
            yield _recipients(session)
            yield _attempts(session)
            yield from _calls(session)
            yield _pages(session)
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


def _attempts(session: Session) -> Metric:
    family = CounterMetricFamily(
        "faxcore_attempts", "Attempts that are over, by reason.", labels=("reason", "charged")
    )
    rows = session.execute(
        select(Attempt.reason, Attempt.counted, func.count())
        .where(Attempt.ended.is_not(None))
        .group_by(Attempt.reason, Attempt.counted)
    )
    for reason, counted, count in rows:
        family.add_metric((reason, "yes" if counted else "no"), count)
    return family


def _calls(session: Session) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        "faxcore_calls", "Calls that dialled, by how they ended.", labels=("channel", "result")
    )
    seconds = CounterMetricFamily(
        "faxcore_line_seconds", "Seconds connected, by modem.", labels=("worker",)
    )
    by_end = select(Call.channel, Call.status, func.count()).where(Call.dialled.is_not(None))
    for channel, status, count in session.execute(by_end.group_by(Call.channel, Call.status)):
        calls.add_metric((channel.value, _result(status)), count)
    by_worker = select(Call.worker, func.sum(Call.seconds)).group_by(Call.worker)
    for worker, total in session.execute(by_worker):
        seconds.add_metric((worker,), total or 0.0)
    yield calls
    yield seconds


_REASONS = {int(status): status.reason for status in HangupStatus}


def _result(status: int | None) -> str:
    """How a fax call ended; other channels have numbers of their own, or none."""
    return "none" if status is None else _REASONS.get(status, "other")


def _pages(session: Session) -> Metric:
    family = CounterMetricFamily(
        "faxcore_pages",
        "Pages of faxes, parts of short messages, copies of e-mail, by what became of them.",
        labels=("channel", "outcome"),
    )
    rows = session.execute(
        select(Call.channel, PageRow.outcome, func.count())
        .join(Call, Call.id == PageRow.call_id)
        .group_by(Call.channel, PageRow.outcome)
    )
    for channel, outcome, count in rows:
        family.add_metric((channel.value, outcome.value), count)
    return family


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

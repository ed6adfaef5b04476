"""What a service does once an hour: deleting what is older than it may be, with a proof of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from faxcore.delivery.logs import log
from faxcore.delivery.model import Account, Change, InboundFax, Message, Recipient
from faxcore.delivery.operations import MessageName, delete_message, forget_calls, sweep_files
from faxcore.delivery.rules import Queue
from faxcore.delivery.worker import wall_clock
from faxcore.errors import QueueError, RequestRefused
from faxcore.service.gate import Audit
from faxcore.service.tables import Repeat

HOUR_S = 3600.0
REPEAT_DAYS = 7
"""How long an answer is kept under its idempotency key."""


@dataclass(slots=True)
class Housekeeping:
    """Keeps house until ``stop`` is set. ``keep_days`` 0 keeps messages for ever."""

    queue: Queue
    keep_days: float
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Once now, then once an hour."""
        while True:
            try:
                self.once(wall_clock())
            except QueueError as error:
                log().error("housekeeping failed", error=str(error))
            if self.stop.wait(HOUR_S):
                return

    def once(self, now: datetime) -> int:
        """Delete what is due; how many messages and received faxes that was.

        Each leaves an entry in the audit log: its identifier, and that it is gone.
        """
        gone = 0
        if self.keep_days:
            audit = Audit(self.queue, lambda: now)
            before = now - timedelta(days=self.keep_days)
            for account, uid in self._due(before):
                try:
                    delete_message(self.queue, account.id, MessageName(uid=uid))
                except RequestRefused:  # it is not final yet
                    continue
                audit.note(account.name, "", "retention", uid, "deleted")
                gone += 1
            gone += self._delete_received(before, audit)
        with self.queue.store.write("housekeeping") as session:
            old = now - timedelta(days=REPEAT_DAYS)
            session.execute(delete(Repeat).where(Repeat.created < old))
        sweep_files(self.queue, now)
        if self.keep_days:
            forget_calls(self.queue, now - timedelta(days=self.keep_days))
        return gone

    def _due(self, before: datetime) -> Iterator[tuple[Account, str]]:
        """Messages that have been as they are since before a moment."""
        changed = (
            select(Change.id)
            .join(Recipient, Recipient.id == Change.recipient_id)
            .where(Recipient.message_id == Message.id, Change.at >= before)
        )
        with self.queue.store.read() as session:
            rows = session.execute(
                select(Account, Message.uid)
                .join(Message, Message.account_id == Account.id)
                .where(Message.created < before, ~changed.exists())
                .order_by(Message.id)
            ).all()
        yield from ((account, uid) for account, uid in rows)

    def _delete_received(self, before: datetime, audit: Audit) -> int:
        with self.queue.store.read() as session:
            rows = session.execute(
                select(InboundFax.id, InboundFax.uid, Account.name)
                .join(Account, Account.id == InboundFax.account_id)
                .where(InboundFax.received < before)
            ).all()
        for number, uid, name in rows:
            with self.queue.store.write("housekeeping") as session:
                session.execute(delete(InboundFax).where(InboundFax.id == number))
            audit.note(name, "", "retention", uid, "received fax deleted")
        return len(rows)

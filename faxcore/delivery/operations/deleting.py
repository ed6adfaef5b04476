"""Deleting messages, and the files that nothing refers to any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from faxcore.delivery.model import AttachmentRow, Cover, Message, Recipient
from faxcore.delivery.operations.finding import find_message, ref_of
from faxcore.delivery.operations.values import MessageName, MessageRef
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import MessageStatus
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import status_of
from faxcore.errors import RequestRefused

_GRACE = timedelta(hours=1)


def delete_message(queue: Queue, account_id: int, name: MessageName) -> MessageRef:
    """Delete a message that is final or WAITING, with all that is known of it but its calls."""
    with queue.store.write("delete") as session:
        lock_account(session, account_id)
        message = find_message(session, account_id, name)
        status = status_of(message)
        if not status.is_final and status is not MessageStatus.WAITING:
            raise RequestRefused("message", f"message {message.uid} is {status.value}: cancel it")
        found = ref_of(message)
        session.execute(delete(Message).where(Message.id == message.id))
        return found


def sweep_files(queue: Queue, now: datetime, also_used: Iterable[str] = ()) -> int:
    """Remove stored files that nothing refers to and that are over an hour old; how many.

    ``also_used`` are files that others than the queue refer to.
    """
    with queue.store.read() as session:
        used: set[str] = set(session.scalars(select(AttachmentRow.blob)))
        used.update(session.scalars(select(Recipient.document).where(Recipient.document != "")))
        used.update(session.scalars(select(Message.cover_blob).where(Message.cover_blob != "")))
        used.update(session.scalars(select(Message.banner).where(Message.banner != "")))
        used.update(session.scalars(select(Cover.blob)))
    used.update(also_used)
    return queue.store.blobs.sweep(used, (now - _GRACE).timestamp())

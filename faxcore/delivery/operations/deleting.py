"""Deleting messages, and the files that nothing refers to any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, union_all, update
from sqlalchemy.orm import Session

from faxcore.delivery import tallies
from faxcore.delivery.model import (
    Account,
    AttachmentRow,
    Attempt,
    Call,
    Cover,
    InboundFax,
    Message,
    Notification,
    PageRow,
    Recipient,
    Tally,
)
from faxcore.delivery.operations.finding import find_message, ref_of
from faxcore.delivery.operations.values import MessageName, MessageRef
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import MessageStatus
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import status_of
from faxcore.errors import QueueError, RequestRefused

_GRACE = timedelta(hours=1)


def delete_message(queue: Queue, account_id: int, name: MessageName) -> MessageRef:
    """Delete a message that is final or WAITING, with all that is known of it but its calls."""
    with queue.store.write("delete") as session:
        account = lock_account(session, account_id)
        message = find_message(session, account_id, name)
        status = status_of(message)
        if not status.is_final and status is not MessageStatus.WAITING:
            raise RequestRefused("message", f"message {message.uid} is {status.value}: cancel it")
        found = ref_of(message)
        _tally(session, account, message)
        session.execute(delete(Message).where(Message.id == message.id))
        return found


def _tally(session: Session, account: Account, message: Message) -> None:
    """What goes with the message has been counted, and is counted on."""
    own = select(Recipient.id).where(Recipient.message_id == message.id)
    attempted = tallies.attempts(session, Attempt.recipient_id.in_(own))
    tallies.add(session, tallies.Kind.ATTEMPT, attempted)
    sent = tallies.pages(session, PageRow.recipient_id.in_(own))
    tallies.add(session, tallies.Kind.PAGE, sent)
    if account.budget is not None:
        dialled = tallies.dials(session, account, message.id)
        tallies.add(session, tallies.Kind.DIAL, dialled)


def sweep_files(queue: Queue, now: datetime) -> int:
    """Remove stored files that nothing refers to and that are over an hour old; how many.

    The transcripts of calls whose messages are all deleted go as well: they hold what was sent.
    """
    with queue.store.read() as session:
        used = set(session.scalars(union_all(*(select(column) for column in _REFERENCES))))
    return queue.store.blobs.sweep(used, (now - _GRACE).timestamp()) + _sweep_transcripts(queue)


_REFERENCES = (
    AttachmentRow.blob,
    Recipient.document,
    Message.cover_blob,
    Message.banner,
    Cover.blob,
    InboundFax.tiff,
    InboundFax.pdf,
)
"""Every column that names a stored file; a test holds it against the tables."""


def _sweep_transcripts(queue: Queue) -> int:
    with queue.store.read() as session:
        calls = session.execute(
            select(Call.id, Call.transcript).where(
                Call.transcript != "",
                Call.ended.is_not(None),
                Call.id.not_in(select(Attempt.call_id).where(Attempt.call_id.is_not(None))),
            )
        ).all()
    if not calls:
        return 0
    for _, transcript in calls:
        _remove(Path(transcript))
    with queue.store.write("transcripts") as session:
        gone = [call for call, _ in calls]
        session.execute(update(Call).where(Call.id.in_(gone)).values(transcript=""))
    return len(calls)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise QueueError(f"{path}: {error.strerror}") from error


def forget_calls(queue: Queue, before: datetime) -> int:
    """Remove calls that ended before a moment and whose messages are all deleted; how many.

    With them go notifications that were delivered, or given up, before it, and the counts of its
    days' dials.
    """
    those = (
        Call.ended < before,
        Call.id.not_in(select(Attempt.call_id).where(Attempt.call_id.is_not(None))),
        Call.transcript == "",
    )
    with queue.store.write("forget") as session:
        session.execute(
            delete(Notification).where(Notification.done.is_(True), Notification.created < before)
        )
        session.execute(
            delete(Tally).where(
                Tally.kind == tallies.Kind.DIAL.value, Tally.labels < before.date().isoformat()
            )
        )
        tallies.add(session, tallies.Kind.CALL, tallies.calls(session, *those))
        tallies.add(session, tallies.Kind.SECONDS, tallies.seconds(session, *those))
        return len(session.scalars(delete(Call).where(*those).returning(Call.id)).all())

"""The one place where a recipient's state changes: letter, log of changes and notifications too.

Whoever calls this holds a transaction, and the account's row in it, so that the changes of an
account are numbered in the order in which they are committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from faxcore.delivery.model import Account, Change, Message, Notification, Recipient, Webhook
from faxcore.delivery.render_notes import notes_of_recipient
from faxcore.delivery.states import Cause, Letter, MessageStatus, RecipientState
from faxcore.delivery.statuses import RecipientFacts, letter_of, message_status


@dataclass(frozen=True, slots=True)
class Step:
    """Where a recipient goes, and why. ``due`` None keeps no moment for a next attempt."""

    state: RecipientState
    cause: Cause = Cause.NONE
    reason: str = ""
    text: str = ""
    due: datetime | None = None


def move(
    session: Session, account: Account, recipient: Recipient, step: Step, now: datetime
) -> None:
    """Put a recipient into a state; note the change and queue what is to be told of it."""
    before = recipient.letter
    was_final = recipient.state.is_final
    recipient.state, recipient.cause = step.state, step.cause
    recipient.reason, recipient.description = step.reason, step.text
    recipient.due = step.due
    letter = letter_of(step.state, step.cause)
    if letter is not before:
        _note(session, account, recipient, letter, now)
    if step.state.is_final and not was_final:
        _tell(session, account, recipient, now)


def appear(session: Session, account: Account, recipient: Recipient, now: datetime) -> None:
    """A recipient was added: its first letter is a change, too."""
    _note(session, account, recipient, recipient.letter, now)


def begin(recipient: Recipient) -> None:
    """An attempt begins: state ACTIVE. The letter stays as it was before."""
    recipient.state = RecipientState.ACTIVE


def facts_of(recipient: Recipient) -> RecipientFacts:
    """What the status of its message needs of a recipient."""
    reached = recipient.pages_confirmed + recipient.pages_uncertain > 0
    return RecipientFacts(recipient.state, recipient.dials > 0, reached)


def status_of(message: Message) -> MessageStatus:
    """The status of a message whose recipients are loaded."""
    return message_status(
        [facts_of(each) for each in message.recipients],
        released=message.released is not None,
        cancelled=message.cancelled,
    )


def _note(
    session: Session, account: Account, recipient: Recipient, letter: Letter, now: datetime
) -> None:
    account.changes += 1
    recipient.letter, recipient.change = letter, account.changes
    session.add(
        Change(
            account_id=account.id,
            number=account.changes,
            recipient_id=recipient.id,
            letter=letter,
            reason=recipient.reason,
            at=now,
        )
    )


def _tell(session: Session, account: Account, recipient: Recipient, now: datetime) -> None:
    """Queue the notification that a recipient is final, and that its message is, if it now is."""
    hooks = list(
        session.scalars(
            select(Webhook).where(Webhook.account_id == account.id).order_by(Webhook.id)
        )
    )
    if not hooks and not account.notify_email:
        return
    session.flush()
    message = recipient.message
    events = [_event("recipient", message, recipient, now)]
    notes = notes_of_recipient(session, recipient.id)
    if notes:
        events[0]["notes"] = list(notes)
    status = message_status(
        [
            facts_of(each)
            for each in session.scalars(select(Recipient).where(Recipient.message_id == message.id))
        ],
        released=message.released is not None,
        cancelled=message.cancelled,
    )
    if status.is_final:
        events.append(_event("message", message, None, now) | {"status": status.value})
    for event in events:
        for hook in hooks:
            session.add(_notification(account, "webhook", hook.url, event, now, hook.id))
        if account.notify_email:
            session.add(_notification(account, "email", account.notify_email, event, now, None))


def _notification(
    account: Account,
    kind: str,
    target: str,
    event: dict[str, Any],
    now: datetime,
    webhook_id: int | None,
) -> Notification:
    return Notification(
        account_id=account.id,
        kind=kind,
        target=target,
        webhook_id=webhook_id,
        event=event,
        created=now,
        due=now,
    )


def _event(
    kind: str, message: Message, recipient: Recipient | None, now: datetime
) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event": kind,
        "message": message.uid,
        "client_id": message.client_id,
        "at": now.isoformat(),
    }
    if recipient is not None:
        event |= {
            "recipient": recipient.id,
            "letter": recipient.letter.value,
            "reason": recipient.reason,
            "attempts": recipient.dials,
            "pages": recipient.pages,
            "pages_confirmed": recipient.pages_confirmed,
        }
    return event

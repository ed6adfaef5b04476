"""Holding recipients back, and letting them go on."""

from __future__ import annotations

from datetime import datetime

from faxcore.delivery.model import Message, Recipient
from faxcore.delivery.operations.finding import check_not_final, chosen, find_message, ref_of
from faxcore.delivery.operations.values import Effect, MessageName
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Cause, MessageStatus, RecipientState
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import Step, move, status_of
from faxcore.errors import RequestRefused


def hold(
    queue: Queue, account_id: int, name: MessageName, now: datetime, recipient_id: int | None = None
) -> Effect:
    """Make no further attempt until ``release``. A call in progress goes on to its end."""
    with queue.store.write("hold") as session:
        account = lock_account(session, account_id)
        message = find_message(session, account_id, name)
        _check(message, "it cannot be held")
        done = too_late = on_line = 0
        for recipient in chosen(message, recipient_id):
            if recipient.state is RecipientState.QUEUED:
                move(session, account, recipient, _held(recipient), now)
                done += 1
            elif recipient.state is RecipientState.HELD:
                done += 1
            elif recipient.state is RecipientState.ACTIVE:
                recipient.hold_wish = True
                on_line += 1
            else:
                too_late += 1
        if not done and not on_line:
            raise RequestRefused("recipient_id", "its delivery is over already")
        return Effect(ref_of(message), done, too_late, on_line)


def release(
    queue: Queue, account_id: int, name: MessageName, now: datetime, recipient_id: int | None = None
) -> Effect:
    """Let held recipients go on; pages that were uncertain are then sent again."""
    with queue.store.write("release") as session:
        account = lock_account(session, account_id)
        message = find_message(session, account_id, name)
        _check(message, "it cannot be released")
        done = too_late = 0
        for recipient in chosen(message, recipient_id):
            if recipient.state is RecipientState.HELD:
                move(session, account, recipient, resumed(message, recipient, now), now)
                done += 1
            elif recipient.state is RecipientState.ACTIVE and recipient.hold_wish:
                recipient.hold_wish = False
                done += 1
            elif recipient.state.is_final:
                too_late += 1
            else:
                done += 1
        if not done:
            raise RequestRefused("recipient_id", "its delivery is over already")
        return Effect(ref_of(message), done, too_late)


def resumed(message: Message, recipient: Recipient, now: datetime) -> Step:
    """Back into the queue, for now or for the time that was set: for the message or a resend."""
    set_for = recipient.due or message.send_time
    if set_for is not None and set_for > now:
        text = f"waits until {set_for.isoformat(timespec='seconds')}"
        return Step(RecipientState.QUEUED, Cause.SCHEDULED, "scheduled", text, set_for)
    return Step(RecipientState.QUEUED, Cause.NONE, "queued", "waits for its turn", now)


def _held(recipient: Recipient) -> Step:
    text = f"held; before: {recipient.description}" if recipient.description else "held"
    due = recipient.due if recipient.reason == "scheduled" else None
    return Step(RecipientState.HELD, recipient.cause, "held", text, due)


def _check(message: Message, what: str) -> None:
    check_not_final(message, what)
    if status_of(message) is MessageStatus.WAITING:
        raise RequestRefused("message", f"{what}: message {message.uid} has not been sent yet")

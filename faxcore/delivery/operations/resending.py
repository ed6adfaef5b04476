"""Sending again what is final: everything, what failed, or from a page on."""

from __future__ import annotations

from datetime import datetime

from faxcore.delivery.model import Message, Recipient
from faxcore.delivery.operations.creating import check_send_time
from faxcore.delivery.operations.finding import chosen, find_message, ref_of
from faxcore.delivery.operations.values import Effect, MessageName, Which
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CancelWish, Cause, RecipientState
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import Step, move
from faxcore.errors import RequestRefused

_RESENDABLE = frozenset({RecipientState.FAILED, RecipientState.CANCELLED, RecipientState.HELD})


def resend(
    queue: Queue,
    account_id: int,
    name: MessageName,
    now: datetime,
    recipient_id: int | None = None,
    *,
    which: Which = Which.FAILED,
    first_page: int | None = None,
    send_time: datetime | None = None,
) -> Effect:
    """Send again to recipients that are final, or held.

    FAILED goes on at the first page that was not confirmed; ALL, and ``first_page``, send from the
    beginning or from that page, to those who have it all too. Who is still being tried is
    ``on_line`` and left alone. Raises RequestRefused where nobody is left to send to.
    """
    check_send_time(send_time)
    with queue.store.write("resend") as session:
        account = lock_account(session, account_id)
        message = find_message(session, account_id, name)
        if message.released is None:
            raise RequestRefused("message", f"message {message.uid} has not been sent yet")
        again = which is Which.ALL or first_page is not None
        done = too_late = on_line = 0
        for recipient in _meant(message, recipient_id):
            if not recipient.state.is_final and recipient.state is not RecipientState.HELD:
                on_line += 1
            elif not again and recipient.state not in _RESENDABLE:
                too_late += 1
            else:
                _begin_anew(message, recipient, first_page, again=again)
                move(session, account, recipient, _step(send_time, now), now)
                done += 1
        if not done:
            raise RequestRefused("message", "there is no recipient to whom it can be sent again")
        return Effect(ref_of(message), done, too_late, on_line)


def _meant(message: Message, recipient_id: int | None) -> list[Recipient]:
    """A message that was cancelled as a whole can be sent again, too.

    Who was cancelled out of several is sent to only by name: the number may have been wrong.
    """
    return chosen(message, recipient_id) or list(message.recipients)


def _begin_anew(
    message: Message, recipient: Recipient, first_page: int | None, *, again: bool
) -> None:
    page = 1 if first_page is None else first_page
    if not 1 <= page <= max(recipient.pages, 1):
        has = f"has {recipient.pages} pages" if recipient.pages else "was not rendered yet"
        raise RequestRefused("first_page", f"{page}: the fax to recipient {recipient.id} {has}")
    recipient.tries = recipient.failures = recipient.run_dials = 0
    recipient.first_attempt = None
    recipient.cancel_wish, recipient.hold_wish = CancelWish.NO, False
    if again:
        recipient.run += 1
        recipient.first_page = page
        recipient.pages_confirmed = recipient.pages_uncertain = 0
        recipient.gateway_id = ""  # a report of what went before says nothing of what goes now
    message.cancelled = False
    message.expires = None  # asked for anew: the old time limit has nothing to say any more


def _step(send_time: datetime | None, now: datetime) -> Step:
    if send_time is not None and send_time > now:
        text = f"waits until {send_time.isoformat(timespec='seconds')}"
        return Step(RecipientState.QUEUED, Cause.SCHEDULED, "scheduled", text, send_time)
    return Step(RecipientState.QUEUED, Cause.NONE, "queued", "waits for its turn", now)

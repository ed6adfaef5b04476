"""Cancelling a message, or one of its recipients."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from faxcore.delivery.model import Account, Recipient
from faxcore.delivery.operations.finding import check_not_final, chosen, find_message, ref_of
from faxcore.delivery.operations.values import Effect, MessageName
from faxcore.delivery.retry import pages_text
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CancelWish, RecipientState
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import Step, move
from faxcore.errors import RequestRefused


def cancel(
    queue: Queue,
    account_id: int,
    name: MessageName,
    now: datetime,
    recipient_id: int | None = None,
) -> Effect:
    """Stop the delivery to all recipients, or to one.

    A call in progress is ended between pages or at once, as the installation decides; it is
    counted as ``on_line``. Raises RequestRefused where nothing can be stopped any more.
    """
    with queue.store.write("cancel") as session:
        account = lock_account(session, account_id)
        message = find_message(session, account_id, name)
        check_not_final(message, "it cannot be cancelled")
        done = too_late = on_line = 0
        for recipient in chosen(message, recipient_id):
            if recipient.state is RecipientState.ACTIVE:
                recipient.cancel_wish = (
                    CancelWish.AT_ONCE if queue.rules.cancel_at_once else CancelWish.BETWEEN_PAGES
                )
                on_line += 1
            elif recipient.state is RecipientState.CANCELLED:
                done += 1
            elif recipient.state.is_final:
                too_late += 1
            else:
                stop(session, account, recipient, now)
                done += 1
        if recipient_id is None and message.released is None:
            message.cancelled = True
        elif not done and not on_line:
            raise RequestRefused("recipient_id", "its delivery is over already")
        return Effect(ref_of(message), done, too_late, on_line)


def stop(session: Session, account: Account, recipient: Recipient, now: datetime) -> None:
    """End the delivery to a recipient that is not in a call.

    It is cancelled where no page ever went out, and has failed otherwise.
    """
    confirmed, uncertain = recipient.pages_confirmed, recipient.pages_uncertain
    if confirmed or uncertain:
        told = pages_text(confirmed, recipient.pages, ())
        step = Step(RecipientState.FAILED, reason="cancelled", text=f"cancelled; {told}")
    else:
        step = Step(RecipientState.CANCELLED, reason="cancelled", text="cancelled")
    move(session, account, recipient, step, now)

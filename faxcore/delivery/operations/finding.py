"""Finding the message that a customer names, and refusing what its state does not allow."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from faxcore.delivery.model import Message, Recipient
from faxcore.delivery.operations.values import MessageName, MessageRef
from faxcore.delivery.states import RecipientState
from faxcore.delivery.transitions import status_of
from faxcore.errors import RequestRefused


def find_message(session: Session, account_id: int, name: MessageName) -> Message:
    """The account's message of this name; RequestRefused where there is none or two are named."""
    if not name.uid and not name.client_id:
        raise RequestRefused("message", "the identifier of a message is missing")
    query = select(Message).where(Message.account_id == account_id)
    by_uid = by_client = None
    if name.uid:
        by_uid = session.scalar(query.where(Message.uid == name.uid))
        if by_uid is None:
            raise RequestRefused("uid", f"there is no message {name.uid!r}")
    if name.client_id:
        by_client = session.scalar(query.where(Message.client_id == name.client_id))
        if by_client is None:
            raise RequestRefused("client_id", f"there is no message {name.client_id!r}")
    if by_uid is not None and by_client is not None and by_uid is not by_client:
        raise RequestRefused("client_id", "the two identifiers name different messages")
    found = by_uid or by_client
    if found is None:
        raise RequestRefused("message", "the identifier of a message is missing")
    return found


def ref_of(message: Message) -> MessageRef:
    """The names of a message."""
    return MessageRef(message.uid, message.client_id)


def check_waiting(message: Message, what: str) -> None:
    """Refuse what is only possible before release, saying what state the message is in."""
    if message.released is None and not message.cancelled:
        return  # WAITING, however many recipients it has: none needs to be looked at
    raise RequestRefused("message", f"{what}: message {message.uid} is {status_of(message).value}")


def check_not_final(message: Message, what: str) -> None:
    """Refuse what is not possible any more once a message is final."""
    status = status_of(message)
    if status.is_final:
        raise RequestRefused("message", f"{what}: message {message.uid} is {status.value} already")


def chosen(message: Message, recipient_id: int | None) -> list[Recipient]:
    """The recipients that an operation is meant for: one, or all that are not cancelled."""
    if recipient_id is None:
        return [each for each in message.recipients if each.state is not RecipientState.CANCELLED]
    found = [each for each in message.recipients if each.id == recipient_id]
    if not found:
        raise RequestRefused(
            "recipient_id", f"message {message.uid} has no recipient {recipient_id}"
        )
    return found

"""Message status and delivery letters: total functions of recipient states. Pure.

The message status is derived from the recipients' states, not from their letters: a letter tells
why somebody waits, the status tells how much has come of the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from faxcore.delivery.states import Cause, Letter, MessageStatus, RecipientState


@dataclass(frozen=True, slots=True)
class RecipientFacts:
    """What of a recipient matters to the status of its message.

    ``tried`` that it was dialled or submitted at least once; ``reached`` that at least one page is
    confirmed or uncertain: somebody may hold paper.
    """

    state: RecipientState
    tried: bool = False
    reached: bool = False


def message_status(
    recipients: Sequence[RecipientFacts], *, released: bool, cancelled: bool = False
) -> MessageStatus:
    """The status of a message.

    ``released`` that CFSendMessageWS has been called, ``cancelled`` that the message was cancelled
    as a whole. Recipients that were cancelled before any page went out are left out.
    """
    if not released:
        return MessageStatus.CANCELLED if cancelled else MessageStatus.WAITING
    counted = [each for each in recipients if each.state is not RecipientState.CANCELLED]
    if not counted:
        return MessageStatus.CANCELLED
    final = [each for each in counted if each.state.is_final]
    if len(final) < len(counted):
        begun = final or any(each.tried for each in counted)
        return MessageStatus.IN_PROGRESS if begun else MessageStatus.PENDING
    delivered = sum(each.state.is_delivered for each in final)
    if delivered == len(final):
        return MessageStatus.GONE
    if delivered or any(each.reached for each in final):
        return MessageStatus.PARTIAL
    return MessageStatus.FAILED


_LETTERS = {
    RecipientState.WAITING: Letter.WAITING,
    RecipientState.HELD: Letter.HELD,
    RecipientState.SENT: Letter.SENT,
    RecipientState.RELAYED: Letter.RELAYED,
    RecipientState.FAILED: Letter.FAILED,
    RecipientState.CANCELLED: Letter.FAILED,
}

_WAITING_LETTERS = {
    Cause.NONE: Letter.PENDING,
    Cause.SCHEDULED: Letter.TIMED,
    Cause.BUSY: Letter.BUSY,
    Cause.RETRY: Letter.RETRY,
}


def letter_of(state: RecipientState, cause: Cause) -> Letter:
    """A recipient's letter. In an attempt it stays what it was before: the cause is kept."""
    return _LETTERS.get(state) or _WAITING_LETTERS[cause]

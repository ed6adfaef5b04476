"""Status and lists: rows of the queue as rows of the contract, and what has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from faxcore.delivery import operations as queue_ops
from faxcore.delivery.operations import ListFilter, ListRow, MessageReport, RecipientReport
from faxcore.delivery.states import Channel, Letter
from faxcore.service import contract as wire
from faxcore.service.accounts import Caller
from faxcore.service.change_cursor import Listing, filters_digest, move_on, place_of
from faxcore.service.operations import Desk, name_of, zoned
from faxcore.service.requests import Refused

_NOTES, _NOTE = 3, 120
"""So many notes stand in a description, of so many characters: clients keep it in a column."""

LETTERS = {each.value: each for each in Letter}


def message_status(
    desk: Desk, caller: Caller, request: wire.CFGetMessageStatusWS
) -> wire.CFGetMessageStatusWSResponse:
    """``CFGetMessageStatusWS``."""
    report = queue_ops.message_report(desk.queue, caller.account_id, name_of(request))
    return status_answer(report)


def status_answer(report: MessageReport) -> wire.CFGetMessageStatusWSResponse:
    """The status of a message as the contract tells it."""
    notes = report.notes_by_recipient()
    return wire.CFGetMessageStatusWSResponse(
        clientMessageId=report.message.client_id,
        presenceUniqueIdentifier=report.message.uid,
        serverResponse="200:Query Successful",
        messageStatus=report.status.value,
        pages=report.pages,
        dataTableRow=[status_row(each, notes.get(each.id, ())) for each in report.recipients],
    )


def status_row(recipient: RecipientReport, notes: Sequence[str] = ()) -> wire.StatusRow:
    """One recipient as the status operation tells it.

    ``notes`` on what rendering left out stand at the end of its description.
    """
    email = recipient.channel is Channel.EMAIL
    return wire.StatusRow(
        RECIPIENT_ID=recipient.id,
        DELIVERY_STATUS=recipient.letter.value,
        STATUS_DESCRIPTION=described(recipient.description, notes) or None,
        RECIPIENT_EMAIL=recipient.address if email else None,
        RECIPIENT_PHONE=None if email else recipient.address,
        RECIPIENT_TYPE=recipient.channel.value,
        NUMBER_ATTEMPTS=recipient.attempts,
        LAST_ATTEMPT=recipient.last_attempt,
        NEXT_ATTEMPT=recipient.next_attempt,
    )


def described(description: str, notes: Sequence[str]) -> str:
    """A description, and behind it the first notes, which are shortened; of more their number."""
    told = [f"note: {_short(each)}" for each in notes[:_NOTES]]
    if len(notes) > _NOTES:
        told.append(f"notes in all: {len(notes)}")
    return "; ".join([description, *told] if description else told)


def _short(note: str) -> str:
    return note if len(note) <= _NOTE else f"{note[: _NOTE - 3]}..."


def outbound_row(row: ListRow) -> wire.OutboundRow:
    """One row of a list; a message without recipients has none of their values."""
    told: dict[str, Any] = {}
    if row.recipient is not None:
        told = status_row(row.recipient).model_dump()
        del told["STATUS_DESCRIPTION"]
    return wire.OutboundRow(
        PRESENCE_UNIQUE_IDENTIFIER=row.message.uid,
        CLIENT_UNIQUE_IDENTIFIER=row.message.client_id,
        GROUP_ID=row.group_id or None,
        MESSAGE_STATUS=row.status.value,
        **told,
    )


def list_outbound(
    desk: Desk, caller: Caller, request: wire.CFListOutboundMessagesWS
) -> Listing[wire.OutboundRow]:
    """``CFListOutboundMessagesWS``."""
    wanted = list_filter(desk, caller, request)
    account = caller.account_id
    if not request.restrictToChanged:
        return Listing(map(outbound_row, queue_ops.list_rows(desk.queue, account, wanted)))
    filters = filters_digest(
        wanted.group_id, wanted.sent_from, wanted.sent_to, sorted(wanted.letters)
    )
    place = place_of(desk.queue, account, filters)
    reached = queue_ops.last_change(desk.queue, account)
    rows = queue_ops.list_rows(desk.queue, account, replace(wanted, after_change=place.before))

    def written() -> None:
        move_on(desk.queue, account, filters, place.told, reached)

    return Listing(map(outbound_row, rows), written)


def list_filter(desk: Desk, caller: Caller, request: wire.CFListOutboundMessagesWS) -> ListFilter:
    """The filters of a request."""
    letters = [each.strip().upper() for each in request.deliveryStatusFilter]
    for letter in letters:
        if letter not in LETTERS:
            known = ", ".join(LETTERS)
            raise Refused(f"{letter[:20]!r} is none of {known}", "deliveryStatusFilter")
    return ListFilter(
        group_id=request.groupIdFilter,
        sent_from=zoned(request.minimumSendDate, caller, desk),
        sent_to=zoned(request.maximumSendDate, caller, desk),
        letters=frozenset(LETTERS[letter] for letter in letters),
    )

"""Status and lists: rows of the queue as rows of the contract, and what has changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from faxcore.delivery import operations as queue_ops
from faxcore.delivery.operations import ListFilter, ListRow, RecipientReport
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Channel, Letter
from faxcore.delivery.store import lock_account
from faxcore.service import contract as wire
from faxcore.service.accounts import Caller
from faxcore.service.operations import Desk, name_of, zoned
from faxcore.service.requests import Refused
from faxcore.service.tables import ChangeCursor

_BEFORE_ALL = -1

LETTERS = {each.value: each for each in Letter}


def message_status(
    desk: Desk, caller: Caller, request: wire.CFGetMessageStatusWS
) -> wire.CFGetMessageStatusWSResponse:
    """``CFGetMessageStatusWS``."""
    report = queue_ops.message_report(desk.queue, caller.account_id, name_of(request))
    return wire.CFGetMessageStatusWSResponse(
        clientMessageId=report.message.client_id,
        presenceUniqueIdentifier=report.message.uid,
        serverResponse="200:Query Successful",
        messageStatus=report.status.value,
        pages=report.pages,
        dataTableRow=[status_row(each) for each in report.recipients],
    )


def status_row(recipient: RecipientReport) -> wire.StatusRow:
    """One recipient as the status operation tells it."""
    email = recipient.channel is Channel.EMAIL
    return wire.StatusRow(
        RECIPIENT_ID=recipient.id,
        DELIVERY_STATUS=recipient.letter.value,
        STATUS_DESCRIPTION=recipient.description or None,
        RECIPIENT_EMAIL=recipient.address if email else None,
        RECIPIENT_PHONE=None if email else recipient.address,
        RECIPIENT_TYPE=recipient.channel.value,
        NUMBER_ATTEMPTS=recipient.attempts,
        LAST_ATTEMPT=recipient.last_attempt,
        NEXT_ATTEMPT=recipient.next_attempt,
    )


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


@dataclass(frozen=True, slots=True)
class Listing:
    """An answer whose rows come one by one; ``written`` is to be called when all of it is out."""

    rows: Iterator[wire.OutboundRow]
    written: Callable[[], None]


def list_outbound(desk: Desk, caller: Caller, request: wire.CFListOutboundMessagesWS) -> Listing:
    """``CFListOutboundMessagesWS``."""
    wanted = list_filter(desk, caller, request)
    if not request.restrictToChanged:
        rows = queue_ops.list_rows(desk.queue, caller.account_id, wanted)
        return Listing(map(outbound_row, rows), lambda: None)
    filters = _digest(wanted)
    with desk.queue.store.read() as session:
        cursor = session.scalar(
            select(ChangeCursor).where(
                ChangeCursor.account_id == caller.account_id, ChangeCursor.filters == filters
            )
        )
    reached = queue_ops.last_change(desk.queue, caller.account_id)
    if cursor is not None:
        wanted = ListFilter(
            wanted.group_id, wanted.sent_from, wanted.sent_to, wanted.letters, cursor.before
        )
    rows = queue_ops.list_rows(desk.queue, caller.account_id, wanted)
    told = None if cursor is None else cursor.told

    def written() -> None:
        _move(desk.queue, caller.account_id, filters, told, reached)

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


def _digest(wanted: ListFilter) -> str:
    told = [wanted.group_id, str(wanted.sent_from), str(wanted.sent_to), sorted(wanted.letters)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _move(queue: Queue, account_id: int, filters: str, told: int | None, reached: int) -> None:
    """Move a cursor on, unless another poller has moved it in the meantime.

    The next answer begins where this one began to be new, at ``told``, so that it repeats the rows
    of this one. What repeats the first answer, which had all rows, begins before any change.
    """
    with queue.store.write("cursor") as session:
        lock_account(session, account_id)
        cursor = session.scalar(
            select(ChangeCursor).where(
                ChangeCursor.account_id == account_id, ChangeCursor.filters == filters
            )
        )
        if cursor is None:
            session.add(
                ChangeCursor(
                    account_id=account_id, filters=filters, before=_BEFORE_ALL, told=reached
                )
            )
        elif told is not None and cursor.told == told:
            cursor.before, cursor.told = told, reached

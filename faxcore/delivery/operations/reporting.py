"""Status and lists: read from our own tables, in one moment of them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from faxcore.delivery.model import Account, Message, Recipient, RenderNote
from faxcore.delivery.operations.finding import find_message, ref_of
from faxcore.delivery.operations.values import (
    ListFilter,
    ListRow,
    MessageName,
    MessageReport,
    NoteReport,
    RecipientReport,
)
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Channel, MessageStatus, RecipientState
from faxcore.delivery.transitions import status_of

_AT_A_TIME = 500


def message_report(queue: Queue, account_id: int, name: MessageName) -> MessageReport:
    """The status of one message and of each of its recipients."""
    with queue.store.read() as session:
        message = find_message(session, account_id, name)
        has_fax = any(each.channel is Channel.FAX for each in message.recipients)
        return MessageReport(
            message=ref_of(message),
            group_id=message.group_id,
            status=status_of(message),
            pages=message.pages if has_fax else None,
            priority=message.priority,
            created=message.created,
            released=message.released,
            send_time=message.send_time,
            recipients=tuple(recipient_report(queue, each) for each in message.recipients),
            notes=_notes(session, message),
        )


def _notes(session: Session, message: Message) -> tuple[NoteReport, ...]:
    """Most recipients of a message have the same: each is told once."""
    query = (
        select(RenderNote.text, RenderNote.recipient_id)
        .join(Recipient, Recipient.id == RenderNote.recipient_id)
        .where(Recipient.message_id == message.id)
        .order_by(RenderNote.recipient_id, RenderNote.number)
    )
    told: dict[str, list[int]] = {}
    for text, recipient_id in session.execute(query):
        told.setdefault(text, []).append(recipient_id)
    return tuple(NoteReport(text, tuple(whose)) for text, whose in told.items())


def list_rows(
    queue: Queue, account_id: int | None, wanted: ListFilter | None = None, after: int = 0
) -> Iterator[ListRow]:
    """All rows that fit, in order of creation and recipient; None lists every account.

    ``after`` is the position of a row: the list begins with the message behind it. Rows are read in
    pieces, so that a long list needs little memory; each piece is of one moment.
    """
    wanted = wanted or ListFilter()
    last = after
    while True:
        with queue.store.read() as session:
            query = _messages(account_id, wanted).where(Message.id > last).limit(_AT_A_TIME)
            messages = list(session.scalars(query))
            rows = [row for message in messages for row in _rows(queue, message, wanted)]
        yield from rows
        if len(messages) < _AT_A_TIME:
            return
        last = messages[-1].id


def recipient_report(queue: Queue, recipient: Recipient) -> RecipientReport:
    """One recipient as it is now."""
    waits = recipient.state is RecipientState.QUEUED
    told = recipient.description
    if recipient.reason and told and not told.startswith(recipient.reason):
        told = f"{recipient.reason}: {told}"
    if queue.rules.simulated:
        told = f"simulated: {told}"
    return RecipientReport(
        id=recipient.id,
        channel=recipient.channel,
        address=recipient.address,
        name=recipient.name,
        scope=recipient.scope,
        letter=recipient.letter,
        reason=recipient.reason,
        description=told,
        attempts=recipient.dials,
        last_attempt=recipient.last_attempt,
        next_attempt=recipient.due if waits else None,
        pages=recipient.pages,
        pages_confirmed=recipient.pages_confirmed,
        pages_uncertain=recipient.pages_uncertain,
        on_line=recipient.state is RecipientState.ACTIVE,
    )


def _messages(account_id: int | None, wanted: ListFilter) -> Select[Message]:
    query = select(Message).options(selectinload(Message.recipients)).order_by(Message.id)
    if account_id is not None:
        query = query.where(Message.account_id == account_id)
    if wanted.group_id is not None:
        query = query.where(Message.group_id == wanted.group_id)
    # sent means the later of release and sendTime; what was not released is not sent
    if wanted.sent_from is not None:
        since = wanted.sent_from
        query = query.where(Message.released.is_not(None))
        query = query.where((Message.released >= since) | (Message.send_time >= since))
    if wanted.sent_to is not None:
        until = wanted.sent_to
        query = query.where(Message.released <= until)
        query = query.where(Message.send_time.is_(None) | (Message.send_time <= until))
    if wanted.letters or wanted.after_change is not None:
        rows = select(Recipient.id).where(Recipient.message_id == Message.id)
        if wanted.letters:
            rows = rows.where(Recipient.letter.in_(wanted.letters))
        if wanted.after_change is not None:
            rows = rows.where(Recipient.change > wanted.after_change)
        query = query.where(rows.exists())
    return query


def _rows(queue: Queue, message: Message, wanted: ListFilter) -> Iterator[ListRow]:
    status: MessageStatus = status_of(message)
    ref = ref_of(message)
    if not message.recipients:
        yield ListRow(ref, message.group_id, status, None, 0, message.id)
    for recipient in message.recipients:
        if wanted.letters and recipient.letter not in wanted.letters:
            continue
        if wanted.after_change is not None and recipient.change <= wanted.after_change:
            continue
        report = recipient_report(queue, recipient)
        yield ListRow(ref, message.group_id, status, report, recipient.change, message.id)


def last_change(queue: Queue, account_id: int) -> int:
    """The number of the account's last change: the cursor that a list of changes moves to.

    Read it *before* the list: what changes in between is then told twice, and never missed.
    """
    with queue.store.read() as session:
        return session.scalar(select(Account.changes).where(Account.id == account_id)) or 0

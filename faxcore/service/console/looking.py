"""What the console's pages show, read from the queue's tables. Operators see all accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from faxcore.delivery.documents import unpack
from faxcore.delivery.history import AttemptStory, attempts_of_message
from faxcore.delivery.model import (
    Account,
    Call,
    InboundFax,
    Message,
    PageRow,
    Recipient,
    Worker,
)
from faxcore.delivery.operations import (
    MessageName,
    MessageReport,
    RecipientReport,
    message_report,
)
from faxcore.delivery.operations.reporting import recipient_report
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Letter, MessageStatus
from faxcore.delivery.transitions import status_of
from faxcore.render.png import png_octets
from faxcore.service.accounts import Caller, Role
from faxcore.t4 import decode_page

PAGE = 50
LETTER_WORDS = {
    Letter.WAITING: "waiting",
    Letter.PENDING: "pending",
    Letter.TIMED: "set for a time",
    Letter.BUSY: "busy, will retry",
    Letter.RETRY: "will retry",
    Letter.HELD: "held",
    Letter.SENT: "sent",
    Letter.RELAYED: "relayed",
    Letter.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One message in the queue's list."""

    uid: str
    account: str
    client_id: str
    subject: str
    status: str
    created: datetime
    pages: int | None
    recipients: tuple[RecipientReport, ...]


@dataclass(frozen=True, slots=True)
class QueueView:
    """Some messages, newest first; ``older`` is where the next page begins, None at the end."""

    rows: tuple[QueueRow, ...]
    older: int | None
    counts: dict[Letter, int]


def queue_view(
    queue: Queue, caller: Caller, *, letter: Letter | None, text: str, before: int | None
) -> QueueView:
    """A page of the queue, limited to a letter, or to what has a text in its names or numbers."""
    query = select(Message).options(selectinload(Message.recipients), selectinload(Message.account))
    query = query.order_by(Message.id.desc()).limit(PAGE + 1)
    counted = select(Recipient.letter, func.count()).group_by(Recipient.letter)
    if caller.role is not Role.OPERATOR:
        query = query.where(Message.account_id == caller.account_id)
        counted = counted.join(Message).where(Message.account_id == caller.account_id)
    if before is not None:
        query = query.where(Message.id < before)
    if letter is not None:
        query = query.where(Message.recipients.any(Recipient.letter == letter))
    if text:
        like = f"%{_escaped(text)}%"
        query = query.where(
            Message.uid.like(like, escape="\\")
            | Message.client_id.like(like, escape="\\")
            | Message.group_id.like(like, escape="\\")
            | Message.subject.like(like, escape="\\")
            | Message.recipients.any(Recipient.address.like(like, escape="\\"))
        )
    with queue.store.read() as session:
        found: Sequence[Message] = session.scalars(query).all()
        counts = {letter: number for letter, number in session.execute(counted)}  # noqa: C416  # rows
        rows = tuple(_row(queue, message) for message in found[:PAGE])
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return QueueView(rows, older, counts)


def _escaped(text: str) -> str:
    for each in "\\%_":
        text = text.replace(each, "\\" + each)
    return text


def _row(queue: Queue, message: Message) -> QueueRow:
    return QueueRow(
        message.uid,
        message.account.name,
        message.client_id or "",
        message.subject,
        status_of(message).value,
        message.created,
        message.pages,
        tuple(recipient_report(queue, each) for each in message.recipients),
    )


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message: its status, its attempts, and how many pages there are to look at."""

    account_id: int
    account: str
    subject: str
    report: MessageReport
    stories: tuple[AttemptStory, ...]
    pages: dict[int, int]

    @property
    def actions(self) -> tuple[tuple[str, str], ...]:
        """What can be done to it now: the action's name and its word."""
        letters = {each.letter for each in self.report.recipients}
        possible = {
            ("hold", "Hold"): not self.report.status.is_final and letters != {Letter.HELD},
            ("release", "Release"): Letter.HELD in letters,
            ("resend", "Resend failed"): Letter.FAILED in letters,
            ("cancel", "Cancel"): not self.report.status.is_final,
            ("delete", "Delete"): self.report.status.is_final
            or self.report.status is MessageStatus.WAITING,
        }
        return tuple(action for action, may in possible.items() if may)


def message_view(queue: Queue, caller: Caller, uid: str) -> MessageView | None:
    """A message that the caller may see; None where there is none."""
    with queue.store.read() as session:
        message = session.scalar(
            select(Message)
            .where(Message.uid == uid)
            .options(selectinload(Message.recipients), selectinload(Message.account))
        )
    if message is None or not may_see(caller, message.account_id):
        return None
    name = MessageName(uid=uid)
    return MessageView(
        message.account_id,
        message.account.name,
        message.subject,
        message_report(queue, message.account_id, name),
        tuple(attempts_of_message(queue, message.account_id, name, None)),
        {each.id: each.pages for each in message.recipients if each.document},
    )


def may_see(caller: Caller, account_id: int) -> bool:
    """Whether a caller may look at what is an account's."""
    return caller.role is Role.OPERATOR or caller.account_id == account_id


def page_picture(queue: Queue, caller: Caller, recipient_id: int, number: int) -> bytes | None:
    """A page of a recipient's document as it is offered to the line, a PNG; None for no page."""
    with queue.store.read() as session:
        recipient = session.scalar(
            select(Recipient)
            .where(Recipient.id == recipient_id)
            .options(selectinload(Recipient.message))
        )
    if recipient is None or not recipient.document:
        return None
    if not may_see(caller, recipient.message.account_id):
        return None
    pages = unpack(queue.store.blobs.get(recipient.document))
    if not 1 <= number <= len(pages):
        return None
    return png_octets(decode_page(pages[number - 1].choices[0]))


def call_transcript(queue: Queue, caller: Caller, call_id: int) -> Path | None:
    """The transcript of a call that carried something of the caller's; None if there is none."""
    with queue.store.read() as session:
        call = session.get(Call, call_id)
        owners = session.scalars(
            select(Message.account_id)
            .join(Recipient)
            .join(PageRow, PageRow.recipient_id == Recipient.id)
            .where(PageRow.call_id == call_id)
        ).all()
    if call is None or not call.transcript:
        return None
    if caller.role is not Role.OPERATOR and set(owners) != {caller.account_id}:
        return None  # a call may carry faxes of several accounts
    path = Path(call.transcript)
    return path if path.is_file() else None


def workers(queue: Queue) -> list[Worker]:
    """All workers of all nodes, by name."""
    with queue.store.read() as session:
        return list(session.scalars(select(Worker).order_by(Worker.name)))


def received(queue: Queue, caller: Caller, limit: int = 200) -> list[tuple[InboundFax, str]]:
    """The faxes that were received last, and whose they are."""
    query = select(InboundFax, Account.name).join(Account, Account.id == InboundFax.account_id)
    if caller.role is not Role.OPERATOR:
        query = query.where(InboundFax.account_id == caller.account_id)
    with queue.store.read() as session:
        rows = session.execute(query.order_by(InboundFax.id.desc()).limit(limit)).all()
    return [(fax, name) for fax, name in rows]

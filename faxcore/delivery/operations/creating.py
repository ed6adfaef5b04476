"""Making a message, and adding recipients and attachments to it while it waits.

Each may be repeated, by a client that did not get its answer: the first answer is given again.
"""

from __future__ import annotations

import re
import secrets
from datetime import MAXYEAR, MINYEAR, datetime
from email.errors import MessageError
from email.headerregistry import Address

from sqlalchemy import select
from sqlalchemy.orm import Session

from faxcore.delivery.blobs import Stored
from faxcore.delivery.model import Account, AttachmentRow, Cover, Message, Recipient
from faxcore.delivery.numbers import allowed_number
from faxcore.delivery.operations.finding import check_waiting, find_message, ref_of
from faxcore.delivery.operations.values import (
    Added,
    MessageDraft,
    MessageName,
    MessageRef,
    RecipientDraft,
)
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Channel, MessageStatus, RecipientState, Scope
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import appear, status_of
from faxcore.errors import ContentError, RequestRefused, SettingsError

DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[^\s@<>\",;:()\[\]\\]{{1,64}}@{DOMAIN}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_LENGTHS = {
    "client_id": 256,
    "group_id": 256,
    "sender_name": 256,
    "sender_email": 320,
    "sender_number": 64,
    "subject": 998,
}
_TEXT_OCTETS = 16 << 20


def create_message(queue: Queue, account_id: int, draft: MessageDraft, now: datetime) -> MessageRef:
    """Make a message. It waits until ``send_message``.

    A client id that the account has used before gives the same answer while that message is
    WAITING and was made with the same content; else it is refused, naming the message.
    """
    _check_draft(queue, draft)
    with queue.store.write("create") as session:
        account = lock_account(session, account_id)
        if draft.client_id is not None:
            present = session.scalar(
                select(Message).where(
                    Message.account_id == account_id, Message.client_id == draft.client_id
                )
            )
            if present is not None:
                return _repeated(present, draft)
        _check_cover(session, account_id, draft.cover)
        _check_sender(account, draft)
        message = _message(queue, account, draft, now)
        session.add(message)
        session.flush()
        return ref_of(message)


def add_recipient(
    queue: Queue, account_id: int, name: MessageName, draft: RecipientDraft, now: datetime
) -> Added:
    """Add a recipient to a message that waits; the same one again is the same recipient.

    Raises RequestRefused for an address that cannot be used, a number that the number policy
    refuses, and a channel that is not configured here.
    """
    if draft.channel not in queue.rules.channels:
        raise RequestRefused("channel", f"{draft.channel.value} is not configured here")
    address, destination = _address(queue, draft)
    check_text("recipient_name", draft.name, 256, lines=False)
    scope = draft.scope if draft.channel is Channel.EMAIL else Scope.TO
    with queue.store.write("recipient") as session:
        account = lock_account(session, account_id)
        message = find_message(session, account_id, name)
        check_waiting(message, "no recipient can be added")
        if draft.channel is Channel.EMAIL and not (message.sender_email or account.sender_email):
            raise RequestRefused("sender_email", "an e-mail needs a sender, and there is none")
        present = session.scalar(
            select(Recipient.id).where(
                Recipient.message_id == message.id,
                Recipient.channel == draft.channel,
                Recipient.address == address,
                Recipient.name == draft.name,
                Recipient.scope == scope,
                Recipient.state != RecipientState.CANCELLED,
            )
        )
        if present is not None:
            return Added(ref_of(message), present, repeated=True)
        recipient = Recipient(
            message_id=message.id,
            channel=draft.channel,
            address=address,
            destination=destination,
            name=draft.name,
            scope=scope,
            priority=message.priority,
            node=message.node,
            modem_group=message.modem_group,
        )
        session.add(recipient)
        session.flush()
        appear(session, account, recipient, now)
        return Added(ref_of(message), recipient.id, repeated=False)


def add_attachment(
    queue: Queue,
    account_id: int,
    name: MessageName,
    file_name: str,
    media_type: str,
    data: bytes | Stored,
) -> Added:
    """Add a file to a message that waits; the same file again is the same attachment.

    ``data`` are its octets, or what they were stored as.

    Any type is taken: e-mail sends any file. What cannot be faxed is refused when a message with
    a FAX recipient is sent.
    """
    check_text("attachment_type", media_type, 128, lines=False)
    stored = _stored(queue, file_name, data)
    with queue.store.write("attachment") as session:
        lock_account(session, account_id)
        message = find_message(session, account_id, name)
        check_waiting(message, "no attachment can be added")
        present = session.scalar(
            select(AttachmentRow.id).where(
                AttachmentRow.message_id == message.id,
                AttachmentRow.name == file_name,
                AttachmentRow.type == media_type,
                AttachmentRow.blob == stored.name,
            )
        )
        if present is not None:
            return Added(ref_of(message), present, repeated=True)
        row = AttachmentRow(
            message_id=message.id,
            name=file_name,
            type=media_type,
            blob=stored.name,
            octets=stored.octets,
        )
        session.add(row)
        session.flush()
        return Added(ref_of(message), row.id, repeated=False)


def _stored(queue: Queue, file_name: str, data: bytes | Stored) -> Stored:
    """A file that has a name and something in it, on the disk."""
    check_text("attachment_name", file_name, 256, lines=False)
    if not file_name.strip():
        raise RequestRefused("attachment_name", "a name is expected")
    if not (data.octets if isinstance(data, Stored) else data):
        raise RequestRefused("attachment_data", f"{file_name} is empty")
    return Stored(queue.store.blobs.put(data), len(data)) if isinstance(data, bytes) else data


def _repeated(present: Message, draft: MessageDraft) -> MessageRef:
    status = status_of(present)
    if status is MessageStatus.WAITING and present.fingerprint == draft.fingerprint():
        return ref_of(present)
    other = "" if status is not MessageStatus.WAITING else ", with other content"
    raise RequestRefused(
        "client_id",
        f"{draft.client_id!r} names message {present.uid} already, which is {status.value}{other}",
    )


def _message(queue: Queue, account: Account, draft: MessageDraft, now: datetime) -> Message:
    return Message(
        uid=secrets.token_hex(12),
        account_id=account.id,
        client_id=draft.client_id,
        fingerprint=draft.fingerprint(),
        group_id=draft.group_id,
        cover=draft.cover,
        memo=draft.memo,
        body=draft.body,
        body_type=draft.body_type,
        priority=draft.priority,
        fine=draft.fine,
        send_time=draft.send_time,
        sender_email=draft.sender_email,
        sender_name=draft.sender_name,
        sender_number=draft.sender_number,
        subject=draft.subject,
        node=queue.rules.node(draft.node) or "" if draft.node else "",
        modem_group=draft.modems or account.modem_group,
        header=draft.header,
        paper=draft.paper,
        uncertain=draft.uncertain or queue.rules.retry.uncertain,
        batched=draft.batched,
        resume_cover=draft.resume_cover,
        banner=draft.banner,
        handler=draft.handler,
        created=now,
    )


def _check_draft(queue: Queue, draft: MessageDraft) -> None:
    if not 1 <= draft.priority <= 10:
        raise RequestRefused("priority", f"{draft.priority} is not from 1 to 10")
    if draft.client_id is not None and not draft.client_id:
        raise RequestRefused("client_id", "is empty")
    if draft.body is not None and draft.body_type is None:
        raise RequestRefused("body_type", "is required with a body")
    check_send_time(draft.send_time)
    if draft.paper.upper() not in {"A4", "LETTER", "LEGAL", "B4", "A3"}:
        raise RequestRefused("paper", "A4, letter, legal, B4 or A3 is expected")
    if draft.node and queue.rules.node(draft.node) is None:
        raise RequestRefused("node", f"there is no delivery node {draft.node!r}")
    if draft.modems and draft.modems not in queue.rules.groups:
        raise RequestRefused("modems", f"there is no group of modems {draft.modems!r}")
    for field, longest in _LENGTHS.items():
        check_text(field, getattr(draft, field) or "", longest, lines=False)
    for field in ("memo", "body"):
        check_text(field, getattr(draft, field) or "", _TEXT_OCTETS, lines=True)
    if draft.sender_email and not is_mailbox(draft.sender_email):
        raise RequestRefused("sender_email", "is no e-mail address")
    if draft.sender_number:
        _check_station(draft.sender_number)


def check_send_time(moment: datetime | None) -> None:
    """Refuse a moment without a zone, and one that has no year in every zone."""
    if moment is None:
        return
    if moment.tzinfo is None:
        raise RequestRefused("send_time", "has no time zone")
    if not MINYEAR < moment.year < MAXYEAR:
        raise RequestRefused("send_time", f"is in the year {moment.year}")


def _check_station(number: str) -> None:
    from faxcore.t30.document import Station  # noqa: PLC0415

    try:
        Station(number)
    except SettingsError as error:
        raise RequestRefused("sender_number", str(error)) from error


def _check_sender(account: Account, draft: MessageDraft) -> None:
    domain = draft.sender_email.rpartition("@")[2].lower()
    allowed = {each.lower() for each in account.email_domains}
    if draft.sender_email and draft.sender_email != account.sender_email and domain not in allowed:
        raise RequestRefused("sender_email", f"this account may not send as @{domain}")


def _check_cover(session: Session, account_id: int, name: str) -> None:
    from faxcore.render.coverpage import find_cover  # noqa: PLC0415
    from faxcore.resources import coverpages_folder  # noqa: PLC0415

    if not name:
        return
    own = select(Cover.id).where(Cover.account_id == account_id, Cover.name == name)
    if session.scalar(own) is not None:
        return
    try:
        find_cover(name, coverpages_folder())
    except ContentError as error:
        raise RequestRefused("cover", f"there is no cover page {name!r}") from error


def _address(queue: Queue, draft: RecipientDraft) -> tuple[str, str]:
    """The address as it is kept, and its one form."""
    address = draft.address.strip()
    if draft.channel is Channel.EMAIL:
        if not is_mailbox(address):
            raise RequestRefused("recipient_email", f"{address[:80]!r} is no e-mail address")
        return address, address.lower()
    if not address:
        raise RequestRefused("recipient_phone", "is missing")
    try:
        return address, allowed_number(address, queue.rules.numbers).destination
    except SettingsError as error:
        raise RequestRefused("recipient_phone", str(error)) from error


def is_mailbox(address: str) -> bool:
    """Whether mail can bear an address: one that cannot stand in a header stops all copies."""
    if not _ADDRESS.fullmatch(address) or not address.isascii():
        return False
    try:
        Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        return False
    return True


def check_text(field: str, text: str, longest: int, *, lines: bool) -> None:
    """Refuse a text that is too long, or that no store or header can bear."""
    if len(text) > longest:
        raise RequestRefused(field, f"has {len(text)} characters, at most {longest} are taken")
    control = _CONTROL.search(text) if not lines else None
    if control or "\0" in text:
        raise RequestRefused(field, "has a line break or control character")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RequestRefused(field, "has half a character (a lone surrogate)") from error

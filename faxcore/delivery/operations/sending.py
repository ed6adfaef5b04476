"""Releasing a message: from here on it will be delivered, or it is known why not."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from faxcore.delivery.model import AttachmentRow, Cover, Message, Recipient
from faxcore.delivery.operations.finding import find_message, ref_of
from faxcore.delivery.operations.values import MessageName, MessageRef
from faxcore.delivery.plain_text import plain_text
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Body, Cause, Channel, MessageStatus, RecipientState
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import Step, move, status_of
from faxcore.errors import AttachmentError, RequestRefused

_HEAD = 1024
"""What a file is shows in so many octets (``render.sniff``), unless it is an archive."""

_ARCHIVE = b"PK\x03\x04"


def send_message(queue: Queue, account_id: int, name: MessageName, now: datetime) -> MessageRef:
    """Release a message for delivery. When this returns, the disk has it.

    Again on a message that was sent and is not final it has no effect. Raises RequestRefused where
    there is nobody to send to, nothing to send, or something that cannot be sent; the message then
    stays as it was.
    """
    problems = _problems_of_files(queue, account_id, name)
    with queue.store.write("send") as session:
        account = lock_account(session, account_id)
        message = find_message(session, account_id, name)
        status = status_of(message)
        if status.is_final:
            raise RequestRefused("message", f"message {message.uid} is {status.value} already")
        if status is not MessageStatus.WAITING:
            return ref_of(message)
        waiting = [each for each in message.recipients if each.state is RecipientState.WAITING]
        if not waiting:
            raise RequestRefused("message", f"message {message.uid} has no recipient")
        _check_content(queue, message, {each.channel for each in waiting}, problems)
        _freeze_cover(session, message)
        message.released = now
        if queue.rules.expire_s is not None:
            start = max(now, message.send_time) if message.send_time is not None else now
            message.expires = start + timedelta(seconds=queue.rules.expire_s)
        for recipient in waiting:
            move(session, account, recipient, _first_step(message, recipient, now), now)
        return ref_of(message)


def _first_step(message: Message, recipient: Recipient, now: datetime) -> Step:
    if message.send_time is not None and message.send_time > now:
        text = f"waits until {message.send_time.isoformat(timespec='seconds')}"
        return Step(RecipientState.QUEUED, Cause.SCHEDULED, "scheduled", text, message.send_time)
    return Step(RecipientState.QUEUED, Cause.NONE, "queued", "waits for its turn", now)


def _check_content(
    queue: Queue, message: Message, channels: set[Channel], problems: dict[int, str]
) -> None:
    body = message.body if message.body is not None and message.body.strip() else None
    if Channel.FAX in channels:
        if body is None and not message.cover and not message.attachments:
            raise RequestRefused(
                "message", "there is nothing to fax: a cover, a body or an attachment is needed"
            )
        _check_attachments(queue, message, problems)
    if Channel.SMS in channels and message.body_type is Body.XML:
        raise RequestRefused("body_type", "a short message cannot be written in XML")
    if Channel.SMS in channels and (body is None or not plain_text(body, message.body_type)):
        raise RequestRefused("body", "a short message needs a body with text in it")


def _problems_of_files(queue: Queue, account_id: int, name: MessageName) -> dict[int, str]:
    """What hinders faxing each attachment, "" where nothing does: no transaction waits for it."""
    with queue.store.read() as session:
        message = find_message(session, account_id, name)
        faxed = any(each.channel is Channel.FAX for each in message.recipients)
        rows = list(message.attachments) if faxed and message.released is None else []
    return {row.id: _problem(queue, row) for row in rows}


def _check_attachments(queue: Queue, message: Message, problems: dict[int, str]) -> None:
    for row in message.attachments:
        known = problems.get(row.id)  # None: it was added since the others were looked at
        problem = _problem(queue, row) if known is None else known
        if problem:
            raise RequestRefused("attachment", problem)


def _problem(queue: Queue, row: AttachmentRow) -> str:
    """Why a file cannot be faxed. Only an archive, which may be an office file, is read whole."""
    from faxcore.render import Attachment  # noqa: PLC0415
    from faxcore.render.content import ATTACHMENT_OCTETS  # noqa: PLC0415
    from faxcore.render.office import converter_missing  # noqa: PLC0415
    from faxcore.render.sniff import Kind, kind_of  # noqa: PLC0415

    octets = queue.store.blobs.head(row.blob, _HEAD)
    if octets.startswith(_ARCHIVE) and row.octets <= ATTACHMENT_OCTETS:
        octets = queue.store.blobs.get(row.blob)
    try:
        if row.octets > ATTACHMENT_OCTETS:
            raise AttachmentError(f"{row.name} has {row.octets >> 20} MB, too many to be faxed")
        kind = kind_of(Attachment(row.name, octets))
    except AttachmentError as error:
        return str(error)
    return converter_missing(row.name) if kind is Kind.OFFICE else ""


def _freeze_cover(session: Session, message: Message) -> None:
    """The account's own page, as it is now; a shipped one stays a name."""
    if message.cover:
        own = select(Cover.blob).where(
            Cover.account_id == message.account_id, Cover.name == message.cover
        )
        message.cover_blob = session.scalar(own) or ""

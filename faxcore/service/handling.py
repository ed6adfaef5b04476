"""Calling a message's handler: at each attachment, and on the whole message as it is released."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from faxcore.delivery.blobs import Stored
from faxcore.delivery.model import AttachmentRow, Message
from faxcore.delivery.operations import MessageName
from faxcore.delivery.operations.finding import find_message
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import MessageStatus
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import status_of
from faxcore.service.handlers import Given, HandlerFailed, Made, Stage, StoredFile, run_handler
from faxcore.service.requests import Refused

ELEMENT = "handlerTask"


def handle_attachment(
    queue: Queue, account_id: int, name: MessageName, file: StoredFile
) -> tuple[StoredFile, tuple[str, ...]]:
    """The file as its message's handler leaves it, and the handler's warnings.

    A handler that fails here leaves the file as it is, and that is a warning.
    """
    with queue.store.read() as session:
        handler = find_message(session, account_id, name).handler
    if not handler or not file.stored.octets:
        return file, ()
    try:
        outcome = run_handler(handler, Given(Stage.ATTACHMENT, (file,)), queue.store.blobs)
    except HandlerFailed as error:
        return file, (str(error),)
    if outcome.files is None:
        return file, outcome.warnings
    if len(outcome.files) != 1:
        text = f"{handler} answers with {len(outcome.files)} files for one; it is left as it was"
        return file, (*outcome.warnings, text)
    return outcome.files[0], outcome.warnings


def handle_message(queue: Queue, account_id: int, name: MessageName) -> tuple[str, ...]:
    """Let the handler work on a message that is about to be released; its warnings.

    Refused where it fails. A message that has been released already is not handled again.
    """
    with queue.store.read() as session:
        message = find_message(session, account_id, name)
        if not message.handler or status_of(message) is not MessageStatus.WAITING:
            return ()
        files = tuple(
            StoredFile(row.name, row.type, Stored(row.blob, row.octets))
            for row in message.attachments
        )
        task = Given(
            Stage.MESSAGE,
            files,
            message.body,
            None if message.body_type is None else message.body_type.value,
            (
                ("subject", message.subject),
                ("memo", message.memo),
                ("senderName", message.sender_name),
            ),
        )
        number, handler = message.id, message.handler
        seen = frozenset(row.id for row in message.attachments)
    try:
        outcome = run_handler(handler, task, queue.store.blobs)
    except HandlerFailed as error:
        raise Refused(str(error), ELEMENT) from error
    if outcome.files is not None or outcome.body is not None:
        _replace(queue, account_id, number, outcome, seen)
    return outcome.warnings


def _replace(
    queue: Queue, account_id: int, number: int, outcome: Made, seen: frozenset[int]
) -> None:
    """Put the handler's files and body in the place of the message's, if it still waits.

    An attachment that was added while the handler worked is not among those it has ``seen``, and
    stays: its sender was told that it was taken.
    """
    with queue.store.write("handler") as session:
        lock_account(session, account_id)
        message = session.scalar(
            select(Message)
            .where(Message.id == number)
            .options(selectinload(Message.attachments), selectinload(Message.recipients))
        )
        if message is None or status_of(message) is not MessageStatus.WAITING:
            return
        if outcome.body is not None:
            message.body = outcome.body
        if outcome.files is not None:
            for row in message.attachments:
                if row.id in seen:
                    session.delete(row)
            session.flush()
            for file in outcome.files:
                if file.stored.octets:
                    session.add(_row(number, file))


def _row(message_id: int, file: StoredFile) -> AttachmentRow:
    return AttachmentRow(
        message_id=message_id,
        name=file.name,
        type=file.type,
        blob=file.stored.name,
        octets=file.stored.octets,
    )

"""What one call is to send: the pages of one or more recipients that are still due, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from faxcore.delivery import render_notes
from faxcore.delivery.documents import pack, raster_hash, unpack
from faxcore.delivery.fax_content import (
    RENDERED,
    Identity,
    RenderedFax,
    Renderer,
    render_continuation,
    render_fax,
)
from faxcore.delivery.findings import Finding, PageInCall
from faxcore.delivery.hours import zone_of
from faxcore.delivery.judging import close_attempt, known_pages
from faxcore.delivery.memory import Memory, advice
from faxcore.delivery.model import Attempt, Call, Destination, Message, Recipient
from faxcore.delivery.recording import attempts_of, memory_of
from faxcore.delivery.retry import Failure
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import AttemptState, CancelWish, UncertainPolicy
from faxcore.delivery.store import lock_account
from faxcore.errors import ContentError
from faxcore.t30.document import FaxDocument, FaxPage


@dataclass(frozen=True, slots=True)
class Plan:
    """A call ready to be made. ``pages`` says whose page each of the document's is.

    ``number`` is what is dialled, ``station`` our identity, ``held_back`` what experience with this
    number says.
    """

    call_id: int
    number: str
    station: str
    pages: tuple[PageInCall, ...]
    document: FaxDocument
    held_back: Memory


def render_due(
    queue: Queue, call_id: int, own: Identity, now: datetime, render: Renderer = render_fax
) -> None:
    """Render the documents of a call that are not rendered yet, and keep them with their notes.

    What cannot be rendered ends that recipient's attempt: it has failed for good. Takes no
    transaction while it renders.
    """
    for recipient in _unrendered(queue, call_id):
        message = recipient.message
        sender = Identity(station_of(message, own), own.header)
        moment = now.astimezone(zone_of(message.account.zone))
        try:
            fax = render(queue.store, message, recipient, moment, sender)
        except ContentError as error:
            _refuse(queue, call_id, recipient.id, str(error), now)
            continue
        _keep(queue, message.account_id, recipient.id, fax)


def _unrendered(queue: Queue, call_id: int) -> list[Recipient]:
    with queue.store.read() as session:
        query = (
            select(Recipient)
            .join(Attempt, Attempt.recipient_id == Recipient.id)
            .where(
                Attempt.call_id == call_id,
                Attempt.state != AttemptState.DONE,
                Recipient.document == "",
            )
            .order_by(Attempt.id)
            .options(RENDERED)
        )
        return list(session.scalars(query))


def plan_call(queue: Queue, call_id: int, own: Identity, now: datetime) -> Plan | None:
    """What the call sends now; None where nothing is left to be sent in it.

    Takes no transaction while it renders a continuation cover.
    """
    with queue.store.read() as session:
        call = session.get_one(Call, call_id)
        due = [
            (recipient, _due_numbers(session, queue.rules, recipient))
            for recipient in _called_for(session, call_id)
        ]
        remembered = session.get(Destination, call.destination)
        memory = memory_of(remembered) if remembered is not None else Memory()
    planned: list[tuple[PageInCall, FaxPage]] = []
    station = own.number
    for recipient, numbers in due:
        station = station_of(recipient.message, own)
        if numbers:
            planned += _due_pages(queue, recipient, numbers, len(planned), now, own)
    if not planned:
        return None
    held_back = advice(memory, queue.rules.memory, now)
    pages = tuple(page for page, _ in planned)
    document = FaxDocument(tuple(fax for _, fax in planned), _first_number(pages))
    return Plan(call_id, call.dial_line, station, pages, document, held_back)


def _called_for(session: Session, call_id: int) -> list[Recipient]:
    """The recipients that a call is made for, with what a cover for them would say."""
    attempts = [
        each for each in attempts_of(session, call_id) if each.state is not AttemptState.DONE
    ]
    recipients = [
        session.get_one(Recipient, attempt.recipient_id, options=(RENDERED,))
        for attempt in attempts
    ]
    return [each for each in recipients if each.cancel_wish is CancelWish.NO]


def station_of(message: Message, own: Identity) -> str:
    """Our identity for a message: its own where the account may name one, else the account's."""
    account = message.account
    if message.sender_number and account.may_name_number:
        return message.sender_number
    return account.sender_number or own.number


def _due_numbers(session: Session, rules: Rules, recipient: Recipient) -> tuple[int, ...]:
    accepts = recipient.message.uncertain is UncertainPolicy.ACCEPT
    return known_pages(session, rules, recipient).to_send(skip_uncertain=accepts)


def _due_pages(
    queue: Queue,
    recipient: Recipient,
    numbers: tuple[int, ...],
    before: int,
    now: datetime,
    own: Identity,
) -> list[tuple[PageInCall, FaxPage]]:
    stored = unpack(queue.store.blobs.get(recipient.document))
    due = [(number, stored[number - 1]) for number in numbers]
    if recipient.message.resume_cover and numbers[0] > 1:
        moment = now.astimezone(zone_of(recipient.message.account.zone))
        sender = Identity(station_of(recipient.message, own), own.header)
        cover = render_continuation(
            queue.store, recipient.message, recipient, moment, sender, numbers[0]
        )
        due.insert(0, (0, cover))
    return [
        (PageInCall(position, recipient.id, recipient.run, page, raster_hash(fax)), fax)
        for position, (page, fax) in enumerate(due, before + 1)
    ]


def _first_number(pages: tuple[PageInCall, ...]) -> int:
    """Reports call pages by their own numbers where one document's run of pages is sent."""
    numbers = [page.number for page in pages]
    first = numbers[0]
    is_run = first > 0 and numbers == list(range(first, first + len(numbers)))
    return first if is_run and len({page.recipient_id for page in pages}) == 1 else 1


def _keep(queue: Queue, account_id: int, recipient_id: int, fax: RenderedFax) -> None:
    blob, pages = queue.store.blobs.put(pack(fax.pages)), len(fax.pages)
    with queue.store.write("rendered") as session:
        lock_account(session, account_id)
        recipient = session.get_one(Recipient, recipient_id, with_for_update=True)
        recipient.document, recipient.pages = blob, pages
        message = session.get_one(Message, recipient.message_id, with_for_update=True)
        message.pages = max(message.pages or 0, pages)
        render_notes.keep(session, recipient_id, fax.notes)


def _refuse(queue: Queue, call_id: int, recipient_id: int, text: str, now: datetime) -> None:
    finding = Finding(Failure.PERMANENT, "convert_failed", text)
    with queue.store.write("unrenderable") as session:
        account_id = session.scalar(
            select(Message.account_id)
            .join(Recipient, Recipient.message_id == Message.id)
            .where(Recipient.id == recipient_id)
        )
        if account_id is None:
            return
        account = lock_account(session, account_id)
        for attempt in attempts_of(session, call_id):
            if attempt.recipient_id == recipient_id:
                close_attempt(session, queue.rules, account, attempt, finding, now, 0.0)

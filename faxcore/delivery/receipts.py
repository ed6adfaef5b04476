"""Receipts: what was sent, decoded back from what crossed the port, beside what was to be sent.

Everything that an attempt left in the tables stands in its story (``history``). Where its
transcript was kept, the pages are taken out of the octets that the modem was given, and compared
with the stored document: the proof of what went out does not rest on what the sender believes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from faxcore.delivery.documents import unpack
from faxcore.delivery.history import AttemptStory, attempts_of_message
from faxcore.delivery.model import PageRow, Recipient
from faxcore.delivery.operations.values import MessageName
from faxcore.delivery.rules import Queue
from faxcore.errors import SettingsError
from faxcore.t4 import EncodedPage
from faxcore.t30.document import FaxPage
from faxcore.workbench.reading_call import recorded_call


@dataclass(frozen=True, slots=True)
class ProvenPage:
    """One page as it crossed the port. ``form`` is its coded rows.

    ``same`` says whether they are those of the stored document; None where it has no such form
    (a page that was made anew for the far end, or a continuation cover).
    """

    number: int
    form: EncodedPage
    same: bool | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """One attempt, its pages from the transcript, and why there are none where there are none."""

    story: AttemptStory
    pages: tuple[ProvenPage, ...] = ()
    note: str = ""


def receipts_of_message(
    queue: Queue, account_id: int, name: MessageName, recipient_id: int | None = None
) -> list[Receipt]:
    """The receipts of all attempts that dialled, in order."""
    stories = attempts_of_message(queue, account_id, name, recipient_id)
    return [_receipt(queue, story) for story in stories if story.dialled is not None]


def _receipt(queue: Queue, story: AttemptStory) -> Receipt:
    if not story.transcript:
        return Receipt(story, note="no transcript was kept")
    try:
        call = recorded_call(Path(story.transcript))
    except SettingsError as error:
        return Receipt(story, note=str(error))
    prepared = _prepared(queue, story.recipient)
    proven = []
    for position, number in _positions(queue, story):
        for form in call.pages.get(position, ()):
            page = prepared[number - 1] if 0 < number <= len(prepared) else None
            proven.append(ProvenPage(number, form, _same(form, page)))
    return Receipt(story, tuple(proven))


def _prepared(queue: Queue, recipient_id: int) -> tuple[FaxPage, ...]:
    with queue.store.read() as session:
        document = session.get_one(Recipient, recipient_id).document
    return unpack(queue.store.blobs.get(document)) if document else ()


def _positions(queue: Queue, story: AttemptStory) -> list[tuple[int, int]]:
    """Where the recipient's pages stood in the call, and their numbers."""
    with queue.store.read() as session:
        rows = session.execute(
            select(PageRow.position, PageRow.number)
            .where(PageRow.call_id == story.call, PageRow.recipient_id == story.recipient)
            .order_by(PageRow.position)
        )
        return [(position, number) for position, number in rows]


def _same(form: EncodedPage, page: FaxPage | None) -> bool | None:
    if page is None:
        return None
    for each in page.choices:
        if (each.coding, each.resolution, each.width) == (form.coding, form.resolution, form.width):
            return each.data == form.data
    return None

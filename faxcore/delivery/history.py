"""The story of a message's attempts: receipts of calls and pages, from the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from faxcore.delivery.model import Attempt, Call, PageRow
from faxcore.delivery.operations.finding import chosen, find_message
from faxcore.delivery.operations.values import MessageName
from faxcore.delivery.rules import Queue


@dataclass(frozen=True, slots=True)
class PageReceipt:
    """What became of a page in one call. See ``model.PageRow`` for the fields."""

    number: int
    outcome: str
    sendings: int
    rtn: int
    ppr: int
    octets: int
    rate: int
    raster: str
    answered: datetime | None


@dataclass(frozen=True, slots=True)
class AttemptStory:
    """One attempt with its call and its pages; texts are "" where no call was made."""

    recipient: int
    number: int
    began: datetime
    ended: datetime | None
    counted: bool
    reason: str
    text: str
    worker: str
    call: int = 0
    dial_line: str = ""
    rule: str = ""
    dialled: datetime | None = None
    call_text: str = ""
    remote_id: str = ""
    modulation: str = ""
    rate: int = 0
    ecm: bool = False
    resolution: str = ""
    trainings: int = 0
    seconds: float = 0.0
    transcript: str = ""
    pages: tuple[PageReceipt, ...] = ()


def attempts_of_message(
    queue: Queue, account_id: int, name: MessageName, recipient_id: int | None = None
) -> list[AttemptStory]:
    """All attempts of a message, or of one of its recipients, in order."""
    with queue.store.read() as session:
        message = find_message(session, account_id, name)
        wanted = [each.id for each in chosen(message, recipient_id)]
        attempts = select(Attempt).where(Attempt.recipient_id.in_(wanted)).order_by(Attempt.id)
        return [_story(session, attempt) for attempt in session.scalars(attempts)]


def _story(session: Session, attempt: Attempt) -> AttemptStory:
    call = session.get(Call, attempt.call_id) if attempt.call_id is not None else None
    if call is None:
        return AttemptStory(
            attempt.recipient_id,
            attempt.number,
            attempt.began,
            attempt.ended,
            attempt.counted,
            attempt.reason,
            attempt.text,
            attempt.worker,
        )
    pages = session.scalars(
        select(PageRow)
        .where(PageRow.call_id == call.id, PageRow.recipient_id == attempt.recipient_id)
        .order_by(PageRow.position)
    )
    return AttemptStory(
        recipient=attempt.recipient_id,
        number=attempt.number,
        began=attempt.began,
        ended=attempt.ended,
        counted=attempt.counted,
        reason=attempt.reason,
        text=attempt.text,
        worker=attempt.worker,
        call=call.id,
        dial_line=call.dial_line if call.dialled is not None else "",
        rule=call.rule,
        dialled=call.dialled,
        call_text=call.text,
        remote_id=call.remote_id,
        modulation=call.modulation,
        rate=call.rate,
        ecm=call.ecm,
        resolution=call.resolution,
        trainings=call.trainings,
        seconds=call.seconds,
        transcript=call.transcript,
        pages=tuple(_receipt(row) for row in pages),
    )


def _receipt(row: PageRow) -> PageReceipt:
    return PageReceipt(
        row.number,
        row.outcome.value,
        row.sendings,
        row.rtn,
        row.ppr,
        row.octets,
        row.rate,
        row.raster,
        row.answered,
    )

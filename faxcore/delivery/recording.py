"""Writing down what a call does: that it dials, what becomes of each page, how it ended.

The guard: ``mark_dialled`` takes a call from CALLING to DIALLED, once, and only who did that may
dial. Everything that must hold from then on is in the same transaction: the dial is counted, and
every page of it has a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from faxcore.delivery.findings import INTERRUPTED, NOT_BEGUN, Finding, PageInCall
from faxcore.delivery.judging import close_attempt
from faxcore.delivery.memory import Experience, Memory, learn
from faxcore.delivery.model import Attempt, Call, Destination, Message, PageRow, Recipient
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import AttemptState, CallState, CancelWish, Channel
from faxcore.delivery.store import lock_account
from faxcore.t30.result import PageOutcome


def mark_dialled(
    queue: Queue,
    call_id: int,
    pages: Sequence[PageInCall],
    now: datetime,
    transcript: str = "",
) -> bool:
    """Whether this call may dial now. It is on the disk that it has, before this returns.

    So is where its ``transcript`` is: what it says of pages goes with them, whatever happens.
    False where it has dialled before, is over, or was cancelled meanwhile.
    """
    with queue.store.write("dial") as session:
        guarded = session.scalars(
            update(Call)
            .where(Call.id == call_id, Call.state == CallState.CALLING)
            .values(state=CallState.DIALLED, dialled=now, transcript=transcript)
            .returning(Call.id)
        ).all()
        if not guarded:
            return False
        attempts = [
            each
            for each in attempts_of(session, call_id)
            if each.state is not AttemptState.DONE  # what could not be rendered is not called for
        ]
        if any(_recipient(session, each).cancel_wish is not CancelWish.NO for each in attempts):
            session.rollback()
            return False
        for attempt in attempts:
            attempt.counted = True
            recipient = _recipient(session, attempt)
            recipient.dials += 1
            recipient.run_dials += 1
            recipient.first_attempt = recipient.first_attempt or now
            recipient.last_attempt = now
        for page in pages:
            session.add(
                PageRow(
                    call_id=call_id,
                    recipient_id=page.recipient_id,
                    run=page.run,
                    number=page.number,
                    position=page.position,
                    outcome=PageOutcome.UNSENT,
                    raster=page.raster,
                )
            )
        return True


def note_page(
    queue: Queue,
    call_id: int,
    position: int,
    outcome: PageOutcome,
    now: datetime,
    *,
    gateway_id: str = "",
) -> CancelWish:
    """Write down what is known of a page now, while the call runs; how the call is to be ended.

    ``gateway_id`` are the names of all parts that a network has taken: its reports bear them, so
    they are on the disk together with the page, whatever becomes of the call.
    """
    answered = now if outcome is PageOutcome.CONFIRMED else None
    with queue.store.write(f"page-{outcome.value}") as session:
        session.execute(
            update(PageRow)
            .where(PageRow.call_id == call_id, PageRow.position == position)
            .values(outcome=outcome, answered=answered)
        )
        if gateway_id:
            whose = select(PageRow.recipient_id).where(
                PageRow.call_id == call_id, PageRow.position == position
            )
            session.execute(
                update(Recipient).where(Recipient.id.in_(whose)).values(gateway_id=gateway_id)
            )
        return _wish(session, call_id)


def cancel_wish(queue: Queue, call_id: int) -> CancelWish:
    """Whether, and how, a call in progress is to be ended."""
    with queue.store.read() as session:
        return _wish(session, call_id)


def _wish(session: Session, call_id: int) -> CancelWish:
    if session.scalar(select(Call.ended).where(Call.id == call_id)) is not None:
        return CancelWish.AT_ONCE  # somebody took us for dead, and has taken this over
    wishes = set(
        session.scalars(
            select(Recipient.cancel_wish)
            .join(Attempt, Attempt.recipient_id == Recipient.id)
            .where(Attempt.call_id == call_id)
        )
    )
    urgent = (CancelWish.AT_ONCE, CancelWish.BETWEEN_PAGES)
    return next((wish for wish in urgent if wish in wishes), CancelWish.NO)


def finish_call(queue: Queue, call_id: int, finding: Finding, now: datetime, jitter: float) -> None:
    """Close a call: its pages, its attempts, what follows for each recipient, what was learnt.

    All in one transaction; a call that is over already is left alone.
    """
    with queue.store.write("finish") as session:
        call = _open_call(session, call_id)
        if call is not None:
            _finish(session, queue.rules, call, finding, now, jitter)


def settle_call(queue: Queue, call_id: int, now: datetime, jitter: float) -> None:
    """Close a call whose worker is gone: by its pages where it had dialled, else as not begun.

    A worker that is not gone after all may dial until its call is held here, and not later.
    """
    with queue.store.write("finish") as session:
        call = _open_call(session, call_id)
        if call is not None:
            finding = INTERRUPTED if call.state is CallState.DIALLED else NOT_BEGUN
            _finish(session, queue.rules, call, finding, now, jitter)


def call_state(queue: Queue, call_id: int) -> CallState:
    """Where the guard of a call is."""
    with queue.store.read() as session:
        return session.get_one(Call, call_id).state


def unfinished_calls(queue: Queue, worker: str) -> list[int]:
    """The calls that a worker has begun and not closed, oldest first."""
    with queue.store.read() as session:
        query = select(Call.id).where(
            Call.worker == worker, Call.state.in_((CallState.CALLING, CallState.DIALLED))
        )
        return list(session.scalars(query.order_by(Call.id)))


def attempts_of(session: Session, call_id: int) -> list[Attempt]:
    """The attempts that a call carries, in the order in which their pages go."""
    query = select(Attempt).where(Attempt.call_id == call_id).order_by(Attempt.id)
    return list(session.scalars(query))


def take_back(session: Session, recipient: Recipient, arrived: int = 0) -> None:
    """What a server or network had accepted did not arrive: it is confirmed no more.

    So a resend sends it again, and the message is not told to have arrived. ``arrived`` counts
    parts of it that are known to have.
    """
    session.execute(
        update(PageRow)
        .where(
            PageRow.recipient_id == recipient.id,
            PageRow.run == recipient.run,
            PageRow.outcome == PageOutcome.CONFIRMED,
        )
        .values(outcome=PageOutcome.DOUBTFUL)
    )
    recipient.pages_confirmed, recipient.pages_uncertain = arrived, 0
    recipient.gateway_id = ""


def _recipient(session: Session, attempt: Attempt) -> Recipient:
    return session.get_one(Recipient, attempt.recipient_id, with_for_update=True)


def _open_call(session: Session, call_id: int) -> Call | None:
    """A call, held; None where it is over."""
    call: Call | None = session.scalar(
        select(Call).where(Call.id == call_id, Call.ended.is_(None)).with_for_update()
    )
    return call


def _finish(
    session: Session, rules: Rules, call: Call, finding: Finding, now: datetime, jitter: float
) -> None:
    dialled = call.state is CallState.DIALLED
    _close(call, finding, now)
    _close_pages(session, call, finding)
    session.flush()
    for attempt in attempts_of(session, call.id):
        if attempt.state is AttemptState.DONE:
            continue
        account_id = session.scalar(
            select(Message.account_id)
            .join(Recipient, Recipient.message_id == Message.id)
            .where(Recipient.id == attempt.recipient_id)
        )
        if account_id is not None:
            account = lock_account(session, account_id)
            close_attempt(session, rules, account, attempt, finding, now, jitter)
    if dialled and call.channel is Channel.FAX:
        _remember(session, rules, call, finding, now)


def _close(call: Call, finding: Finding, now: datetime) -> None:
    call.state = CallState.INTERRUPTED if finding.interrupted else CallState.ENDED
    call.ended, call.busy_destination = now, None
    call.status, call.text = finding.status, finding.text
    call.remote_id = finding.remote_id[:64]
    call.modulation, call.rate, call.ecm = finding.modulation, finding.rate, finding.ecm
    call.resolution, call.trainings = finding.resolution, finding.trainings
    call.seconds, call.transcript = finding.seconds, finding.transcript or call.transcript


def _close_pages(session: Session, call: Call, finding: Finding) -> None:
    for row in session.scalars(select(PageRow).where(PageRow.call_id == call.id)):
        found = finding.pages.get(row.position)
        if found is None:
            continue
        row.outcome = found.outcome
        row.sendings, row.rtn, row.ppr = found.sendings, found.rtn, found.ppr
        row.octets, row.rate = found.octets, found.rate


def _remember(session: Session, rules: Rules, call: Call, finding: Finding, now: datetime) -> None:
    row = session.get(Destination, call.destination, with_for_update=True)
    if row is None:
        row = Destination(number=call.destination, line_failures=0, dead_calls=0)
        session.add(row)
    before = memory_of(row)
    experience = Experience(finding.failure, finding.rate, finding.ecm, finding.reason)
    after = learn(before, experience, rules.memory, now)
    row.fastest, row.ecm, row.learnt, row.why = after.fastest, after.ecm, after.learnt, after.why
    row.line_failures, row.dead_calls = after.line_failures, after.dead_calls
    row.closed_until = after.closed_until
    if finding.failure is None:
        row.remote_id, row.rate = finding.remote_id[:64], finding.rate
        row.modulation, row.resolution, row.worked = finding.modulation, finding.resolution, now


def memory_of(row: Destination) -> Memory:
    """What is remembered of a destination, as a value."""
    return Memory(
        row.fastest,
        row.ecm,
        row.learnt,
        row.why,
        row.line_failures,
        row.dead_calls,
        row.closed_until,
    )

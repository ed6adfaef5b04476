"""Which recipient is next, and taking it: one transaction that only one worker wins.

Whoever is due, most urgent first, on a channel, whose destination nobody is calling. What turns out
on the way not to be callable (expired, refused by the number policy, outside its hours, over the
budget of its account, a number that seems dead) is put where it belongs, and the next is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from faxcore.delivery import tallies
from faxcore.delivery.hours import next_opening, zone_of
from faxcore.delivery.model import Account, Attempt, Call, Destination, Message, Node, Recipient
from faxcore.delivery.numbers import judge
from faxcore.delivery.retry import pages_text
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import AttemptState, CallState, Cause, Channel, RecipientState
from faxcore.delivery.store import Conflict, lock_account
from faxcore.delivery.transitions import Step, begin, move
from faxcore.errors import NumberRefused

_LOOKED_AT = 20
"""Candidates that are looked at in one claim: what is put off makes room for the next claim."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """The worker that wants work: its name, its node, its modem, and that modem's group."""

    worker: str
    node: str
    channel: Channel
    modem: str = ""
    group: str = ""


def claim(queue: Queue, claimant: Claimant, now: datetime) -> int | None:
    """Take the next recipient (and those that can go with it): the id of its call, or None."""
    try:
        with queue.store.write("claim") as session:
            _wake_timed(session, claimant.channel, now)
            for recipient_id in session.scalars(_candidates(queue.rules, claimant, now)).all():
                call = _take(session, queue.rules, claimant, recipient_id, now)
                if call is not None:
                    return call.id
    except Conflict:  # another host has begun a call to the same destination just now
        return None
    return None


def something_to_do(queue: Queue, claimant: Claimant, now: datetime) -> bool:
    """Whether a claim may find something: a look that locks nobody out."""
    due = select(Recipient.id).where(
        *_due(claimant, now),
        _nobody_calls() & _for_node(queue.rules, claimant, now)
        | (Recipient.cause == Cause.SCHEDULED),  # whose time has come, a claim wakes
    )
    with queue.store.look() as connection:
        return connection.scalar(due.limit(1)) is not None


def _candidates(rules: Rules, claimant: Claimant, now: datetime) -> Select[int]:
    return (
        select(Recipient.id)
        .where(*_due(claimant, now), _nobody_calls(), _for_node(rules, claimant, now))
        .order_by(Recipient.priority.desc(), Recipient.due, Recipient.id)
        .limit(_LOOKED_AT)
    )


def _due(claimant: Claimant, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Recipient.channel == claimant.channel,
        Recipient.state == RecipientState.QUEUED,
        Recipient.due <= now,
        _for_modem(claimant),
    )


def _nobody_calls() -> ColumnElement[bool]:
    """That its destination is not being called already."""
    busy = select(Call.busy_destination).where(Call.busy_destination.is_not(None))
    return Recipient.destination.not_in(busy)


def _for_node(rules: Rules, claimant: Claimant, now: datetime) -> ColumnElement[bool]:
    """That this node may call: it is the one that is preferred, if any, or that one is gone."""
    gone = now - timedelta(seconds=rules.absent_node_s)
    absent = select(Node.name).where(Node.lease_until < gone)
    return or_(
        Recipient.node.in_(("", claimant.node)),
        Recipient.node.in_(absent),
        Recipient.node.not_in(select(Node.name)) & (Recipient.due <= gone),
    )


def _for_modem(claimant: Claimant) -> ColumnElement[bool]:
    """That this modem may call: it is of the group that was named, if one was."""
    return Recipient.modem_group.in_(("", claimant.group))


def _wake_timed(session: Session, channel: Channel, now: datetime) -> None:
    """Who waited for a set time that has come waits for his turn now: T becomes P."""
    timed = (
        select(Recipient.id, Message.account_id)
        .join(Message, Recipient.message_id == Message.id)
        .where(
            Recipient.channel == channel,
            Recipient.state == RecipientState.QUEUED,
            Recipient.cause == Cause.SCHEDULED,
            Recipient.due <= now,
        )
        .order_by(Message.account_id, Recipient.due)
        .limit(100)
    )
    for recipient_id, account_id in session.execute(timed).all():
        account = lock_account(session, account_id)
        recipient = _still_queued(session, recipient_id)
        if recipient is not None and recipient.cause is Cause.SCHEDULED:
            step = Step(
                RecipientState.QUEUED, Cause.NONE, "queued", "waits for its turn", recipient.due
            )
            move(session, account, recipient, step, now)


def _still_queued(session: Session, recipient_id: int) -> Recipient | None:
    """A recipient, held, if it is queued and nobody else holds it. Its account is held before."""
    found: Recipient | None = session.scalar(
        select(Recipient)
        .where(Recipient.id == recipient_id, Recipient.state == RecipientState.QUEUED)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return found


def _take(
    session: Session, rules: Rules, claimant: Claimant, recipient_id: int, now: datetime
) -> Call | None:
    """Make a call for one candidate, if it can be made now."""
    account_id = session.scalar(
        select(Message.account_id)
        .join(Recipient, Recipient.message_id == Message.id)
        .where(Recipient.id == recipient_id)
    )
    if account_id is None:
        return None
    account = lock_account(session, account_id)
    recipient = _still_queued(session, recipient_id)
    if recipient is None:
        return None
    obstacle = _obstacle(session, rules, account, recipient, now)
    if obstacle is not None:
        move(session, account, recipient, obstacle, now)
        return None
    call = _call(rules, claimant, recipient, now)
    session.add(call)
    session.flush()
    for each in (recipient, *_companions(session, rules, account, claimant, recipient, now)):
        _attempt(session, claimant, call, each, now)
    return call


def _obstacle(
    session: Session, rules: Rules, account: Account, recipient: Recipient, now: datetime
) -> Step | None:
    """Why a recipient that is due is not called now; None where nothing is in the way."""
    expires = recipient.message.expires
    if expires is not None and expires <= now:
        return _failed(recipient, "expired", "its time was over")
    if recipient.channel is Channel.EMAIL:
        return None
    try:
        verdict = judge(recipient.address, rules.numbers)
    except NumberRefused as error:
        return _failed(recipient, "number_refused", str(error))
    if not verdict.allowed:
        return _failed(recipient, "number_refused", f"refused by the rule: {verdict.rule}")
    if recipient.channel is not Channel.FAX:
        return None
    return _not_now(session, rules, account, recipient, now)


def _failed(recipient: Recipient, reason: str, text: str) -> Step:
    """The end of a recipient, and what it may hold in hand already."""
    if recipient.pages_confirmed or recipient.pages_uncertain:
        text += f"; {pages_text(recipient.pages_confirmed, recipient.pages, ())}"
    return Step(RecipientState.FAILED, reason=reason, text=text)


def _not_now(
    session: Session, rules: Rules, account: Account, recipient: Recipient, now: datetime
) -> Step | None:
    """What puts a fax off: calling hours, the account's budget, a number that seems dead."""
    opening = next_opening(recipient.destination, rules.hours, now)
    if opening is not None:
        text = f"outside calling hours, which begin at {opening.isoformat(timespec='minutes')}"
        return Step(RecipientState.QUEUED, Cause.SCHEDULED, "calling_hours", text, opening)
    if account.budget is not None and _dials_today(session, account, now) >= account.budget:
        tomorrow = _midnight(account, now) + timedelta(days=1)
        text = f"the account's {account.budget} dials of this day are used up"
        return Step(RecipientState.QUEUED, Cause.SCHEDULED, "budget", text, tomorrow)
    remembered = session.get(Destination, recipient.destination)
    closed = remembered.closed_until if remembered is not None else None
    if closed is not None and closed > now:
        text = (
            f"no fax has answered there lately; tried again at {closed.isoformat('T', 'minutes')}"
        )
        return Step(RecipientState.QUEUED, Cause.RETRY, "number_seems_dead", text, closed)
    return None


def _companions(
    session: Session,
    rules: Rules,
    account: Account,
    claimant: Claimant,
    first: Recipient,
    now: datetime,
) -> list[Recipient]:
    """Other faxes of the same account and sender to the same number, to go in the same call."""
    if rules.batch < 2 or first.channel is not Channel.FAX or not first.message.batched:
        return []
    others = (
        select(Recipient)
        .join(Message, Recipient.message_id == Message.id)
        .where(
            Recipient.channel == Channel.FAX,
            Recipient.destination == first.destination,
            Recipient.state == RecipientState.QUEUED,
            Recipient.due <= now,
            Recipient.id != first.id,
            Recipient.address == first.address,
            _for_modem(claimant),
            _for_node(rules, claimant, now),
            Message.account_id == account.id,
            Message.batched.is_(True),
            Message.sender_number == first.message.sender_number,
            or_(Message.expires.is_(None), Message.expires > now),
        )
        .order_by(Recipient.priority.desc(), Recipient.due, Recipient.id)
        .limit(rules.batch - 1)
        .with_for_update(skip_locked=True, of=Recipient)
    )
    return list(session.scalars(others))


def _call(rules: Rules, claimant: Claimant, recipient: Recipient, now: datetime) -> Call:
    dial = rule = ""
    busy: str | None = None
    if recipient.channel is not Channel.EMAIL:
        verdict = judge(recipient.address, rules.numbers)
        dial, rule = verdict.dial, verdict.rule
    if recipient.channel is Channel.SMS:
        dial = recipient.destination  # the network knows no outside line
    if recipient.channel is Channel.FAX:
        busy = recipient.destination
    return Call(
        channel=recipient.channel,
        destination=recipient.destination,
        busy_destination=busy,
        worker=claimant.worker,
        node=claimant.node,
        modem=claimant.modem,
        dial_line=dial,
        rule=rule,
        state=CallState.CALLING,
        created=now,
    )


def _attempt(
    session: Session, claimant: Claimant, call: Call, recipient: Recipient, now: datetime
) -> None:
    last = session.scalar(
        select(func.max(Attempt.number)).where(Attempt.recipient_id == recipient.id)
    )
    session.add(
        Attempt(
            recipient_id=recipient.id,
            number=(last or 0) + 1,
            run=recipient.run,
            worker=claimant.worker,
            state=AttemptState.CLAIMED,
            call_id=call.id,
            began=now,
        )
    )
    begin(recipient)


def _dials_today(session: Session, account: Account, now: datetime) -> int:
    count = (
        select(func.count(func.distinct(Call.id)))
        .join(Attempt, Attempt.call_id == Call.id)
        .join(Recipient, Attempt.recipient_id == Recipient.id)
        .join(Message, Recipient.message_id == Message.id)
        .where(Message.account_id == account.id, Call.dialled >= _midnight(account, now))
    )
    return (session.scalar(count) or 0) + tallies.dials_deleted(session, account, now)


def _midnight(account: Account, now: datetime) -> datetime:
    """When the account's day began, in its own zone."""
    day = now.astimezone(zone_of(account.zone) or UTC)
    return day.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

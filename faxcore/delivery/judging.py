"""Closing an attempt: from what its pages and its call came to, to the recipient's next state."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from faxcore.delivery.findings import Finding
from faxcore.delivery.model import Account, Attempt, PageRow, Recipient
from faxcore.delivery.operations.stopping import stop
from faxcore.delivery.pages import Pages, PageSeen, pages_of
from faxcore.delivery.retry import (
    Failure,
    History,
    Outcome,
    RetryDecision,
    RetryPolicy,
    Verdict,
    decide,
    is_try,
)
from faxcore.delivery.rules import Rules
from faxcore.delivery.states import AttemptState, CancelWish, Channel, RecipientState
from faxcore.delivery.transitions import Step, move
from faxcore.t30.result import HangupStatus, PageOutcome

_EVERYTHING = {
    Channel.FAX: "every page was confirmed",
    Channel.SMS: "every part was accepted by the network",
    Channel.EMAIL: "accepted by the next server",
}
_WHAT = {Channel.FAX: "page", Channel.SMS: "part", Channel.EMAIL: "copy"}
_UNSURE = (PageOutcome.UNCERTAIN, PageOutcome.INFERRED)


def close_attempt(
    session: Session,
    rules: Rules,
    account: Account,
    attempt: Attempt,
    finding: Finding,
    now: datetime,
    jitter: float,
) -> None:
    """Decide what follows for the recipient of an attempt, and put it there."""
    recipient = session.get_one(Recipient, attempt.recipient_id, with_for_update=True)
    failure, reason, text = _own_part(recipient, finding)
    if finding.status == HangupStatus.PAGE_FORMAT and not _is_alone(session, attempt):
        # the page may be another's: who called together goes alone from now on, and then it shows
        failure, recipient.message.batched = Failure.PAGE, False
    pages = known_pages(session, rules, recipient)
    policy = _policy(rules, recipient)
    progressed = len(pages.confirmed) > recipient.pages_confirmed
    recipient.pages_confirmed = len(pages.confirmed)
    recipient.pages_uncertain = len(pages.uncertain)
    if failure is not None and _all_done(pages):
        failure, reason, text = None, "ok", _EVERYTHING[recipient.channel]
    _count(recipient, attempt, failure, answered=finding.answered, progressed=progressed)
    outcome = _outcome(session, attempt, recipient, pages, (failure, reason, text))
    decision = decide(outcome, _history(session, recipient, now), policy, now, jitter)
    attempt.state, attempt.ended = AttemptState.DONE, now
    attempt.reason, attempt.text = decision.reason, decision.text
    recipient.gateway_id = finding.gateway_id or recipient.gateway_id
    _settle(session, account, recipient, decision, finding, now)


def known_pages(session: Session, rules: Rules, recipient: Recipient) -> Pages:
    """What the calls of this run have made of the recipient's pages."""
    rows = session.execute(
        select(PageRow.call_id, PageRow.number, PageRow.outcome).where(
            PageRow.recipient_id == recipient.id, PageRow.run == recipient.run, PageRow.number > 0
        )
    )
    seen = [PageSeen(call, number, outcome) for call, number, outcome in rows]
    return pages_of(
        recipient.pages, recipient.first_page, seen, accept_inferred=rules.retry.accept_inferred
    )


def _own_part(recipient: Recipient, finding: Finding) -> tuple[Failure | None, str, str]:
    """A call that was cancelled for one of its recipients was only broken off for the others."""
    wished = recipient.cancel_wish is not CancelWish.NO
    if finding.failure is Failure.CANCELLED and not wished:
        return Failure.LOCAL, "interrupted", "the call was broken off by us"
    return finding.failure, finding.reason, finding.text


def _is_alone(session: Session, attempt: Attempt) -> bool:
    """Whether a call carried this attempt and no other."""
    others = select(Attempt.id).where(Attempt.call_id == attempt.call_id, Attempt.id != attempt.id)
    return session.scalar(others.limit(1)) is None


def _all_done(pages: Pages) -> bool:
    return pages.total > 0 and not pages.to_send(skip_uncertain=False)


def _policy(rules: Rules, recipient: Recipient) -> RetryPolicy:
    return replace(rules.retry, uncertain=recipient.message.uncertain)


def _count(
    recipient: Recipient,
    attempt: Attempt,
    failure: Failure | None,
    *,
    answered: bool,
    progressed: bool,
) -> None:
    """Local equipment trouble is not charged; a page more makes earlier tries forgotten."""
    if failure is Failure.LOCAL:
        if attempt.counted:
            attempt.counted = False
            recipient.dials -= 1
            recipient.run_dials -= 1
        if not recipient.run_dials:
            recipient.first_attempt = None  # the time to try has not begun to run
        return
    if progressed:
        recipient.tries = 0
    elif is_try(failure, answered=answered):
        recipient.tries += 1
    recipient.failures = 0 if failure is None else recipient.failures + 1


def _outcome(
    session: Session,
    attempt: Attempt,
    recipient: Recipient,
    pages: Pages,
    what: tuple[Failure | None, str, str],
) -> Outcome:
    failure, reason, text = what
    now_unsure = set(
        session.scalars(
            select(PageRow.number)
            .where(PageRow.call_id == attempt.call_id, PageRow.recipient_id == recipient.id)
            .where(PageRow.number.in_(pages.uncertain))
            .where(PageRow.outcome.in_(_UNSURE))
        )
    )
    return Outcome(
        failure,
        reason,
        text,
        confirmed=len(pages.confirmed) + pages.skipped,
        total=pages.total,
        uncertain=tuple(sorted(pages.uncertain)),
        newly=tuple(sorted(now_unsure)),
        twice=tuple(sorted(pages.twice & now_unsure)),
        what=_WHAT[recipient.channel],
    )


def _history(session: Session, recipient: Recipient, now: datetime) -> History:
    own = Attempt.recipient_id == recipient.id
    charged = session.scalar(select(func.max(Attempt.number)).where(own, Attempt.counted))
    local = session.scalar(
        select(func.count())
        .select_from(Attempt)
        .where(own, Attempt.state == AttemptState.DONE, Attempt.number > (charged or 0))
    )
    return History(
        dials=recipient.run_dials,
        tries=recipient.tries,
        failures=recipient.failures,
        first_attempt=recipient.first_attempt or now,
        local=(local or 0) + 1,
        expires=recipient.message.expires,
    )


def _settle(
    session: Session,
    account: Account,
    recipient: Recipient,
    decision: RetryDecision,
    finding: Finding,
    now: datetime,
) -> None:
    wish, holds = recipient.cancel_wish, recipient.hold_wish
    recipient.cancel_wish, recipient.hold_wish = CancelWish.NO, False
    if decision.verdict in {Verdict.RETRY, Verdict.HOLD} and wish is not CancelWish.NO:
        stop(session, account, recipient, now)
        return
    never_went = decision.reason == "cancelled" and not (
        recipient.pages_confirmed or recipient.pages_uncertain or finding.answered
    )
    if decision.verdict is Verdict.FAIL and never_went:
        stop(session, account, recipient, now)
        return
    move(session, account, recipient, _step(recipient, decision, holds=holds), now)


def _step(recipient: Recipient, decision: RetryDecision, *, holds: bool) -> Step:
    text = decision.text
    if decision.resends:
        text += "; what was not answered is sent once more"
    if decision.verdict is Verdict.DELIVERED:
        fax = recipient.channel is Channel.FAX
        state = RecipientState.SENT if fax else RecipientState.RELAYED
        return Step(state, recipient.cause, decision.reason, text)
    if decision.verdict is Verdict.FAIL:
        return Step(RecipientState.FAILED, recipient.cause, decision.reason, text)
    if decision.verdict is Verdict.HOLD:
        return Step(RecipientState.HELD, recipient.cause, decision.reason, text)
    if holds:
        return Step(RecipientState.HELD, decision.cause, "held", f"held; before: {text}")
    return Step(RecipientState.QUEUED, decision.cause, decision.reason, text, decision.when)

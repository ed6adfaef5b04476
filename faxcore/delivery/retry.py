"""What happens after an attempt: a pure function of its outcome, what went before, and a policy.

Every way in which a call can end has a row in ``CLASSES``; every class has a rule in the policy.
Nothing here reads a clock or draws a number: ``now`` and ``jitter`` come from outside.

A *dial* is a number dialled (or a submission); a *try* is a call that a fax machine or a person
answered and that brought no page further. Both are limited apart (HylaFAX counts so too).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from faxcore.delivery.states import Cause, UncertainPolicy
from faxcore.t30.result import HangupStatus


class Failure(enum.StrEnum):
    """The classes of failure that are handled alike."""

    BUSY = "busy"
    NO_ANSWER = "no-answer"
    LINE = "line"
    """The connection was not made, or was lost."""
    NO_FAX = "no-fax"
    """Somebody answered, and it was no fax machine."""
    NEGOTIATION = "negotiation"
    PAGE = "page"
    """A page was refused, or its answer made no sense."""
    LOCAL = "local"
    """Our own modem, port or telephone socket: never charged to the recipient."""
    TRANSIENT = "transient"
    """A server or gateway refused for now."""
    PERMANENT = "permanent"
    CANCELLED = "cancelled"


S, F = HangupStatus, Failure

CLASSES: Mapping[HangupStatus, Failure] = {
    S.NORMAL: F.PAGE,  # a call that ended well and still did not confirm every page
    S.ABORTED: F.LOCAL,
    S.NO_LOOP_CURRENT: F.LOCAL,
    S.NO_ANSWER: F.NO_ANSWER,
    S.ANSWERED_NO_FAX: F.NO_FAX,
    S.PHASE_A: F.NO_FAX,
    S.T1_EXPIRED: F.NO_FAX,
    S.PHASE_B: F.NEGOTIATION,
    S.CANNOT_RECEIVE: F.NEGOTIATION,
    S.DCN_IN_PHASE_B: F.NEGOTIATION,
    S.DCS_REJECTED: F.NEGOTIATION,
    S.DCS_UNANSWERED: F.NEGOTIATION,
    S.DIS_REPEATED: F.NEGOTIATION,
    S.CANNOT_TRAIN: F.NEGOTIATION,
    S.PHASE_B_INVALID: F.NEGOTIATION,
    S.PHASE_C: F.LINE,
    S.PAGE_FORMAT: F.PERMANENT,
    S.UNDERRUN: F.LOCAL,
    S.PHASE_D: F.PAGE,
    S.DCN_IN_PHASE_D: F.PAGE,
    S.MPS_UNANSWERED: F.PAGE,
    S.MPS_INVALID: F.PAGE,
    S.EOP_UNANSWERED: F.PAGE,
    S.EOP_INVALID: F.PAGE,
    S.EOM_UNANSWERED: F.PAGE,
    S.EOM_INVALID: F.PAGE,
    S.OPERATOR_WANTED: F.PAGE,
    S.BUSY: F.BUSY,
    S.NO_DIALTONE: F.LOCAL,
    S.NO_CARRIER: F.LINE,
    S.VOICE: F.NO_FAX,
    S.BLACKLISTED: F.LOCAL,
    S.GLARE: F.LOCAL,
    S.DIAL_REFUSED: F.PERMANENT,
    S.PAGE_REJECTED: F.PAGE,
    S.CANCELLED: F.CANCELLED,
    S.TIME_LIMIT: F.LINE,
    S.EQUIPMENT: F.LOCAL,
    # These end calls that come in; one that we made cannot end so, and if a modem says it did,
    # its line is what we doubt.
    S.RECEIVE_PHASE_B: F.LINE,
    S.RECEIVE_REJECTED: F.LINE,
    S.RECEIVE_T2: F.LINE,
    S.RECEIVE_T1: F.LINE,
    S.RECEIVE_PHASE_C: F.LINE,
    S.RECEIVE_NO_EOL: F.LINE,
    S.RECEIVE_PHASE_D: F.LINE,
    S.NOT_KEPT: F.LINE,
    S.NO_RING: F.LINE,
}

_ANSWERED = frozenset({F.NO_FAX, F.NEGOTIATION, F.PAGE})
"""Failures of a call that somebody answered: they count as tries."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one class is retried: after ``delay_s``, each time ``growth`` times as long.

    ``at_most`` limits how often in a row this class may end an attempt; None leaves it to the
    limits of the policy.
    """

    delay_s: float
    growth: float = 1.0
    at_most: int | None = None


_RULES: Mapping[Failure, Rule] = {
    F.BUSY: Rule(180),
    F.NO_ANSWER: Rule(300),
    F.LINE: Rule(300),
    F.NO_FAX: Rule(300),
    F.NEGOTIATION: Rule(300),
    F.PAGE: Rule(300),
    F.LOCAL: Rule(5, growth=2.0),
    F.TRANSIENT: Rule(300, growth=1.5),
}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long we try. ``window_s`` runs from the first attempt; ``jitter`` is a share of a delay.

    ``longest_s`` bounds any one delay. ``uncertain`` says what is done with pages that went out
    and were never answered; ``accept_inferred`` counts a page as confirmed that a modem of class 2
    gave no status for, but ended the call normally.
    """

    rules: Mapping[Failure, Rule] = field(default_factory=lambda: dict(_RULES))
    dials: int = 12
    tries: int = 3
    window_s: float = 3 * 3600
    jitter: float = 0.2
    longest_s: float = 3600
    uncertain: UncertainPolicy = UncertainPolicy.RESEND_ONCE
    accept_inferred: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt.

    ``reason`` is a stable word, ``text`` a sentence. ``confirmed`` and ``total`` count pages of the
    document over all attempts. ``uncertain`` are the pages that went out and were not answered,
    this time or before; ``newly`` those of this time, ``twice`` those of them that had gone out so
    before. ``what`` a page is called: an e-mail is one copy, a short message has parts.
    """

    failure: Failure | None
    reason: str
    text: str = ""
    confirmed: int = 0
    total: int = 0
    uncertain: tuple[int, ...] = ()
    newly: tuple[int, ...] = ()
    twice: tuple[int, ...] = ()
    what: str = "page"


@dataclass(frozen=True, slots=True)
class History:
    """What went before, this attempt included where it was charged.

    ``failures`` counts attempts in a row that failed, ``local`` those that local equipment ended.
    """

    dials: int
    tries: int
    failures: int
    first_attempt: datetime
    local: int = 0
    expires: datetime | None = None


class Verdict(enum.Enum):
    """What becomes of the recipient."""

    DELIVERED = "delivered"
    RETRY = "retry"
    HOLD = "hold"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """The verdict and its reason. ``when`` and ``cause`` go with RETRY; ``charged`` that it counts.

    ``resends`` tells that the next attempt sends uncertain pages a second time.
    """

    verdict: Verdict
    reason: str
    text: str
    when: datetime | None = None
    cause: Cause = Cause.NONE
    charged: bool = True
    resends: bool = False


def is_try(failure: Failure | None, *, answered: bool) -> bool:
    """Whether a failed call counts as a try: somebody answered it."""
    return failure in _ANSWERED or (failure is F.LINE and answered)


def decide(
    outcome: Outcome, history: History, policy: RetryPolicy, now: datetime, jitter: float
) -> RetryDecision:
    """What to do after an attempt. ``jitter`` is a random number from 0 to 1."""
    charged = outcome.failure is not F.LOCAL
    if outcome.confirmed >= outcome.total and not outcome.uncertain and outcome.failure is None:
        return RetryDecision(Verdict.DELIVERED, "ok", outcome.text)
    if outcome.failure is F.CANCELLED:
        return _fail(outcome, "cancelled", "cancelled during the call")
    resends = False
    if outcome.uncertain:
        decided = _on_uncertain(outcome, policy)
        if decided is not None:
            return decided
        resends = policy.uncertain is UncertainPolicy.RESEND_ONCE and bool(outcome.newly)
    if outcome.failure is F.PERMANENT:
        return _fail(outcome, outcome.reason, outcome.text)
    limit = _limit(outcome, history, policy)
    if charged and limit:
        return _fail(outcome, outcome.reason, f"{outcome.text}; {limit}")
    when = now + timedelta(seconds=delay(outcome.failure or F.PAGE, history, policy, jitter))
    late = _too_late(when, history, policy, charged=charged)
    if late:
        return _fail(outcome, outcome.reason, f"{outcome.text}; {late}")
    return RetryDecision(
        Verdict.RETRY, outcome.reason, outcome.text, when, _cause(outcome.failure), charged, resends
    )


def delay(failure: Failure, history: History, policy: RetryPolicy, jitter: float) -> float:
    """Seconds until the next attempt; local trouble waits for a modem, not for luck."""
    rule = policy.rules[failure]
    before = history.local if failure is F.LOCAL else history.failures
    grown = rule.delay_s * rule.growth ** max(min(before, 64) - 1, 0)
    return min(grown, policy.longest_s) * (1 + policy.jitter * jitter)


def pages_text(confirmed: int, total: int, uncertain: tuple[int, ...], what: str = "page") -> str:
    """``2 of 5 pages confirmed, page 3 unconfirmed``: what a recipient may hold in hand."""
    if what == "copy":
        return "its copy was never acknowledged" if uncertain else "its copy was acknowledged"
    text = f"{confirmed} of {total} {what}s confirmed"
    if uncertain:
        several = "s" if len(uncertain) > 1 else ""
        text += f", {what}{several} {', '.join(map(str, uncertain))} unconfirmed"
    return text


def _told(outcome: Outcome) -> str:
    return pages_text(outcome.confirmed, outcome.total, outcome.uncertain, outcome.what)


def _on_uncertain(outcome: Outcome, policy: RetryPolicy) -> RetryDecision | None:
    """What the policy for uncertain pages decides; None where the attempt is to be repeated."""
    told = _told(outcome)
    if policy.uncertain is UncertainPolicy.ASK and outcome.newly:
        return RetryDecision(Verdict.HOLD, "page_unanswered", f"{told}; waits for a decision")
    if policy.uncertain is UncertainPolicy.ACCEPT:
        if outcome.confirmed + len(outcome.uncertain) >= outcome.total:
            return RetryDecision(Verdict.DELIVERED, "ok", told)
        return None
    if policy.uncertain is UncertainPolicy.RESEND_ONCE and outcome.twice:
        return _fail(outcome, "page_unanswered", "sent twice and never answered")
    return None


def _limit(outcome: Outcome, history: History, policy: RetryPolicy) -> str:
    rule = policy.rules[outcome.failure or F.PAGE]
    if history.dials >= policy.dials:
        return f"given up after {history.dials} dials"
    if history.tries >= policy.tries:
        return f"given up after {history.tries} answered calls without a page more"
    if rule.at_most is not None and history.failures >= rule.at_most:
        return f"given up after {history.failures} times"
    return ""


def _too_late(when: datetime, history: History, policy: RetryPolicy, *, charged: bool) -> str:
    if history.expires is not None and when >= history.expires:
        return "expired before the next attempt"
    if charged and when > history.first_attempt + timedelta(seconds=policy.window_s):
        return f"given up after {policy.window_s / 3600:g} h"
    return ""


def _cause(failure: Failure | None) -> Cause:
    if failure is F.LOCAL:
        return Cause.NONE
    return Cause.BUSY if failure is F.BUSY else Cause.RETRY


def _fail(outcome: Outcome, reason: str, text: str) -> RetryDecision:
    if outcome.total and (outcome.confirmed or outcome.uncertain):
        text = f"{text}; {_told(outcome)}"
    return RetryDecision(Verdict.FAIL, reason, text)

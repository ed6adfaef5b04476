"""What follows an attempt: the table is complete, and each limit ends what it limits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from faxcore.delivery.retry import (
    CLASSES,
    Failure,
    History,
    Outcome,
    RetryPolicy,
    Rule,
    Verdict,
    decide,
    is_try,
)
from faxcore.delivery.states import Cause, UncertainPolicy
from faxcore.t30.result import HangupStatus
from tests.delivery.moments import NOW

POLICY = RetryPolicy(jitter=0.0)
FIRST = History(dials=1, tries=0, failures=1, first_attempt=NOW)


def outcome(failure: Failure | None, **changes: object) -> Outcome:
    base = Outcome(failure, failure.value if failure else "ok", "so it went", total=3)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_every_way_in_which_a_call_can_end_has_a_row() -> None:
    assert set(CLASSES) == set(HangupStatus)


def test_every_class_that_is_retried_has_a_rule() -> None:
    final = {Failure.PERMANENT, Failure.CANCELLED}
    assert set(POLICY.rules) == set(Failure) - final


@pytest.mark.parametrize("failure", Failure)
def test_every_class_is_decided(failure: Failure) -> None:
    decision = decide(outcome(failure), FIRST, POLICY, NOW, 0.5)
    final = failure in {Failure.PERMANENT, Failure.CANCELLED}
    assert (decision.verdict is Verdict.FAIL) == final
    assert (decision.when is None) == final


def test_busy_waits_three_minutes_and_says_so() -> None:
    decision = decide(outcome(Failure.BUSY), FIRST, POLICY, NOW, 0.0)
    assert decision.cause is Cause.BUSY
    assert decision.when == NOW + timedelta(seconds=180)


def test_jitter_lengthens_a_delay_by_its_share() -> None:
    policy = replace(POLICY, jitter=0.2)
    decision = decide(outcome(Failure.LINE), FIRST, policy, NOW, 1.0)
    assert decision.when == NOW + timedelta(seconds=360)


def test_the_twelfth_dial_is_the_last() -> None:
    history = replace(FIRST, dials=12)
    assert decide(outcome(Failure.BUSY), history, POLICY, NOW, 0).verdict is Verdict.FAIL
    history = replace(FIRST, dials=11)
    assert decide(outcome(Failure.BUSY), history, POLICY, NOW, 0).verdict is Verdict.RETRY


def test_the_third_answered_call_without_progress_is_the_last() -> None:
    history = replace(FIRST, tries=3)
    assert decide(outcome(Failure.NEGOTIATION), history, POLICY, NOW, 0).verdict is Verdict.FAIL


def test_three_hours_after_the_first_attempt_it_is_over() -> None:
    now = NOW + timedelta(hours=2, minutes=58)
    assert decide(outcome(Failure.BUSY), FIRST, POLICY, now, 0).verdict is Verdict.FAIL


def test_an_expired_message_is_not_tried_again() -> None:
    history = replace(FIRST, expires=NOW + timedelta(seconds=100))
    decision = decide(outcome(Failure.BUSY), history, POLICY, NOW, 0)
    assert decision.verdict is Verdict.FAIL
    assert "expired" in decision.text


def test_local_equipment_is_never_charged_and_never_gives_up() -> None:
    history = History(dials=12, tries=3, failures=9, first_attempt=NOW - timedelta(days=2), local=9)
    decision = decide(outcome(Failure.LOCAL), history, POLICY, NOW, 0)
    assert decision.verdict is Verdict.RETRY
    assert not decision.charged
    assert decision.cause is Cause.NONE


def test_a_rule_may_limit_its_class() -> None:
    policy = replace(POLICY, rules={**POLICY.rules, Failure.NO_FAX: Rule(300, at_most=2)})
    history = replace(FIRST, dials=2, failures=2)
    assert decide(outcome(Failure.NO_FAX), history, policy, NOW, 0).verdict is Verdict.FAIL


def test_a_delay_that_grows_is_bounded() -> None:
    policy = replace(POLICY, rules={**POLICY.rules, Failure.LINE: Rule(300, growth=2.0)})
    history = replace(FIRST, failures=50)
    decision = decide(outcome(Failure.LINE), history, replace(policy, window_s=9e9), NOW, 0)
    assert decision.when == NOW + timedelta(hours=1)


def test_all_pages_confirmed_is_delivered() -> None:
    assert decide(outcome(None, confirmed=3), FIRST, POLICY, NOW, 0).verdict is Verdict.DELIVERED


def test_uncertain_pages_are_sent_once_more_and_then_it_fails() -> None:
    unsure = outcome(Failure.PAGE, confirmed=2, uncertain=(3,), newly=(3,))
    decision = decide(unsure, FIRST, POLICY, NOW, 0)
    assert decision.verdict is Verdict.RETRY
    assert decision.resends
    decision = decide(replace(unsure, twice=(3,)), FIRST, POLICY, NOW, 0)
    assert decision.verdict is Verdict.FAIL
    assert "2 of 3 pages confirmed, page 3 unconfirmed" in decision.text


def test_the_policy_ask_holds_an_uncertain_page() -> None:
    policy = replace(POLICY, uncertain=UncertainPolicy.ASK)
    unsure = outcome(Failure.PAGE, confirmed=2, uncertain=(3,), newly=(3,))
    assert decide(unsure, FIRST, policy, NOW, 0).verdict is Verdict.HOLD


def test_a_page_that_was_released_to_be_sent_again_is_not_held_for_a_busy_line() -> None:
    policy = replace(POLICY, uncertain=UncertainPolicy.ASK)
    unsure = outcome(Failure.BUSY, confirmed=2, uncertain=(3,))
    assert decide(unsure, FIRST, policy, NOW, 0).verdict is Verdict.RETRY


def test_the_policy_accept_takes_an_uncertain_last_page_for_sent_and_names_it() -> None:
    policy = replace(POLICY, uncertain=UncertainPolicy.ACCEPT)
    decision = decide(outcome(Failure.PAGE, confirmed=2, uncertain=(3,)), FIRST, policy, NOW, 0)
    assert decision.verdict is Verdict.DELIVERED
    assert "page 3 unconfirmed" in decision.text
    decision = decide(outcome(Failure.PAGE, confirmed=1, uncertain=(2,)), FIRST, policy, NOW, 0)
    assert decision.verdict is Verdict.RETRY


def test_a_call_counts_as_a_try_where_somebody_answered() -> None:
    assert is_try(Failure.NEGOTIATION, answered=False)
    assert is_try(Failure.LINE, answered=True)
    assert not is_try(Failure.LINE, answered=False)
    assert not is_try(Failure.BUSY, answered=False)
    assert not is_try(Failure.LOCAL, answered=True)

"""Message status and letters: every combination of up to four recipients."""

import itertools

from faxcore.delivery.states import Cause, Letter, MessageStatus, RecipientState
from faxcore.delivery.statuses import RecipientFacts, letter_of, message_status

S, M = RecipientState, MessageStatus
EVERY = [
    RecipientFacts(state, tried, reached)
    for state, tried, reached in itertools.product(S, (False, True), (False, True))
    if tried or not reached
]


def combinations(most: int):
    for count in range(most + 1):
        yield from itertools.combinations_with_replacement(EVERY, count)


def test_every_combination_of_up_to_four_recipients_has_the_status_that_the_rules_say() -> None:
    seen = set()
    for facts in combinations(4):
        status = message_status(facts, released=True)
        seen.add(status)
        counted = [each for each in facts if each.state is not S.CANCELLED]
        open_ones = [each for each in counted if not each.state.is_final]
        delivered = [each for each in counted if each.state in {S.SENT, S.RELAYED}]
        assert (status is M.CANCELLED) == (not counted)
        assert status.is_final == (not open_ones)
        if open_ones:
            untouched = not any(each.tried for each in counted) and open_ones == counted
            assert (status is M.PENDING) == untouched
            assert (status is M.IN_PROGRESS) == (not untouched)
        elif counted:
            assert (status is M.GONE) == (len(delivered) == len(counted))
            nobody = not delivered and not any(each.reached for each in counted)
            assert (status is M.FAILED) == nobody
    assert seen == {M.PENDING, M.IN_PROGRESS, M.CANCELLED, M.PARTIAL, M.GONE, M.FAILED}


def test_the_order_of_recipients_does_not_matter() -> None:
    for facts in combinations(3):
        wanted = message_status(facts, released=True)
        assert all(
            message_status(each, released=True) is wanted for each in itertools.permutations(facts)
        )


def test_before_release_a_message_waits_unless_it_was_cancelled() -> None:
    for facts in combinations(3):
        assert message_status(facts, released=False) is M.WAITING
        assert message_status(facts, released=False, cancelled=True) is M.CANCELLED


def test_a_failed_recipient_with_pages_makes_the_message_partial() -> None:
    failed = RecipientFacts(S.FAILED, tried=True, reached=True)
    assert message_status([failed], released=True) is M.PARTIAL


def test_recipients_cancelled_before_any_page_are_left_out() -> None:
    gone = RecipientFacts(S.SENT, tried=True, reached=True)
    assert message_status([gone, RecipientFacts(S.CANCELLED)], released=True) is M.GONE


def test_every_state_and_cause_has_its_letter() -> None:
    letters = {(state, cause): letter_of(state, cause) for state in S for cause in Cause}
    assert set(letters.values()) == set(Letter)
    assert letters[S.ACTIVE, Cause.BUSY] is letters[S.QUEUED, Cause.BUSY] is Letter.BUSY
    assert letters[S.ACTIVE, Cause.NONE] is Letter.PENDING
    assert {letters[S.CANCELLED, cause] for cause in Cause} == {Letter.FAILED}

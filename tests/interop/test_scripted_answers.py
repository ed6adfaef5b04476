"""Answers to a page, as odd as T.30 allows, played over spandsp's modems (after ITU-T TSB-85)."""

import ctypes
from collections.abc import Callable

import pytest

from faxcore.t30.frames import FCF
from faxcore.t30.modulation import V29_7200, V29_9600
from faxcore.t30.result import HangupStatus, PageOutcome

from .scripted_calls import SHORT_DIS, assert_pages, call, take_pages, train
from .scripted_end import Far, Wait, final

pytestmark = pytest.mark.interop


def _repeat_command(far: Far) -> Wait:
    yield from far.say(final(FCF.CRP))
    yield from far.listen()
    yield from far.say(final(FCF.MCF))


def _be_silent(far: Far) -> Wait:
    yield from far.listen()
    yield from far.say(final(FCF.MCF))


@pytest.mark.parametrize("answer", [_repeat_command, _be_silent], ids=["CRP", "silence"])
def test_a_post_message_command_is_given_again(
    library: ctypes.CDLL, answer: Callable[[Far], Wait]
) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(SHORT_DIS, first=True)
        yield from train(far, V29_9600)
        yield from far.page(V29_9600)
        yield from far.listen()
        yield from answer(far)
        yield from take_pages(far, V29_9600, 1)

    result, far = call(library, script)
    assert result.ok, result.text
    assert far.names() == ["DCS", "MPS", "MPS", "EOP", "DCN"]
    assert_pages(far)


def test_a_page_that_was_never_answered_for_is_uncertain(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(SHORT_DIS, first=True)
        yield from train(far, V29_9600)
        yield from far.page(V29_9600)
        for _ in range(4):
            yield from far.listen()

    result, far = call(library, script)
    assert result.status is HangupStatus.MPS_UNANSWERED
    outcomes = [page.outcome for page in result.pages]
    assert outcomes == [PageOutcome.UNCERTAIN, PageOutcome.UNSENT]
    assert far.names() == ["DCS", "MPS", "MPS", "MPS", "DCN"]


def test_rtp_is_a_confirmation_and_a_new_training(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(SHORT_DIS, first=True)
        yield from train(far, V29_9600)
        yield from far.page(V29_9600)
        yield from far.listen()
        yield from far.say(final(FCF.RTP))
        yield from train(far, V29_9600)
        yield from take_pages(far, V29_9600, 1)

    result, far = call(library, script)
    assert result.ok, result.text
    assert far.names() == ["DCS", "MPS", "DCS", "EOP", "DCN"]
    assert_pages(far)


def test_a_refused_page_comes_again_one_rate_lower(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(SHORT_DIS, first=True)
        yield from train(far, V29_9600)
        yield from far.page(V29_9600)
        far.pages.clear()
        yield from far.listen()
        yield from far.say(final(FCF.RTN))
        yield from train(far, V29_7200)
        yield from take_pages(far, V29_7200)

    result, far = call(library, script)
    assert result.ok, result.text
    assert far.names() == ["DCS", "MPS", "DCS", "MPS", "EOP", "DCN"]
    assert result.pages[0].rtn == 1
    assert_pages(far)


@pytest.mark.parametrize(
    ("answer", "status", "outcome"),
    [
        (FCF.PIN, HangupStatus.OPERATOR_WANTED, PageOutcome.DOUBTFUL),
        (FCF.DCN, HangupStatus.DCN_IN_PHASE_D, PageOutcome.UNCERTAIN),
    ],
)
def test_a_page_is_not_called_good_when_its_answer_is_not(
    library: ctypes.CDLL, answer: FCF, status: HangupStatus, outcome: PageOutcome
) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(SHORT_DIS, first=True)
        yield from train(far, V29_9600)
        yield from far.page(V29_9600)
        yield from far.listen()
        yield from far.say(final(answer))

    result, _ = call(library, script)
    assert result.status is status
    assert [page.outcome for page in result.pages] == [outcome, PageOutcome.UNSENT]

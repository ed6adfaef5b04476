"""Receivers that T.30 allows and nobody expects, played over spandsp's modems (after ITU-T TSB-85).

Each script is the far end's whole call; what our sender said is compared with what it must say.
"""

import ctypes

import pytest

from faxcore.t30.capabilities import Capabilities
from faxcore.t30.frames import FCF, Frame, encode_id
from faxcore.t30.modulation import (
    V17_12000,
    V17_14400,
    V27TER_2400,
    V27TER_4800,
    V29_7200,
    V29_9600,
    Modulation,
    Rung,
)
from faxcore.t30.result import HangupStatus, PageOutcome

from .scripted_calls import SHORT_DIS, assert_pages, call, take_pages, train
from .scripted_end import Far, Wait, final

pytestmark = pytest.mark.interop

WAY_DOWN = (V17_14400, V17_12000, V29_9600, V29_7200, V27TER_4800, V27TER_2400)
EVERYTHING_DIS = final(FCF.DIS, Capabilities().encode())


NSF = Frame(FCF.NSF, b"\xad\x00\x55\x12\x34\x56\x78\x9a\xbc", final=False)
CSI = Frame(FCF.CSI, encode_id("+1 555 0111"), final=False)
LONG_DIS = final(FCF.DIS, b"\x00\x4e\xf8" + b"\x80" * 9 + b"\x00")


@pytest.mark.parametrize(
    ("frames", "rung"),
    [
        ((SHORT_DIS,), V29_9600),
        ((CSI, SHORT_DIS), V29_9600),
        ((NSF, CSI, EVERYTHING_DIS), V17_14400),
        ((NSF, LONG_DIS), V29_9600),
        ((final(FCF.DIS, b"\x00\x02\x78"),), V27TER_2400),
    ],
    ids=["3 octets", "CSI DIS", "NSF CSI DIS", "13 octets", "2400 only"],
)
def test_any_identification_is_understood(
    library: ctypes.CDLL, frames: tuple[Frame, ...], rung: Rung
) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(*frames, first=True)
        yield from train(far, rung)
        yield from take_pages(far, rung)

    result, far = call(library, script)
    assert result.ok, result.text
    assert far.names() == ["DCS", "MPS", "EOP", "DCN"]
    assert_pages(far)


def test_a_dis_that_comes_again_is_answered_again(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(SHORT_DIS, first=True)
        yield from far.listen()
        yield from far.take(V29_9600.long_train)
        yield from far.say(SHORT_DIS)
        yield from train(far, V29_9600)
        yield from take_pages(far, V29_9600)

    result, far = call(library, script)
    assert result.ok, result.text
    assert far.names() == ["DCS", "DCS", "MPS", "EOP", "DCN"]
    assert_pages(far)


def test_a_command_that_is_never_understood_is_given_three_times(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(SHORT_DIS, first=True)
        for _ in range(3):
            yield from far.listen()
            yield from far.take(V29_9600.long_train)
            yield from far.say(SHORT_DIS)
        yield from far.listen()

    result, far = call(library, script)
    assert result.status is HangupStatus.DIS_REPEATED
    assert far.names() == ["DCS", "DCS", "DCS", "DCN"]
    assert result.count(PageOutcome.UNSENT) == 2


@pytest.mark.parametrize("modulation", [Modulation.V17, Modulation.V29])
def test_ftt_is_walked_down_to_the_foot_of_the_ladder(
    library: ctypes.CDLL, modulation: Modulation
) -> None:
    dis = EVERYTHING_DIS if modulation is Modulation.V17 else SHORT_DIS
    rungs = WAY_DOWN if modulation is Modulation.V17 else WAY_DOWN[2:]

    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(dis, first=True)
        for rung in rungs[:-1]:
            yield from train(far, rung, FCF.FTT)
        yield from train(far, rungs[-1])
        yield from take_pages(far, rungs[-1])

    result, far = call(library, script)
    assert result.ok, result.text
    assert tuple(far.checks) == rungs
    assert_pages(far)


def test_ftt_at_the_lowest_rate_ends_the_call(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(final(FCF.DIS, b"\x00\x02\x78"), first=True)
        yield from train(far, V27TER_2400, FCF.FTT)
        yield from far.listen()

    result, far = call(library, script)
    assert result.status is HangupStatus.CANNOT_TRAIN
    assert far.names() == ["DCS", "DCN"]


def test_a_training_check_that_is_not_answered_is_sent_again(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(SHORT_DIS, first=True)
        yield from far.listen()
        yield from far.check(V29_9600)
        yield from train(far, V29_9600)
        yield from take_pages(far, V29_9600)

    result, far = call(library, script)
    assert result.ok, result.text
    assert far.names() == ["DCS", "DCS", "MPS", "EOP", "DCN"]


def test_dcn_in_answer_to_dcs_ends_the_call(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(SHORT_DIS, first=True)
        yield from train(far, V29_9600, FCF.DCN)

    result, _ = call(library, script)
    assert result.status is HangupStatus.DCN_IN_PHASE_B
    assert result.count(PageOutcome.UNSENT) == 2


def test_a_far_end_that_cannot_receive_is_told_good_bye(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(final(FCF.DIS, b"\x00\x0c\x78"), first=True)
        yield from far.listen()

    result, far = call(library, script)
    assert result.status is HangupStatus.CANNOT_RECEIVE
    assert far.names() == ["DCN"]

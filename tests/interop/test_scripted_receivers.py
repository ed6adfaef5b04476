"""Receivers that T.30 allows and nobody expects, played over spandsp's modems (after ITU-T TSB-85).

Each script is the far end's whole call; what our sender said is compared with what it must say.
"""

import ctypes
from collections.abc import Callable

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t4 import Coding, Resolution, decode_octets, reverse_bits
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import Station
from faxcore.t30.frames import FCF, Frame, encode_id
from faxcore.t30.modulation import (
    FALLBACK,
    V17_14400,
    V27TER_2400,
    V29_7200,
    V29_9600,
    Modulation,
    Rung,
)
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.transport.virtual_port import VirtualPort

from .calls import OUR_ID, document, pictures
from .scripted_end import Far, Script, ScriptedEnd, Wait, final
from .soft_modem import SpandspModem

pytestmark = pytest.mark.interop

PAGES = pictures(2, Resolution.COARSE)
V29_DIS = b"\x00\x0e\x78"
"""Three octets: V.29 and V.27ter, coarse pages of any length, no minimum scan time."""

SHORT_DIS = final(FCF.DIS, V29_DIS)
EVERYTHING_DIS = final(FCF.DIS, Capabilities().encode())


def call(library: ctypes.CDLL, script: Script) -> tuple[CallResult, Far]:
    """Our sender and a far end that follows the script to its end."""
    ends: list[ScriptedEnd] = []

    def answer() -> ScriptedEnd:
        ends.append(ScriptedEnd(library, script))
        return ends[-1]

    modem = SpandspModem(library, answer)
    with FaxModem(VirtualPort(modem), load_profile("generic-class1")) as fax:
        result = fax.send(document(PAGES, Resolution.COARSE), "1", Station(OUR_ID))
    modem.close()
    (end,) = ends
    assert end.done, f"the script came as far as {end.far.names()}"
    return result, end.far


def train(far: Far, rung: Rung, kind: FCF = FCF.CFR) -> Wait:
    """TSI DCS, the training check, and what is said to it."""
    yield from far.listen()
    yield from far.check(rung)
    yield from far.say(final(kind))


def take_pages(far: Far, rung: Rung, count: int = 2) -> Wait:
    """Pages, each confirmed, and DCN."""
    for _ in range(count):
        yield from far.page(rung)
        yield from far.listen()
        yield from far.say(final(FCF.MCF))
    yield from far.listen()


def assert_pages(far: Far) -> None:
    """What came is what was sent, pixel for pixel."""
    assert len(far.pages) == len(PAGES)
    for octets, sent in zip(far.pages, PAGES, strict=True):
        read = decode_octets(reverse_bits(octets), Coding.MH, 1728, Resolution.COARSE)
        assert read.bad_rows == 0
        assert (read.bitmap.to_array() == sent).all()


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
    rungs = [
        rung
        for rung in FALLBACK
        if modulation is Modulation.V17 or rung.modulation is not Modulation.V17
    ]

    def script(far: Far) -> Wait:
        yield from far.answer()
        yield from far.say(dis, first=True)
        for rung in rungs[:-1]:
            yield from train(far, rung, FCF.FTT)
        yield from train(far, rungs[-1])
        yield from take_pages(far, rungs[-1])

    result, far = call(library, script)
    assert result.ok, result.text
    assert far.checks == rungs
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

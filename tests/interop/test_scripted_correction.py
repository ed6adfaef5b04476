"""Error correction with odd receivers, played over spandsp's modems (after ITU-T TSB-85)."""

import ctypes
from collections.abc import Sequence

import numpy as np
import pytest

from faxcore.t4 import Coding, PageBitmap, encode_page, reverse_bits
from faxcore.t30.ecm import blocks, coded_octets, page_request, read_burst
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.modulation import V27TER_2400, V27TER_4800, V29_7200, V29_9600, Rung
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome

from .scripted_calls import call, train
from .scripted_end import Far, Script, Wait, final

pytestmark = pytest.mark.interop

CORRECTING_DIS = final(FCF.DIS, b"\x00\x0e\xf8\x04")
SLOW_DIS = final(FCF.DIS, b"\x00\x0a\xf8\x04")
LONG = [np.random.default_rng(3).random((35, 1728)) < 0.3]
FRAMES = blocks(coded_octets(encode_page(PageBitmap.from_array(LONG[0]), Coding.MH)), 256)[0]


def meet(far: Far, dis: Frame, rung: Rung) -> Wait:
    """From the answer to CFR."""
    yield from far.answer()
    yield from far.say(dis, first=True)
    yield from train(far, rung)


def frames(far: Far, rung: Rung, kind: FCF, fif: bytes = b"", long: bool = False) -> Wait:
    """A burst of frames, PPS, and an answer to it."""
    far.pages.append((yield from far.take(rung.long_train if long else rung.short_train)))
    yield from far.listen()
    yield from far.say(final(kind, fif))


def numbers(burst: bytes) -> list[int]:
    """Which frames came, each as it was sent."""
    got = read_burst(reverse_bits(burst))
    assert all(octets == FRAMES[number] for number, octets in got.items())
    return sorted(got)


def send(library: ctypes.CDLL, script: Script) -> tuple[CallResult, Far]:
    return call(library, script, LONG)


@pytest.mark.parametrize("wanted", [[0], [3, 7, 31, 40], list(range(len(FRAMES)))], ids=len)
def test_the_frames_that_are_asked_for_come_again_and_no_others(
    library: ctypes.CDLL, wanted: Sequence[int]
) -> None:
    def script(far: Far) -> Wait:
        yield from meet(far, CORRECTING_DIS, V29_9600)
        yield from frames(far, V29_9600, FCF.PPR, page_request(wanted))
        yield from frames(far, V29_9600, FCF.MCF)
        yield from far.listen()

    result, far = send(library, script)
    assert result.ok, result.text
    assert [numbers(burst) for burst in far.pages] == [list(range(len(FRAMES))), list(wanted)]
    assert far.names() == ["DCS", "PPS", "PPS", "DCN"]
    assert far.heard[-2].fif[3] == len(wanted) - 1
    assert result.pages[0].ppr == 1


def test_a_request_for_nothing_confirms_nothing_and_is_asked_again(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from meet(far, CORRECTING_DIS, V29_9600)
        yield from frames(far, V29_9600, FCF.PPR, page_request([]))
        yield from frames(far, V29_9600, FCF.MCF)
        yield from far.listen()

    result, far = send(library, script)
    assert result.ok, result.text
    assert [numbers(burst) for burst in far.pages] == [list(range(len(FRAMES))), []]
    assert far.names() == ["DCS", "PPS", "PPS", "DCN"]
    assert far.heard[-2].fif[3] == 0


def test_a_request_for_nothing_and_then_silence_leaves_the_page_uncertain(
    library: ctypes.CDLL,
) -> None:
    def script(far: Far) -> Wait:
        yield from meet(far, CORRECTING_DIS, V29_9600)
        yield from frames(far, V29_9600, FCF.PPR, page_request([]))
        while far.names()[-1] != "DCN":
            yield from far.listen()

    result, _ = send(library, script)
    assert not result.ok
    assert [page.outcome for page in result.pages] == [PageOutcome.UNCERTAIN]


def test_four_requests_for_nothing_are_ended_with_eor(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from meet(far, CORRECTING_DIS, V29_9600)
        for _ in range(4):
            yield from frames(far, V29_9600, FCF.PPR, page_request([]))
        yield from far.listen()
        yield from far.say(final(FCF.ERR))
        yield from far.listen()

    result, far = send(library, script)
    assert result.ok, result.text
    assert far.names() == ["DCS", *["PPS"] * 4, "EOR", "DCN"]


def test_after_four_refusals_it_goes_on_slower(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from meet(far, CORRECTING_DIS, V29_9600)
        for _ in range(4):
            yield from frames(far, V29_9600, FCF.PPR, page_request([1, 2]))
        yield from far.listen()
        yield from far.say(final(FCF.CTR))
        yield from frames(far, V29_7200, FCF.MCF, long=True)
        yield from far.listen()

    result, far = send(library, script)
    assert result.ok, result.text
    assert far.names() == ["DCS", "PPS", "PPS", "PPS", "PPS", "CTC", "PPS", "DCN"]
    assert numbers(far.pages[-1]) == [1, 2]
    assert result.pages[0].parameters is not None
    assert result.pages[0].parameters.rung == V29_7200


def test_a_block_that_never_gets_through_is_given_up_and_doubtful(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from meet(far, SLOW_DIS, V27TER_4800)
        for _ in range(4):
            yield from frames(far, V27TER_4800, FCF.PPR, page_request([1, 2]))
        yield from far.listen()
        yield from far.say(final(FCF.CTR))
        for _ in range(4):
            yield from frames(far, V27TER_2400, FCF.PPR, page_request([1, 2]))
        yield from far.listen()
        yield from far.say(final(FCF.ERR))
        yield from far.listen()

    result, far = send(library, script)
    assert not result.ok
    assert [page.outcome for page in result.pages] == [PageOutcome.DOUBTFUL]
    assert far.names() == ["DCS", *["PPS"] * 4, "CTC", *["PPS"] * 4, "EOR", "DCN"]


def test_a_receiver_that_is_busy_is_waited_for(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from meet(far, CORRECTING_DIS, V29_9600)
        yield from frames(far, V29_9600, FCF.RNR)
        for answer in (FCF.RNR, FCF.RNR, FCF.MCF):
            yield from far.listen()
            yield from far.say(final(answer))
        yield from far.listen()

    result, far = send(library, script)
    assert result.ok, result.text
    assert far.names() == ["DCS", "PPS", "RR", "RR", "RR", "DCN"]


def test_a_receiver_that_is_busy_for_ever_leaves_the_page_uncertain(library: ctypes.CDLL) -> None:
    def script(far: Far) -> Wait:
        yield from meet(far, CORRECTING_DIS, V29_9600)
        yield from frames(far, V29_9600, FCF.RNR)
        while True:
            yield from far.listen()
            if far.names()[-1] == "DCN":
                return
            yield from far.say(final(FCF.RNR))

    result, far = send(library, script)
    assert result.status is HangupStatus.PHASE_D
    assert [page.outcome for page in result.pages] == [PageOutcome.UNCERTAIN]
    assert 20 < far.names().count("RR") < 35
    assert far.names()[-1] == "DCN"

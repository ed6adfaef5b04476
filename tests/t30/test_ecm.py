"""Error correction: blocks and bit maps, the sender's choices, the receiver's answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxcore.sim.played_end import play as play_both
from faxcore.t4 import Coding, PageBitmap, decode_octets, decode_page, encode_page
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.ecm import (
    PartialPage,
    block_burst,
    blocks,
    can_miss_frames,
    coded_octets,
    page_request,
    read_burst,
    requested,
)
from faxcore.t30.ecm_receiver import CorrectedPage, commanded_rung
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import Ended, SendFrames, SendPage
from faxcore.t30.modulation import V17_9600, V29_9600
from faxcore.t30.receiver import receive_document
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.t30.sender import send_document
from tests.documents import document, page
from tests.t30.script import play

ECM = Capabilities(ecm=True, codings=frozenset(Coding))
DIS = Frame(FCF.DIS, ECM.encode())
ALL_BAD = Frame(FCF.PPR, page_request(range(256)))


def noise_page(rows=2400, seed=1):
    """A page of several blocks, which no coding makes small."""
    pixels = np.random.default_rng(seed).random((rows, 1728)) < 0.4
    bitmap = PageBitmap.from_array(pixels)
    return FaxPage(tuple(encode_page(bitmap, coding) for coding in Coding))


@given(st.binary(min_size=1, max_size=3000), st.sampled_from([64, 256]))
def test_blocks_hold_the_page_and_zeros(octets, size):
    cut = blocks(octets, size)
    joined = b"".join(frame for block in cut for frame in block)
    assert joined.rstrip(b"\0") == octets.rstrip(b"\0")
    assert all(len(frame) == size for block in cut for frame in block)


def test_a_block_has_at_most_256_frames():
    assert [len(block) for block in blocks(bytes(256 * 600), 256)] == [256, 256, 88]


@given(st.sets(st.integers(0, 255)))
def test_ppr_asks_for_what_is_missing(missing):
    fif = page_request(missing)
    assert len(fif) == 32
    assert requested(fif, 256) == sorted(missing)


def test_frame_0_is_the_first_bit_sent():
    assert page_request({0})[0] == 0x01
    assert page_request({9})[1] == 0x02


def test_a_short_ppr_asks_for_everything():
    assert requested(b"\0\0", 3) == [0, 1, 2]


@pytest.mark.parametrize("end", [None, FCF.MPS, FCF.EOM, FCF.EOP])
def test_pps_survives_the_line(end):
    assert PartialPage.decode(PartialPage(end, 3, 1, 256).encode()) == PartialPage(end, 3, 1, 256)


def test_pps_octets_are_plain_numbers():
    assert PartialPage(FCF.EOP, 2, 1, 20).encode() == bytes((0x2F, 2, 1, 19))


@given(st.binary(max_size=8))
def test_any_pps_can_be_read(fif):
    assert PartialPage.decode(fif) is None or len(fif) >= 4


@given(st.binary(max_size=4))
def test_any_ctc_can_be_read(fif):
    commanded_rung(fif)


def test_ctc_carries_the_rate_where_dcs_has_it():
    assert commanded_rung(bytes((0, 0x24))) is V17_9600
    assert commanded_rung(bytes((0, 0x04))) is V29_9600


def test_a_burst_brings_what_it_was_given():
    block = [bytes((number,)) * 256 for number in range(20)]
    assert read_burst(block_burst(block, range(20), 14400)) == dict(enumerate(block))
    assert read_burst(block_burst(block, [3, 17], 14400)) == {3: block[3], 17: block[17]}


def test_mmr_cannot_miss_a_frame_and_mh_half_of_them():
    assert not can_miss_frames(Coding.MMR, 1, 100)
    assert can_miss_frames(Coding.MH, 50, 100)
    assert not can_miss_frames(Coding.MH, 51, 100)


class TestReceivedPage:
    """What a receiver answers."""

    block = tuple(bytes((number,)) * 64 for number in range(10))

    def test_asks_for_what_is_missing_and_then_confirms(self):
        got = CorrectedPage()
        got.take(block_burst(self.block, range(7), 14400))
        pps = PartialPage(FCF.EOP, 0, 0, 10)
        assert requested(got.reply_to(pps).fif, 10) == [7, 8, 9]
        got.take(block_burst(self.block, [7, 8, 9], 14400))
        assert got.reply_to(PartialPage(FCF.EOP, 0, 0, 3)).kind is FCF.MCF
        assert got.octets == b"".join(self.block)
        assert got.finished is FCF.EOP

    def test_confirms_a_repeated_pps_again(self):
        got = CorrectedPage()
        got.take(block_burst(self.block, range(10), 14400))
        pps = PartialPage(None, 0, 0, 10)
        assert got.reply_to(pps).kind is FCF.MCF
        assert got.reply_to(pps).kind is FCF.MCF
        assert got.octets == b"".join(self.block)

    def test_a_block_that_never_came_is_asked_for_whole(self):
        answer = CorrectedPage().reply_to(PartialPage(FCF.EOP, 0, 0, 10))
        assert requested(answer.fif, 10) == list(range(10))

    def test_a_page_given_up_has_holes(self):
        got = CorrectedPage()
        got.take(block_burst(self.block, range(0, 10, 2), 14400))
        got.missing(10)
        got.give_up(FCF.EOP)
        assert got.holes == 5
        assert len(got.octets) == 5 * 64


def send(answers, pages, options=CallOptions(), fail=None):  # noqa: B008  (frozen)
    return play(send_document(FaxDocument(tuple(pages)), Station(), options=options), answers, fail)


def pps_sent(line):
    return [
        PartialPage.decode(frame.fif)
        for op in line.ops
        if isinstance(op, SendFrames)
        for frame in op.frames
        if frame.kind is FCF.PPS
    ]


def test_mmr_goes_out_where_it_is_shortest():
    result, _ = send([DIS, FCF.CFR, FCF.MCF], [page(1)])
    assert result.ok
    assert result.parameters.coding is Coding.MMR
    assert result.parameters.ecm


def test_mh_goes_out_where_that_is_shortest():
    result, _ = send([DIS, FCF.CFR, *[FCF.MCF] * 9], [noise_page(300)])
    assert result.parameters.coding is Coding.MH


def test_a_page_of_several_blocks():
    noise = noise_page()
    count = len(blocks(coded_octets(noise.choices[0]), 256))
    assert count > 2
    result, line = send([DIS, FCF.CFR, *[FCF.MCF] * count], [noise])
    assert result.ok
    assert [(each.end, each.block) for each in pps_sent(line)] == [
        *[(None, number) for number in range(count - 1)],
        (FCF.EOP, count - 1),
    ]


def test_only_what_was_asked_for_is_sent_again():
    ppr = Frame(FCF.PPR, page_request([0, 2]))
    result, line = send([DIS, FCF.CFR, ppr, FCF.MCF], [noise_page(100)])
    assert result.ok
    assert [each.frames for each in pps_sent(line)][1] == 2
    again = [op for op in line.ops if isinstance(op, SendPage)][1]
    assert set(read_burst(again.octets)) == {0, 2}
    assert result.pages[0].ppr == 1


WANTS_NONE = Frame(FCF.PPR, bytes(32))


def test_a_ppr_that_asks_for_nothing_confirms_nothing():
    result, line = send([DIS, FCF.CFR, WANTS_NONE], [page(1)])
    assert result.pages[0].outcome is PageOutcome.UNCERTAIN
    assert [each.frames for each in pps_sent(line)][1:] == [1] * 3  # as 0 is written, too


def test_a_page_that_is_asked_for_but_not_missed_is_confirmed_by_mcf_or_by_err():
    for answers in ([WANTS_NONE, FCF.MCF], [*[WANTS_NONE] * 4, FCF.ERR]):
        result, line = send([DIS, FCF.CFR, *answers], [page(1)])
        assert result.ok
        assert ("EOR" in line.sent()) == (FCF.ERR in answers)


def test_a_block_that_is_not_missed_is_ended_by_eor_and_the_page_goes_on():
    noise = noise_page()
    further = len(blocks(coded_octets(noise.choices[0]), 256)) - 1
    answers = [DIS, FCF.CFR, *[WANTS_NONE] * 4, FCF.ERR, *[FCF.MCF] * further]
    result, line = send(answers, [noise])
    assert result.ok
    assert "CTC" not in line.sent()


def test_after_four_ppr_the_rate_goes_down_behind_a_long_training():
    answers = [DIS, FCF.CFR, *[ALL_BAD] * 4, FCF.CTR, FCF.MCF]
    result, line = send(answers, [page(1)])
    assert result.ok
    bursts = [op for op in line.ops if isinstance(op, SendPage)]
    assert [op.long_train for op in bursts] == [False] * 4 + [True]
    assert bursts[-1].rung.bits_per_second == 12000
    assert "CTC" in line.sent()


def test_the_foot_of_the_ladder_gives_mh_up_by_eor_only_with_half_of_it_there():
    slow = CallOptions(fastest=2400)
    few = Frame(FCF.PPR, page_request([1]))
    answers = [DIS, FCF.CFR, *[few] * 4, FCF.CTR, *[few] * 4, FCF.ERR, *[FCF.MCF] * 9]
    result, line = send(answers, [noise_page(300)], slow)
    assert "EOR" in line.sent()
    assert result.pages[0].outcome is PageOutcome.DOUBTFUL
    assert result.status is HangupStatus.NORMAL
    assert not result.ok


def test_the_foot_of_the_ladder_ends_the_call_for_mmr():
    answers = [DIS, FCF.CFR, *[ALL_BAD] * 4, FCF.CTR, *[ALL_BAD] * 4]
    result, line = send(answers, [page(1)], CallOptions(fastest=2400))
    assert result.status is HangupStatus.PAGE_REJECTED
    assert result.pages[0].outcome is PageOutcome.DOUBTFUL
    assert "EOR" not in line.sent()


@pytest.mark.parametrize("answer", [FCF.DCN, FCF.MCF, Ended.TIMEOUT])
def test_only_ctr_answers_ctc(answer):
    result, line = send([DIS, FCF.CFR, *[ALL_BAD] * 4, *[answer] * 3], [page(1)])
    assert not result.ok
    assert result.pages[0].outcome is PageOutcome.UNSENT
    assert sum(isinstance(op, SendPage) for op in line.ops) == 4


def test_a_busy_receiver_is_asked_again():
    result, line = send([DIS, FCF.CFR, FCF.RNR, FCF.RNR, FCF.RNR, FCF.MCF], [page(1)])
    assert result.ok
    assert line.sent().count("RR") == 3


def test_a_receiver_busy_for_ever_is_given_up_after_t5():
    result, line = send([DIS, FCF.CFR, *[FCF.RNR] * 500], [page(1)])
    assert result.status is HangupStatus.PHASE_D
    assert result.pages[0].outcome is PageOutcome.UNCERTAIN
    assert line.now < 100


def test_pps_never_answered_is_uncertain():
    result, _ = send([DIS, FCF.CFR], [page(1)])
    assert result.status is HangupStatus.EOP_UNANSWERED
    assert result.pages[0].outcome is PageOutcome.UNCERTAIN


def test_a_first_block_never_answered_leaves_the_page_unsent():
    result, _ = send([DIS, FCF.CFR], [noise_page()])
    assert result.pages[0].outcome is PageOutcome.UNSENT


def test_without_leave_no_error_correction():
    result, line = send([DIS, FCF.CFR, FCF.MCF], [page(1)], CallOptions(ecm=False))
    assert not result.parameters.ecm
    assert result.parameters.coding is not Coding.MMR
    assert "EOP" in line.sent()


@pytest.mark.parametrize("small", [False, True])
def test_both_ends_together(small):
    kept = []
    pages = (page(1), noise_page(1200), page(3))
    sent, received, telephone = play_both(
        send_document(FaxDocument(pages), Station("1"), options=CallOptions(small_frames=small)),
        receive_document(ECM, Station("2")),
        lambda op, at: kept.append(op) is None,
    )
    assert sent.ok
    assert received.ok
    assert telephone.notes == []
    decoded = [decode_octets(op.octets, op.parameters.coding, 1728).bitmap for op in kept]
    assert decoded == [decode_page(each.choices[0]) for each in pages]


def comb_page():
    """A page that MMR makes a hundred times smaller than MH does."""
    pixels = np.zeros((1000, 1728), dtype=bool)
    pixels[:, ::7] = True
    bitmap = PageBitmap.from_array(pixels)
    return FaxPage(tuple(encode_page(bitmap, coding) for coding in Coding))


@pytest.mark.parametrize(
    ("pages", "codings"),
    [
        ((page(1), noise_page(40), page(2)), [Coding.MMR] * 3),
        ((comb_page(), noise_page(2000), comb_page()), [Coding.MMR, Coding.MH, Coding.MMR]),
    ],
)
def test_a_form_is_changed_only_where_it_pays(pages, codings):
    sent, _, _ = play_both(
        send_document(FaxDocument(pages), Station()), receive_document(ECM, Station())
    )
    assert sent.ok
    assert [each.parameters.coding for each in sent.pages] == codings


def test_document_of_all_codings_is_what_tests_send():
    assert {form.coding for form in document(1).pages[0].choices} == set(Coding)

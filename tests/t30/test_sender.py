"""The sender against scripted far ends: one box of the flow chart at a time."""

import numpy as np
import pytest

from faxcore.errors import ProcedureError
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import FaxDocument, FaxPage, Station
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import Ended, SendPage, SendTraining
from faxcore.t30.modulation import V17_12000, V17_14400
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.t30.sender import send_document
from faxcore.t30.timers import T2
from tests.documents import bitmap, document, page
from tests.t30.script import CSI, DIS, play

CONFIRMED, UNSENT = PageOutcome.CONFIRMED, PageOutcome.UNSENT
DOUBTFUL, UNCERTAIN = PageOutcome.DOUBTFUL, PageOutcome.UNCERTAIN


def send(answers, pages=2, fail=None, station="123", **options):
    return play(send_document(document(pages), Station(station), **options), answers, fail)


def outcomes(result):
    return [each.outcome for each in result.pages]


def test_sends_two_pages():
    result, line = send([(CSI, DIS), FCF.CFR, FCF.MCF, FCF.MCF])
    assert result.ok
    assert result.status is HangupStatus.NORMAL
    assert result.remote_id == "+1 555 0199"
    assert line.sent() == ["TSI", "DCS", "MPS", "EOP", "DCN"]


def test_sends_no_tsi_without_an_id():
    _, line = send([DIS, FCF.CFR, FCF.MCF, FCF.MCF], station="")
    assert line.sent()[0] == "DCS"


def test_every_frame_after_dis_carries_x():
    _, line = send([DIS, FCF.CFR, FCF.MCF, FCF.MCF])
    sent = [frame for op in line.ops if hasattr(op, "frames") for frame in op.frames]
    assert all(frame.fcf & 1 for frame in sent)


def test_gives_up_after_t1_without_dis():
    result, line = send([Ended.TIMEOUT])
    assert result.status is HangupStatus.T1_EXPIRED
    assert line.now == pytest.approx(35.0)
    assert line.sent() == []


def test_listens_on_after_a_damaged_burst():
    result, _ = send([CSI, (CSI, DIS), FCF.CFR, FCF.MCF, FCF.MCF])
    assert result.ok


def test_a_babbling_far_end_does_not_hold_the_line():
    result, line = send([FCF.CRP] * 500)
    assert result.status is HangupStatus.T1_EXPIRED
    assert line.now < 45


def test_dcn_in_place_of_dis():
    result, line = send([FCF.DCN])
    assert result.status is HangupStatus.DCN_IN_PHASE_B
    assert line.sent() == []


def test_a_machine_that_cannot_receive():
    result, _ = send([Frame(FCF.DIS, bytes.fromhex("006C78"))])
    assert result.status is HangupStatus.CANNOT_RECEIVE


def test_steps_down_after_ftt():
    result, line = send([DIS, FCF.FTT, FCF.CFR, FCF.MCF, FCF.MCF])
    assert [op.rung for op in line.ops if isinstance(op, SendTraining)] == [V17_14400, V17_12000]
    assert [op.rung for op in line.ops if isinstance(op, SendPage)] == [V17_12000] * 2
    assert result.trainings == 2


def test_gives_up_at_the_foot_of_the_ladder():
    result, line = send([DIS, *[FCF.FTT] * 20])
    assert result.status is HangupStatus.CANNOT_TRAIN
    assert sum(isinstance(op, SendTraining) for op in line.ops) == 6
    assert outcomes(result) == [UNSENT, UNSENT]
    assert line.sent()[-1] == "DCN"


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([Ended.TIMEOUT] * 3, HangupStatus.DCS_UNANSWERED),
        ([DIS] * 3, HangupStatus.DIS_REPEATED),
        ([FCF.DCN], HangupStatus.DCN_IN_PHASE_B),
        ([FCF.MCF], HangupStatus.PHASE_B_INVALID),
        ([FCF.CRP] * 3, HangupStatus.PHASE_B_INVALID),
    ],
)
def test_answers_to_dcs_that_end_the_call(answers, status):
    result, _ = send([DIS, *answers])
    assert result.status is status


def test_repeats_dcs_after_silence_and_after_dis():
    result, _ = send([DIS, Ended.TIMEOUT, Ended.TIMEOUT, DIS, DIS, FCF.CFR, FCF.MCF, FCF.MCF])
    assert result.ok


def test_waits_until_a_receiver_that_recognised_no_training_check_says_so_after_t2():
    _, line = send([DIS, Ended.TIMEOUT, FCF.FTT, FCF.CFR, FCF.MCF, FCF.MCF])
    at = next(place for place, op in enumerate(line.ops) if isinstance(op, SendTraining))
    silence, training_check, answer = 0.075, 1.0, line.ops[at + 1]
    assert silence + training_check + answer.within_s > T2


@pytest.mark.parametrize("fine", [FCF.MCF, FCF.PIP])
def test_confirmed_pages_go_on(fine):
    result, _ = send([DIS, FCF.CFR, fine, fine])
    assert result.ok


def test_rtp_confirms_and_retrains():
    result, line = send([DIS, FCF.CFR, FCF.RTP, FCF.CFR, FCF.MCF])
    assert result.ok
    assert line.sent() == ["TSI", "DCS", "MPS", "TSI", "DCS", "EOP", "DCN"]


def test_rtn_sends_the_page_again_one_rung_down():
    result, line = send([DIS, FCF.CFR, FCF.RTN, FCF.CFR, FCF.MCF, FCF.MCF])
    assert result.ok
    assert [(op.number, op.rung) for op in line.ops if isinstance(op, SendPage)] == [
        (1, V17_14400),
        (1, V17_12000),
        (2, V17_12000),
    ]
    assert [(each.sendings, each.rtn) for each in result.pages] == [(2, 1), (1, 0)]


def test_third_rtn_gives_up_and_the_page_is_doubtful():
    result, _ = send([DIS, *[FCF.CFR, FCF.RTN] * 3])
    assert result.status is HangupStatus.PAGE_REJECTED
    assert outcomes(result) == [DOUBTFUL, UNSENT]
    assert not result.ok


def test_pin_is_a_refusal():
    result, _ = send([DIS, FCF.CFR, FCF.PIN])
    assert result.status is HangupStatus.OPERATOR_WANTED
    assert outcomes(result) == [DOUBTFUL, UNSENT]


def test_a_page_never_answered_is_uncertain():
    result, line = send([DIS, FCF.CFR, FCF.MCF])
    assert result.status is HangupStatus.EOP_UNANSWERED
    assert outcomes(result) == [CONFIRMED, UNCERTAIN]
    assert line.sent() == ["TSI", "DCS", "MPS", "EOP", "EOP", "EOP", "DCN"]


def test_a_page_answered_by_nonsense_is_uncertain():
    result, _ = send([DIS, FCF.CFR, *[FCF.CFR] * 3])
    assert result.status is HangupStatus.MPS_INVALID
    assert outcomes(result) == [UNCERTAIN, UNSENT]


def test_dcn_after_a_page_leaves_it_uncertain():
    result, line = send([DIS, FCF.CFR, FCF.DCN])
    assert result.status is HangupStatus.DCN_IN_PHASE_D
    assert outcomes(result) == [UNCERTAIN, UNSENT]
    assert "DCN" not in line.sent()


def test_crp_repeats_the_command_and_costs_no_try():
    result, line = send([DIS, FCF.CFR, FCF.CRP, FCF.CRP, Ended.TIMEOUT, FCF.MCF, FCF.MCF])
    assert result.ok
    assert line.sent().count("MPS") == 4


def test_a_line_lost_in_a_page_leaves_it_unsent():
    result, line = send([DIS, FCF.CFR], fail={SendPage: [Ended.NO_CARRIER]})
    assert result.status is HangupStatus.PHASE_C
    assert outcomes(result) == [UNSENT, UNSENT]
    assert "DCN" not in line.sent()


@pytest.mark.parametrize(
    ("ended", "status", "last"),
    [
        (Ended.CANCELLED, HangupStatus.CANCELLED, "DCN"),
        (Ended.TIME_LIMIT, HangupStatus.TIME_LIMIT, "DCN"),
        (Ended.EQUIPMENT, HangupStatus.EQUIPMENT, "MPS"),
    ],
)
def test_a_call_that_is_stopped_keeps_its_confirmed_pages(ended, status, last):
    fail = {SendPage: [Ended.DONE, ended]}
    result, line = send([DIS, FCF.CFR, FCF.MCF], fail=fail)
    assert result.status is status
    assert outcomes(result) == [CONFIRMED, UNSENT]
    assert line.sent()[-1] == last


def test_a_coarse_machine_gets_the_coarse_form():
    coarse_only = Frame(FCF.DIS, bytes.fromhex("002E78"))
    result, _ = send([coarse_only, FCF.CFR, FCF.MCF, FCF.MCF])
    assert {each.parameters.resolution for each in result.pages} == {Resolution.COARSE}


def test_a_page_that_no_way_leads_to_is_refused_before_anything_is_sent():
    inch = FaxPage((encode_page(bitmap(2, 300, Resolution.R300X300)),))
    odd = FaxDocument((page(1), inch))
    result, line = play(send_document(odd, Station("1")), [DIS])
    assert result.status is HangupStatus.PAGE_FORMAT
    assert "page 2" in result.text
    assert line.sent() == ["DCN"]


def test_a_page_of_another_format_is_announced_by_eom():
    coarse = FaxPage((encode_page(bitmap(2, 200, Resolution.COARSE)),))
    mixed = FaxDocument((page(1), coarse))
    answers = [DIS, FCF.CFR, FCF.MCF, DIS, FCF.CFR, FCF.MCF]
    result, line = play(send_document(mixed, Station("")), answers)
    assert result.ok
    assert line.sent() == ["DCS", "EOM", "DCS", "EOP", "DCN"]


@pytest.mark.parametrize(
    ("answer", "text"),
    [(Ended.TIMEOUT, "no DIS came within 14 s after EOM"), (FCF.DCN, "DCN came in place of DIS")],
)
def test_a_far_end_that_is_gone_after_eom_was_a_fax_all_the_same(answer, text):
    coarse = FaxPage((encode_page(bitmap(2, 200, Resolution.COARSE)),))
    mixed = FaxDocument((page(1), coarse))
    result, _ = play(send_document(mixed, Station("")), [DIS, FCF.CFR, FCF.MCF, answer])
    assert outcomes(result) == [CONFIRMED, UNSENT]
    assert result.status.reason == "negotiation"
    assert "first page" not in result.status.sentence
    assert result.text == text


def test_a_row_of_more_than_5_s_is_refused_before_the_pages_before_it_are_sent():
    pixels = np.zeros((20, 3456), bool)
    blank = PageBitmap.from_array(pixels, Resolution.R408X391)
    pixels[:, ::2] = True
    dense = PageBitmap.from_array(pixels, Resolution.R408X391)
    pages = tuple(FaxPage((encode_page(each, Coding.MH),)) for each in (blank, dense))
    slow = Capabilities(slow_v27ter_only=True, resolutions=frozenset(Resolution))
    answers = [Frame(FCF.DIS, slow.encode()), FCF.CFR, FCF.MCF, FCF.MCF]
    result, line = play(send_document(FaxDocument(pages), Station("")), answers)
    assert outcomes(result) == [UNSENT, UNSENT]
    assert result.status is HangupStatus.PAGE_FORMAT
    assert "page 2 has a row of 6.5 s at 2400" in result.text
    assert line.sent() == ["DCN"]


def test_resumes_with_the_number_it_is_told():
    resumed = FaxDocument(document(1).pages, first_number=4)
    result, _ = play(send_document(resumed, Station("")), [DIS, FCF.CFR, FCF.MCF])
    assert [each.number for each in result.pages] == [4]


def test_a_document_without_pages_is_our_mistake():
    with pytest.raises(ProcedureError, match="without pages"):
        play(send_document(FaxDocument(()), Station("")), [])

"""A station that polls, against scripts: what it says, and what it makes of what it hears."""

import pytest

from faxcore.errors import SettingsError
from faxcore.t30.capabilities import Bits, Capabilities, SessionParameters
from faxcore.t30.document import ANYTHING, Poll, Station
from faxcore.t30.frames import FCF, X_BIT, Frame, decode_id, encode_id
from faxcore.t30.line import Ended, SendFrames, run
from faxcore.t30.modulation import V17_14400
from faxcore.t30.polling import poll_document
from faxcore.t30.result import HangupStatus

from .test_receiver import Receiving, coded

CSI = Frame(FCF.CSI, encode_id("+44 1"), final=False)
DCS = Frame(FCF.DCS, SessionParameters(V17_14400).encode())
HERE = Station("+1 2")


def dis(**what):
    return Frame(FCF.DIS, Capabilities(has_document=True, **what).encode())


def polls(answers, pages=(), poll=ANYTHING, station=HERE, fail=None):
    line = Receiving(answers, pages)
    line.fail = fail or {}
    return run(poll_document(Capabilities(), station, poll), line), line


def bursts(line):
    return [op.frames for op in line.ops if isinstance(op, SendFrames)]


def test_the_bits_of_polling_are_those_of_table_2():
    bits = Bits(Capabilities(has_document=True, selective_polling=True).encode())
    assert (bits[9], bits[47]) == (1, 1)
    bits = Bits(Capabilities().encode())
    assert (bits[9], bits[47]) == (0, 0)
    read = Capabilities.decode(Capabilities(has_document=True, selective_polling=True).encode())
    assert (read.has_document, read.selective_polling) == (True, True)


def test_dtc_takes_the_place_of_dcs_and_a_page_comes():
    result, line = polls([(CSI, dis()), DCS, FCF.EOP, FCF.DCN], [coded(1)])
    assert result.ok, result.text
    assert result.status is HangupStatus.NORMAL
    assert result.remote_id == "+44 1"
    assert line.sent() == ["CIG", "DTC", "CFR", "MCF"]
    assert line.kept == [coded(1)]


def test_all_that_is_said_carries_the_x_bit():
    _, line = polls([dis(), DCS, FCF.EOP, FCF.DCN], [coded(1)])
    assert all(frame.fcf & X_BIT for burst in bursts(line) for frame in burst)
    _, line = polls([Frame(FCF.DIS, Capabilities().encode())])
    assert [burst[-1].fcf for burst in bursts(line)] == [FCF.DCN | X_BIT]


def test_sep_and_pwd_go_before_dtc_to_a_far_end_that_takes_them():
    far = dis(selective_polling=True, password=True)
    _, line = polls([far, FCF.DCN], poll=Poll("42", "1234"))
    said = bursts(line)[0]
    assert [frame.kind for frame in said] == [FCF.CIG, FCF.PWD_POLL, FCF.SEP, FCF.DTC]
    assert [decode_id(frame.fif) for frame in said[:3]] == ["+1 2", "1234", "42"]
    assert [frame.final for frame in said] == [False, False, False, True]
    assert Bits(said[-1].fif).several(47, 50) == (1, 1)


def test_a_far_end_without_sep_is_not_polled_for_one_document():
    result, line = polls([dis(password=True)], poll=Poll("42", "1234"))
    assert result.status is HangupStatus.CANNOT_RECEIVE
    assert line.sent() == ["DCN"]


def test_a_password_is_told_to_nobody_who_takes_none():
    _, line = polls([dis(), FCF.DCN], poll=Poll(password="1234"))
    assert line.sent()[:2] == ["CIG", "DTC"]


def test_a_far_end_that_repeats_dis_is_told_dtc_three_times():
    result, line = polls([dis(), dis(), dis(), dis()])
    assert result.status is HangupStatus.DIS_REPEATED
    assert line.sent() == ["CIG", "DTC"] * 3 + ["DCN"]


def test_silence_after_dtc_is_asked_three_times():
    result, line = polls([dis()])
    assert result.status is HangupStatus.DCS_UNANSWERED
    assert line.sent() == ["CIG", "DTC"] * 3 + ["DCN"]


def test_no_dis_within_t1_is_no_fax():
    result, line = polls([])
    assert result.status is HangupStatus.T1_EXPIRED
    assert line.sent() == []


def test_dcn_in_place_of_dis_ends_it():
    result, _ = polls([FCF.DCN])
    assert result.status is HangupStatus.DCN_IN_PHASE_B


@pytest.mark.parametrize("after_eom", [[dis(), DCS], [DCS], [Ended.TIMEOUT, DCS]])
def test_after_eom_the_document_is_asked_for_anew_unless_it_comes_by_itself(after_eom):
    answers = [dis(), DCS, FCF.EOM, *after_eom, FCF.EOP, FCF.DCN]
    result, line = polls(answers, [coded(1), coded(2)], station=Station())
    assert result.ok, result.text
    asked = 1 if after_eom == [DCS] else 2
    assert line.sent().count("DTC") == asked
    assert line.kept == [coded(1), coded(2)]


def test_a_line_that_dies_is_the_end_of_it():
    result, _ = polls([dis()], fail={SendFrames: [Ended.EQUIPMENT]})
    assert result.status is HangupStatus.EQUIPMENT


@pytest.mark.parametrize("poll", [{"selective": "4a"}, {"password": "1" * 21}])
def test_what_no_such_frame_can_carry_is_refused(poll):
    with pytest.raises(SettingsError):
        Poll(**poll)

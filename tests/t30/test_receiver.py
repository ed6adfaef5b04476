"""Sender and receiver stepped against each other, and the receiver against scripts."""

import pytest

from faxcore.sim.played_end import play as play_both
from faxcore.t4 import Coding, decode_octets
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import Station
from faxcore.t30.frames import FCF, Frame, encode_id
from faxcore.t30.line import Ended, Heard, KeepPage, ReceivePage, ReceiveTraining, run
from faxcore.t30.modulation import V17_14400
from faxcore.t30.receiver import receive_document
from faxcore.t30.reception import FairReception
from faxcore.t30.result import HangupStatus
from faxcore.t30.sender import send_document
from tests.documents import bitmap, document
from tests.t30.script import ScriptedLine

DCS = Frame(FCF.DCS | 1, SessionParameters(V17_14400).encode())
TSI = Frame(FCF.TSI | 1, encode_id("+44 1"), final=False)


class Receiving(ScriptedLine):
    """A scripted line whose fast carriers bring training and pages."""

    def __init__(self, answers, pages, keep=True):
        super().__init__(answers)
        self.pages = list(pages)
        self.keep = keep
        self.kept = []

    def perform(self, op):
        if isinstance(op, ReceiveTraining):
            self.ops.append(op)
            return Heard(Ended.DONE, self.now, self.now, octets=bytes(2700))
        if isinstance(op, ReceivePage):
            self.ops.append(op)
            page = self.pages.pop(0)
            if isinstance(page, float):
                return Heard(Ended.OTHER_CARRIER, self.now, self.now + page)
            return Heard(Ended.DONE, self.now, self.now, octets=page)
        if isinstance(op, KeepPage):
            self.ops.append(op)
            self.kept.append(op.octets)
            return Heard(Ended.DONE if self.keep else Ended.REFUSED, self.now, self.now)
        return super().perform(op)


def coded(number):
    from faxcore.t4 import encode_page, line_octets

    return line_octets(encode_page(bitmap(number)), 14400, 0)


def receive(answers, pages, keep=True):
    line = Receiving(answers, pages, keep)
    return run(receive_document(Capabilities(), Station("+1 2")), line), line


def test_receives_what_a_sender_sends():
    kept = []
    sent, received, telephone = play_both(
        send_document(document(3), Station("+44 1")),
        receive_document(Capabilities(), Station("+1 2")),
        lambda op, at: kept.append(op) is None,
    )
    assert sent.ok
    assert received.ok
    assert (sent.remote_id, received.remote_id) == ("+1 2", "+44 1")
    pages = [decode_octets(op.octets, Coding.MH, 1728).bitmap for op in kept]
    assert pages == [bitmap(number) for number in (1, 2, 3)]
    assert telephone.notes == []


def test_the_page_that_was_judged_is_the_one_that_is_kept():
    judged, kept = [], []

    class Noting(FairReception):
        def page_answer(self, page):
            judged.append(page.decoded)
            return super().page_answer(page)

    play_both(
        send_document(document(2), Station()),
        receive_document(Capabilities(), Station(), Noting()),
        lambda op, at: kept.append(op.decoded) is None,
    )
    assert [id(page) for page in kept] == [id(page) for page in judged]


def test_keeps_a_page_before_it_confirms_it():
    result, line = receive([(TSI, DCS), FCF.EOP, FCF.DCN], [coded(1)])
    kinds = [type(op).__name__ for op in line.ops]
    assert kinds.index("KeepPage") < len(line.ops) - 1
    assert result.ok
    assert line.sent() == ["CSI", "DIS", "CFR", "MCF"]


def test_a_page_that_cannot_be_kept_is_refused():
    result, line = receive([DCS, FCF.EOP], [coded(1)], keep=False)
    assert result.status is HangupStatus.NOT_KEPT
    assert line.sent()[-2:] == ["RTN", "DCN"]
    assert result.pages == ()


def test_a_repeated_command_gets_the_same_answer_and_the_page_is_kept_once():
    answers = [DCS, FCF.MPS, FCF.MPS, FCF.EOP, FCF.DCN]
    result, line = receive(answers, [coded(1), 2.0, coded(2)])
    assert len(line.kept) == 2
    assert line.sent().count("MCF") == 3
    assert result.ok


def test_a_page_that_was_missed_is_not_confirmed():
    result, line = receive([DCS, FCF.MPS, FCF.EOP, FCF.DCN], [coded(1), 5.5])
    assert len(line.kept) == 1
    assert line.sent()[-1] == "RTN"
    assert result.status is HangupStatus.RECEIVE_REJECTED


def test_a_short_page_that_was_missed_is_told_by_another_command_than_the_last():
    result, line = receive([DCS, FCF.MPS, FCF.EOP, FCF.EOP, FCF.DCN], [coded(1), 1.5])
    assert len(line.kept) == 1
    assert line.sent()[-3:] == ["MCF", "RTN", "RTN"]
    assert result.status is HangupStatus.RECEIVE_REJECTED


def test_identifies_itself_until_t1():
    result, line = receive([Ended.TIMEOUT] * 20, [])
    assert result.status is HangupStatus.RECEIVE_T1
    assert 35 <= line.now <= 42


@pytest.mark.parametrize(
    ("octets", "good"),
    [(bytes(2700), True), (bytes(1799), False), (b"\xff" * 300 + bytes(2400), True), (b"", False)],
)
def test_training_needs_a_second_of_zeros(octets, good):
    assert FairReception().training_ok(V17_14400, octets) is good


def test_an_empty_page_is_refused():
    assert FairReception().page_answer(KeepPage(b"", 1, SessionParameters(V17_14400))) is FCF.RTN

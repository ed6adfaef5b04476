"""The receiver against scripted callers: repeated commands, error correction, lines too long."""

import pytest

from faxcore.t4 import Coding
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import Station
from faxcore.t30.ecm import PartialPage, block_burst, coded_octets
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import Ended, run
from faxcore.t30.modulation import V17_14400, V27TER_2400
from faxcore.t30.receiver import receive_document
from faxcore.t30.reception import FairReception, longest_line
from faxcore.t30.result import HangupStatus, PageOutcome
from tests.documents import page
from tests.t30.test_receiver import Receiving, coded

CORRECTED = Capabilities(ecm=True, codings=frozenset(Coding))
DCS = Frame(FCF.DCS | 1, SessionParameters(V17_14400).encode())
DCS_ECM = Frame(FCF.DCS | 1, SessionParameters(V17_14400, ecm=True).encode())
FRAMES = [coded_octets(page(1).choices[0])[at : at + 256] for at in range(0, 1024, 256)]
BURST = block_burst(FRAMES, range(4), 14400)
REPEATED = 2.0


def eor(end):
    return Frame(FCF.EOR | 1, bytes((end | 1,)))


def pps(end, number=0):
    return Frame(FCF.PPS | 1, PartialPage(end, number, 0, 4).encode())


class Unready(FairReception):
    """Not ready, so many times."""

    def __init__(self, times):
        self.left = times

    def busy(self):
        self.left -= 1
        return self.left >= 0


def receive(answers, pages, judge=None, capabilities=CORRECTED):
    line = Receiving(answers, pages)
    return run(receive_document(capabilities, Station("1"), judge), line), line


def test_an_eom_whose_answer_was_not_heard_is_answered_as_before():
    answers = [DCS, FCF.EOM, FCF.EOM, DCS, FCF.EOP, FCF.DCN]
    result, line = receive(answers, [coded(1), coded(2)])
    assert result.ok
    assert len(line.kept) == 2
    assert line.sent().count("MCF") == 3
    assert "RTN" not in line.sent()


@pytest.mark.parametrize("end", [FCF.MPS, FCF.EOP])
def test_an_eor_whose_answer_was_not_heard_keeps_the_page_once(end):
    holes = block_burst(FRAMES, [0, 2], 14400)
    answers = [DCS_ECM, pps(end), eor(end), eor(end), FCF.DCN]
    _, line = receive(answers, [holes, REPEATED, REPEATED, REPEATED])
    assert len(line.kept) == 1
    assert line.sent().count("ERR") == 2


def test_a_caller_that_leaves_an_unready_receiver_is_told_nothing_more():
    result, line = receive([DCS_ECM, pps(FCF.EOP), FCF.DCN], [BURST], Unready(3))
    assert line.sent()[-1] == "RNR"
    assert result.status is HangupStatus.RECEIVE_REJECTED


def test_rnr_is_repeated_for_a_repeated_pps_and_other_frames_are_waited_over():
    answers = [DCS_ECM, pps(FCF.EOP), pps(FCF.EOP), FCF.MPS, FCF.RR, FCF.DCN]
    result, line = receive(answers, [BURST], Unready(2))
    assert result.ok
    assert line.sent()[-3:] == [
        "RNR",
        "RNR",
        "MCF",
    ]


def test_a_caller_that_never_asks_an_unready_receiver_is_left():
    result, _ = receive([DCS_ECM, pps(FCF.EOP), *[FCF.CFR] * 500], [BURST], Unready(1))
    assert result.status is HangupStatus.RECEIVE_PHASE_D


def test_what_is_given_up_is_doubtful():
    holes = block_burst(FRAMES, [0, 1, 3], 14400)
    result, _ = receive([DCS_ECM, pps(FCF.EOP), eor(FCF.EOP), FCF.DCN], [holes, REPEATED])
    assert [each.outcome for each in result.pages] == [PageOutcome.DOUBTFUL]
    assert not result.ok


@pytest.mark.parametrize("end", [FCF.MPS, FCF.EOM, FCF.EOP])
def test_a_page_of_which_nothing_came_is_told_of_and_not_kept(end):
    result, line = receive([DCS_ECM, pps(end), eor(end), FCF.DCN], [b"", REPEATED, REPEATED])
    assert line.kept == []
    assert [(each.number, each.outcome) for each in result.pages] == [(1, PageOutcome.DOUBTFUL)]
    assert "ERR" in line.sent()


EOL = "000000000001"


@pytest.mark.parametrize(
    ("bits", "longest"),
    [
        ("", 0),
        ("0" * 800, 0),
        (EOL + "1" * 60 + EOL + "1", 72),
        (EOL + "0" * 500 + EOL, 512),
        ("1" * 333, 333),
        (EOL + "1" * 99 + "0" * 900, 99),
    ],
)
def test_a_line_reaches_from_one_eol_to_the_next(bits, longest):
    octets = int(bits.ljust(-(-len(bits) // 8) * 8, "0") or "0", 2).to_bytes(-(-len(bits) // 8))
    assert longest_line(octets) == longest


@pytest.mark.parametrize(("seconds", "status"), [
    (4.9, HangupStatus.NORMAL), (5.1, HangupStatus.RECEIVE_NO_EOL),
])  # fmt: skip
def test_a_line_of_more_than_5_s_ends_the_call(seconds, status):
    slow = Frame(FCF.DCS | 1, SessionParameters(V27TER_2400).encode())
    fill = bytes(round(seconds * 2400 / 8))
    result, line = receive([slow, FCF.EOP, FCF.DCN], [fill + coded(1)], capabilities=Capabilities())
    assert result.status is status
    assert (line.sent()[-1] == "DCN") is (status is HangupStatus.RECEIVE_NO_EOL)


def test_a_caller_that_falls_silent_while_we_are_not_ready_was_never_told_mcf():
    answers = [DCS_ECM, pps(FCF.EOP), Ended.TIMEOUT]
    result, line = receive(answers, [BURST], Unready(9))
    assert result.status is HangupStatus.RECEIVE_T2
    assert "MCF" not in line.sent()

"""What is written down during a call is what its result says at the end, and never too good."""

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SimModem, scenario
from faxcore.sim.scenarios import SCENARIOS
from faxcore.t30.document import Station
from faxcore.t30.ecm import PartialPage, page_request
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import Ended, Heard, LineOp, ReceiveFrames, SendFrames, SendPage
from faxcore.t30.modulation import V29_9600
from faxcore.t30.page_watch import PageWatch
from faxcore.t30.result import PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.calls.played import DOCUMENTS
from tests.documents import document

SLOW = {"no-answer", "deaf-modem", "ecm-busy-always", "ecm-damage-always", "voice"}
NAMES = sorted(set(SCENARIOS) - SLOW)


def watched(name, fax, profile):
    """The result of a call, and what the watch said of each page, change by change."""
    said: dict[int, list[PageOutcome]] = {}
    modem = SimModem(scenario(name), profile=profile)
    with FaxModem(VirtualPort(modem), profile) as driver:
        watch = PageWatch(lambda number, outcome: said.setdefault(number, []).append(outcome))
        result = driver.send(fax, "5550100", Station("1"), observe=watch)
    return result, said, modem


CALLS = [(name, "null" if name.startswith("ecm") else "mps") for name in NAMES]


@pytest.mark.parametrize(("name", "kind"), CALLS)
def test_the_watch_ends_where_the_result_does(name: str, kind: str) -> None:
    result, said, _ = watched(name, DOCUMENTS[kind], load_profile("generic-class1"))
    for report in result.pages:
        last = said.get(report.number, [PageOutcome.UNSENT])[-1]
        assert last is report.outcome, (report.number, said)


@pytest.mark.parametrize("profile", ["generic-class2", "generic-class2.0"])
@pytest.mark.parametrize("name", ["normal", "rtn-page-2", "ecm", "silent-after-eop"])
def test_it_ends_there_too_where_the_modem_speaks_t30(name: str, profile: str) -> None:
    result, said, _ = watched(name, document(3), load_profile(profile))
    for report in result.pages:
        last = said.get(report.number, [PageOutcome.UNSENT])[-1]
        assert last is report.outcome, (report.number, said)


def test_a_page_is_uncertain_before_it_is_confirmed() -> None:
    _, said, _ = watched("ecm", document(2), load_profile("generic-class1"))
    assert said == {n: [PageOutcome.UNCERTAIN, PageOutcome.CONFIRMED] for n in (1, 2)}


PPS_EOP = Frame(FCF.PPS, PartialPage(FCF.EOP, 0, 0, 9).encode())


def heard(*frames: Frame) -> Heard:
    return Heard(Ended.DONE, 0.0, 1.0, frames)


def burst(*, is_last_part: bool = True) -> SendPage:
    return SendPage(V29_9600, b"", 1, is_last_part=is_last_part, is_burst=True)


def watch_of(*told: tuple[LineOp, Heard]) -> list[PageOutcome]:
    said: list[PageOutcome] = []
    watch = PageWatch(lambda number, outcome: said.append(outcome))
    for op, answer in told:
        watch(op, None)
        watch(op, answer)
    return said


EOR_EOP = Frame(FCF.EOR, bytes((FCF.EOP,)))


@pytest.mark.parametrize("request_of", [[], [9, 255]])
def test_a_request_for_no_frame_that_there_is_confirms_nothing(request_of: list[int]) -> None:
    wants_none = (ReceiveFrames(3.0), heard(Frame(FCF.PPR, page_request(request_of))))
    asked = ((burst(), heard()), (SendFrames((PPS_EOP,)), heard()), wants_none)
    assert watch_of(*asked) == [PageOutcome.UNCERTAIN]
    err = (ReceiveFrames(3.0), heard(Frame(FCF.ERR)))
    ended = (*asked, (SendFrames((EOR_EOP,)), heard()), err)
    assert watch_of(*ended) == [PageOutcome.UNCERTAIN, PageOutcome.CONFIRMED]


def test_an_err_that_answers_no_eor_confirms_nothing() -> None:
    wants_none = (ReceiveFrames(3.0), heard(Frame(FCF.PPR, page_request([]))))
    pps = (SendFrames((PPS_EOP,)), heard())
    err = (ReceiveFrames(3.0), heard(Frame(FCF.ERR)))
    assert watch_of((burst(), heard()), pps, wants_none, pps, err) == [PageOutcome.UNCERTAIN]


def test_a_block_given_up_in_the_midst_of_a_page_does_not_make_it_doubtful_yet() -> None:
    pps, eor = Frame(FCF.PPS, PartialPage(None, 0, 0, 9).encode()), Frame(FCF.EOR, b"\0")
    given_up = (
        (burst(), heard()),
        (SendFrames((pps,)), heard()),
        (ReceiveFrames(3.0), heard(Frame(FCF.PPR, page_request([1])))),
        (SendFrames((eor,)), heard()),
        (ReceiveFrames(3.0), heard(Frame(FCF.ERR))),
    )
    assert watch_of(*given_up) == []
    last = Frame(FCF.PPS, PartialPage(FCF.EOP, 0, 1, 9).encode())
    mcf = (ReceiveFrames(3.0), heard(Frame(FCF.MCF)))
    whole = watch_of(*given_up, (burst(), heard()), (SendFrames((last,)), heard()), mcf)
    assert whole == [PageOutcome.UNCERTAIN, PageOutcome.DOUBTFUL]


def test_a_request_for_a_frame_of_the_whole_block_is_one_after_a_smaller_burst_too() -> None:
    again = Frame(FCF.PPS, PartialPage(FCF.EOP, 0, 0, 1).encode())
    want_last = (ReceiveFrames(3.0), heard(Frame(FCF.PPR, page_request([8]))))
    said = watch_of(
        (burst(), heard()),
        (SendFrames((PPS_EOP,)), heard()),
        want_last,
        (burst(), heard()),
        (SendFrames((again,)), heard()),
        want_last,
    )
    assert said == [PageOutcome.UNCERTAIN, PageOutcome.UNSENT] * 2


def test_a_page_of_which_a_part_has_arrived_is_not_unsent_when_the_next_part_is_wanted_again() -> (
    None
):
    second = Frame(FCF.PPS, PartialPage(FCF.EOP, 1, 0, 9).encode())
    said = watch_of(
        (burst(is_last_part=False), heard()),
        (SendFrames((PPS_EOP,)), heard()),
        (ReceiveFrames(3.0), heard(Frame(FCF.MCF))),
        (burst(), heard()),
        (SendFrames((second,)), heard()),
        (ReceiveFrames(3.0), heard(Frame(FCF.PPR, page_request([0])))),
    )
    assert said == [PageOutcome.UNCERTAIN]

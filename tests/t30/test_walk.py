"""The way of a call through the charts, and the picture of the charts."""

from pathlib import Path

import pytest

from faxcore.t30.chart import BEGIN, FINISH, block, draw
from faxcore.t30.document import Station
from faxcore.t30.ecm import PartialPage
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import Ended, SendPage, run
from faxcore.t30.sender import send_document
from faxcore.t30.transitions import POLLER, RECEIVER, SENDER, row
from faxcore.t30.transitions_v34 import V34_RECEIVER, V34_SENDER
from faxcore.t30.walk import Step, Walk, frame_name
from tests.documents import document
from tests.t30.script import DIS, ScriptedLine

README = Path(__file__).parents[2] / "README.md"


def walk(answers, pages=2, fail=None):
    way = Walk()
    run(send_document(document(pages), Station()), ScriptedLine(answers, fail), way.tell)
    return [(step.at, step.heard, step.then) for step in way.close()]


def test_a_call_from_box_to_box():
    assert walk([DIS, FCF.CFR, FCF.MCF, FCF.MCF]) == [
        ("listen", "DIS", "DCS"),
        ("DCS", "sent", "TCF"),
        ("TCF", "CFR", "page"),
        ("page", "sent", "MPS"),
        ("MPS", "MCF", "page"),
        ("page", "sent", "EOP"),
        ("EOP", "MCF", "DCN"),
        ("DCN", "sent", "end"),
    ]


def test_silence_and_repetition_are_steps():
    assert walk([DIS, Ended.TIMEOUT, FCF.CFR])[2:4] == [
        ("TCF", "nothing", "DCS"),
        ("DCS", "sent", "TCF"),
    ]


@pytest.mark.parametrize(
    ("ended", "step"),
    [
        (Ended.CANCELLED, ("page", "stopped", "DCN")),
        (Ended.EQUIPMENT, ("page", "modem failed", "end")),
        (Ended.NO_CARRIER, ("page", "line lost", "end")),
    ],
)
def test_what_ends_a_call_is_a_step(ended, step):
    assert step in walk([DIS, FCF.CFR], fail={SendPage: [ended]})


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        (Frame(FCF.PPS, PartialPage(FCF.EOP, 0, 0, 1).encode()), "PPS-EOP"),
        (Frame(FCF.EOR, b"\0"), "EOR-NULL"),
        (Frame(FCF.PPS, b"\x77\0\0\0"), "PPS-0x76"),
        (Frame(FCF.PPS), "PPS"),
        (Frame(FCF.PRI_EOP), "PRI-EOP"),
        (Frame(0x33), "0x33"),
    ],
)
def test_frames_are_named_by_what_they_carry(frame, name):
    assert frame_name(frame) == name


@pytest.mark.parametrize("chart", [SENDER, RECEIVER, POLLER, V34_SENDER, V34_RECEIVER])
def test_every_row_has_its_clause_and_no_step_stands_twice(chart):
    for each in chart.rows:
        assert each.clause
    steps = [step for each in chart.rows for step in each.steps()]
    assert sorted(steps, key=str) == sorted(set(steps), key=str)


@pytest.mark.parametrize("chart", [SENDER, RECEIVER, V34_SENDER, V34_RECEIVER])
def test_every_box_is_reached_and_left(chart):
    steps = chart.steps()
    left = {step.at for step in steps} - {"any box"}
    reached = {step.then for step in steps} - {"end"}
    assert left - reached <= {"DIS", "listen"}
    assert reached <= left


def test_a_frame_without_use_is_another_frame():
    assert SENDER.find(Step("TCF", "RNR", "DCN")) == Step("TCF", "another frame", "DCN")
    assert SENDER.find(Step("TCF", "CFR", "DCN")) is None


def test_arrows_between_two_boxes_are_drawn_as_one():
    rows = [row("PPS-MPS, PPS-EOP", "MCF, PIP", "page", "A.4.3"), row("page", "x", "end", "-")]
    assert draw(rows, "PPS").splitlines() == [
        "stateDiagram-v2",
        "    [*] --> PPS: answered",
        "    PPS --> page: MCF, PIP",
        "    page --> [*]: x",
    ]


def test_the_readme_has_the_charts():
    text = README.read_text()
    assert BEGIN in text, "README.md lacks what `python -m faxcore.t30.chart` prints"
    assert text[text.index(BEGIN) : text.index(FINISH) + len(FINISH)] == block()

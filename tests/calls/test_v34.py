"""V.34 (T.31 Annex B, T.30 Annex F), both ways, between our driver and the simulated modem."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.ports import open_port
from faxcore.profiles import load_profile
from faxcore.sim import SimModem, caller, numbered_page, scenario
from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.frames import FCF
from faxcore.t30.line import ReceivePage, SendFrames, SendPage, SendTraining
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.transport.port import FlowControl
from faxcore.transport.recording import RecordingPort
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import bitmap, document

from .played import DOCUMENTS, decode_received, sent_bitmaps

V34 = load_profile("generic-class1.0-v34")
RATES = (28800, 1200)
HERE = Station("+44 1")
OFFERED = Capabilities(ecm=True, codings=frozenset(Coding))
CONFIRMED, DOUBTFUL = PageOutcome.CONFIRMED, PageOutcome.DOUBTFUL
UNCERTAIN, UNSENT = PageOutcome.UNCERTAIN, PageOutcome.UNSENT
ALL, NONE = [CONFIRMED] * 3, [UNSENT] * 3

EXPECTED = {
    "normal": (HangupStatus.NORMAL, ALL),
    "ecm": (HangupStatus.NORMAL, ALL),
    "ecm-64": (HangupStatus.NORMAL, ALL),
    "ecm-damage-once": (HangupStatus.NORMAL, ALL),
    "ecm-damage-5": (HangupStatus.NORMAL, ALL),
    "ecm-frame-0": (HangupStatus.NORMAL, ALL),
    "ecm-busy": (HangupStatus.NORMAL, ALL),
    "slow-printer": (HangupStatus.NORMAL, ALL),
    "ftt-twice": (HangupStatus.NORMAL, ALL),
    "ecm-damage-always": (HangupStatus.PAGE_REJECTED, [DOUBTFUL, UNSENT, UNSENT]),
    "ecm-ctr-dcn": (HangupStatus.PAGE_REJECTED, [DOUBTFUL, UNSENT, UNSENT]),
    "ecm-busy-always": (HangupStatus.PHASE_D, [UNCERTAIN, UNSENT, UNSENT]),
    "ecm-silent-after-pps": (HangupStatus.MPS_UNANSWERED, [UNCERTAIN, UNSENT, UNSENT]),
    "dcn-after-dis": (HangupStatus.DCN_IN_PHASE_B, NONE),
    "cannot-receive": (HangupStatus.CANNOT_RECEIVE, NONE),
    "busy": (HangupStatus.BUSY, NONE),
    "no-answer": (HangupStatus.NO_ANSWER, NONE),
}
"""Where it differs from V.17: there is no training check to refuse, and no CTC."""


def send(far, latency_s=0.0, pages=None, profile=V34, **options):
    """One outgoing call; the result, the modem and the operations."""
    modem = SimModem(replace(scenario(far), v34=RATES), profile=profile)
    ops = []

    def observe(op, heard):
        if heard is None:
            ops.append(op)

    with FaxModem(VirtualPort(modem, latency_s), profile) as fax:
        result = fax.send(pages or document(3, 300), "1", HERE, observe=observe, **options)
    return result, modem, ops


def receive(name, latency_s=0.0, kept=True, profile=V34):
    calling = replace(caller(name, 3), v34=RATES)
    modem = SimModem(caller=calling, profile=profile)
    pages = []

    def keep(op):
        pages.append(decode_received(op.octets, op.parameters))
        return kept

    with FaxModem(VirtualPort(modem, latency_s), profile) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        result = fax.receive(OFFERED, HERE, keep)
    return result, pages, modem


@pytest.mark.parametrize("latency_s", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("far", EXPECTED)
def test_an_outgoing_call_ends_as_the_far_end_lets_it(far, latency_s):
    result, modem, _ = send(far, latency_s)
    status, outcomes = EXPECTED[far]
    assert result.status is status, result.text
    assert [page.outcome for page in result.pages] == outcomes
    assert modem.notes == []
    assert modem.telephone is None
    if outcomes == ALL:
        assert [page.bitmap for page in modem.received] == [bitmap(n, 300) for n in (1, 2, 3)]
        assert modem.far_result is not None
        assert modem.far_result.ok
        assert result.parameters is not None
        assert result.parameters.rung.name == "28800 V.34"


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_every_kind_of_document_arrives(kind):
    result, modem, _ = send("ecm", pages=DOCUMENTS[kind])
    assert result.ok, result.text
    assert [page.bitmap for page in modem.received] == sent_bitmaps(kind)


def test_dcs_names_no_rate_and_no_training_check_is_sent():
    result, modem, ops = send("normal")
    assert result.ok
    assert not [op for op in ops if isinstance(op, SendTraining)]
    (dcs,) = [op.frames[-1] for op in ops if isinstance(op, SendFrames) and
              op.frames[-1].kind is FCF.DCS]  # fmt: skip
    assert dcs.fif[1] & 0x3C == 0
    said = SessionParameters.decode(dcs.fif)
    assert said is not None
    assert said.ecm
    assert {op.rung.bits_per_second for op in ops if isinstance(op, SendPage)} == {28800}
    assert modem.far_result is not None


def test_a_far_end_without_v34_is_sent_to_in_v17():
    modem = SimModem("ecm", profile=V34)
    with FaxModem(VirtualPort(modem), V34) as fax:
        result = fax.send(document(2, 300), "1", HERE)
    assert result.ok
    assert result.parameters is not None
    assert result.parameters.rung.name == "14400 V.17"


@pytest.mark.parametrize("options", [CallOptions(ecm=False), CallOptions(fastest=9600)])
def test_a_caller_that_holds_the_call_back_gets_no_v34(options):
    modem = SimModem("v34", profile=V34)
    with FaxModem(VirtualPort(modem), V34) as fax:
        assert fax.send(document(1, 300), "1", HERE).parameters.rung.name == "28800 V.34"
        result = fax.send(document(1, 300), "1", HERE, options=options)
        assert result.ok
        assert result.parameters.rung.bits_per_second <= 14400
        assert fax.send(document(1, 300), "1", HERE).parameters.rung.name == "28800 V.34"


def test_a_profile_that_says_nothing_of_it_gets_none():
    plain = load_profile("generic-class1.0")
    modem = SimModem("v34", profile=plain)
    with FaxModem(VirtualPort(modem), plain) as fax:
        result = fax.send(document(1, 300), "1", HERE)
    assert result.parameters.rung.name == "14400 V.17"


@pytest.mark.parametrize("retrains", [1, 2, 4])
@pytest.mark.parametrize("latency_s", [0.0, 0.1])
def test_36_a_command_whose_answer_a_retrain_took_is_said_again_and_costs_no_try(
    retrains, latency_s
):
    like = replace(V34, control_retrains=retrains)
    result, modem, ops = send("ecm", latency_s, profile=like)
    assert result.ok, result.text
    assert [page.bitmap for page in modem.received] == [bitmap(n, 300) for n in (1, 2, 3)]
    plain = send("ecm", latency_s)[2]
    assert [type(op) for op in ops] == [type(op) for op in plain]


def test_36_a_control_channel_that_never_settles_ends_the_call():
    """Each answer is lost: what is said again is bounded, and nothing counts as sent."""
    result, modem, _ = send("ecm", profile=replace(V34, control_retrains=999))
    assert result.status is HangupStatus.DCS_UNANSWERED, result.text
    assert [page.outcome for page in result.pages] == NONE
    assert modem.telephone is None


@pytest.mark.parametrize("latency_s", [0.0, 0.1])
@pytest.mark.parametrize(
    "name",
    ["normal", "ecm", "ecm-64", "ecm-noise", "mixed", "repeats-dcs", "repeats-mps", "repeats-eop"],
)
def test_a_call_that_comes_in_brings_its_pages(name, latency_s):
    calling = caller(name, 3)
    result, pages, modem = receive(name, latency_s)
    assert result.status is HangupStatus.NORMAL, result.text
    assert [page.outcome for page in result.pages] == ALL
    first = Resolution.FINE
    assert pages[0] == numbered_page(1, first)
    assert len(pages) == len(calling.document.pages)
    assert result.parameters is not None
    assert result.parameters.rung.name == "28800 V.34"
    assert modem.far_result is not None
    assert modem.far_result.ok
    assert modem.notes == []
    assert modem.telephone is None


@pytest.mark.parametrize("name", ["never-sends", "dcn-after-dis"])
def test_a_caller_that_sends_nothing_is_no_fax(name):
    result, pages, modem = receive(name)
    assert not result.ok
    assert pages == []
    assert modem.telephone is None


def test_a_page_that_cannot_be_kept_is_not_confirmed():
    result, _, modem = receive("ecm", kept=False)
    assert result.status is HangupStatus.NOT_KEPT
    assert modem.far_result is not None
    assert modem.far_result.count(CONFIRMED) == 0


def test_retrains_lose_no_page_that_comes_in():
    result, pages, modem = receive("ecm", profile=replace(V34, control_retrains=2))
    assert result.ok, result.text
    assert len(pages) == 3
    assert modem.far_result is not None
    assert modem.far_result.ok


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_cancelling_in_a_page_ends_with_dcn_and_a_free_line(share):
    cancel = threading.Event()
    modem = SimModem("v34", profile=V34)
    said = []

    def observe(op, heard):
        if isinstance(op, SendFrames) and heard is not None and heard.done:
            said.extend(frame.name for frame in op.frames)

    with FaxModem(VirtualPort(modem), V34) as fax:
        result = fax.send(
            document(2, 2000), "1", HERE, observe=observe, cancel=cancel,
            on_progress=lambda done: cancel.set() if done > share else None,
        )  # fmt: skip
        assert result.status is HangupStatus.CANCELLED
        assert said[-1] == "DCN"
        assert modem.telephone is None
        cancel.clear()
        assert fax.send(document(1, 300), "1", HERE).ok


@pytest.mark.parametrize("frames", [0, 3])
def test_cancelling_while_a_page_comes_in_ends_with_dcn(frames):
    cancel = threading.Event()
    modem = SimModem(caller=replace(caller("ecm", 2), v34=RATES), profile=V34)
    said = []

    def observe(op, heard):
        if isinstance(op, ReceivePage) and heard is None:
            cancel.set()
        if isinstance(op, SendFrames) and heard is not None and heard.done:
            said.extend(frame.name for frame in op.frames)

    with FaxModem(VirtualPort(modem, frames * 0.1), V34) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        result = fax.receive(OFFERED, HERE, lambda op: True, observe=observe, cancel=cancel)
    assert result.status is HangupStatus.CANCELLED
    assert said[-1] == "DCN"
    assert modem.telephone is None


def test_xon_xoff_is_heeded_while_a_page_goes_out():
    states = []

    class Told(SimModem):
        def control(self, now, state):
            states.append(state.flow)
            super().control(now, state)

    like = replace(V34, flow="software")
    modem = Told("v34", profile=like)
    with FaxModem(VirtualPort(modem), like) as fax:
        assert fax.send(document(2, 600), "1", HERE).ok
    assert [each for each in states if each is not None] == [
        FlowControl.SOFTWARE, FlowControl.NONE,
    ] * 2  # fmt: skip
    assert [page.bitmap for page in modem.received] == [bitmap(1, 600), bitmap(2, 600)]


def test_the_time_limit_ends_a_call():
    modem = SimModem("v34", profile=V34)
    with FaxModem(VirtualPort(modem), V34) as fax:
        result = fax.send(document(3, 2000), "1", HERE, timeout=14.5)
    assert result.status is HangupStatus.TIME_LIMIT, result.text
    assert modem.telephone is None


@pytest.mark.parametrize("after", [0.0, 0.4, 1.0, 3.0])
def test_a_line_that_drops_is_the_end_and_no_false_success(after):
    modem = SimModem("v34", profile=V34)

    def observe(op, heard):
        if isinstance(op, SendPage) and heard is None and modem.telephone is not None:
            modem.telephone.hang_up(fax.port.now() + after)

    with FaxModem(VirtualPort(modem), V34) as fax:
        result = fax.send(document(6, 2000), "1", HERE, observe=observe)
    assert not result.ok
    assert result.status is not HangupStatus.NORMAL
    confirmed = result.count(CONFIRMED)
    assert confirmed <= len(modem.received)
    assert modem.telephone is None


def test_a_call_is_kept_and_replays_octet_for_octet(tmp_path):
    path = tmp_path / "call.txt"
    like = replace(V34, control_retrains=1)
    with FaxModem(RecordingPort(VirtualPort(SimModem("v34", profile=like)), path), like) as fax:
        first = fax.send(document(2, 300), "1", HERE)
    port = open_port(f"replay://{path}")
    with FaxModem(port, like) as fax:
        again = fax.send(document(2, 300), "1", HERE)
    assert again.ok
    assert [page.outcome for page in again.pages] == [page.outcome for page in first.pages]
    assert isinstance(port, VirtualPort)
    assert port.dce.finished  # type: ignore[attr-defined]

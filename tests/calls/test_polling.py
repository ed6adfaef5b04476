"""Polling: we call, and the far end sends what it holds ready, through modems of every class."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from faxcore.errors import CommandRefused, SettingsError
from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SimModem, numbered_page, scenario
from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import Poll, Station
from faxcore.t30.line import KeepPage, ReceivePage, SendFrames
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.transport.virtual_port import VirtualPort

from .played import decode_received

HERE = Station("+1 555 0199")
CLASSES = pytest.mark.parametrize("fax_class", ["1", "1.0", "2", "2.0", "2.1"])
NAMES_A_DOCUMENT = pytest.mark.parametrize("fax_class", ["1", "1.0", "2.0", "2.1"])
OFFERED = Capabilities(ecm=True, codings=frozenset(Coding))
RIGHT = Poll("42", "1234")


def polled(far, fax_class="1", poll=None, latency_s=0.0, **options):
    """One call that polls: the result, the pages that were kept, the modem."""
    profile = replace(load_profile("generic-class1"), fax_class=fax_class)
    modem = SimModem(far, profile=profile)
    pages = []

    def keep(op: KeepPage) -> bool:
        pages.append(decode_received(op.octets, op.parameters))
        return options.get("kept", True)

    rest = {name: value for name, value in options.items() if name != "kept"}
    with FaxModem(VirtualPort(modem, latency_s), profile) as fax:
        result = fax.poll("1", OFFERED, HERE, keep, poll=poll or Poll(), **rest)
    return result, pages, modem


def outcomes(result: CallResult) -> list[PageOutcome]:
    return [page.outcome for page in result.pages]


@CLASSES
@pytest.mark.parametrize("latency_s", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("far", ["polled", "polled-ecm"])
def test_what_is_held_ready_comes_and_is_confirmed(far, fax_class, latency_s):
    result, pages, modem = polled(far, fax_class, latency_s=latency_s)
    assert result.status is HangupStatus.NORMAL, result.text
    assert outcomes(result) == [PageOutcome.CONFIRMED] * 2
    assert pages == [numbered_page(number, Resolution.FINE) for number in (1, 2)]
    assert result.remote_id == "+1 555 0100"
    assert modem.far_result is not None
    assert modem.far_result.ok
    assert modem.telephone is None
    if latency_s == 0:
        assert modem.notes == []


@CLASSES
def test_a_far_end_without_a_document_is_asked_for_none(fax_class):
    for far in ("polled-empty", "normal"):
        result, pages, modem = polled(far, fax_class)
        assert result.status is HangupStatus.CANNOT_RECEIVE, (far, result.text)
        assert (result.pages, pages) == ((), [])
        assert modem.telephone is None


@NAMES_A_DOCUMENT
def test_one_document_is_told_from_another_by_sep_and_pwd(fax_class):
    result, pages, _ = polled("polled-selective", fax_class, RIGHT)
    assert result.ok, result.text
    assert len(pages) == 2


@NAMES_A_DOCUMENT
@pytest.mark.parametrize("wrong", [Poll("43", "1234"), Poll("42", "4321"), Poll("42")])
def test_a_far_end_that_does_not_know_document_or_password_sends_nothing(fax_class, wrong):
    result, pages, _ = polled("polled-selective", fax_class, wrong)
    assert not result.ok
    assert result.status is not HangupStatus.NORMAL
    assert (result.pages, pages) == ((), [])


def test_without_sep_no_other_document_is_fetched_in_its_place():
    result, pages, _ = polled("polled", "1", Poll("42"))
    assert result.status is HangupStatus.CANNOT_RECEIVE
    assert "SEP" in result.text
    assert pages == []


def test_in_class_2_there_is_no_word_for_sep():
    with pytest.raises(SettingsError, match="class 2 sends no SEP"):
        polled("polled-selective", "2", RIGHT)


def test_a_modem_that_cannot_poll_says_so_before_it_dials():
    profile = replace(load_profile("generic-class1"), fax_class="2", refuses=("+FSPL",))
    modem = SimModem("polled", profile=profile)
    with FaxModem(VirtualPort(modem), profile) as fax, pytest.raises(CommandRefused, match="FSPL"):
        fax.poll("1", OFFERED, HERE, lambda op: True)
    assert modem.dialled == []


@pytest.mark.parametrize("fax_class", ["2", "2.0"])
def test_the_next_call_polls_no_more(fax_class):
    from tests.documents import bitmap, document

    profile = replace(load_profile("generic-class1"), fax_class=fax_class)
    modem = SimModem("polled", profile=profile)
    with FaxModem(VirtualPort(modem), profile) as fax:
        assert fax.poll("1", OFFERED, HERE, lambda op: True).ok
        result = fax.send(document(1, 300), "1", HERE)
    assert result.ok, result.text
    assert modem.received[-1].bitmap == bitmap(1, 300)


@CLASSES
def test_a_page_that_cannot_be_kept_is_not_confirmed(fax_class):
    result, _, modem = polled("polled", fax_class, kept=False)
    assert result.status is HangupStatus.NOT_KEPT
    assert result.count(PageOutcome.CONFIRMED) == 0
    assert modem.far_result is None or modem.far_result.count(PageOutcome.CONFIRMED) == 0


@pytest.mark.parametrize("far", ["busy", "no-answer", "voice", "no-dialtone"])
def test_a_call_that_is_not_made_ends_as_one_that_sends(far):
    result, pages, _ = polled(far)
    assert result.status.reason in {"busy", "no_answer", "no_carrier", "no_dialtone"}
    assert pages == []


def test_cancelling_ends_it_with_dcn():
    cancel = threading.Event()
    said = []

    def observe(op, heard):
        if isinstance(op, ReceivePage) and heard is None:
            cancel.set()
        if isinstance(op, SendFrames) and heard is None:
            said.extend(frame.name for frame in op.frames)

    result, _, modem = polled("polled", observe=observe, cancel=cancel)
    assert result.status is HangupStatus.CANCELLED
    assert said[-1] == "DCN"
    assert modem.telephone is None


def test_cancelling_before_dialling_dials_nothing():
    cancel = threading.Event()
    cancel.set()
    result, _, modem = polled("polled", cancel=cancel)
    assert result.status is HangupStatus.CANCELLED
    assert modem.dialled == []


def test_a_line_that_drops_leaves_whole_pages_only():
    far = replace(scenario("polled"), cut_after=None)
    assert far.held is not None
    modem = SimModem(far)
    pages = []

    def keep(op: KeepPage) -> bool:
        pages.append(op.number)
        assert modem.telephone is not None
        modem.telephone.hang_up(fax.port.now())
        return True

    profile = load_profile("generic-class1")
    with FaxModem(VirtualPort(modem), profile) as fax:
        result = fax.poll("1", OFFERED, HERE, keep)
    assert result.status is not HangupStatus.NORMAL
    assert pages == [1]
    assert outcomes(result) == [PageOutcome.CONFIRMED]

"""Calls that are stopped: by the caller, by the clock, by a modem that dies. Never an exception."""

import threading
from dataclasses import replace

import pytest

from faxcore.errors import PortError
from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SimModem
from faxcore.t30.document import Station
from faxcore.t30.line import SendPage
from faxcore.t30.page_watch import PageWatch
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.calls.test_scenarios import call
from tests.documents import document

PROFILE = load_profile("generic-class1")


class DyingPort(VirtualPort):
    """A port that goes away when so many octets have been written."""

    def __init__(self, dce, octets):
        super().__init__(dce)
        self._left = octets

    def write(self, data, until):
        self._left -= len(data)
        if self._left < 0:
            raise PortError("ttyX: the device went away")
        return super().write(data, until)


def octets_of_a_call():
    """How many octets a three-page call writes."""
    written = 0

    class Counting(VirtualPort):
        def write(self, data, until):
            nonlocal written
            written += len(data)
            return super().write(data, until)

    with FaxModem(Counting(SimModem()), PROFILE) as fax:
        fax.send(document(3), "1", Station())
    return written


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.97])
def test_a_modem_that_dies_is_a_result_with_the_pages_confirmed_so_far(share):
    modem = SimModem()
    fax = FaxModem(DyingPort(modem, int(octets_of_a_call() * share)), PROFILE)
    fax.prepare()
    result = fax.send(document(3), "1", Station())
    assert result.status is HangupStatus.EQUIPMENT
    assert "went away" in result.text
    assert not result.ok
    assert result.count(PageOutcome.CONFIRMED) <= len(modem.received)


def test_cancelling_in_a_page_ends_with_dcn():
    cancel = threading.Event()

    def observe(op, heard):
        if isinstance(op, SendPage) and op.number == 2 and heard is None:
            cancel.set()

    result, modem, _ = call("normal", cancel=cancel, observe=observe)
    assert result.status is HangupStatus.CANCELLED
    assert [page.outcome for page in result.pages] == [
        PageOutcome.CONFIRMED,
        PageOutcome.UNSENT,
        PageOutcome.UNSENT,
    ]
    assert len(modem.received) == 1
    assert modem.telephone is None, "the line was not released"


def test_cancelled_before_dialling_dials_nothing():
    cancel = threading.Event()
    cancel.set()
    result, modem, _ = call("normal", cancel=cancel)
    assert result.status is HangupStatus.CANCELLED
    assert modem.dialled == []


@pytest.mark.parametrize("scenario", ["no-answer", "deaf-modem", "voice", "normal"])
def test_a_time_limit_holds(scenario):
    result, modem, port = call(scenario, timeout=20.0)
    assert result.status is HangupStatus.TIME_LIMIT
    assert port.now() < 40
    assert modem.telephone is None


@pytest.mark.parametrize(
    "scenario", ["normal", "busy", "drops-in-page", "silent-after-eop", "voice"]
)
def test_the_line_is_released(scenario):
    _, modem, _ = call(scenario)
    assert modem.telephone is None


@pytest.mark.parametrize(
    ("profile_class", "scenario"), [("1", "normal"), ("2", "normal"), ("2", "ecm")]
)
def test_a_page_that_the_modem_had_whole_when_the_call_was_stopped_is_uncertain(
    profile_class, scenario
):
    swallowing = replace(PROFILE, fax_class=profile_class, buffer_octets=1 << 20)
    said = []
    with FaxModem(VirtualPort(SimModem(scenario, profile=swallowing)), swallowing) as fax:
        result = fax.send(
            document(2, 600),
            "1",
            Station(),
            observe=PageWatch(lambda number, outcome: said.append((number, outcome))),
            on_progress=lambda share: fax.cancel() if share == 1.0 else None,
        )
    assert result.status is HangupStatus.CANCELLED
    outcomes = [page.outcome for page in result.pages]
    assert outcomes == [PageOutcome.UNCERTAIN, PageOutcome.UNSENT]
    assert said == [(1, PageOutcome.UNCERTAIN)]

"""Every call once more with a modem of service class 1.0: the outcome must be that of class 1."""

import pytest

from faxcore import receiving
from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import CALLERS, SimModem, caller, numbered_page
from faxcore.sim.calling_conformance import CALLING_CONFORMANCE
from faxcore.sim.conformance import CONFORMANCE
from faxcore.t4 import Resolution
from faxcore.t4.tiff import read_tiff
from faxcore.t30.document import Station
from faxcore.t30.line import Ended, ReceivePage, ReceiveTraining
from faxcore.transport.virtual_port import VirtualPort
from tests.calls import test_receiving, test_scenarios
from tests.calls.played import ALL_CALLS, receive, send
from tests.calls.test_conformance import kind
from tests.documents import bitmap, document

PROFILE = load_profile("generic-class1.0")


class Recorded(SimModem):
    """A modem of class 1.0 that keeps what it was told and what it said."""

    def __init__(self, *scenario, **options):
        super().__init__(*scenario, profile=PROFILE, **options)
        self.heard = b""
        self.said = b""

    def feed(self, data, now):
        self.heard += data
        super().feed(data, now)

    def take(self, now):
        said = super().take(now)
        self.said += said
        return said


@pytest.mark.parametrize("scenario", test_scenarios.EXPECTED)
def test_an_outgoing_call_ends_as_in_class_1(scenario):
    modem = Recorded(scenario)
    with FaxModem(VirtualPort(modem), PROFILE) as fax:
        result = fax.send(document(3, 600), "+1 555 0100", Station("+44 1"))
    status, outcomes = test_scenarios.EXPECTED[scenario]
    assert result.status is status, result.text
    assert tuple(page.outcome for page in result.pages) == outcomes
    assert modem.notes == []
    assert b"+FCLASS=1.0\r" in modem.heard
    if outcomes == test_scenarios.ALL and result.parameters.resolution is Resolution.FINE:
        assert [page.bitmap for page in modem.received] == [bitmap(n, 600) for n in (1, 2, 3)]


def take_call(folder, name, latency_s):
    modem = Recorded(caller=caller(name, test_receiving.PAGES))
    inbox = receiving.Inbox(folder)
    heards = []
    with FaxModem(VirtualPort(modem, latency_s), PROFILE) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        offered = receiving.capabilities(fax.receivable(), Resolution.SUPERFINE, ecm=True)
        result = fax.receive(
            offered,
            Station("+1 2"),
            inbox.keep,
            observe=lambda op, heard: heards.append((op, heard)) if heard else None,
        )
    return result, inbox, modem, heards


@pytest.mark.parametrize("latency_s", [0.0, 0.1] if ALL_CALLS else [0.0])
@pytest.mark.parametrize("name", test_receiving.EXPECTED)
def test_an_incoming_call_ends_as_in_class_1(tmp_path, name, latency_s):
    result, inbox, modem, _ = take_call(tmp_path, name, latency_s)
    status, outcomes, form = test_receiving.EXPECTED[name]
    assert result.status is status, result.text
    assert tuple(page.outcome for page in result.pages) == outcomes
    under = result.parameters
    assert (under and (under.rung, under.coding, under.ecm)) == form
    assert modem.notes == []
    assert [next(iter(read_tiff(path))).bitmap for path in inbox.pages] == [
        numbered_page(number, CALLERS[name].resolution(number))
        for number in range(1, len(outcomes) + 1)
    ]


def some(names):
    """Every tenth; with FAXCORE_CALLS=all every one."""
    return list(names) if ALL_CALLS else list(names)[::10]


def outcome(call):
    pages = [(page.number, page.outcome, page.sendings) for page in call.result.pages]
    return call.result.status, pages, call.arrived, {note.fault for note in call.notes}


@pytest.mark.parametrize("name", some(CONFORMANCE))
def test_a_far_end_that_differs_in_one_answer_makes_no_other_difference(name):
    assert outcome(send(name, kind(name), profile=PROFILE)) == outcome(send(name, kind(name)))


@pytest.mark.parametrize("name", some(CALLING_CONFORMANCE))
def test_a_caller_that_differs_in_one_command_makes_no_other_difference(name):
    assert outcome(receive(name, profile=PROFILE)) == outcome(receive(name))


@pytest.mark.parametrize("name", ["repeats-dcs", "repeats-mps"])
def test_frames_in_place_of_data_need_no_command(tmp_path, name):
    *_, modem, heards = take_call(tmp_path, name, 0.0)
    waited = [op for op, heard in heards if heard.ended is Ended.OTHER_CARRIER]
    assert waited
    assert isinstance(waited[0], ReceivePage | ReceiveTraining)
    assert modem.said.count(b"+FRH:3\r\n\r\nCONNECT\r\n") == len(waited)
    assert b"+FCERROR" not in modem.said


def test_the_class_is_left_behind_by_a_modem_that_has_only_class_1():
    modem = SimModem()
    with FaxModem(VirtualPort(modem), load_profile("generic")) as fax:
        assert fax.send(document(1), "1", Station()).ok
        assert fax.fax_class == "1"


def test_the_higher_class_is_taken_where_it_is_offered():
    modem = Recorded()
    with FaxModem(VirtualPort(modem), load_profile("generic")) as fax:
        assert fax.send(document(1), "1", Station()).ok
        assert fax.fax_class == "1.0"

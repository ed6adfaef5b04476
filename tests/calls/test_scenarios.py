"""Whole calls in virtual time: every far end x host latency, with the exact outcome.

The judge must have nothing to say but that silences are too long by exactly what the latency
forces: a change of carrier costs two turns, one to ask for the silence and one to end it.
"""

import functools

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SCENARIOS, Fault, SimModem
from faxcore.t4 import Resolution
from faxcore.t30.document import Station
from faxcore.t30.line import SendPage, SendTraining
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import bitmap, document

CONFIRMED, UNSENT = PageOutcome.CONFIRMED, PageOutcome.UNSENT
DOUBTFUL, UNCERTAIN = PageOutcome.DOUBTFUL, PageOutcome.UNCERTAIN
ALL, NONE = (CONFIRMED,) * 3, (UNSENT,) * 3
FIRST_LOST = (UNCERTAIN, UNSENT, UNSENT)

EXPECTED = {
    "normal": (HangupStatus.NORMAL, ALL),
    "busy": (HangupStatus.BUSY, NONE),
    "no-answer": (HangupStatus.NO_ANSWER, NONE),
    "no-dialtone": (HangupStatus.NO_DIALTONE, NONE),
    "voice": (HangupStatus.NO_CARRIER, NONE),
    "deaf-modem": (HangupStatus.EQUIPMENT, NONE),
    "ftt-twice": (HangupStatus.NORMAL, ALL),
    "ftt-always": (HangupStatus.CANNOT_TRAIN, NONE),
    "rtn-page-2": (HangupStatus.NORMAL, ALL),
    "rtn-always": (HangupStatus.PAGE_REJECTED, (DOUBTFUL, UNSENT, UNSENT)),
    "rtp-page-1": (HangupStatus.NORMAL, ALL),
    "dcn-after-dis": (HangupStatus.DCN_IN_PHASE_B, NONE),
    "crp-once": (HangupStatus.NORMAL, ALL),
    "drops-in-page": (HangupStatus.PHASE_C, NONE),
    "silent-after-eop": (HangupStatus.EOP_UNANSWERED, (CONFIRMED, CONFIRMED, UNCERTAIN)),
    "silent-after-mps": (HangupStatus.MPS_UNANSWERED, FIRST_LOST),
    "pin-page-1": (HangupStatus.OPERATOR_WANTED, (DOUBTFUL, UNSENT, UNSENT)),
    "cannot-receive": (HangupStatus.CANNOT_RECEIVE, NONE),
    "addressed": (HangupStatus.NORMAL, ALL),
    "ecm": (HangupStatus.NORMAL, ALL),
    "ecm-64": (HangupStatus.NORMAL, ALL),
    "ecm-damage-once": (HangupStatus.NORMAL, ALL),
    "ecm-damage-5": (HangupStatus.NORMAL, ALL),
    "ecm-damage-always": (HangupStatus.PAGE_REJECTED, (DOUBTFUL, UNSENT, UNSENT)),
    "ecm-frame-0": (HangupStatus.NORMAL, ALL),
    "ecm-busy": (HangupStatus.NORMAL, ALL),
    "ecm-busy-always": (HangupStatus.PHASE_D, FIRST_LOST),
    "ecm-silent-after-pps": (HangupStatus.MPS_UNANSWERED, FIRST_LOST),
    "ecm-ctr-dcn": (HangupStatus.DCN_IN_PHASE_D, NONE),
    "v29": (HangupStatus.NORMAL, ALL),
    "v27ter": (HangupStatus.NORMAL, ALL),
    "slow-printer": (HangupStatus.NORMAL, ALL),
    "v34": (HangupStatus.NORMAL, ALL),
    "polled": (HangupStatus.NORMAL, ALL),
    "polled-ecm": (HangupStatus.NORMAL, ALL),
    "polled-selective": (HangupStatus.NORMAL, ALL),
    "polled-empty": (HangupStatus.NORMAL, ALL),
}
LATENCIES = (0.0, 0.020, 0.100)
PROFILE = load_profile("generic-class1")


paper = functools.cache(document)


def call(scenario, latency_s=0.0, pages=3, rows=600, **options):
    """One call; the result, the simulated modem and the port."""
    modem = SimModem(scenario)
    port = VirtualPort(modem, latency_s)
    with FaxModem(port, PROFILE) as fax:
        result = fax.send(paper(pages, rows), "+1 555 0100", Station("+44 1"), **options)
    return result, modem, port


@functools.cache
def played(scenario, latency_s):
    """One call, played once: the result, the modem, and how often we changed carriers."""
    changes = 0

    def observe(op, heard):
        """DCS to TCF, and from page data to the command that follows it."""
        nonlocal changes
        if isinstance(op, SendTraining | SendPage) and heard is not None:
            changes += heard.done

    result, modem, _ = call(scenario, latency_s, observe=observe)
    return result, modem, changes


def test_every_scenario_is_played():
    assert set(EXPECTED) == set(SCENARIOS)


@pytest.mark.parametrize("latency_s", LATENCIES)
@pytest.mark.parametrize("scenario", EXPECTED)
def test_outcome(scenario, latency_s):
    result, modem, _ = played(scenario, latency_s)
    status, outcomes = EXPECTED[scenario]
    assert result.status is status, result.text
    assert tuple(page.outcome for page in result.pages) == outcomes
    assert result.ok is (outcomes == ALL)
    assert modem.dialled == ["+15550100"]


@pytest.mark.parametrize("latency_s", LATENCIES)
@pytest.mark.parametrize("scenario", EXPECTED)
def test_only_late_by_what_the_latency_forces(scenario, latency_s):
    _, modem, changes = played(scenario, latency_s)
    if latency_s == 0:
        assert modem.notes == []
        return
    forced = PROFILE.gap_ms / 1000 + 2 * latency_s
    assert {note.fault for note in modem.notes} <= {Fault.LATE}
    assert [note.amount for note in modem.notes] == pytest.approx([forced] * changes, abs=0.001)


@pytest.mark.parametrize("latency_s", LATENCIES)
@pytest.mark.parametrize(
    "scenario", [name for name, (_, pages) in EXPECTED.items() if pages == ALL]
)
def test_the_pages_arrive_pixel_for_pixel(scenario, latency_s):
    result, modem, _ = played(scenario, latency_s)
    coarse = result.parameters.resolution is Resolution.COARSE
    sent = [
        bitmap(number, 400, Resolution.COARSE) if coarse else bitmap(number, 600)
        for number in (1, 2, 3)
    ]
    assert [page.bitmap for page in modem.received] == sent


@pytest.mark.parametrize("latency_s", LATENCIES)
def test_the_account_of_time_sees_the_latency(latency_s):
    """It ends where the next carrier is asked for: one turn before the judge hears it."""
    result, modem, _ = call("normal", latency_s)
    expected = (PROFILE.gap_ms / 1000 + latency_s) * 1000
    assert [gap.asked_ms for gap in result.timing.gaps] == [75] * 4
    assert [gap.seen_ms for gap in result.timing.gaps] == pytest.approx([expected] * 4, abs=1)
    heard = [(note.amount - latency_s) * 1000 for note in modem.notes]
    assert heard == pytest.approx([gap.seen_ms for gap in result.timing.gaps if latency_s], abs=1)
    assert result.timing.slowest_reaction_ms == 0
    assert result.timing.least_ahead_ms > 100


def test_both_ends_know_each_other():
    result, modem, _ = call("normal")
    assert result.remote_id == "+1 555 0100"
    assert modem.far_result.remote_id == "+44 1"
    assert modem.far_result.status is HangupStatus.NORMAL


def test_a_hundred_pages():
    result, modem, _ = call("normal", pages=100, rows=150)
    assert result.ok
    assert [page.bitmap for page in modem.received] == [
        bitmap(number, 150) for number in range(1, 101)
    ]
    assert modem.notes == []

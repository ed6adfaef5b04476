"""Every caller that differs in one point calls, with the exact outcome at both ends.

At 0, 20 and 100 ms of latency; without FAXCORE_CALLS=all only some of them are late.
"""

import pytest

from faxcore.sim import Fault, numbered_page
from faxcore.sim.calling_conformance import CALLING_CONFORMANCE
from faxcore.t30.result import HangupStatus, PageOutcome
from tests.calls.played import receive, spread

CONFIRMED, DOUBTFUL = PageOutcome.CONFIRMED, PageOutcome.DOUBTFUL
ALL, NONE, HOLES = (CONFIRMED,) * 3, (), (DOUBTFUL,) * 3
T1, T2 = HangupStatus.RECEIVE_T1, HangupStatus.RECEIVE_T2
LEFT = HangupStatus.RECEIVE_REJECTED

KEPT_BEFORE = {
    "mps": 0, "eom": 0, "eop": 2, "pps-null": 0, "pps-mps": 0, "pps-eom": 0, "pps-eop": 2,
    "eor-null": 0, "eor-mps": 0, "eor-eom": 0, "eor-eop": 2, "ctc": 0, "rr": 1,
}  # fmt: skip
"""How many pages were kept when a caller does not come to its first command of this kind."""


def whole(name):
    return HOLES if "eor" in name or name.endswith("-err") else ALL


def expected():
    for name in CALLING_CONFORMANCE:
        yield name, (HangupStatus.NORMAL, whole(name))
    for command, kept in KEPT_BEFORE.items():
        pages = whole(command)[:kept]
        yield f"silence-for-{command}", (T2, pages)
        yield f"dcn-for-{command}", (LEFT, pages)
    for after, kept in (("ftt", 0), ("rtn", 0), ("rtp", 1)):
        yield f"silence-after-{after}", (T2, ALL[:kept])
    for command in ("eom", "pps-eom", "eor-eom"):
        yield f"deaf-and-damaged-{command}", (LEFT, whole(command)[:1])


EXPECTED = dict(expected()) | {
    "silence-for-dcs": (T1, NONE),
    "babble-for-dcs": (T1, NONE),
    "noise-for-dcs": (T1, NONE),
    "babble-and-noise": (T1, NONE),
    "dcn-for-dcs": (LEFT, NONE),
    "frames-for-tcf": (LEFT, NONE),
    "damaged-every-dcs": (LEFT, NONE),
    "no-rate-in-every-dcs": (LEFT, NONE),
    "no-rate-in-every-ctc": (LEFT, NONE),
    "bad-rows-89": (LEFT, NONE),
    "line-of-51": (HangupStatus.RECEIVE_NO_EOL, NONE),
    "no-page": (LEFT, NONE),
    "lost": (LEFT, NONE),
}
FORCED = {
    "silence-for-dcs": {Fault.COLLISION},
    "no-training": {Fault.LATE_ANSWER},
    "babble-and-noise": {Fault.COLLISION},
    "noise-for-dcs": {Fault.COLLISION},
}
"""What a caller of this kind makes happen: it sends into our signals, or waits for none."""

CASES = spread(list(EXPECTED))


def is_fair(name):
    """Whether its pages come with some bad rows, and are taken."""
    return name.startswith("fair") or name.endswith("-rtp")


def test_every_caller_is_played():
    assert set(EXPECTED) == set(CALLING_CONFORMANCE)


@pytest.mark.parametrize(("name", "latency_s"), CASES)
def test_outcome(name, latency_s):
    call = receive(name, latency_s)
    status, outcomes = EXPECTED[name]
    assert call.result.status is status, call.result.text
    assert tuple(each.outcome for each in call.result.pages) == outcomes
    assert call.released


@pytest.mark.parametrize(("name", "latency_s"), CASES)
def test_every_page_is_kept_once_and_whole(name, latency_s):
    call = receive(name, latency_s)
    assert len(call.arrived) == len(call.result.pages)
    if whole(name) is HOLES or "bad-rows" in name or is_fair(name):
        return
    kind = CALLING_CONFORMANCE[name]
    assert call.arrived == [
        numbered_page(number, kind.resolution(number)) for number in range(1, len(call.arrived) + 1)
    ]


@pytest.mark.parametrize(("name", "latency_s"), CASES)
def test_the_caller_is_told_of_no_page_that_is_not_kept(name, latency_s):
    call = receive(name, latency_s)
    told = [each.number for each in call.far_result.pages if each.outcome is CONFIRMED]
    assert told == list(range(1, len(told) + 1))
    assert len(told) <= len(call.arrived)


@pytest.mark.parametrize(("name", "latency_s"), CASES)
def test_nothing_is_held_against_us(name, latency_s):
    forced = set(FORCED.get(name, set()))
    if "deaf" in name and "eom" in name:
        forced.add(Fault.COLLISION)
    assert {note.fault for note in receive(name, latency_s).notes} <= forced


@pytest.mark.parametrize(("rows", "trainings"), [(29, 1), (30, 3), (88, 3), (89, 3)])
def test_copy_quality_is_judged_by_the_share_of_bad_rows(rows, trainings):
    """Of 588: up to 5 % MCF, up to 15 % RTP and a new training, beyond it RTN."""
    call = receive(f"bad-rows-{rows}")
    assert call.result.trainings == trainings
    assert [each.rtn for each in call.far_result.pages] == [3 if rows == 89 else 0, 0, 0]


@pytest.mark.parametrize("name", ["babble-for-dcs", "noise-for-dcs", "babble-and-noise"])
def test_a_caller_that_babbles_does_not_hold_the_line(name):
    assert receive(name).result.seconds < 90

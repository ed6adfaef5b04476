"""A document sent to every far end that differs in one answer, with the exact outcome of each page.

At 0, 20 and 100 ms of latency; without FAXCORE_CALLS=all only some of them are late.
"""

import pytest

from faxcore.sim import Fault
from faxcore.sim.conformance import COMMANDS, CONFORMANCE, DIS_OCTETS, ENDS, EOR, PPS
from faxcore.t30.modulation import (
    FALLBACK,
    V17_12000,
    V17_14400,
    V27TER_2400,
    V27TER_4800,
    V29_7200,
    V29_9600,
)
from faxcore.t30.result import HangupStatus, PageOutcome
from tests.calls.played import DOCUMENTS, send, sent_bitmaps, spread

CONFIRMED, UNSENT = PageOutcome.CONFIRMED, PageOutcome.UNSENT
DOUBTFUL, UNCERTAIN = PageOutcome.DOUBTFUL, PageOutcome.UNCERTAIN
ALL, NONE = (CONFIRMED,) * 3, (UNSENT,) * 3
ALL_DOUBTFUL = (DOUBTFUL,) * 3
DELIVERED = (HangupStatus.NORMAL, ALL)
FIRST = {outcome: (outcome, UNSENT, UNSENT) for outcome in PageOutcome}
LAST = {outcome: (CONFIRMED, CONFIRMED, outcome) for outcome in PageOutcome}
MPS, MPS_BAD = HangupStatus.MPS_UNANSWERED, HangupStatus.MPS_INVALID
EOM, EOM_BAD = HangupStatus.EOM_UNANSWERED, HangupStatus.EOM_INVALID
EOP, EOP_BAD = HangupStatus.EOP_UNANSWERED, HangupStatus.EOP_INVALID

UNANSWERED = {
    "mps": (MPS, MPS_BAD, FIRST[UNCERTAIN]),
    "eom": (EOM, EOM_BAD, FIRST[UNCERTAIN]),
    "eop": (EOP, EOP_BAD, LAST[UNCERTAIN]),
    "pps-null": (MPS, MPS_BAD, NONE),
    "pps-mps": (MPS, MPS_BAD, FIRST[UNCERTAIN]),
    "pps-eom": (EOM, EOM_BAD, FIRST[UNCERTAIN]),
    "pps-eop": (EOP, EOP_BAD, LAST[UNCERTAIN]),
    "eor-null": (MPS, MPS_BAD, FIRST[DOUBTFUL]),
    "eor-mps": (MPS, MPS_BAD, FIRST[DOUBTFUL]),
    "eor-eom": (EOM, EOM_BAD, FIRST[DOUBTFUL]),
    "eor-eop": (EOP, EOP_BAD, ALL_DOUBTFUL),
    "ctc": (MPS, MPS_BAD, NONE),
    "rr": (MPS, MPS_BAD, FIRST[UNCERTAIN]),
}
"""By command: the status when nothing answers, when nonsense does, and what became of the pages."""


def survived(command):
    return (HangupStatus.NORMAL, ALL_DOUBTFUL if command in EOR else ALL)


def families():
    for command, (unanswered, invalid, pages) in UNANSWERED.items():
        for answer in ("silence", "damage", "crp", "nonsense"):
            yield f"{answer}-to-{command}", survived(command)
            status = invalid if answer == "nonsense" else unanswered
            yield f"{answer}-to-every-{command}", (status, pages)
        yield f"dcn-to-{command}", (HangupStatus.DCN_IN_PHASE_D, pages)
    for command in (*ENDS, *PPS, "rr", *EOR):
        pages = UNANSWERED[command][2]
        refused = tuple(DOUBTFUL if each is UNCERTAIN else each for each in pages)
        if command == "pps-null":
            refused = FIRST[DOUBTFUL]
        yield f"pin-to-{command}", (HangupStatus.OPERATOR_WANTED, refused)
        if command not in EOR:
            yield f"pip-to-{command}", DELIVERED


UNTRAINED = {
    "ftt-6": HangupStatus.CANNOT_TRAIN,
    "ftt-7": HangupStatus.CANNOT_TRAIN,
    "silence-to-every-dcs": HangupStatus.DCS_UNANSWERED,
    "damage-to-every-dcs": HangupStatus.DCS_UNANSWERED,
    "crp-to-every-dcs": HangupStatus.PHASE_B_INVALID,
    "nonsense-to-dcs": HangupStatus.PHASE_B_INVALID,
    "nonsense-to-every-dcs": HangupStatus.PHASE_B_INVALID,
    "dcn-to-dcs": HangupStatus.DCN_IN_PHASE_B,
    "dis-to-every-dcs": HangupStatus.DIS_REPEATED,
    "dtc-to-every-dcs": HangupStatus.DIS_REPEATED,
    "dis-damaged": HangupStatus.T1_EXPIRED,
    "babble-for-dis": HangupStatus.T1_EXPIRED,
    "half-a-dis": HangupStatus.T1_EXPIRED,
    "dcn-for-dis": HangupStatus.DCN_IN_PHASE_B,
    "dis-of-0": HangupStatus.CANNOT_RECEIVE,
    "dis-of-1": HangupStatus.CANNOT_RECEIVE,
}
REJECTED = HangupStatus.PAGE_REJECTED
EXPECTED = {
    **dict.fromkeys(CONFORMANCE, DELIVERED),
    **dict(families()),
    **{name: (status, NONE) for name, status in UNTRAINED.items()},
    "rtn-to-every-mps": (REJECTED, FIRST[DOUBTFUL]),
    "rtn-to-every-eom": (REJECTED, FIRST[DOUBTFUL]),
    "rtn-to-every-eop": (REJECTED, LAST[DOUBTFUL]),
    "not-ready-61": (HangupStatus.PHASE_D, FIRST[UNCERTAIN]),
    "never-ready-damaged": (HangupStatus.NORMAL, ALL_DOUBTFUL),
    "never-ready-lost": (REJECTED, FIRST[DOUBTFUL]),
    "lost": (REJECTED, FIRST[DOUBTFUL]),
}
BOTH_SPEAK = {"crp-to-every-eom", "rtn-to-every-eom"}
"""After EOM both stations may speak: we say DCN, and the far end DIS."""


def kind(name):
    """Which document makes a call come to what the far end does."""
    if "null" in name:
        return "null"
    return "eom" if "eom" in name or name == "waits-for-dcs" else "mps"


CASES = spread(list(EXPECTED))


def test_every_far_end_is_played():
    assert set(EXPECTED) == set(CONFORMANCE)
    assert {f"dcn-to-{command}" for command in COMMANDS} <= set(EXPECTED)


@pytest.mark.parametrize(("name", "latency_s"), CASES)
def test_outcome(name, latency_s):
    call = send(name, kind(name), latency_s)
    status, outcomes = EXPECTED[name]
    assert call.result.status is status, call.result.text
    assert tuple(each.outcome for each in call.result.pages) == outcomes
    assert call.result.ok is (outcomes == ALL)
    assert call.released


@pytest.mark.parametrize(("name", "latency_s"), CASES)
def test_what_was_delivered_arrived_once_and_whole(name, latency_s):
    call = send(name, kind(name), latency_s)
    if EXPECTED[name] == DELIVERED:
        assert call.arrived == sent_bitmaps(kind(name))
    confirmed = call.result.count(CONFIRMED)
    assert call.arrived[:confirmed] == sent_bitmaps(kind(name))[:confirmed]


@pytest.mark.parametrize(("name", "latency_s"), CASES)
def test_nothing_is_held_against_us(name, latency_s):
    call = send(name, kind(name), latency_s)
    forced = {Fault.LATE} if latency_s else set()
    if any(each.outcome is DOUBTFUL for each in call.result.pages):
        forced.add(Fault.BAD_ROWS)
    if name in BOTH_SPEAK:
        forced.add(Fault.COLLISION)
    assert {note.fault for note in call.notes} <= forced


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", ["never-ready", "ppr-4", "ppr-5", "pip-to-rr"])
def test_what_follows_a_block_does_not_matter(name, document):
    call = send(name, document)
    assert call.result.ok, call.result.text
    assert call.arrived == sent_bitmaps(document)


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", ["lost", "never-ready-lost"])
def test_a_block_that_never_comes_is_given_up(name, document):
    call = send(name, document)
    assert call.result.status is REJECTED
    assert call.result.pages[0].outcome is DOUBTFUL
    assert call.arrived == []


WAY_DOWN = (V17_14400, V17_12000, V29_9600, V29_7200, V27TER_4800, V27TER_2400)


@pytest.mark.parametrize("failures", range(1, len(WAY_DOWN)))
def test_training_goes_down_the_ladder_rung_by_rung(failures):
    call = send(f"ftt-{failures}")
    assert call.result.parameters.rung is WAY_DOWN[failures]
    assert call.result.trainings == failures + 1


@pytest.mark.parametrize("octets", DIS_OCTETS)
def test_a_dis_says_no_more_than_its_octets(octets):
    parameters = send(f"dis-of-{octets}").result.parameters
    if octets < 2:
        assert parameters is None
    elif octets == 2:
        assert parameters.scan_time_ms == 20
        assert not parameters.unlimited_length
    else:
        assert parameters == send("normal").result.parameters


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_ppr_are_counted_and_the_fourth_steps_down(count):
    first = send(f"ppr-{count}").result.pages[0]
    assert first.ppr == count
    assert first.parameters.rung is FALLBACK[int(count >= 4)]

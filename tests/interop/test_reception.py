"""spandsp sends, we receive: every rate, coding and resolution, noise, and lines that die.

Without FAXCORE_CALLS=all a sample runs in which every two values of different axes meet.
"""

import ctypes
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from faxcore.modem.driver import FaxModem
from faxcore.t4 import Coding, Resolution, decode_octets
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.frames import FCF
from faxcore.t30.line import KeepPage, Observer, ReceivePage
from faxcore.t30.modulation import RUNGS, Modulation, Rung
from faxcore.t30.reception import FairReception
from faxcore.t30.result import HangupStatus, PageOutcome

from .calls import pictures, receive, same, store
from .covering import Case, every, pairwise
from .lines import DyingLine, NoisyLine
from .machines import EVERYTHING, IDENTITY, NO_V17, Machine, Modems
from .test_matrix import MODEMS, RESOLUTIONS

pytestmark = pytest.mark.interop

EVERY_CODING = frozenset(Coding)
FINE = Resolution.FINE
SCAN_TIMES = ((0, 0), (10, 5), (20, 20), (40, 20))

AXES = {
    "rung": RUNGS,
    "ecm": (False, True),
    "coding": tuple(Coding),
    "resolution": RESOLUTIONS,
    "pages": (1, 10),
    "scan": SCAN_TIMES,
}


def allowed(case: Case) -> bool:
    """MMR needs error correction, which needs no scan time."""
    if case["coding"] is Coding.MMR and not case["ecm"]:
        return False
    return not case["ecm"] or case["scan"] == (0, 0)


CHOOSE = every if os.environ.get("FAXCORE_CALLS") == "all" else pairwise
CASES = CHOOSE(AXES, allowed)


def name(case: Case) -> str:
    rung, coding, resolution = case["rung"], case["coding"], case["resolution"]
    assert isinstance(rung, Rung)
    assert isinstance(coding, Coding)
    assert isinstance(resolution, Resolution)
    correction = "ECM" if case["ecm"] else str(case["scan"])
    words = (rung.name, correction, coding.value, resolution.name.lower(), case["pages"])
    return "-".join(map(str, words)).replace(" ", "_")


@dataclass(slots=True)
class Trains(FairReception):
    """Refuses training checks until the rate comes down to the one wanted, if one is."""

    wanted: Rung | None = None
    answers: list[FCF] = field(default_factory=list)

    def training_ok(self, rung: Rung, octets: bytes) -> bool:
        return self.wanted in {None, rung} and FairReception.training_ok(self, rung, octets)

    def page_answer(self, page: KeepPage) -> FCF:
        self.answers.append(FairReception.page_answer(self, page))
        return self.answers[-1]


@pytest.mark.parametrize("case", CASES, ids=name)
def test_what_arrives_is_what_spandsp_sent(
    library: ctypes.CDLL, tmp_path: Path, case: Case
) -> None:
    rung, coding, resolution = case["rung"], case["coding"], case["resolution"]
    ecm, count, scan = bool(case["ecm"]), case["pages"], case["scan"]
    assert isinstance(rung, Rung)
    assert isinstance(coding, Coding)
    assert isinstance(resolution, Resolution)
    assert isinstance(count, int)
    assert isinstance(scan, tuple)
    pages = pictures(count, resolution)
    codings = frozenset({Coding.MH, coding})
    taken = receive(
        library,
        store(tmp_path / "s.tif", pages, resolution),
        Machine(MODEMS[rung.modulation], ecm=ecm, codings=codings),
        Capabilities(
            codings=codings, ecm=ecm, scan_time_ms=scan, resolutions=frozenset(RESOLUTIONS)
        ),
        judge=Trains(rung),
    )
    result, said = taken.result, taken.result.parameters
    assert result.status is HangupStatus.NORMAL, result.text
    assert [page.outcome for page in result.pages] == [PageOutcome.CONFIRMED] * count
    assert (taken.outcome, result.remote_id) == (0, IDENTITY)
    assert said is not None
    assert (said.rung, said.coding, said.resolution) == (rung, coding, resolution)
    assert said.ecm is ecm
    assert same(pages, taken.decoded())


@pytest.mark.parametrize("latency_s", [0.02, 0.05])
@pytest.mark.parametrize("ecm", [False, True])
@pytest.mark.parametrize("modems", [Modems.V27TER, NO_V17, EVERYTHING])
def test_spandsp_waits_for_a_late_computer(
    library: ctypes.CDLL, tmp_path: Path, modems: Modems, ecm: bool, latency_s: float
) -> None:
    pages = pictures(2, FINE)
    tiff = store(tmp_path / "s.tif", pages, FINE)
    taken = receive(
        library, tiff, Machine(modems, ecm=ecm), Capabilities(ecm=ecm), latency_s=latency_s
    )
    assert taken.result.ok, taken.result.text
    assert taken.outcome == 0
    assert same(pages, taken.decoded())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("snr_db", [24, 20])
def test_with_error_correction_noise_costs_time_and_no_pixel(
    library: ctypes.CDLL, tmp_path: Path, snr_db: float, seed: int
) -> None:
    pages = pictures(2, FINE, rows=600)
    tiff = store(tmp_path / "s.tif", pages, FINE)
    machine = Machine(NO_V17, ecm=True, codings=EVERY_CODING)
    taken = receive(
        library,
        tiff,
        machine,
        Capabilities(codings=EVERY_CODING, ecm=True),
        line=NoisyLine(snr_db, seed),
    )
    assert taken.result.ok, taken.result.text
    assert taken.outcome == 0
    assert same(pages, taken.decoded())


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("snr_db", [24, 21, 19, 16, 12])
def test_what_is_answered_for_a_page_is_what_its_bad_rows_call_for(
    library: ctypes.CDLL, tmp_path: Path, snr_db: float, seed: int
) -> None:
    pages = pictures(2, FINE, rows=600)
    tiff = store(tmp_path / "s.tif", pages, FINE)
    judge, line = Trains(), NoisyLine(snr_db, seed)
    taken = receive(library, tiff, Machine(NO_V17), Capabilities(), line=line, judge=judge)
    kept = [answer for answer in judge.answers if answer is not FCF.RTN]
    assert len(kept) == len(taken.pages) == taken.result.count(PageOutcome.CONFIRMED)
    for answer, page in zip(kept, taken.pages, strict=True):
        read = decode_octets(page.octets, Coding.MH, 1728)
        share = read.bad_rows / read.bitmap.height
        assert share <= (0.05 if answer is FCF.MCF else 0.15)


@pytest.mark.parametrize("ecm", [False, True])
@pytest.mark.parametrize("seconds", range(6, 34, 4))
def test_a_line_that_dies_leaves_whole_pages_only(
    library: ctypes.CDLL, tmp_path: Path, seconds: int, ecm: bool
) -> None:
    pages = pictures(3, FINE)
    tiff = store(tmp_path / "s.tif", pages, FINE)
    taken = receive(
        library,
        tiff,
        Machine(Modems.V27TER, ecm=ecm),
        Capabilities(ecm=ecm),
        line=DyingLine(seconds * 50),
    )
    assert taken.result.status is not HangupStatus.NORMAL
    assert taken.outcome != 0
    confirmed = taken.result.count(PageOutcome.CONFIRMED)
    assert confirmed == len(taken.pages) < 3
    assert same(pages[:confirmed], taken.decoded())


@pytest.mark.parametrize("modulation", Modulation)
def test_we_put_down_the_receiver_in_the_middle_of_a_page(
    library: ctypes.CDLL, tmp_path: Path, modulation: Modulation
) -> None:
    pages = pictures(2, Resolution.SUPERFINE)
    tiff = store(tmp_path / "s.tif", pages, Resolution.SUPERFINE)

    def observe(fax: FaxModem) -> Observer:
        def told(op: object, heard: object) -> None:
            if isinstance(op, ReceivePage) and heard is None:
                fax.cancel()

        return told

    taken = receive(
        library,
        tiff,
        Machine(MODEMS[modulation]),
        Capabilities(resolutions=frozenset(RESOLUTIONS)),
        observe=observe,
    )
    assert taken.result.status is HangupStatus.CANCELLED
    assert taken.outcome != 0
    assert taken.pages == []


def test_a_page_of_noise_in_several_blocks_arrives(library: ctypes.CDLL, tmp_path: Path) -> None:
    noise = np.random.default_rng(5).random((2200, 1728)) < 0.4
    tiff = store(tmp_path / "s.tif", [noise], FINE)
    taken = receive(library, tiff, Machine(ecm=True), Capabilities(ecm=True))
    assert taken.result.ok, taken.result.text
    assert same([noise], taken.decoded())

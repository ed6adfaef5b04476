"""Foreign fax programs on our simulated modems of class 2 and 2.0, on pseudo terminals.

All calls run side by side, since the programs take their time, and each test looks at one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from faxcore.sim.callers import Caller
from faxcore.sim.modem import SimModem
from faxcore.t4 import Coding, Resolution
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.modulation import FALLBACK
from faxcore.t30.result import PageOutcome

from . import efax
from .calls import document
from .class2_programs import (
    OUR_ID,
    Done,
    Program,
    efax_receives,
    efax_sends,
    faxsend_sends,
    missing,
    modem,
    sendfax_sends,
    terminal,
)

pytestmark = pytest.mark.interop

PACE = 4.0
PAGES = [efax.picture(number) for number in range(2)]
CLASSES = pytest.mark.parametrize("fax_class", ["2", "2.0"])


@dataclass(frozen=True, slots=True)
class Run:
    """One call of a program: its modem, what it said, where its files are."""

    modem: SimModem
    done: Done
    folder: Path


CALLS: dict[tuple[str, str], tuple[Program, str]] = {
    (name, fax_class): (program, "ecm" if name == "faxsend-ecm" else "normal")
    for fax_class in ("2", "2.0")
    for name, program in {
        "efax": efax_sends,
        "efax-receives": efax_receives,
        "sendfax": sendfax_sends,
        "faxsend": faxsend_sends,
        "faxsend-ecm": faxsend_sends,
    }.items()
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Run]:
    base = tmp_path_factory.mktemp("class2")

    def call(name: str, fax_class: str, program: Program, far: str) -> Run:
        folder = base / f"{name}-{fax_class}"
        folder.mkdir()
        calling = None
        if program is efax_receives:
            sent = document(PAGES, Resolution.FINE)
            calling = Caller(sent, Station(OUR_ID), CallOptions(), FALLBACK)
        used = modem(fax_class, far, calling)
        with terminal(used, PACE) as path:
            return Run(used, program(path, folder, fax_class, PAGES), folder)

    with ThreadPoolExecutor(len(CALLS)) as pool:
        there = {key: each for key, each in CALLS.items() if not missing(each[0])}
        calls = {key: pool.submit(call, *key, *each) for key, each in there.items()}
        return {key: each.result() for key, each in calls.items()}


def found(runs: dict[tuple[str, str], Run], name: str, fax_class: str) -> Run:
    program, _ = CALLS[name, fax_class]
    if reason := missing(program):
        pytest.skip(reason)
    return runs[name, fax_class]


@CLASSES
@pytest.mark.parametrize("name", ["efax", "sendfax", "faxsend", "faxsend-ecm"])
def test_its_pages_arrive_pixel_for_pixel(
    runs: dict[tuple[str, str], Run], name: str, fax_class: str
) -> None:
    run = found(runs, name, fax_class)
    result = run.modem.far_result
    assert result is not None, run.done
    assert [page.outcome for page in result.pages] == [PageOutcome.CONFIRMED] * 2, run.done
    header = efax.HEADER_ROWS if name == "efax" else 0
    for sent, got in zip(PAGES, run.modem.received, strict=True):
        assert got.decoded.bad_rows == 0
        rows = got.bitmap.to_array()
        assert not rows[:header].any()
        assert np.array_equal(rows[header:], sent)
    assert [number.lstrip("T") for number in run.modem.dialled] == ["5550100"]
    assert run.modem.notes == []


@CLASSES
@pytest.mark.parametrize("name", ["efax", "sendfax"])
def test_it_is_content_with_the_call(
    runs: dict[tuple[str, str], Run], name: str, fax_class: str
) -> None:
    run = found(runs, name, fax_class)
    assert run.done.returncode == 0, run.done.stderr


@CLASSES
def test_hylafax_corrects_errors_with_mmr(runs: dict[tuple[str, str], Run], fax_class: str) -> None:
    run = found(runs, "faxsend-ecm", fax_class)
    result = run.modem.far_result
    assert result is not None
    assert result.parameters is not None
    assert (result.parameters.ecm, result.parameters.coding) == (True, Coding.MMR)
    assert result.remote_id == OUR_ID


@CLASSES
def test_efax_receives_our_pages_pixel_for_pixel(
    runs: dict[tuple[str, str], Run], fax_class: str
) -> None:
    run = found(runs, "efax-receives", fax_class)
    assert run.done.returncode == 0, run.done.stderr
    result = run.modem.far_result
    assert result is not None
    assert [page.outcome for page in result.pages] == [PageOutcome.CONFIRMED] * 2, result.text
    assert result.remote_id == OUR_ID
    stored = sorted(run.folder.glob("got.*"))
    assert len(stored) == len(PAGES)
    for sent, file in zip(PAGES, stored, strict=True):
        got = efax.read(file)
        assert np.array_equal(got[: len(sent)], sent)
        assert not got[len(sent) :].any(), "efix fills the paper up with white"

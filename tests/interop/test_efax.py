"""efax, both ways, on our simulated modem on a pseudo terminal.

All its calls run side by side, since efax takes its time, and each test looks at one.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from faxcore.sim.callers import Caller
from faxcore.sim.judge import Fault
from faxcore.sim.modem import SimModem
from faxcore.t4 import Resolution
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.modulation import FALLBACK, Modulation, Rung
from faxcore.t30.result import PageOutcome

from . import efax
from .calls import OUR_ID, document

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(shutil.which("efax") is None, reason="efax is not installed (Debian: efax)"),
]

PAGES = [efax.picture(number) for number in range(2)]
ANSWER = ("-w", "-iS0=1", "-r", "got")
V29 = [rung for rung in FALLBACK if rung.modulation is Modulation.V29]
WRONG = {Fault.BAD_ROWS, Fault.WRONG_FILL, Fault.LONG_FRAME, Fault.LOST_FRAME}


@dataclass(frozen=True, slots=True)
class Run:
    """One call of efax: its modem, what it said, where its files are."""

    modem: SimModem
    done: subprocess.CompletedProcess[str]
    folder: Path

    def stored(self) -> np.ndarray:
        """What efax stored: the rows of all pages, one after the other, in one file."""
        (file,) = self.folder.glob("got.*")
        return efax.read(file)


def caller(resolution: Resolution, rungs: Sequence[Rung] = FALLBACK) -> Caller:
    """Our sender, on the telephone of the modem that efax answers on."""
    return Caller(document(PAGES, resolution), Station(OUR_ID), CallOptions(), rungs)


CALLS = {
    "sends": (None, ("-h", "")),
    "fine": (caller(Resolution.FINE), ANSWER),
    "coarse": (caller(Resolution.COARSE), ANSWER),
    "V.29": (caller(Resolution.FINE, V29), ANSWER),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    def call(name: str, calling: Caller | None, options: Sequence[str]) -> Run:
        folder = tmp_path_factory.getbasetemp() / f"efax-{name}"
        folder.mkdir()
        modem = SimModem(caller=calling)
        if calling is None:
            files = [efax.prepare(page, folder / f"p{n}") for n, page in enumerate(PAGES)]
            options = (*options, "-t", "T5550100", *map(str, files))
        return Run(modem, efax.run(modem, folder, options), folder)

    with ThreadPoolExecutor() as pool:
        calls = {name: pool.submit(call, name, *each) for name, each in CALLS.items()}
        return {name: each.result() for name, each in calls.items()}


def test_efax_sends_two_pages_through_our_modem(runs: dict[str, Run]) -> None:
    modem, done = runs["sends"].modem, runs["sends"].done
    assert done.returncode == 0, done.stderr
    assert [number.lstrip("T") for number in modem.dialled] == ["5550100"]
    assert modem.far_result is not None
    assert modem.far_result.remote_id == efax.EFAX_ID
    assert len(modem.received) == 2
    for sent, got in zip(PAGES, modem.received, strict=True):
        assert got.decoded.bad_rows == 0
        rows = got.bitmap.to_array()
        assert not rows[: efax.HEADER_ROWS].any()
        assert np.array_equal(rows[efax.HEADER_ROWS :], sent)
    assert not {note.fault for note in modem.notes} & WRONG


@pytest.mark.parametrize("name", [name for name in CALLS if name != "sends"])
def test_efax_receives_our_pages_pixel_for_pixel(runs: dict[str, Run], name: str) -> None:
    run = runs[name]
    assert run.done.returncode == 0, run.done.stderr
    result = run.modem.far_result
    assert result is not None
    assert [page.outcome for page in result.pages] == [PageOutcome.CONFIRMED] * 2, result.text
    assert result.remote_id == efax.EFAX_ID
    sent = np.concatenate(PAGES)
    got = run.stored()
    assert np.array_equal(got[: len(sent)], sent)
    assert not got[len(sent) :].any(), "efix fills the paper up with white"

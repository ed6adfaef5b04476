"""spandsp holds a document ready, and we poll it."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.result import HangupStatus, PageOutcome

from .calls import pictures, poll, same, store
from .machines import EVERYTHING, IDENTITY, NO_V17, Machine, Modems

pytestmark = pytest.mark.interop

EVERY_CODING = frozenset(Coding)


@pytest.mark.parametrize("latency_s", [0.0, 0.05])
@pytest.mark.parametrize("ecm", [False, True])
@pytest.mark.parametrize("modems", [Modems.V27TER, NO_V17, EVERYTHING])
def test_what_spandsp_holds_ready_comes_pixel_for_pixel(
    library: ctypes.CDLL, tmp_path: Path, modems: Modems, ecm: bool, latency_s: float
) -> None:
    pages = pictures(3, Resolution.FINE)
    tiff = store(tmp_path / "held.tif", pages, Resolution.FINE)
    machine = Machine(modems, ecm=ecm, codings=EVERY_CODING if ecm else frozenset({Coding.MH}))
    offered = Capabilities(ecm=ecm, codings=machine.codings)
    taken = poll(library, tiff, machine, offered, latency_s=latency_s)
    result = taken.result
    assert result.status is HangupStatus.NORMAL, result.text
    assert [page.outcome for page in result.pages] == [PageOutcome.CONFIRMED] * 3
    assert (taken.outcome, result.remote_id) == (0, IDENTITY)
    assert same(pages, taken.decoded())

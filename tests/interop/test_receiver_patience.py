"""spandsp sends through noise: a carrier that was not recognised is asked for again."""

import ctypes
from pathlib import Path

import pytest

from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities
from tests.interop.calls import pictures, receive, same, store
from tests.interop.lines import NoisyLine
from tests.interop.machines import EVERYTHING, NO_V17, Machine, Modems

FINE = Resolution.FINE


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("modems", "ecm", "snr_db"),
    [(EVERYTHING, True, 20), (EVERYTHING, False, 20), (NO_V17, False, 14)],
)
def test_a_carrier_that_was_not_recognised_is_asked_for_again(
    library: ctypes.CDLL, tmp_path: Path, modems: Modems, ecm: bool, snr_db: float, seed: int
) -> None:
    codings = frozenset(Coding) if ecm else frozenset({Coding.MH})
    pages = pictures(2, FINE)
    taken = receive(
        library,
        store(tmp_path / "s.tif", pages, FINE),
        Machine(modems, ecm=ecm, codings=codings),
        Capabilities(ecm=ecm, codings=codings),
        line=NoisyLine(snr_db, seed),
    )
    assert taken.result.ok, taken.result.text
    assert taken.outcome == 0
    if ecm:
        assert same(pages, taken.decoded())

"""A noisy line: white noise added to what each station hears.

What must hold at every level of noise is that the result is true. With V.29 and V.27ter, error
correction must also deliver every page as it was sent. With V.17, spandsp's receiver now and then
fails to train on the short pattern, with its own sender as well, and disconnects. When it has not
recognised a training check it says FTT after its T2, and disconnects at a DCS that comes before.
"""

import ctypes
from pathlib import Path

import pytest

from faxcore.t4 import Coding, Resolution
from faxcore.t30.document import CallOptions
from faxcore.t30.frames import FCF
from faxcore.t30.result import PageOutcome

from .calls import document, pictures, same, send
from .lines import NoisyLine
from .machines import EVERYTHING, NO_V17, Machine, Modems

pytestmark = pytest.mark.interop

FINE = Resolution.FINE
EVERY_CODING = frozenset(Coding)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("snr_db", [30, 22, 18, 16])
def test_with_error_correction_every_page_arrives(
    library: ctypes.CDLL, tmp_path: Path, snr_db: float, seed: int
) -> None:
    pages = pictures(2, FINE, rows=600)
    machine = Machine(NO_V17, ecm=True, codings=EVERY_CODING)
    forms = document(pages, FINE, tuple(Coding))
    sent = send(library, tmp_path / "r.tif", machine, forms, line=NoisyLine(snr_db, seed))
    assert sent.result.ok, sent.result.text
    assert same(pages, sent.pages)


@pytest.mark.parametrize(
    ("modems", "seed"), [(NO_V17, 5), (NO_V17, 8), (EVERYTHING, 0), (EVERYTHING, 1)]
)
def test_a_receiver_that_recognises_no_training_check_gets_its_pages_at_a_lower_rate(
    library: ctypes.CDLL, tmp_path: Path, modems: Modems, seed: int
) -> None:
    pages = pictures(2, FINE)
    machine = Machine(modems, ecm=True, codings=EVERY_CODING)
    forms = document(pages, FINE, tuple(Coding))
    sent = send(library, tmp_path / "r.tif", machine, forms, line=NoisyLine(12, seed))
    assert sent.result.ok, sent.result.text
    assert sent.said(FCF.FTT) > 0
    assert same(pages, sent.pages)


@pytest.mark.parametrize("ecm", [True, False])
@pytest.mark.parametrize("snr_db", [16, 12, 9, 6])
def test_whatever_the_noise_the_result_is_true(
    library: ctypes.CDLL, tmp_path: Path, snr_db: float, ecm: bool
) -> None:
    pages = pictures(2, FINE)
    machine = Machine(EVERYTHING, ecm=ecm, codings=EVERY_CODING)
    forms = document(pages, FINE, tuple(Coding))
    sent = send(
        library,
        tmp_path / "r.tif",
        machine,
        forms,
        CallOptions(ecm=ecm),
        line=NoisyLine(snr_db, 3),
    )
    confirmed = sent.result.count(PageOutcome.CONFIRMED)
    assert confirmed <= len(sent.pages)
    if ecm:
        assert same(pages[:confirmed], sent.pages[:confirmed])

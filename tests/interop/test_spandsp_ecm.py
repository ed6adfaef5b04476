"""Error correction against a receiver that nobody here wrote: spandsp's, through its own modem."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.ecm import coded_octets
from faxcore.t30.result import CallResult, PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.interop import spandsp
from tests.interop.test_spandsp import EVERYTHING, SENDER, Exchange, pictures

pytestmark = pytest.mark.interop

_CODINGS = {Coding.MH: 0x02, Coding.MR: 0x04, Coding.MMR: 0x08}


@pytest.fixture(scope="module")
def library() -> ctypes.CDLL:
    loaded = spandsp.load()
    if loaded is None:
        pytest.skip("libspandsp is not installed (Debian: libspandsp2)")
    return loaded


class CorrectingExchange(Exchange):
    """A receiver with error correction and the codings named."""

    def __init__(
        self, library: ctypes.CDLL, tiff: Path, modems: spandsp.Modems, codings: int
    ) -> None:
        super().__init__(library, tiff, modems)
        answer = self.modem._answer

        def correcting() -> spandsp.FaxEnd:
            assert answer is not None
            receiver = answer()
            library.t30_set_ecm_capability(receiver._t30, 1)
            library.t30_set_supported_compressions(receiver._t30, codings)
            return receiver

        self.modem._answer = correcting


@pytest.mark.parametrize("small_frames", [False, True])
@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize(
    "modems", [EVERYTHING, spandsp.Modems.V27TER | spandsp.Modems.V29], ids=["V.17", "V.29"]
)
def test_pages_arrive_with_error_correction(
    library: ctypes.CDLL,
    tmp_path: Path,
    modems: spandsp.Modems,
    coding: Coding,
    small_frames: bool,
) -> None:
    pages = pictures(2, Resolution.FINE)
    forms = [
        FaxPage((encode_page(PageBitmap.from_array(each, Resolution.FINE), coding),))
        for each in pages
    ]
    result = send(library, tmp_path, modems, coding, forms, pages, small_frames)
    assert [page.outcome for page in result.pages] == [PageOutcome.CONFIRMED] * 2, result.text
    assert result.parameters is not None
    assert result.parameters.ecm
    assert result.parameters.coding is coding


def test_pages_of_several_blocks_arrive(library: ctypes.CDLL, tmp_path: Path) -> None:
    noise = np.random.default_rng(5).random((2200, 1728)) < 0.4
    blocks = -(-len(coded_octets(encode_page(PageBitmap.from_array(noise)))) // (256 * 256))
    assert blocks > 2
    forms = [FaxPage((encode_page(PageBitmap.from_array(noise)),))]
    result = send(library, tmp_path, EVERYTHING, Coding.MH, forms, [noise], False)
    assert result.ok, result.text


def send(
    library: ctypes.CDLL,
    folder: Path,
    modems: spandsp.Modems,
    coding: Coding,
    forms: list[FaxPage],
    pages: list[np.ndarray],
    small_frames: bool,
) -> CallResult:
    """Send to spandsp and check that its TIFF has our pages."""
    exchange = CorrectingExchange(library, folder / "r.tif", modems, 0x02 | _CODINGS[coding])
    with FaxModem(VirtualPort(exchange.modem), load_profile("generic-class1")) as fax:
        result = fax.send(
            FaxDocument(tuple(forms)),
            "555 0100",
            Station(SENDER),
            options=CallOptions(small_frames=small_frames),
        )
    exchange.assert_received(pages)
    return result

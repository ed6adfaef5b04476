"""A noisy line: spandsp's modems with white noise added to what each station hears.

What must hold at every level of noise is that the result is true. With V.29 and V.27ter, error
correction must also deliver every page as it was sent. With V.17, spandsp's receiver now and then
fails to train on the short pattern, with its own sender as well, and disconnects.
"""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.result import CallResult, PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.interop import spandsp
from tests.interop.test_spandsp import EVERYTHING, SENDER, pictures, read_tiff
from tests.interop.test_spandsp_ecm import CorrectingExchange

pytestmark = pytest.mark.interop

NO_V17 = spandsp.Modems.V27TER | spandsp.Modems.V29

SILENCE_RMS = 50.0
"""What is weaker is no signal, and gets no noise."""


@pytest.fixture(scope="module")
def library() -> ctypes.CDLL:
    loaded = spandsp.load()
    if loaded is None:
        pytest.skip("libspandsp is not installed (Debian: libspandsp2)")
    return loaded


class Noise:
    """White noise of one strength, the same every time."""

    def __init__(self, snr_db: float, seed: int) -> None:
        self._share = 10 ** (-snr_db / 20)
        self._random = np.random.default_rng(seed)

    def add(self, samples: ctypes.Array[ctypes.c_int16]) -> ctypes.Array[ctypes.c_int16]:
        clean = np.frombuffer(samples, np.int16).astype(np.float64)
        rms = float(np.sqrt(np.mean(clean**2)))
        if rms < SILENCE_RMS:
            return samples
        noisy = clean + self._random.normal(0, rms * self._share, len(clean))
        return spandsp.Samples.from_buffer_copy(
            np.clip(noisy, -32768, 32767).astype(np.int16).tobytes()
        )


def send(
    library: ctypes.CDLL, tiff: Path, noise: Noise, modems: spandsp.Modems, *, ecm: bool
) -> tuple[CallResult, list[np.ndarray], list[np.ndarray]]:
    """Two pages over a line with noise; the result, what was sent, what spandsp has."""
    pages = pictures(2, Resolution.FINE)
    exchange = CorrectingExchange(library, tiff, modems, 0x02 | 0x04 | (0x08 if ecm else 0))
    answer = exchange.modem._answer
    assert answer is not None

    def noisy_answer() -> spandsp.FaxEnd:
        far = answer()
        if not ecm:
            library.t30_set_ecm_capability(far._t30, 0)
        clean = far.exchange
        far.exchange = lambda heard: noise.add(clean(noise.add(heard)))  # type: ignore[method-assign]
        return far

    exchange.modem._answer = noisy_answer
    forms = [
        FaxPage(tuple(encode_page(PageBitmap.from_array(page), coding) for coding in Coding))
        for page in pages
    ]
    with FaxModem(VirtualPort(exchange.modem), load_profile("generic-class1")) as fax:
        options = CallOptions(ecm=ecm)
        result = fax.send(FaxDocument(tuple(forms)), "555", Station(SENDER), options=options)
    exchange.modem.close()
    return result, pages, read_tiff(tiff) if tiff.exists() and tiff.stat().st_size > 8 else []


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("snr_db", [30, 22, 18, 16])
def test_with_error_correction_every_page_arrives(
    library: ctypes.CDLL, tmp_path: Path, snr_db: float, seed: int
) -> None:
    result, sent, received = send(
        library, tmp_path / "r.tif", Noise(snr_db, seed), NO_V17, ecm=True
    )
    assert result.ok, result.text
    assert [np.array_equal(*pair) for pair in zip(sent, received, strict=True)] == [True] * 2


@pytest.mark.parametrize("ecm", [True, False])
@pytest.mark.parametrize("snr_db", [16, 12, 9, 6])
def test_whatever_the_noise_the_result_is_true(
    library: ctypes.CDLL, tmp_path: Path, snr_db: float, ecm: bool
) -> None:
    result, sent, received = send(
        library, tmp_path / "r.tif", Noise(snr_db, 3), EVERYTHING, ecm=ecm
    )
    confirmed = result.count(PageOutcome.CONFIRMED)
    assert confirmed <= len(received)
    if ecm:
        for number in range(confirmed):
            assert np.array_equal(sent[number], received[number])

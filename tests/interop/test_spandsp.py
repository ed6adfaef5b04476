"""Our driver sends through spandsp's soft modem to spandsp's fax receiver."""

from __future__ import annotations

import ctypes
import os
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t4 import Coding, PageBitmap, Resolution, decode_octets, encode_page
from faxcore.t4.tiff import write_tiff
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import FaxDocument, FaxPage, Station
from faxcore.t30.line import KeepPage
from faxcore.t30.modulation import Modulation
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.transport.realtime import pump
from faxcore.transport.serial_port import SerialPort
from faxcore.transport.virtual_port import VirtualPort

from . import spandsp

pytestmark = pytest.mark.interop

SENDER = "+1 555 0199"
EVERYTHING = spandsp.Modems.V27TER | spandsp.Modems.V29 | spandsp.Modems.V17


@pytest.fixture(scope="module")
def library() -> ctypes.CDLL:
    loaded = spandsp.load()
    if loaded is None:
        pytest.skip("libspandsp is not installed (Debian: libspandsp2)")
    return loaded


def pictures(count: int, resolution: Resolution) -> list[np.ndarray]:
    """Pages that no other could be taken for: rules, slopes, small type made of noise."""
    rows = 600 if resolution is Resolution.FINE else 300
    made = []
    for number in range(count):
        random = np.random.default_rng(number)
        page = np.zeros((rows, 1728), bool)
        page[10:14, 40:1700] = True
        page[20 : rows - 20, 60 + 10 * number : 64 + 10 * number] = True
        page[50:90, 200:1500] = random.random((40, 1300)) < 0.3
        page[rows - 1, ::9] = True
        slope = np.arange(20, rows - 20)
        page[slope, 300 + slope * 2] = True
        made.append(page)
    return made


def document(pages: list[np.ndarray], resolution: Resolution) -> FaxDocument:
    bitmaps = [PageBitmap.from_array(page, resolution) for page in pages]
    return FaxDocument(tuple(FaxPage((encode_page(each, Coding.MH),)) for each in bitmaps))


def read_tiff(path: Path) -> list[np.ndarray]:
    """The pages of a TIFF as libtiff reads them; True is black."""
    with Image.open(path) as image:
        pages = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            pages.append(~np.asarray(image.convert("1"), bool))
        return pages


class Exchange:
    """A modem, and the receiver that answers its call."""

    def __init__(self, library: ctypes.CDLL, tiff: Path, modems: spandsp.Modems) -> None:
        self.receivers: list[spandsp.Receiver] = []
        self.tiff = tiff

        def answer() -> spandsp.Receiver:
            self.receivers.append(spandsp.Receiver(library, tiff, modems))
            return self.receivers[-1]

        self.modem = spandsp.SpandspModem(library, answer)

    def assert_received(self, pages: list[np.ndarray]) -> None:
        """spandsp is content, and its TIFF has our pages, pixel for pixel."""
        self.modem.close()
        (receiver,) = self.receivers
        assert receiver.outcome == 0
        received = read_tiff(self.tiff)
        assert len(received) == len(pages)
        for sent, got in zip(pages, received, strict=True):
            assert got.shape == sent.shape
            assert np.array_equal(got, sent)


def assert_sent(result: CallResult, pages: int) -> None:
    assert result.status is HangupStatus.NORMAL, result.text
    assert [page.outcome for page in result.pages] == [PageOutcome.CONFIRMED] * pages
    assert result.remote_id == "+1 555 0100"


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("resolution", [Resolution.COARSE, Resolution.FINE])
@pytest.mark.parametrize(
    ("modems", "modulation", "rate"),
    [
        (spandsp.Modems.V27TER, Modulation.V27TER, 4800),
        (spandsp.Modems.V27TER | spandsp.Modems.V29, Modulation.V29, 9600),
        (EVERYTHING, Modulation.V17, 14400),
    ],
)
def test_spandsp_receives_our_pages_pixel_for_pixel(
    library: ctypes.CDLL,
    tmp_path: Path,
    modems: spandsp.Modems,
    modulation: Modulation,
    rate: int,
    resolution: Resolution,
    count: int,
) -> None:
    pages = pictures(count, resolution)
    exchange = Exchange(library, tmp_path / "received.tif", modems)
    with FaxModem(VirtualPort(exchange.modem), load_profile("generic-class1")) as fax:
        result = fax.send(document(pages, resolution), "555 0100", Station(SENDER))
    assert_sent(result, count)
    assert result.parameters is not None
    assert result.parameters.rung.modulation is modulation
    assert result.parameters.rung.bits_per_second == rate
    assert exchange.modem.dialled == ["5550100"]
    exchange.assert_received(pages)


@pytest.mark.parametrize("latency_s", [0.02, 0.1])
def test_spandsp_forgives_a_late_computer(
    library: ctypes.CDLL, tmp_path: Path, latency_s: float
) -> None:
    pages = pictures(2, Resolution.FINE)
    exchange = Exchange(library, tmp_path / "received.tif", EVERYTHING)
    port = VirtualPort(exchange.modem, latency_s)
    with FaxModem(port, load_profile("generic-class1")) as fax:
        result = fax.send(document(pages, Resolution.FINE), "555 0100", Station(SENDER))
    assert_sent(result, 2)
    exchange.assert_received(pages)


def test_spandsp_reads_our_identity(library: ctypes.CDLL, tmp_path: Path) -> None:
    exchange = Exchange(library, tmp_path / "received.tif", EVERYTHING)
    with FaxModem(VirtualPort(exchange.modem), load_profile("generic-class1")) as fax:
        page = pictures(1, Resolution.FINE)
        callers = []

        def observe(op: object, heard: object) -> None:
            callers.extend(receiver.other for receiver in exchange.receivers)

        fax.send(document(page, Resolution.FINE), "1", Station(SENDER), observe=observe)
    assert callers[-1].strip() == SENDER
    exchange.modem.close()


def test_a_cancelled_call_ends_for_spandsp_too(library: ctypes.CDLL, tmp_path: Path) -> None:
    exchange = Exchange(library, tmp_path / "received.tif", EVERYTHING)
    port = VirtualPort(exchange.modem)
    fax = FaxModem(port, load_profile("generic-class1"))
    result = fax.send(
        document(pictures(2, Resolution.FINE), Resolution.FINE),
        "1",
        Station(SENDER),
        on_progress=lambda share: fax.cancel() if share > 0.5 else None,
    )
    assert result.status is HangupStatus.CANCELLED
    assert result.count(PageOutcome.CONFIRMED) == 0
    assert exchange.modem.far is None
    exchange.modem.close()


@pytest.mark.parametrize("latency_s", [0.0, 0.02])
@pytest.mark.parametrize(
    ("modems", "modulation"),
    [
        (spandsp.Modems.V27TER, Modulation.V27TER),
        (spandsp.Modems.V27TER | spandsp.Modems.V29, Modulation.V29),
        (EVERYTHING, Modulation.V17),
    ],
)
def test_spandsp_sends_us_its_pages(
    library: ctypes.CDLL,
    tmp_path: Path,
    modems: spandsp.Modems,
    modulation: Modulation,
    latency_s: float,
) -> None:
    pages = pictures(2, Resolution.FINE)
    forms = [encode_page(PageBitmap.from_array(page, Resolution.FINE)) for page in pages]
    write_tiff(tmp_path / "sent.tif", forms)
    sender = spandsp.Sender(library, tmp_path / "sent.tif", modems)
    modem = spandsp.SpandspModem(library)
    kept: list[KeepPage] = []

    def keep(page: KeepPage) -> bool:
        kept.append(page)
        return True

    with FaxModem(VirtualPort(modem, latency_s), load_profile("generic-class1")) as fax:
        fax.prepare()
        modem.ring(sender)
        assert fax.wait_for_ring(5.0)
        result = fax.receive(Capabilities(), Station(SENDER), keep)
    assert result.status is HangupStatus.NORMAL, result.text
    assert [page.outcome for page in result.pages] == [PageOutcome.CONFIRMED] * 2
    assert result.remote_id == "+1 555 0100"
    assert result.parameters is not None
    assert result.parameters.rung.modulation is modulation
    assert sender.outcome == 0
    for sent, page in zip(pages, kept, strict=True):
        decoded = decode_octets(page.octets, page.parameters.coding, page.parameters.width)
        assert decoded.bad_rows == 0
        assert np.array_equal(decoded.bitmap.to_array(), sent)


PACE = 10.0


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


def test_the_same_call_on_a_real_pseudo_terminal(
    library: ctypes.CDLL, tmp_path: Path, terminal: tuple[int, str]
) -> None:
    master, name = terminal
    pages = pictures(1, Resolution.COARSE)
    exchange = Exchange(library, tmp_path / "received.tif", EVERYTHING)
    stop, stopper = os.pipe()
    living = threading.Thread(
        target=pump, args=(exchange.modem, master), kwargs={"stop": stop, "pace": PACE}
    )
    living.start()
    try:
        port = SerialPort(name, clock_rate=PACE, lock_folder=tmp_path)
        with FaxModem(port, load_profile("generic-class1")) as fax:
            result = fax.send(document(pages, Resolution.COARSE), "555 0100", Station(SENDER))
    finally:
        os.write(stopper, b"!")
        living.join(10.0)
        os.close(stop)
        os.close(stopper)
    assert_sent(result, 1)
    exchange.assert_received(pages)

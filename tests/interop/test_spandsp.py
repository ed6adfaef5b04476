"""Our driver and spandsp's modem: late computers, cancelled calls, a real terminal, big pages."""

from __future__ import annotations

import ctypes
import os
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.ecm import coded_octets
from faxcore.t30.frames import FCF
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.transport.realtime import pump
from faxcore.transport.serial_port import SerialPort
from faxcore.transport.virtual_port import VirtualPort

from .calls import OUR_ID, document, pictures, read_tiff, same, send
from .machines import EVERYTHING, IDENTITY, NO_V17, Machine, Modems, Receiver
from .soft_modem import SpandspModem

pytestmark = pytest.mark.interop

FINE = Resolution.FINE


@pytest.mark.parametrize("latency_s", [0.02, 0.1])
@pytest.mark.parametrize("ecm", [False, True])
def test_spandsp_forgives_a_late_computer(
    library: ctypes.CDLL, tmp_path: Path, ecm: bool, latency_s: float
) -> None:
    pages = pictures(2, FINE)
    machine = Machine(ecm=ecm)
    sent = send(library, tmp_path / "r.tif", machine, document(pages, FINE), latency_s=latency_s)
    assert sent.result.ok, sent.result.text
    assert same(pages, sent.pages)


def test_spandsp_reads_our_identity(library: ctypes.CDLL, tmp_path: Path) -> None:
    pages = document(pictures(1, FINE), FINE)
    sent = send(library, tmp_path / "r.tif", Machine(), pages)
    assert sent.said(FCF.TSI) == 1
    assert sent.caller.strip() == OUR_ID
    assert sent.result.remote_id == IDENTITY


def test_a_cancelled_call_ends_for_spandsp_too(library: ctypes.CDLL, tmp_path: Path) -> None:
    receivers: list[Receiver] = []

    def answer() -> Receiver:
        receivers.append(Receiver(library, tmp_path / "r.tif", Machine()))
        return receivers[-1]

    modem = SpandspModem(library, answer)
    fax = FaxModem(VirtualPort(modem), load_profile("generic-class1"))
    result = fax.send(
        document(pictures(2, FINE), FINE),
        "1",
        Station(OUR_ID),
        on_progress=lambda share: fax.cancel() if share > 0.5 else None,
    )
    assert result.status is HangupStatus.CANCELLED
    assert result.count(PageOutcome.CONFIRMED) == 0
    assert modem.far is None
    assert receivers[0].outcome not in {0, None}
    modem.close()


@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize("modems", [EVERYTHING, NO_V17], ids=["V.17", "V.29"])
def test_pages_arrive_in_frames_of_64_octets(
    library: ctypes.CDLL, tmp_path: Path, modems: Modems, coding: Coding
) -> None:
    pages = pictures(2, FINE)
    machine = Machine(modems, ecm=True, codings=frozenset({Coding.MH, coding}))
    forms = document(pages, FINE, (coding,))
    sent = send(library, tmp_path / "r.tif", machine, forms, CallOptions(small_frames=True))
    assert sent.result.ok, sent.result.text
    assert sent.result.parameters is not None
    assert sent.result.parameters.frame_octets == 64
    assert sent.result.parameters.coding is coding
    assert same(pages, sent.pages)


def test_pages_of_several_blocks_arrive(library: ctypes.CDLL, tmp_path: Path) -> None:
    noise = np.random.default_rng(5).random((2200, 1728)) < 0.4
    blocks = -(-len(coded_octets(encode_page(PageBitmap.from_array(noise)))) // (256 * 256))
    assert blocks > 2
    sent = send(library, tmp_path / "r.tif", Machine(ecm=True), document([noise], FINE))
    assert sent.result.ok, sent.result.text
    assert sent.said(FCF.PPS) == blocks
    assert same([noise], sent.pages)


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
    modem = SpandspModem(library, lambda: Receiver(library, tmp_path / "r.tif", Machine()))
    stop, stopper = os.pipe()
    living = threading.Thread(
        target=pump, args=(modem, master), kwargs={"stop": stop, "pace": PACE}
    )
    living.start()
    try:
        port = SerialPort(name, clock_rate=PACE, lock_folder=tmp_path)
        with FaxModem(port, load_profile("generic-class1")) as fax:
            result = fax.send(document(pages, Resolution.COARSE), "555 0100", Station(OUR_ID))
    finally:
        os.write(stopper, b"!")
        living.join(10.0)
        os.close(stop)
        os.close(stopper)
    modem.close()
    assert result.ok, result.text
    assert result.remote_id == IDENTITY
    assert same(pages, read_tiff(tmp_path / "r.tif"))

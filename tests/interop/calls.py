"""Whole calls in virtual time between this project and one of spandsp's fax machines."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t4 import Coding, PageBitmap, Resolution, decode_octets, encode_page
from faxcore.t4.tiff import write_tiff
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import KeepPage, Observer
from faxcore.t30.reception import Reception
from faxcore.t30.result import CallResult
from faxcore.transport.virtual_port import VirtualPort

from .lines import TelephoneLine
from .machines import Held, Machine, Receiver, Sender
from .soft_modem import SpandspModem

OUR_ID = "+1 555 0199"

ROWS = {Resolution.COARSE: 100, Resolution.FINE: 200, Resolution.SUPERFINE: 400}
_EMPTY_TIFF = 8


@dataclass(slots=True)
class Sent:
    """A call that we made, as spandsp saw it: its completion code, the pages that it stored.

    ``caller`` is who it takes us for; ``frames`` are those that crossed, and whether it sent them.
    """

    result: CallResult
    outcome: int | None
    pages: list[np.ndarray]
    caller: str
    frames: list[tuple[bool, Frame]] = field(default_factory=list)

    def said(self, kind: FCF) -> int:
        """How many such frames crossed the line."""
        return sum(frame.kind is kind for _, frame in self.frames)


@dataclass(slots=True)
class Taken:
    """A call that we answered: our result, spandsp's code, the pages that were kept."""

    result: CallResult
    outcome: int | None
    pages: list[KeepPage]

    def decoded(self) -> list[np.ndarray]:
        """The pages' pixels; none of their rows may be a repair."""
        made = []
        for page in self.pages:
            read = decode_octets(page.octets, page.parameters.coding, page.parameters.width)
            assert read.bad_rows == 0
            made.append(read.bitmap.to_array())
        return made


def pictures(
    count: int, resolution: Resolution, rows: int | None = None, width: int = 1728
) -> list[np.ndarray]:
    """Pages that no other could be taken for: rules, slopes, small type made of noise."""
    rows = rows or ROWS[resolution]
    return [_picture(number, rows, width) for number in range(count)]


def _picture(number: int, rows: int, width: int) -> np.ndarray:
    page = np.zeros((rows, width), bool)
    page[10:14, 40 : width - 28] = True
    page[20 : rows - 20, 60 + 10 * number : 64 + 10 * number] = True
    page[50:90, 200:1500] = np.random.default_rng(number).random((40, 1300)) < 0.3
    page[rows - 1, ::9] = True
    slope = np.arange(20, rows - 20)
    page[slope, 300 + slope * 2] = True
    return page


def document(
    pages: Sequence[np.ndarray],
    resolution: Resolution,
    codings: Sequence[Coding] = (Coding.MH,),
) -> FaxDocument:
    """The pages in one resolution and some codings."""
    bitmaps = [PageBitmap.from_array(page, resolution) for page in pages]
    forms = [FaxPage(tuple(encode_page(each, one) for one in codings)) for each in bitmaps]
    return FaxDocument(tuple(forms))


def read_tiff(path: Path) -> list[np.ndarray]:
    """The pages of a TIFF as libtiff reads them; True is black. None where nothing was stored."""
    if not path.exists() or path.stat().st_size <= _EMPTY_TIFF:
        return []
    with Image.open(path) as image:
        pages = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            pages.append(~np.asarray(image.convert("1"), bool))
        return pages


def send(
    library: ctypes.CDLL,
    tiff: Path,
    machine: Machine,
    pages: FaxDocument,
    options: CallOptions | None = None,
    *,
    line: TelephoneLine | None = None,
    latency_s: float = 0.0,
    busy: int = 0,
    observe: Observer | None = None,
    timeout: float | None = None,
) -> Sent:
    """Call one of spandsp's machines, which stores what it gets in ``tiff``."""
    receivers: list[Receiver] = []
    frames: list[tuple[bool, Frame]] = []

    def answer() -> Receiver:
        receiver = Receiver(library, tiff, machine)
        receiver.on_frame = lambda theirs, frame: frames.append((theirs, frame))
        receiver.be_busy(busy)
        receivers.append(receiver)
        return receiver

    modem = SpandspModem(library, answer, line)
    with FaxModem(VirtualPort(modem, latency_s), load_profile("generic-class1")) as fax:
        result = fax.send(
            pages,
            "555 0100",
            Station(OUR_ID),
            options=options or CallOptions(),
            observe=observe,
            timeout=timeout,
        )
    modem.close()
    (receiver,) = receivers
    return Sent(result, receiver.outcome, read_tiff(tiff), receiver.other, frames)


def receive(
    library: ctypes.CDLL,
    tiff: Path,
    machine: Machine,
    capabilities: Capabilities,
    *,
    line: TelephoneLine | None = None,
    latency_s: float = 0.0,
    judge: Reception | None = None,
    observe: Callable[[FaxModem], Observer] | None = None,
) -> Taken:
    """Be called by one of spandsp's machines, which sends ``tiff``."""
    sender = Sender(library, tiff, machine)
    modem = SpandspModem(library, line=line)
    kept: list[KeepPage] = []

    def keep(page: KeepPage) -> bool:
        kept.append(page)
        return True

    with FaxModem(VirtualPort(modem, latency_s), load_profile("generic-class1")) as fax:
        fax.prepare()
        modem.ring(sender)
        assert fax.wait_for_ring(5.0)
        result = fax.receive(
            capabilities,
            Station(OUR_ID),
            keep,
            judge=judge,
            observe=observe(fax) if observe is not None else None,
        )
    modem.close()
    return Taken(result, sender.outcome, kept)


def poll(
    library: ctypes.CDLL,
    tiff: Path,
    machine: Machine,
    capabilities: Capabilities,
    *,
    latency_s: float = 0.0,
) -> Taken:
    """Call one of spandsp's machines, which holds ``tiff`` ready to be polled."""
    held: list[Held] = []
    kept: list[KeepPage] = []

    def answer() -> Held:
        held.append(Held(library, tiff, machine))
        return held[-1]

    def keep(page: KeepPage) -> bool:
        kept.append(page)
        return True

    modem = SpandspModem(library, answer)
    with FaxModem(VirtualPort(modem, latency_s), load_profile("generic-class1")) as fax:
        result = fax.poll("555 0100", capabilities, Station(OUR_ID), keep)
    modem.close()
    (far,) = held
    return Taken(result, far.outcome, kept)


def store(path: Path, pages: Sequence[np.ndarray], resolution: Resolution) -> Path:
    """A TIFF for spandsp to send."""
    write_tiff(path, [encode_page(PageBitmap.from_array(each, resolution)) for each in pages])
    return path


def same(sent: Sequence[np.ndarray], got: Sequence[np.ndarray]) -> bool:
    """Whether all pages are there, pixel for pixel."""
    return len(sent) == len(got) and all(
        np.array_equal(one, other) for one, other in zip(sent, got, strict=True)
    )

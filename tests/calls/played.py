"""Whole calls for tests, each played once: what came of it, at both ends, and by which steps."""

import functools
import os
from dataclasses import dataclass, replace

import numpy as np

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SimModem, caller, scenario
from faxcore.sim.bends import Bend, bent, both
from faxcore.sim.judge import Note
from faxcore.sim.receptions import NeverReady
from faxcore.t4 import (
    Coding,
    PageBitmap,
    Resolution,
    decode_octets,
    decode_page,
    encode_page,
)
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import FaxDocument, FaxPage, Station
from faxcore.t30.reception import FairReception
from faxcore.t30.result import CallResult
from faxcore.t30.walk import Step, Walk
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import bitmap, document, page

PROFILE = load_profile("generic-class1")
LATENCIES = (0.0, 0.020, 0.100)
ALL_CALLS = os.environ.get("FAXCORE_CALLS") == "all"
ROWS = 120
OFFERED = Capabilities(
    ecm=True,
    codings=frozenset(Coding),
    resolutions=frozenset({Resolution.COARSE, Resolution.FINE, Resolution.SUPERFINE}),
)


def _coarse(number: int) -> FaxPage:
    image = bitmap(number, ROWS, Resolution.COARSE)
    return FaxPage(tuple(encode_page(image, coding) for coding in Coding))


def _noise() -> FaxPage:
    """A page of more than one block of 64-octet frames."""
    pixels = np.random.default_rng(1).random((60, 1728)) < 0.4
    image = PageBitmap.from_array(pixels)
    return FaxPage(tuple(encode_page(image, coding) for coding in Coding))


DOCUMENTS = {
    "mps": document(3, ROWS),
    "eom": FaxDocument((page(1, ROWS), _coarse(2), page(3, ROWS))),
    "null": FaxDocument((_noise(), page(2, ROWS), page(3, ROWS))),
    "eop": document(1, ROWS),
}
"""By the command that follows the first page, or its first block."""


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """One call: both results, the judge's notes, the pages that arrived, the steps of both ends."""

    result: CallResult
    far_result: CallResult | None
    notes: list[Note]
    arrived: list[PageBitmap]
    steps: tuple[Step, ...]
    far_steps: tuple[Step, ...]
    released: bool


class _Watched(Bend):
    """Tells a walk what the real procedure inside does and hears."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def say(self, op):
        self._walk.tell(op, None)
        return op

    def hear(self, op, heard):
        self._walk.tell(op, heard)
        return heard


def watched(bend, walk: Walk):
    watch = bent(lambda: _Watched(walk))
    return both(watch, bend) if bend is not None else watch


def send(name: str, kind: str = "mps", latency_s: float = 0.0, profile=PROFILE) -> Played:
    """A document is sent to the far end of this name, by a modem of this profile."""
    return _send(name, kind, latency_s, profile)


def receive(
    name: str, latency_s: float = 0.0, pages: int = 3, kept: bool = True, profile=PROFILE
) -> Played:
    """The caller of this name calls. Where RR is its matter, we are not ready at once."""
    return _receive(name, latency_s, pages, kept, profile)


@functools.cache
def _send(name: str, kind: str, latency_s: float, profile) -> Played:
    near, far = Walk(), Walk()
    end = scenario(name)
    modem = SimModem(replace(end, deviate=watched(end.deviate, far)), profile=profile)
    with FaxModem(VirtualPort(modem, latency_s), profile) as fax:
        result = fax.send(DOCUMENTS[kind], "1", Station("+44 1"), observe=near.tell)
    return _played(modem, result, near, far, [each.bitmap for each in modem.received])


@functools.cache
def _receive(name: str, latency_s: float, pages: int, kept: bool, profile) -> Played:
    near, far = Walk(), Walk()
    calling = caller(name, pages)
    calling = replace(calling, deviate=watched(calling.deviate, far))
    modem = SimModem(caller=calling, profile=profile)
    arrived = []

    def keep(op):
        under = op.parameters
        arrived.append(decode_received(op.octets, under))
        return kept

    judge = NeverReady() if name.endswith("-rr") else FairReception()
    with FaxModem(VirtualPort(modem, latency_s), profile) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        result = fax.receive(OFFERED, Station("+1 2"), keep, observe=near.tell, judge=judge)
    return _played(modem, result, near, far, arrived)


def decode_received(octets: bytes, under) -> PageBitmap:
    """The pixels of a page as it came."""
    return decode_octets(octets, under.coding, under.width, under.resolution).bitmap


def _played(modem: SimModem, result: CallResult, near: Walk, far: Walk, arrived) -> Played:
    ended = modem.far_result is not None
    return Played(
        result,
        modem.far_result,
        modem.notes,
        arrived,
        near.close(),
        far.close() if ended else tuple(far.steps),
        modem.telephone is None,
    )


def sent_bitmaps(kind: str) -> list[PageBitmap]:
    """The pages of a document as a far end without a choice of resolutions decodes them."""
    return [decode_page(each.choices[0]) for each in DOCUMENTS[kind].pages]


def spread(names: list[str]) -> list[tuple[str, float]]:
    """Every name without latency, and some of them late; with FAXCORE_CALLS=all every one."""
    late = [
        (name, latency)
        for place, name in enumerate(names)
        for latency in LATENCIES[1:]
        if ALL_CALLS or place % 12 == LATENCIES.index(latency)
    ]
    return [(name, 0.0) for name in names] + late

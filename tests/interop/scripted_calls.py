"""Calls of our sender to far ends that follow a script."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t4 import Coding, Resolution, decode_octets, reverse_bits
from faxcore.t30.document import Station
from faxcore.t30.frames import FCF
from faxcore.t30.modulation import Rung
from faxcore.t30.result import CallResult
from faxcore.transport.virtual_port import VirtualPort

from .calls import OUR_ID, document, pictures
from .scripted_end import Far, Script, ScriptedEnd, Wait, final
from .soft_modem import SpandspModem

PAGES = pictures(2, Resolution.COARSE)
SHORT_DIS = final(FCF.DIS, b"\x00\x0e\x78")
"""Three octets: V.29 and V.27ter, coarse pages of any length, no minimum scan time."""


def call(
    library: ctypes.CDLL, script: Script, pages: Sequence[np.ndarray] = PAGES
) -> tuple[CallResult, Far]:
    """Our sender and a far end that follows the script to its end."""
    ends: list[ScriptedEnd] = []

    def answer() -> ScriptedEnd:
        ends.append(ScriptedEnd(library, script))
        return ends[-1]

    modem = SpandspModem(library, answer)
    with FaxModem(VirtualPort(modem), load_profile("generic-class1")) as fax:
        result = fax.send(document(pages, Resolution.COARSE), "1", Station(OUR_ID))
    modem.close()
    (end,) = ends
    assert end.done, f"the script came as far as {end.far.names()}"
    return result, end.far


def train(far: Far, rung: Rung, kind: FCF = FCF.CFR) -> Wait:
    """TSI DCS, the training check, and what is said to it."""
    yield from far.listen()
    yield from far.check(rung)
    yield from far.say(final(kind))


def take_pages(far: Far, rung: Rung, count: int = 2) -> Wait:
    """Pages, each confirmed, and DCN."""
    for _ in range(count):
        yield from far.page(rung)
        yield from far.listen()
        yield from far.say(final(FCF.MCF))
    yield from far.listen()


def assert_pages(far: Far) -> None:
    """What came is what was sent, pixel for pixel."""
    assert len(far.pages) == len(PAGES)
    for octets, sent in zip(far.pages, PAGES, strict=True):
        read = decode_octets(reverse_bits(octets), Coding.MH, 1728, Resolution.COARSE)
        assert read.bad_rows == 0
        assert (read.bitmap.to_array() == sent).all()

"""A calling station: its document, its identity, what it allows, and how it differs."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from faxcore.sim.bends import Deviation
from faxcore.sim.numbered_page import numbered_page
from faxcore.t4 import Coding, Resolution, encode_page
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.line import Procedure
from faxcore.t30.modulation import FALLBACK, Rung
from faxcore.t30.result import CallResult
from faxcore.t30.sender import send_document

_STATION = Station("+1 555 0123")
PLAIN = CallOptions(ecm=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """A station that calls: its document, its identity, what it allows, its rates in order.

    ``v34`` as in ``Scenario``.
    """

    document: FaxDocument
    station: Station = _STATION
    options: CallOptions = PLAIN
    ladder: Sequence[Rung] = FALLBACK
    deviate: Deviation | None = None
    v34: tuple[int, int] | None = None

    def procedure(self, v34_rate: int = 0) -> Procedure[CallResult]:
        """What it does from the moment of being answered; with ``v34_rate`` in V.34."""
        ecm = self.options.ecm or v34_rate > 0
        options = replace(self.options, ecm=ecm, v34_rate=v34_rate)
        procedure = send_document(self.document, self.station, self.ladder, options)
        return self.deviate(procedure) if self.deviate is not None else procedure


@dataclass(frozen=True, slots=True)
class CallerKind:
    """A caller by name. Its pages take turns through ``resolutions``."""

    name: str
    description: str
    resolutions: tuple[Resolution, ...] = (Resolution.FINE,)
    codings: tuple[Coding, ...] = (Coding.MH,)
    options: CallOptions = PLAIN
    ladder: Sequence[Rung] = field(default=FALLBACK)
    deviate: Deviation | None = None
    station: Station = _STATION
    v34: tuple[int, int] | None = None

    def resolution(self, number: int) -> Resolution:
        """That of page ``number``, counted from 1."""
        return self.resolutions[(number - 1) % len(self.resolutions)]

    def caller(self, pages: int) -> Caller:
        """Such a caller, with so many pages to send."""
        document = FaxDocument(tuple(self._page(number) for number in range(1, pages + 1)))
        return Caller(document, self.station, self.options, self.ladder, self.deviate, self.v34)

    def _page(self, number: int) -> FaxPage:
        return _page(number, self.resolution(number), self.codings)


@functools.lru_cache(maxsize=64)
def _page(number: int, resolution: Resolution, codings: tuple[Coding, ...]) -> FaxPage:
    bitmap = numbered_page(number, resolution)
    return FaxPage(tuple(encode_page(bitmap, coding) for coding in codings))

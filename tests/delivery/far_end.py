"""A simulated telephone network with a memory: what every far end kept stands in a durable log.

The log is the oracle: a line for each page that a fax machine kept, written and synchronized
before it confirms the page, and one for each number dialled.
"""

import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from faxcore.delivery.fax_content import Identity, RenderedFax
from faxcore.delivery.model import Message, Recipient
from faxcore.delivery.store import Store
from faxcore.profiles import ModemProfile
from faxcore.sim import SimModem
from faxcore.sim.exchange import Dialled, Exchange
from faxcore.sim.line_commands import LineCommands
from faxcore.sim.scenarios import Scenario, scenario
from faxcore.t4 import Coding, PageBitmap, encode_page
from faxcore.t30.document import FaxPage, Station
from faxcore.t30.line import KeepPage
from faxcore.transport.recording import RecordingPort
from faxcore.transport.virtual_port import VirtualPort

ROWS = 40


def fax_page(recipient: int, number: int) -> PageBitmap:
    """A page that is like no other: the pixels are drawn from the recipient and the number."""
    pixels = np.random.default_rng([recipient, number]).random((ROWS, 1728 // 32)) < 0.5
    return PageBitmap.from_array(np.repeat(pixels, 32, axis=1))


def rendered(pages: int, *notes: str) -> Callable[..., RenderedFax]:
    """A renderer whose faxes have so many pages, and these notes."""

    def render(
        store: Store, message: Message, recipient: Recipient, at: datetime, sender: Identity
    ) -> RenderedFax:
        made = (
            FaxPage(tuple(encode_page(fax_page(recipient.id, n), coding) for coding in Coding))
            for n in range(1, pages + 1)
        )
        return RenderedFax(tuple(made), notes)

    return render


GLARE = "a call comes in"
"""In the place of a scenario: the line rings in the moment of dialling."""


def fingerprint(bitmap: PageBitmap) -> str:
    return hashlib.sha256(bitmap.to_array().tobytes()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Network:
    """What answers which number: ``plays`` names a scenario for every dialling of it, in turn.

    The last one stays. A number that is not named is answered by a good fax machine.
    """

    log: Path
    plays: dict[str, tuple[str, ...]]
    told: list[Callable[[dict], None]] = field(default_factory=list)

    def open(self, url: str, profile: ModemProfile, record: Path | None) -> VirtualPort:
        port = VirtualPort(_Switched(self, profile))
        return port if record is None else RecordingPort(port, record, profile.name)

    def note(self, **said: object) -> None:
        with self.log.open("ab") as file:
            file.write(json.dumps(said).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        for listener in self.told:
            listener(said)

    def read(self) -> list[dict]:
        if not self.log.exists():
            return []
        lines = self.log.read_bytes().split(b"\n")
        return [json.loads(line) for line in lines if line]

    def dials(self, number: str | None = None) -> int:
        return sum(
            "dialled" in each and (number is None or each["dialled"] == number)
            for each in self.read()
        )

    def kept(self) -> Counter[str]:
        """How often each page was kept, by fingerprint."""
        return Counter(each["page"] for each in self.read() if "page" in each)

    def kept_of(self, recipient: int, pages: int) -> list[int]:
        """How often each page of a recipient was kept, in order."""
        kept = self.kept()
        return [kept[fingerprint(fax_page(recipient, n))] for n in range(1, pages + 1)]


def far_end(name: str) -> Scenario:
    """A scenario by its name; ``drops-after-page-2`` loses the line in the middle of page 3."""
    before, mark, page = name.rpartition("drops-after-page-")
    if not mark:
        return scenario(name)
    # The first fast carrier is the training check; each page without errors is one more.
    return replace(scenario(before or "normal"), cut_after=(int(page) + 2, 100))


class _Switched(SimModem):
    """A simulated modem whose far end is chosen by the number that is dialled."""

    def __init__(self, network: Network, profile: ModemProfile) -> None:
        self._network = network
        super().__init__(profile=profile, exchange=self._make)

    def _make(self, note):
        return _Line(self, self._network, note)


class _Line(Exchange):
    def __init__(self, modem: _Switched, network: Network, note) -> None:
        self._modem = modem
        super().__init__(scenario("normal"), Station("+1 555 0100"), self._kept, note)
        self._network = network
        self._number = ""

    def dial(self, number, now, patience):
        number = number.lstrip("TtPp")
        self._number = number
        names = self._network.plays.get(number, ("normal",))
        before = self._network.dials(number)
        self._network.note(dialled=number, line=threading.get_ident())
        if names[min(before, len(names) - 1)] == GLARE:
            return Dialled(now + 0.5, "RING")
        self._scenario = far_end(names[min(before, len(names) - 1)])
        self._modem._line_commands = LineCommands(self._scenario.cut_after)
        return super().dial(number, now, patience)

    def _kept(self, op: KeepPage, at: float) -> bool:
        self._network.note(page=fingerprint(op.decoded.bitmap), number=self._number)
        return True

"""Calls that test a modem: the test sheet is sent, at one carrier after another, and each is told.

A carrier is tried alone: the profile's ``rungs`` are narrowed to it, so that training does not fall
back to another. In the classes in which the modem trains by itself only the highest rate can be
named; what it used then is in the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from faxcore.errors import ModemError, SettingsError
from faxcore.modem.at import AtEngine
from faxcore.modem.driver import FaxModem
from faxcore.modem.link import CLASSES_1
from faxcore.modem.number import dial_string
from faxcore.profiles import ModemProfile
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.modulation import Rung
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.transport.port import Interrupted, Port
from faxcore.workbench.test_sheet import sheet_document

BETWEEN_S = 8.0
"""From one call to the next: a far machine hangs up, its exchange notices, and it must be ready."""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SheetCall:
    """One call: which class and carrier were asked for, and what came of it."""

    fax_class: str
    asked: str
    call: CallResult

    @property
    def ok(self) -> bool:
        """Whether the sheet was confirmed."""
        return self.call.ok

    @property
    def used(self) -> str:
        """The carrier that was agreed upon, "" where none was."""
        under = self.call.parameters
        return under.rung.name if under is not None else ""

    @property
    def text(self) -> str:
        """What happened, in a sentence."""
        sentence, detail = self.call.status.sentence, self.call.text
        return f"{sentence} ({detail})" if detail and detail != sentence else sentence


class SheetCaller:
    """Sends test sheets through one port. The port stays the caller's to close."""

    def __init__(
        self,
        port: Port,
        profile: ModemProfile,
        number: str,
        *,
        station: Station | None = None,
        ecm: bool = True,
        observe: Told | None = None,
    ) -> None:
        dial_string(number)
        self._port, self._profile, self._number = port, profile, number
        self._station = station or Station()
        self._ecm = ecm
        self._tell = observe or (lambda text: None)
        self._calls = 0
        self._selected = ""

    def carriers(self) -> tuple[Rung, ...]:
        """Make the modem ready and tell its carriers, fastest first. Raises ModemError."""
        modem = FaxModem(self._port, self._profile)
        modem.prepare()
        self._selected = modem.fax_class
        return modem.ladder

    def call(self, rung: Rung | None = None) -> SheetCall:
        """One call with one sheet; ``rung`` is the only carrier, None = as the call brings it."""
        profile, options = self._narrowed(rung)
        asked = rung.name if rung is not None else "the fastest"
        if self._calls:
            self._tell(f"waiting {BETWEEN_S:.0f} s")
            AtEngine(self._port).pause(BETWEEN_S)
        self._calls += 1
        self._tell(f"calling {self._number}: {asked}")
        title = (
            f"faxcore test sheet {self._calls}",
            f"{asked}, class {profile.fax_class}",
            f"to {self._number}" + (f" from {self._station.id}" if self._station.id else ""),
        )
        modem = FaxModem(self._port, profile)
        result = modem.send(sheet_document(title), self._number, self._station, options=options)
        made = SheetCall(modem.fax_class or profile.fax_class, asked, result)
        self._tell(("confirmed" if made.ok else "NOT CONFIRMED") + f": {made.text}")
        return made

    def _narrowed(self, rung: Rung | None) -> tuple[ModemProfile, CallOptions]:
        """The profile and the options with which a call has no other carrier."""
        profile, options = self._profile, CallOptions(ecm=self._ecm)
        if rung is None:
            return profile, options
        if not self._selected:
            self.carriers()
        profile = replace(profile, fax_class=self._selected)
        if self._selected in CLASSES_1:
            return replace(profile, rungs=(rung.long_train, rung.short_train)), options
        return profile, replace(options, fastest=rung.bits_per_second)

    def calls(self, rungs: Sequence[Rung | None]) -> tuple[SheetCall, ...]:
        """One call for each; a dead modem, or a cancelled call, is the last.

        What fails before anything was dialled is raised; later it is a call that was not made.
        """
        made: list[SheetCall] = []
        for rung in rungs:
            try:
                made.append(self.call(rung))
            except Interrupted:
                made.append(self._unmade(rung, HangupStatus.CANCELLED, "cancelled"))
            except ModemError as error:
                if not made:
                    raise
                made.append(self._unmade(rung, HangupStatus.EQUIPMENT, str(error)))
            if made[-1].call.status in {HangupStatus.EQUIPMENT, HangupStatus.CANCELLED}:
                break
        return tuple(made)

    def _unmade(self, rung: Rung | None, status: HangupStatus, text: str) -> SheetCall:
        asked = rung.name if rung is not None else "the fastest"
        return SheetCall(self._profile.fax_class, asked, CallResult(status, text=text))


def rungs_at(ladder: Sequence[Rung], rate: int) -> tuple[Rung, ...]:
    """The carriers of a rate; SettingsError where the modem has none of it."""
    found = tuple(rung for rung in ladder if rung.bits_per_second == rate)
    if not found:
        rates = sorted({rung.bits_per_second for rung in ladder}, reverse=True)
        raise SettingsError(
            f"the modem has no carrier of {rate} bit/s; it has {', '.join(map(str, rates))}"
        )
    return found

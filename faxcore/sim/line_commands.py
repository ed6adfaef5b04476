"""The commands that signal, listen or wait (T.31 8.3): what a simulated modem does on them."""

from __future__ import annotations

from faxcore.profiles import FalseCarrier, SilenceBy
from faxcore.sim.activities import Activity, Modem, Pause
from faxcore.sim.commands import Command, Refused
from faxcore.sim.receiving_fast import ReceivingFast
from faxcore.sim.receiving_frames import FalseStart, Listening
from faxcore.sim.sending_fast import SendingFast
from faxcore.sim.sending_frames import SendingFrames
from faxcore.sim.telephone import Telephone
from faxcore.sim.telephone_signals import FAST

ON_THE_LINE = frozenset({"+FTS", "+FRS", "+FTH", "+FRH", "+FTM", "+FRM"})


class LineCommands:
    """Begins the activities of one modem. ``cut_after`` is ``Scenario.cut_after``."""

    def __init__(self, cut_after: tuple[int, int] | None) -> None:
        self._cut_after = cut_after or (0, 0)
        self._fast_carriers = 0
        self._listened = 0

    def begin_call(self) -> None:
        """Another call: its carriers are counted from the first."""
        self._fast_carriers = 0

    def begin(self, modem: Modem, command: Command, now: float) -> Activity | None:
        """What the modem does from now on; None where the command makes it reset itself.

        Raises Refused where it does not know the command, or is not in a call.
        """
        phone = modem.telephone
        if phone is not None:
            _cut_off(phone, now)
        if command.name in {"+FTS", "+FRS"}:
            return _be_silent(modem, command, now)
        if phone is None or phone.over is not None:
            raise Refused
        if command.name == "+FTH" and command.number == 3:
            return SendingFrames(modem, now)
        if command.name == "+FRH" and command.number == 3:
            return self._listen(modem, phone, now)
        if command.number not in modem.settings.speeds or command.name[3] == "H":
            raise Refused
        signal = FAST[command.number]
        if command.name == "+FRM":
            return ReceivingFast(modem, signal, now)
        self._fast_carriers += 1
        carrier, octets = self._cut_after
        return SendingFast(modem, signal, now, octets if carrier == self._fast_carriers else None)

    def _listen(self, modem: Modem, phone: Telephone, now: float) -> Activity:
        """A modem that hears carriers where there are none hears one every second time."""
        kind = modem.profile.false_carriers
        on_line = any(each.lasts_beyond(now) for each in phone.far)
        if kind is FalseCarrier.NONE or on_line:
            return Listening(modem, now)
        self._listened += 1
        if self._listened % 2 == 0:
            return Listening(modem, now)
        return FalseStart(modem, now, connects=kind is FalseCarrier.CONNECT)


def _be_silent(modem: Modem, command: Command, now: float) -> Activity | None:
    """``+FTS`` counts from now, ``+FRS`` from the end of the far station's carrier."""
    profile, phone = modem.profile, modem.telephone
    if profile.silence_by is SilenceBy.COMPUTER:
        raise Refused
    silent_from = now
    if command.name == "+FRS":
        if not profile.wait_frs:
            return None
        ended = phone.far[-1].ended if phone is not None and phone.far else None
        silent_from = max(now, ended or now)
    return Pause(modem, silent_from + command.number * 0.01)


def _cut_off(phone: Telephone, now: float) -> None:
    """A modem that said OK too early drops the rest of its carrier at the next command."""
    for carrier in phone.near[-1:]:
        if carrier.ended is not None and carrier.ended > now:
            through = (now - carrier.data_from) * carrier.signal.bits_per_second / 8
            del carrier.octets[max(0, int(through)) :]
            carrier.ended = now

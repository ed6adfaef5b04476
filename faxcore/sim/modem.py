"""A simulated modem: V.250 commands, T.31 service classes 1 and 1.0, a telephone behind it.

Theory of operation. ``SimModem`` is a ``Dce``: it is told the time with every call and acts only
then. It interprets command lines, has at most one ``Activity`` (sending, listening, pausing,
answering), and lets the exchange and the far station live beside it. What it says is queued with
its moment and handed over when that moment has come. Its profile says which service classes it
has, and how it misbehaves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from faxcore.profiles import ModemProfile, load_profile
from faxcore.sim.activities import Activity, Modem, Pause
from faxcore.sim.answerer import Answerer, ReceivedPage
from faxcore.sim.callers import Caller
from faxcore.sim.class2 import Class2
from faxcore.sim.class2_activities import GivingPage, TakingPage
from faxcore.sim.class2_words import WORDS
from faxcore.sim.commands import Command, Refused, split_line
from faxcore.sim.duplex_end import DuplexEnd
from faxcore.sim.exchange import CED_SECONDS, Dialled, Exchange
from faxcore.sim.judge import Fault, Note
from faxcore.sim.line_commands import ON_THE_LINE, LineCommands
from faxcore.sim.modem_answers import Answers
from faxcore.sim.modem_settings import Settings
from faxcore.sim.played_end import PlayedEnd
from faxcore.sim.receiving_fast import ReceivingFast
from faxcore.sim.receiving_frames import Listening
from faxcore.sim.scenarios import SCENARIOS, Scenario
from faxcore.sim.sending_fast import SendingFast
from faxcore.sim.sending_frames import Answering
from faxcore.sim.serial_line import SerialLine
from faxcore.sim.telephone import Telephone
from faxcore.sim.v34 import V34Call
from faxcore.t30.document import Station
from faxcore.t30.result import CallResult
from faxcore.transport.port import LineState

_CR, _LF = b"\r", b"\n"
_MAX_COMMAND_LINE = 512
_WITH_PAGE = (SendingFast, ReceivingFast, TakingPage, GivingPage)

_FIRST_RING_SECONDS = 2.0
"""After switching on; a computer needs some of it to set the modem up."""


class SimModem:
    """A modem whose calls are answered as ``scenario`` says, and that ``caller`` calls.

    ``profile`` is what it is like. ``keep`` names a folder in which the far end stores its pages;
    ``far_id`` is its CSI. ``exchange`` makes another telephone network in place of all that, given
    where to note things. After a call ``received`` has the pages as the far end decoded them,
    ``notes`` what the judge noted, ``dialled`` the numbers as they were dialled, ``far_result`` the
    far end's own view.
    """

    def __init__(
        self,
        scenario: Scenario | str = "normal",
        *,
        profile: ModemProfile | None = None,
        far_id: str = "+1 555 0100",
        keep: Path | None = None,
        caller: Caller | None = None,
        exchange: Callable[[Callable[[Note], None]], Exchange] | None = None,
    ) -> None:
        self.scenario = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
        self.profile = profile or load_profile("generic-class1")
        self._serial = SerialLine(self.profile)
        self.dialled: list[str] = []
        self.notes: list[Note] = []
        self._answerer = Answerer(keep, self.notes.append)
        self._exchange = (
            exchange(self.notes.append)
            if exchange is not None
            else Exchange(self.scenario, Station(far_id), self._answerer.keep, self.notes.append)
        )
        self._activity: Activity | None = None
        self._line = bytearray()
        self._now = 0.0
        self.settings = Settings(self.profile)
        self._answers = Answers(self.settings)
        self._line_commands = LineCommands(self.scenario.cut_after)
        self._deaf_until = 0.0
        self._idle_from: float | None = None
        self._rings = 0
        self._class2: Class2 | None = None
        self._calm_until = -math.inf
        if caller is not None:
            self.ring(caller, _FIRST_RING_SECONDS)

    def ring(self, caller: Caller, at: float) -> None:
        """Have ``caller`` call this modem, from ``at`` on."""
        self._exchange.ring(caller, at)
        self._calm_until = -math.inf

    @property
    def _pause(self) -> float:
        return self.profile.command_pause_ms / 1000

    @property
    def telephone(self) -> Telephone | None:
        """The connection there is."""
        return self._exchange.telephone

    @property
    def far(self) -> PlayedEnd | DuplexEnd | None:
        """The other end of the last call."""
        return self._exchange.far

    @property
    def received(self) -> tuple[ReceivedPage, ...]:
        """The pages that the far end kept."""
        return tuple(self._answerer.pages)

    @property
    def far_result(self) -> CallResult | None:
        """The far end's own view of the last call, once it is over."""
        return self.far.result if self.far is not None else None

    # The Dce side.

    def feed(self, data: bytes, now: float) -> None:
        """See ``Dce.feed``."""
        self._live(now)
        self._idle_from = None
        data = self.settings.through_flow_control(self._serial.to_modem(data))
        if self._activity is not None:
            self._activity.feed(data, now)
        elif now >= max(self._deaf_until, self._answers.said_result + self._pause):
            self._type(data)
        self._calm_until = -math.inf
        self._live(now)

    def take(self, now: float) -> bytes:
        """See ``Dce.take``."""
        self._live(now)
        return self._serial.from_modem(self._answers.take(now))

    def due(self) -> float | None:
        """See ``Dce.due``."""
        moments = [self._answers.due(), self._exchange.due(self._now), self._patience_ends()]
        if self._activity is not None:
            moments.append(self._activity.due(self._now))
        known = [moment for moment in moments if moment is not None]
        return max(self._now, min(known)) if known else None

    def room(self, now: float) -> int:
        """See ``Dce.room``."""
        self._live(now)
        idle = self.profile.buffer_octets
        return self._activity.room(now) if self._activity is not None else idle

    def control(self, now: float, state: LineState) -> None:
        """See ``Dce.control``: DTR going down hangs up (&D2)."""
        self._live(now)
        self._serial.set(state)
        if state.dtr is False:
            self._hang_up(now)
            self._calm_until = -math.inf

    def carrier(self) -> bool:
        """See ``Dce.carrier``: on in a call (&C1), or only while a page is on the line."""
        phone = self.telephone
        if phone is None or phone.over is not None or phone.answered > self._now:
            return False
        return not self.profile.carrier_toggles or isinstance(self._activity, _WITH_PAGE)

    def _live(self, now: float) -> None:
        """Go on to ``now``: for nothing where nothing is due and nobody has dropped the line."""
        self._now = max(self._now, now)
        if self._now < self._calm_until and self._exchange.over is None:
            return
        if self._activity is not None:
            self._activity.drain(self._now)
        self._exchange.live(self._now)
        if (hearing := self._activity) is not None:
            hearing.advance(self._now)
            if self._activity is not hearing:
                self._exchange.live(self._now)
        for at in self._exchange.rings(self._now):
            self._rung(at)
        ends = self._patience_ends()
        if ends is not None and self._now >= ends:
            self._hang_up(ends)
            if self.settings.inactivity[1]:
                self.settings.select_class("0")
        self._calm_until = self._foresee()

    def _foresee(self) -> float:
        """Until when nothing happens that the computer has no part in."""
        if not self._exchange.foreseeable:
            return -math.inf
        own = self._activity.calm_until(self._now) if self._activity is not None else None
        moments = (own, self._exchange.due(self._now), self._patience_ends())
        return min([moment for moment in moments if moment is not None], default=math.inf)

    def _patience_ends(self) -> float | None:
        """When a modem off hook that waits for its computer gives up (``+FIT``, T.31 8.5.4)."""
        if self._idle_from is None or self.telephone is None:
            return None
        seconds, _ = self.settings.inactivity
        return self._idle_from + seconds if seconds else None

    def _rung(self, at: float) -> None:
        """RING, unless a command is under way; S0 says after how many the modem answers itself."""
        self._rings += 1
        if self._activity is None:
            self._answers.result(at, "RING")
            if self._rings == self.settings.registers.get(0, 0):
                self._answer(at)

    # What activities use.

    def become(self, activity: Activity) -> None:
        """See ``activities.Modem``."""
        self._activity = activity

    def say(self, at: float, data: bytes) -> None:
        """See ``activities.Modem``."""
        self._answers.say(at, data)

    def tell(self, at: float, intermediate: str) -> None:
        """See ``activities.Modem``."""
        self._answers.result(at, intermediate)

    def connect(self, at: float) -> None:
        """See ``activities.Modem``."""
        self._answers.result(at, "CONNECT")
        if not isinstance(self._activity, Listening | ReceivingFast | V34Call):
            self._idle_from = at

    def finish(self, at: float, result: str) -> None:
        """See ``activities.Modem``."""
        self._activity = None
        self._idle_from = at
        if result == "NO CARRIER" and self.profile.ok_for_no_carrier:
            result = "OK"
        self._answers.result(at, result)

    def note(self, at: float, fault: Fault, amount: float, text: str) -> None:
        """See ``activities.Modem``."""
        self.notes.append(Note(at, fault, amount, text))

    # Commands.

    def _type(self, data: bytes) -> None:
        if self.settings.echo:
            self.say(self._now, data)
        while data:
            typed, ended, data = data.partition(_CR)
            self._line += typed.replace(_LF, b"")
            del self._line[_MAX_COMMAND_LINE:]
            if not ended:
                return
            line, self._line = bytes(self._line), bytearray()
            self._obey(line)
            if self._activity is not None and data.strip():
                self._activity.feed(data, self._now)
                return

    def _obey(self, line: bytes) -> None:
        start = line.upper().find(b"AT")
        if start < 0:
            return
        text = line[start:].decode("ascii", "replace")
        try:
            for command in split_line(text[2:]):
                self._obey_one(command)
                if self._activity is not None:
                    return
        except Refused:
            known = self.settings.knows(text)
            self._answers.result(self._now, "OK" if known else "ERROR")
            if known:
                self.settings.obey_line(text)
        else:
            self.settings.obey_line(text)
            self._answers.result(self._now, "OK")

    def _obey_one(self, command: Command) -> None:
        if command.name in {"+FTM", "+FDT"} and self._serial.too_slow:
            raise Refused
        if command.name == "D":
            self._dial(command.value)
        elif command.name == "A":
            self._answer(self._now)
        elif command.name == "H":
            self._hang_up(self._now)
        elif command.name in {"Z", "&F"}:
            self._reset()
        elif self._class2 is not None and (began := self._class2.begin(command, self._now)):
            self._activity = began
        elif command.name in ON_THE_LINE and command.value != "=?":
            self._activity = self._line_commands.begin(self, command, self._now)
            if self._activity is None:
                self._reset()
        else:
            self._obey_quick(command)

    def _obey_quick(self, command: Command) -> None:
        """A command that only sets or tells."""
        if self._class2 is not None and command.name.startswith("+F") and command.name != "+FCLASS":
            text = self._class2.obey(command, self._now)
        else:
            text = self.settings.obey(command)
        if command.name == "+FCLASS" and command.value.startswith("=") and command.value != "=?":
            known = self.settings.fax_class in WORDS
            cut = self.scenario.cut_after
            fax_class = self.settings.fax_class
            self._class2 = Class2(self, self._exchange, fax_class, cut) if known else None
        if text is not None:
            self._answers.information(self._now, text)

    def _reset(self) -> None:
        self._hang_up(self._now)
        self.settings.reset()
        self._deaf_until = self._now + self.profile.reset_delay_ms / 1000
        for _ in range(self.profile.reset_answers - 1):
            self._answers.result(self._now, "OK")

    # The telephone.

    def _dial(self, number: str) -> None:
        self.dialled.append(number.removeprefix("T").removeprefix("P"))
        self._hang_up(self._now)
        self._line_commands.begin_call()
        patience = float(self.settings.registers.get(7, 50))
        self._exchange.offers_v34 = self.settings.allows_v34
        dialled = self._exchange.dial(number, self._now, patience)
        if dialled is None:
            self._activity = Activity(self)
        elif dialled.connected:
            if self.profile.answers_in_parts:
                self._answers.result(self._now, "FAX")
            self._activity = self._reach(dialled)
        else:
            self._activity = Pause(self, dialled.at, dialled.result)

    def _reach(self, dialled: Dialled) -> Activity:
        phone = self.telephone
        if dialled.duplex is not None:
            return V34Call(self, dialled.duplex, self.profile.control_retrains)
        if self._class2 is not None and phone is not None:
            return self._class2.dial(phone.answered)
        return Listening(self, self._now, dialled.at)

    def _answer(self, at: float) -> None:
        """``ATA``: the tone, and then frames are due as after ``+FTH=3`` (T.31 8.3.1)."""
        if self.telephone is not None:
            raise Refused
        self._rings = 0
        self._serial.answer()
        self.settings.answer()
        self._exchange.offers_v34 = self.settings.allows_v34
        duplex = self._exchange.answer(at)
        if self.profile.answers_in_parts:
            self._answers.result(at, "FAX")
        if duplex is not None:
            self._activity = V34Call(self, duplex, self.profile.control_retrains)
        elif self._class2 is not None:
            self._activity = self._class2.answer(at)
        else:
            self._activity = Answering(self, at + CED_SECONDS)

    def _hang_up(self, at: float) -> None:
        if self.telephone is not None:
            self.settings.end_call()
        self._serial.hang_up()
        self._exchange.hang_up(at)
        self._activity = None


_CHECK: Callable[..., Modem] = SimModem

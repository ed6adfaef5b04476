"""A simulated Class 1 modem: V.250 commands, T.31 service class 1, a telephone behind it.

Theory of operation. ``SimModem`` is a ``Dce``: it is told the time with every call and acts only
then. It interprets command lines, has at most one ``Activity`` (sending, listening, pausing,
answering), and lets the exchange and the far station live beside it. What it says is queued with
its moment and handed over when that moment has come.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from faxcore.profiles import ModemProfile, load_profile
from faxcore.sim.activities import (
    BUFFER_OCTETS,
    Activity,
    Answering,
    Listening,
    Modem,
    Pause,
    SendingFast,
    SendingFrames,
)
from faxcore.sim.answerer import Answerer, ReceivedPage
from faxcore.sim.callers import Caller
from faxcore.sim.commands import Command, Refused, split_line
from faxcore.sim.exchange import CED_SECONDS, Exchange
from faxcore.sim.judge import Fault, Note
from faxcore.sim.played_end import PlayedEnd
from faxcore.sim.receiving_fast import ReceivingFast
from faxcore.sim.scenarios import SCENARIOS, Scenario
from faxcore.sim.telephone import Telephone
from faxcore.sim.telephone_signals import FAST
from faxcore.t30.document import Station
from faxcore.t30.result import CallResult
from faxcore.transport.port import LineState

_CR, _LF = b"\r", b"\n"
_MAX_COMMAND_LINE = 512
_NUMERIC = {
    "OK": "0", "CONNECT": "1", "RING": "2", "NO CARRIER": "3", "ERROR": "4",
    "NO DIALTONE": "6", "BUSY": "7", "NO ANSWER": "8", "+FCERROR": "+F4",
}  # fmt: skip

_FIRST_RING_SECONDS = 2.0
"""After switching on; a computer needs some of it to set the modem up."""


class SimModem:
    """A Class 1 modem whose calls are answered as ``scenario`` says, and that ``caller`` calls.

    ``keep`` names a folder in which the far end stores its pages; ``far_id`` is its CSI. After a
    call ``received`` has the pages as the far end decoded them, ``notes`` what the judge noted,
    ``dialled`` the numbers as they were dialled and ``far_result`` the far end's own view.
    """

    def __init__(
        self,
        scenario: Scenario | str = "normal",
        *,
        profile: ModemProfile | None = None,
        far_id: str = "+1 555 0100",
        keep: Path | None = None,
        caller: Caller | None = None,
    ) -> None:
        self.scenario = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
        self.profile = profile or load_profile("generic-class1")
        self.dialled: list[str] = []
        self.notes: list[Note] = []
        self._answerer = Answerer(keep, self.notes.append)
        self._exchange = Exchange(
            self.scenario, Station(far_id), self._answerer.keep, self.notes.append
        )
        self._activity: Activity | None = None
        self._line = bytearray()
        self._said: list[tuple[float, bytes]] = []
        self._now = 0.0
        self._echo, self._verbose, self._quiet = True, True, False
        self._registers: dict[int, int] = {}
        self._fax_class = "0"
        self._fast_carriers = 0
        self._rings = 0
        if caller is not None:
            self.ring(caller, _FIRST_RING_SECONDS)

    def ring(self, caller: Caller, at: float) -> None:
        """Have ``caller`` call this modem, from ``at`` on."""
        self._exchange.ring(caller, at)

    @property
    def telephone(self) -> Telephone | None:
        """The connection there is."""
        return self._exchange.telephone

    @property
    def far(self) -> PlayedEnd | None:
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
        if self._activity is not None:
            self._activity.feed(data, now)
        else:
            self._type(data)
        self._live(now)

    def take(self, now: float) -> bytes:
        """See ``Dce.take``."""
        self._live(now)
        ready = [data for at, data in self._said if at <= now]
        self._said = [(at, data) for at, data in self._said if at > now]
        return b"".join(ready)

    def due(self) -> float | None:
        """See ``Dce.due``."""
        moments = [at for at, _ in self._said]
        if self._activity is not None:
            moments.append(self._activity.due(self._now))  # type: ignore[arg-type]
        moments.append(self._exchange.due(self._now))  # type: ignore[arg-type]
        known = [moment for moment in moments if moment is not None]
        return max(self._now, min(known)) if known else None

    def room(self, now: float) -> int:
        """See ``Dce.room``."""
        self._live(now)
        return self._activity.room(now) if self._activity is not None else BUFFER_OCTETS

    def control(self, now: float, state: LineState) -> None:
        """See ``Dce.control``: DTR going down hangs up (&D2)."""
        self._live(now)
        if state.dtr is False:
            self._hang_up(now)

    def _live(self, now: float) -> None:
        self._now = max(self._now, now)
        if self._activity is not None:
            self._activity.drain(self._now)
        self._exchange.live(self._now)
        if self._activity is not None:
            self._activity.advance(self._now)
            self._exchange.live(self._now)
        for at in self._exchange.rings(self._now):
            self._rung(at)

    def _rung(self, at: float) -> None:
        """RING, unless a command is under way; S0 says after how many the modem answers itself."""
        self._rings += 1
        if self._activity is None:
            self._result(at, "RING")
            if self._rings == self._registers.get(0, 0):
                self._answer(at)

    # What activities use.

    def become(self, activity: Activity) -> None:
        """See ``activities.Modem``."""
        self._activity = activity

    def say(self, at: float, data: bytes) -> None:
        """See ``activities.Modem``."""
        self._said.append((at, data))

    def connect(self, at: float) -> None:
        """See ``activities.Modem``."""
        self._result(at, "CONNECT")

    def finish(self, at: float, result: str) -> None:
        """See ``activities.Modem``."""
        self._activity = None
        self._result(at, result)

    def note(self, at: float, fault: Fault, amount: float, text: str) -> None:
        """See ``activities.Modem``."""
        self.notes.append(Note(at, fault, amount, text))

    # Commands.

    def _type(self, data: bytes) -> None:
        if self._echo:
            self.say(self._now, data)
        for place, octet in enumerate(data):
            if octet == _CR[0]:
                line, self._line = bytes(self._line), bytearray()
                self._obey(line)
                if self._activity is not None and data[place + 1 :].strip():
                    self._activity.feed(data[place + 1 :], self._now)
                    return
            elif octet != _LF[0] and len(self._line) < _MAX_COMMAND_LINE:
                self._line.append(octet)

    def _obey(self, line: bytes) -> None:
        start = line.upper().find(b"AT")
        if start < 0:
            return
        try:
            commands = split_line(line[start + 2 :].decode("ascii", "replace"))
            for command in commands:
                self._obey_one(command)
                if self._activity is not None:
                    return
        except Refused:
            self._result(self._now, "ERROR")
        else:
            self._result(self._now, "OK")

    def _obey_one(self, command: Command) -> None:
        if command.name == "D":
            self._dial(command.value)
        elif command.name == "A":
            self._answer(self._now)
        elif command.name.startswith("+F"):
            self._fax(command)
        elif command.name in {"H", "Z", "&F"}:
            self._hang_up(self._now)
            if command.name != "H":
                self._echo, self._verbose, self._quiet, self._fax_class = True, True, False, "0"
        elif command.name == "S":
            register, _, value = command.value.partition("=")
            self._registers[int(register)] = int(value or 0)
        elif command.name in {"E", "V", "Q"}:
            self._set_form(command.name, command.value not in {"0", ""})
        elif command.name in {"I", "+GMI", "+GMM", "+GMR"}:
            self._information("faxcore simulated modem")
        elif command.name not in {"X", "M", "L", "&C", "&D", "&K", "&H", "\\Q"}:
            raise Refused

    def _set_form(self, name: str, on: bool) -> None:
        if name == "E":
            self._echo = on
        elif name == "V":
            self._verbose = on
        else:
            self._quiet = on

    def _fax(self, command: Command) -> None:
        if command.name == "+FCLASS":
            self._class(command)
        elif command.name in {"+FTM", "+FRM", "+FTH", "+FRH"} and command.value == "=?":
            codes = "3" if command.name[3] == "H" else ",".join(map(str, sorted(FAST)))
            self._information(codes)
        elif command.name == "+FTS":
            self._activity = Pause(self, self._now + command.number * 0.01)
        elif command.name == "+FRS":
            silent_from = max([self._now, *self._far_carrier_end()])
            self._activity = Pause(self, silent_from + command.number * 0.01)
        elif self.telephone is None or self.telephone.over is not None:
            raise Refused
        elif command.name == "+FTH" and command.number == 3:
            self._activity = SendingFrames(self, self._now)
        elif command.name == "+FRH" and command.number == 3:
            self._activity = Listening(self, self._now)
        elif command.name == "+FTM" and command.number in FAST:
            self._fast_carriers += 1
            carrier, octets = self.scenario.cut_after or (0, 0)
            cut = octets if carrier == self._fast_carriers else None
            self._activity = SendingFast(self, FAST[command.number], self._now, cut)
        elif command.name == "+FRM" and command.number in FAST:
            self._activity = ReceivingFast(self, FAST[command.number], self._now)
        else:
            raise Refused

    def _far_carrier_end(self) -> list[float]:
        if self.telephone is None or not self.telephone.far:
            return []
        ended = self.telephone.far[-1].ended
        return [ended] if ended is not None else []

    def _class(self, command: Command) -> None:
        if command.value == "=?":
            self._information("0,1")
        elif command.value == "?":
            self._information(self._fax_class)
        elif command.value in {"=0", "=1"}:
            self._fax_class = command.value[1:]
        else:
            raise Refused

    # The telephone.

    def _dial(self, number: str) -> None:
        self.dialled.append(number.removeprefix("T").removeprefix("P"))
        self._hang_up(self._now)
        self._fast_carriers = 0
        dialled = self._exchange.dial(number, self._now, float(self._registers.get(7, 50)))
        if dialled is None:
            self._activity = Activity(self)
        elif dialled.connected:
            self._activity = Listening(self, self._now, dialled.at)
        else:
            self._activity = Pause(self, dialled.at, dialled.result)

    def _answer(self, at: float) -> None:
        """``ATA``: the tone, and then frames are due as after ``+FTH=3`` (T.31 8.3.1)."""
        if self.telephone is not None:
            raise Refused
        self._rings = 0
        self._exchange.answer(at)
        self._activity = Answering(self, at + CED_SECONDS)

    def _hang_up(self, at: float) -> None:
        self._exchange.hang_up(at)
        self._activity = None

    # Answers.

    def _information(self, text: str) -> None:
        self.say(self._now, f"\r\n{text}\r\n".encode("ascii"))

    def _result(self, at: float, result: str) -> None:
        if self._quiet:
            return
        form = f"\r\n{result}\r\n" if self._verbose else f"{_NUMERIC[result]}\r"
        self.say(at, form.encode("ascii"))


_CHECK: Callable[..., Modem] = SimModem

"""A simulated Class 1 modem: V.250 commands, T.31 service class 1, a telephone behind it.

Theory of operation. ``SimModem`` is a ``Dce``: it is told the time with every call and acts only
then. It interprets command lines, has at most one ``Activity`` (sending, listening, pausing,
dialling), and lets the far station live beside it. What it says is queued with its moment and
handed over when that moment has come.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from faxcore.profiles import ModemProfile, load_profile
from faxcore.sim.activities import (
    BUFFER_OCTETS,
    Activity,
    Listening,
    Modem,
    Pause,
    SendingFast,
    SendingFrames,
)
from faxcore.sim.answerer import Answerer, ReceivedPage
from faxcore.sim.commands import Command, Refused, split_line
from faxcore.sim.judge import Fault, Note
from faxcore.sim.played_end import PlayedEnd
from faxcore.sim.scenarios import SCENARIOS, Answer, Scenario
from faxcore.sim.telephone import Telephone
from faxcore.sim.telephone_signals import FAST
from faxcore.t30.document import Station
from faxcore.t30.receiver import receive_document
from faxcore.t30.result import CallResult
from faxcore.transport.port import LineState

_CR, _LF = b"\r", b"\n"
_MAX_COMMAND_LINE = 512
_NUMERIC = {
    "OK": "0", "CONNECT": "1", "RING": "2", "NO CARRIER": "3", "ERROR": "4",
    "NO DIALTONE": "6", "BUSY": "7", "NO ANSWER": "8", "+FCERROR": "+F4",
}  # fmt: skip

_DIAL_TONE_SECONDS, _DIGIT_SECONDS, _RING_SECONDS = 2.0, 0.1, 4.0
_BUSY_SECONDS = 3.0
_CED_SECONDS = 2.6 + 0.075
"""The called station's tone and the silence behind it (T.30 4.1)."""


class SimModem:
    """A Class 1 modem whose telephone is answered as ``scenario`` says.

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
    ) -> None:
        self.scenario = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
        self.profile = profile or load_profile("generic-class1")
        self.telephone: Telephone | None = None
        self.dialled: list[str] = []
        self._far_id = far_id
        self.notes: list[Note] = []
        self._answerer = Answerer(keep, self.notes.append)
        self.far: PlayedEnd | None = None
        self._activity: Activity | None = None
        self._line = bytearray()
        self._said: list[tuple[float, bytes]] = []
        self._now = 0.0
        self._echo, self._verbose, self._quiet = True, True, False
        self._registers: dict[int, int] = {}
        self._fax_class = "0"
        self._fast_carriers = 0

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
        if self.far is not None:
            moments.append(self.far.due(self._now))  # type: ignore[arg-type]
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
        if self.far is not None:
            self.far.advance(self._now)
        if self._activity is not None:
            self._activity.advance(self._now)
        if self.telephone is not None:
            self.notes += self.telephone.notes
            self.telephone.notes.clear()

    # What activities use.

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
        dialled = self._now + _DIAL_TONE_SECONDS + _DIGIT_SECONDS * len(number)
        s7 = float(self._registers.get(7, 50))
        answer = self.scenario.answer
        if answer is Answer.NO_DIALTONE:
            self._activity = Pause(self, self._now + _DIAL_TONE_SECONDS, "NO DIALTONE")
        elif answer is Answer.BUSY:
            self._activity = Pause(self, dialled + _BUSY_SECONDS, "BUSY")
        elif answer is Answer.NO_ANSWER:
            self._activity = Pause(self, dialled + s7, "NO ANSWER")
        elif answer is Answer.VOICE:
            self._activity = Pause(self, dialled + s7, "NO CARRIER")
        elif answer is Answer.DEAF_MODEM:
            self._activity = Activity(self)
        else:
            self._connect_call(dialled + _RING_SECONDS, dialled + s7)

    def _connect_call(self, answered: float, give_up: float) -> None:
        self.telephone = Telephone(answered)
        self._fast_carriers = 0
        procedure = receive_document(
            self.scenario.capabilities, Station(self._far_id), self.scenario.reception()
        )
        if self.scenario.deviate is not None:
            procedure = self.scenario.deviate(procedure)
        keep = self._answerer.keep
        self.far = PlayedEnd(self.telephone, procedure, answered + _CED_SECONDS, keep)
        self._activity = Listening(self, self._now, give_up)

    def _hang_up(self, at: float) -> None:
        if self.telephone is not None:
            self.telephone.hang_up(at)
            self._live(at)
            self.telephone = None
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

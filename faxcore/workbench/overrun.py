"""Tries a Class 1 modem's flow control by pouring fast data into it (T.31 8.3.3; Annex A.2).

Theory of operation. The modem answers a call that is none (``ATA``), so that it is off hook without
anybody at the other end; the empty frame that T.31 8.3.5 allows ends the carrier that this implies.
Then a fast carrier is raised (``+FTM``) and given far more octets than a modem buffers, as fast as
the port takes them. Whatever happens to octets, the line needs its time for each that arrived: the
time until OK tells how many did. An XOFF in what comes back tells that the modem holds us back by
XON/XOFF whatever the port was told. Nothing can be said of RTS/CTS on a port that has no such
lines, as pseudo terminals and sockets: it is without effect there, and so it is never passed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from faxcore.errors import ModemError, NoReply
from faxcore.modem.at import AtEngine
from faxcore.modem.results import Code
from faxcore.modem.stuffing import END
from faxcore.transport.port import LineState
from faxcore.workbench.probe_ask import NO_ANSWER, Asker, Trial

OCTETS = 8192
_ANSWER_S = 15.0
_END_S = 5.0
_CHUNK = 256
_EARLY_S = 0.5
"""Modems that say CONNECT before their training is over lose what comes sooner."""

_HELD_S = 0.05
_XOFF, _XON = 0x13, 0x11
_MARKED = b"\x11\x00" * 1024
"""XON in every second place: a modem that uses XON/XOFF takes it out of what it sends."""

CURES = ("AT+IFC=2,2", "AT&K3", "AT&H1&R2", "AT\\Q3")
"""RTS/CTS both ways: V.250 6.2.12; Rockwell's, USR's and Microcom's commands."""

_SHARE_IN_TIME = 0.9
"""A modem that is through in less than this share of the line's time has lost octets."""

_CARRIERS = {
    96: (9600, 0.253), 72: (7200, 0.253), 97: (9600, 1.393), 73: (7200, 1.393),
    48: (4800, 0.708), 24: (2400, 0.943), 145: (14400, 1.393), 121: (12000, 1.393),
}  # fmt: skip
"""Bit/s and seconds of training of the ``+FTM`` values (T.31 table 3; V.17, V.27ter, V.29).

In the order of liking: V.29 is fast, all modems have it, and its training is short.
"""

_SILENCE_MS = 70


class Flow(enum.Enum):
    """What became of more octets than a modem can buffer."""

    HELD = "held back"
    """The modem held the computer back, and no octet was lost."""
    BY_XOFF = "held back by XON/XOFF"
    LOST = "octets lost"
    BUFFERED = "all buffered"
    """It took all of them at once and sent them all."""
    UNTESTED = "not tested"


@dataclass(frozen=True, slots=True)
class FlowTest:
    """What came of it. ``buffer_octets`` is what modem and driver took ahead, None if unknown.

    ``trials`` are the commands that belong off hook, ``+FTS`` and ``+FRS`` among them;
    ``left_class`` says that the modem forgot its class at one of them.
    """

    flow: Flow
    text: str
    octets: int = 0
    seconds: float = 0.0
    buffer_octets: int | None = None
    trials: tuple[Trial, ...] = ()
    left_class: bool = False
    loses_early: bool = False
    """Octets right behind CONNECT are lost; none are where the computer waits a little."""

    cure: str = ""
    """The command behind which flow control holds, where it did not before."""

    def trial(self, command: str) -> Trial | None:
        """What a command brought, by its beginning."""
        return next((each for each in self.trials if each.command.startswith(command)), None)


def try_flow(asker: Asker, speeds: frozenset[int], *, pseudo: bool = False) -> FlowTest:
    """Take the line, try, and release it. ``speeds`` are the modem's ``+FTM`` values.

    ``pseudo`` says that the port is known to have no modem lines. Raises PortError where the port
    goes away; a modem that does not play along is a FlowTest that says so.
    """
    speed = next((each for each in _CARRIERS if each in speeds), None)
    if speed is None:
        return _untested("the modem names no carrier of T.31")
    has_lines = asker.port.control(LineState(dtr=True)) and not pseudo
    try:
        return _Overrun(asker, speed, has_lines).run()
    except NoReply as error:
        return _untested(str(error))
    finally:
        _release(asker)


class _Overrun:
    """One test, step by step."""

    def __init__(self, asker: Asker, speed: int, has_lines: bool) -> None:
        self._asker = asker
        self._engine: AtEngine = asker.engine
        self._port = asker.port
        self._speed = speed
        self._has_lines = has_lines
        self._trials: list[Trial] = []
        self._heard = bytearray()

    def run(self) -> FlowTest:
        """All steps."""
        refusal = self._off_hook()
        if refusal:
            return _untested(refusal, self._trials)
        found = self._poured()
        if found.flow in {Flow.LOST, Flow.BY_XOFF} and not found.loses_early:
            found = self._cured(found)
        self._try("AT+FRS=1", finals_may_lack=True)
        fax_class = self._asker.ask("AT+FCLASS?")
        left = not fax_class.text.startswith("1")
        return replace(found, trials=tuple(self._trials), left_class=left)

    def _cured(self, found: FlowTest) -> FlowTest:
        """Try one command after another that asks for RTS/CTS."""
        for command in CURES:
            if self._try(command).ok:
                again = self._poured()
                if again.flow not in {Flow.LOST, Flow.BY_XOFF}:
                    return replace(found, cure=command)
        return found

    def _poured(self) -> FlowTest:
        """Zeros first, at once and a little later; then octets that XON/XOFF would eat."""
        found = self._pour_after(0.0)
        if found.flow is Flow.LOST:
            later = self._pour_after(_EARLY_S)
            if later.flow is Flow.LOST:
                return found
            found = replace(later, loses_early=True)
        if not found.octets:
            return found
        marked = self._pour_after(_EARLY_S if found.loses_early else 0.0, _MARKED)
        if marked.flow is Flow.LOST:
            text = "octets 0x11 do not arrive: the modem uses XON/XOFF, whatever the port does"
            return replace(found, flow=Flow.BY_XOFF, text=text)
        return found

    def _pour_after(self, pause_s: float, data: bytes = bytes(OCTETS)) -> FlowTest:
        self._try(f"AT+FTS={_SILENCE_MS // 10}")
        carrier = self._try(f"AT+FTM={self._speed}")
        if carrier.result != Code.CONNECT.value:
            return _untested(f"+FTM={self._speed}: {carrier.result}")
        self._engine.pause(pause_s)
        return self._judge(len(data), pause_s, *self._pour(data))

    def _off_hook(self) -> str:
        """Answer nobody; why that failed, or ""."""
        answer = self._try("ATA", _ANSWER_S)
        if answer.result != Code.CONNECT.value:
            return f"ATA: expected CONNECT, got {answer.result}"
        until = self._port.now() + _END_S
        self._engine.expect_more("the empty frame")
        self._engine.write_all(END, until)
        try:
            reply = self._engine.reply(until)
        except NoReply as error:
            return str(error)
        self._trials.append(self._asker.note("DLE ETX", reply))
        return "" if reply.code is Code.OK else f"an empty frame: expected OK, got {reply.line}"

    def _try(
        self, command: str, within_s: float = _END_S, *, finals_may_lack: bool = False
    ) -> Trial:
        trial = self._asker.ask(command, within_s)
        if finals_may_lack and trial.result == NO_ANSWER:
            self._engine.write_all(b"\r", self._port.now() + _END_S)  # any octet breaks it off
            self._engine.pause(0.5)
        self._trials.append(trial)
        return trial

    def _pour(self, data: bytes) -> tuple[float, int | None]:
        """Pour octets in; the seconds to the modem's OK, and how many went before it was full."""
        rate, training = _CARRIERS[self._speed]
        self._heard.clear()
        began = self._port.now()
        limit = began + 3 * len(data) * 8 / rate + _END_S
        sent, full_at = 0, None
        while sent < len(data) and self._port.now() < limit:
            chunk = data[sent : sent + _CHUNK]
            went = self._engine.write(chunk, self._port.now() + _HELD_S)
            sent += went
            self._heard += self._engine.read_data(self._port.now())
            if went < len(chunk) and full_at is None:
                through = max(0.0, self._port.now() - began - training) * rate / 8
                full_at = max(1, round(sent - through))
        self._engine.write_all(END, limit)
        self._engine.unread(bytes(self._heard).translate(None, bytes((_XON, _XOFF))))
        self._engine.expect_more(f"{len(data)} octets")
        self._engine.reply(limit, frozenset({Code.OK, Code.ERROR, Code.NO_CARRIER}))
        return self._port.now() - began, full_at

    def _judge(self, octets: int, pause_s: float, seconds: float, full_at: int | None) -> FlowTest:
        rate, training = _CARRIERS[self._speed]
        training = max(0.0, training - pause_s)
        line_seconds = octets * 8 / rate
        lost = seconds < _SHARE_IN_TIME * (line_seconds + training)
        missing = round(octets * (1 - max(0.0, seconds - training) / line_seconds))
        told = f"about {missing} of {octets} octets were lost"
        if _XOFF in self._heard:
            flow, text = Flow.BY_XOFF, "the modem holds this computer back by XON/XOFF"
            text += f", and {told}" if lost else ""
        elif lost:
            flow, text = Flow.LOST, f"{told}: flow control does not hold"
        elif not self._has_lines:
            flow = Flow.UNTESTED
            text = (
                "this port has no RTS and CTS, so that hardware flow control is without effect on "
                "it; no octet was lost, because its own buffer held this computer back"
            )
        elif full_at is None:
            flow, text = Flow.BUFFERED, f"the modem took {octets} octets ahead of the line"
        else:
            flow, text = Flow.HELD, "the modem held this computer back by RTS/CTS; nothing was lost"
        return FlowTest(flow, text, octets, round(seconds, 3), full_at)


def _untested(text: str, trials: list[Trial] | None = None) -> FlowTest:
    return FlowTest(Flow.UNTESTED, text, trials=tuple(trials or ()))


def _release(asker: Asker) -> None:
    """Hang up; a modem that does not answer has DTR dropped, as ``AtLink.hang_up`` does."""
    try:
        asker.engine.command("ATH0", _END_S, Code.OK, Code.NO_CARRIER)
    except ModemError as error:
        asker.port.mark(f"hanging up: {error}")
        if asker.port.control(LineState(dtr=False)):
            asker.engine.pause(0.5)
            asker.port.control(LineState(dtr=True))

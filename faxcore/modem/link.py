"""A modem as a telephone: reset, class, dialling, answering, hanging up (V.250 6, T.31 8.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from faxcore.errors import CommandRefused, NoReply, UnexpectedReply
from faxcore.modem.at import AtEngine, Reply
from faxcore.modem.line_release import DTR_DOWN_S, LineRelease
from faxcore.modem.lists import parse_classes, parse_speeds
from faxcore.modem.number import dial_string
from faxcore.modem.results import DIAL_FINAL, Code
from faxcore.modem.stuffing import CAN, END
from faxcore.profiles import FlowLost, ModemProfile, SilenceBy
from faxcore.t30.result import HangupStatus
from faxcore.transport.port import Interrupted, LineState

_RESET_TRIES = 2
_ABORT_S = 5.0

Judge: TypeAlias = Callable[[Reply], HangupStatus | None]
"""What the result of dialling or answering means; None = a fax is there."""

_HUNG_UP = re.compile(r"\+F(HNG|HS):")

DIAL_OUTCOMES: dict[Code, HangupStatus] = {
    Code.BUSY: HangupStatus.BUSY,
    Code.NO_ANSWER: HangupStatus.NO_ANSWER,
    Code.NO_DIALTONE: HangupStatus.NO_DIALTONE,
    Code.NO_CARRIER: HangupStatus.NO_CARRIER,
    Code.OK: HangupStatus.NO_CARRIER,  # old modems say it for NO CARRIER
    Code.FCERROR: HangupStatus.ANSWERED_NO_FAX,
    Code.DATA: HangupStatus.ANSWERED_NO_FAX,
    Code.VOICE: HangupStatus.VOICE,
    Code.BLACKLISTED: HangupStatus.BLACKLISTED,
    Code.DELAYED: HangupStatus.BLACKLISTED,
    Code.DIALING_DISABLED: HangupStatus.BLACKLISTED,
    Code.RING: HangupStatus.GLARE,
    Code.ERROR: HangupStatus.DIAL_REFUSED,
}
"""What a result code says of a call that was not made. CONNECT is asked for its speed."""


@dataclass(frozen=True, slots=True)
class DialOutcome:
    """What came of dialling: ``status`` None = connected to a fax; ``text`` what the modem said.

    ``lines`` is what it reported on the way.
    """

    status: HangupStatus | None
    text: str
    seconds: float
    lines: tuple[str, ...] = ()

    @property
    def connected(self) -> bool:
        """Whether T.30 can begin."""
        return self.status is None


CLASSES_1 = ("1", "1.0")
"""The classes in which T.30 is ours; in the others it is the modem's."""

FAX_CLASSES = ("1.0", "1", "2.1", "2.0", "2")
"""All that are driven; of those offered, "auto" takes the first."""


class AtLink:
    """The commands that every class of fax modem shares. ``fax_class`` is the one selected."""

    def __init__(self, engine: AtEngine, profile: ModemProfile, fax_class: str = "") -> None:
        self.engine = engine
        self._profile = profile
        self._line = LineRelease(engine, profile)
        self.fax_class = fax_class

    def reset(self) -> None:
        """Bring the modem into a known state. Raises ModemError when it does not answer.

        A modem that is silent may be in the middle of what an earlier program left behind.
        """
        for attempt in range(1, _RESET_TRIES + 1):
            try:
                self._reset_once()
            except NoReply as error:
                if attempt == _RESET_TRIES:
                    raise NoReply(
                        f"{self.engine.port.name}: no modem answers: {error}, {attempt} times"
                    ) from error
                self._wake()
                continue
            except UnexpectedReply as error:
                port = self.engine.port.name
                raise UnexpectedReply(
                    f"{port}: no modem that can be understood: {error}"
                ) from error
            return

    def prepare(self) -> frozenset[int]:
        """Reset, set up, select the fax class; the fast carriers that the modem has (``+FTM``)."""
        self.reset()
        for command in self._profile.init:
            self._command(command)
        self.fax_class = self._select_class()
        self._set_flow()
        self._set_class_1_0()
        for command in self._profile.after_class:
            self._command(command)
        return self.speeds() if self.fax_class in CLASSES_1 else frozenset()

    def allow_v34(self, allowed: bool) -> None:
        """Allow V.34 in the next call (T.31 B.6.1), or not: a class selected anew knows none."""
        if allowed:
            self._wish(self._profile.v34_command)
        else:
            self._command(f"AT+FCLASS={self.fax_class}")
            self._set_class_1_0()

    def _set_class_1_0(self) -> None:
        if self.fax_class == "1.0":
            for command in self._profile.class_1_0:
                self._wish(command)

    def speeds(self) -> frozenset[int]:
        """The values of ``+FTM=?``; empty where the modem does not tell."""
        return self._values("AT+FTM=?")

    def receiving_speeds(self) -> frozenset[int]:
        """The values of ``+FRM=?``; empty where the modem does not tell."""
        return self._values("AT+FRM=?")

    def _values(self, question: str) -> frozenset[int]:
        reply = self.engine.command(question, self._profile.command_seconds)
        if reply.code is Code.ERROR:
            return frozenset()
        reply.expect(Code.OK)
        return parse_speeds(" ".join(reply.lines))

    def dial(self, number: str, limit: float, judge: Judge | None = None) -> DialOutcome:
        """Dial and wait for what comes of it, until ``limit`` at the latest.

        Raises NumberRefused before anything is sent; after that, ModemError only where the modem
        itself failed. ``Interrupted`` aborts the dialling and makes the outcome CANCELLED.
        """
        command = self._profile.dial + dial_string(number)
        if self._profile.flow_lost in {FlowLost.CALL, FlowLost.ANSWER}:
            self._set_flow()
        return self._call(command, limit, "dialling", DIAL_FINAL, judge or judge_reply)

    def answer(self, limit: float, judge: Judge | None = None) -> DialOutcome:
        """Answer a call that rings (``ATA``); CONNECT implies ``+FTH=3`` (T.31 8.3.1).

        A RING may cross with the command; it is no second call.
        """
        if self._profile.flow_lost is FlowLost.CALL:
            self._set_flow()
        finals = DIAL_FINAL - {Code.RING}
        outcome = self._call("ATA", limit, "answering", finals, judge or judge_reply)
        lost = self._profile.flow_lost is FlowLost.ANSWER and self.fax_class in CLASSES_1
        return self._set_flow_in_call(outcome) if outcome.connected and lost else outcome

    def wait_for_ring(self, until: float) -> bool:
        """Whether a call comes in before a moment."""
        self.engine.expect_more("RING")
        try:
            self.engine.reply(until, frozenset({Code.RING}))
        except NoReply:
            return False
        return True

    def hang_up(self) -> bool:
        """Release the line, by whatever works; whether the modem says so. Never raises."""
        return self._line.release()

    def _call(
        self, command: str, limit: float, what: str, finals: frozenset[Code], judge: Judge
    ) -> DialOutcome:
        began = self.engine.port.now()
        until = min(began + self._profile.dial_seconds, limit)
        self._line.seize()
        try:
            self.engine.ask(command)
            reply = self.engine.reply(until, finals)
        except Interrupted:
            self._abort_call()
            return self._outcome(HangupStatus.CANCELLED, f"cancelled while {what}", began)
        except NoReply as error:
            self._abort_call()
            if self.engine.port.now() >= limit:
                text = f"the call's time was over while {what}"
                return self._outcome(HangupStatus.TIME_LIMIT, text, began)
            return self._outcome(HangupStatus.EQUIPMENT, str(error), began)
        if reply.code is Code.RING:
            self._abort_call()
        said = next((line for line in reply.lines if _HUNG_UP.match(line)), reply.line)
        outcome = self._outcome(judge(reply), f"{what}: the modem said {said}", began)
        return replace(outcome, lines=reply.lines)

    def _outcome(self, status: HangupStatus | None, text: str, began: float) -> DialOutcome:
        return DialOutcome(status, text, self.engine.port.now() - began)

    def _abort_call(self) -> None:
        """Any octet ends dialling (V.250 5.6.1); whatever the modem says of it will do."""
        with self.engine.uninterrupted():
            self.engine.expect_more("the end of the call")
            self.engine.write_all(b"\r", self.engine.port.now() + _ABORT_S)
            try:
                self.engine.reply(self.engine.port.now() + _ABORT_S)
            except NoReply as error:
                self.engine.port.mark(f"aborting: {error}")  # hang_up() has stronger means

    def _reset_once(self) -> None:
        self.engine.forget_format()
        self._command(self._profile.reset)
        self.engine.pause(self._profile.reset_delay_ms / 1000)
        # A second OK may come of the reset, or the modem may have to learn the speed again.
        self._command("AT")

    def _wake(self) -> None:
        """Out of data, out of frames, out of dialling; and DTR, where there is one."""
        until = self.engine.port.now() + _ABORT_S
        try:
            self.engine.write_all(bytes((CAN,)) + END + END + b"\r", until)
        except NoReply as error:
            self.engine.port.mark(f"waking: {error}")  # DTR may help where octets do not go
        if self.engine.port.control(LineState(dtr=False)):
            self.engine.pause(DTR_DOWN_S)
            self.engine.port.control(LineState(dtr=True))
        self.engine.pause(1.0)

    def _select_class(self) -> str:
        """``+FCLASS=?`` names the classes; a modem that answers with nothing readable is tried."""
        wanted = self._profile.fax_class
        reply = self.engine.command("AT+FCLASS=?", self._profile.command_seconds)
        if reply.code is Code.ERROR:
            raise CommandRefused("+FCLASS=?: got ERROR: this is no fax modem")
        classes = parse_classes(" ".join(reply.expect(Code.OK).lines))
        if wanted == "auto":
            wanted = next((each for each in FAX_CLASSES if each in classes), "1")
        if classes and wanted not in classes:
            raise UnexpectedReply(
                f"+FCLASS=?: expected class {wanted} among them, got {', '.join(classes)}"
            )
        self._command(f"AT+FCLASS={wanted}")
        return wanted

    def _set_flow(self) -> None:
        if self._profile.flow_command:
            self._command(self._profile.flow_command)

    def _set_flow_in_call(self, outcome: DialOutcome) -> DialOutcome:
        """Say the flow command before the first frame, whose 0x13 the modem would take for XOFF.

        It sends flags already and waits for a frame. DLE ETX alone is none and ends that carrier
        (T.31 8.3.5); the one behind it is where the caller finds our frames.
        """
        began = self.engine.port.now()
        try:
            with self.engine.uninterrupted():
                self.engine.expect_more("+FTH=3, no frame")
                self.engine.write_all(END, began + self._profile.command_seconds)
                self.engine.reply(began + self._profile.command_seconds).expect(Code.OK)
                self._set_flow()
                self._be_silent()
                self.engine.command("AT+FTH=3", self._profile.command_seconds, Code.CONNECT)
        except Interrupted:
            return self._outcome(HangupStatus.CANCELLED, "cancelled while answering", began)
        return outcome

    def _be_silent(self) -> None:
        """The silence between two carriers of ours."""
        if self._profile.silence_by is SilenceBy.COMPUTER:
            self.engine.pause(self._profile.gap_ms / 1000)
        else:
            self._command(f"AT+FTS={round(self._profile.gap_ms / 10)}")

    def _wish(self, text: str) -> None:
        """A command that a modem may do without; its refusal is noted."""
        reply = self.engine.command(text, self._profile.command_seconds, Code.OK, Code.ERROR)
        if reply.code is Code.ERROR:
            self.engine.port.mark(f"{reply.command} was refused")

    def _command(self, text: str) -> Reply:
        return self.engine.command(text, self._profile.command_seconds, Code.OK)


def judge_reply(reply: Reply) -> HangupStatus | None:
    """None for a fax connection. A speed behind CONNECT means that a data modem answered."""
    if reply.code is not Code.CONNECT:
        return DIAL_OUTCOMES[reply.code]
    speed = re.match(r"CONNECT\s+\d", reply.line.upper())
    return HangupStatus.ANSWERED_NO_FAX if speed else None

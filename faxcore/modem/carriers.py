"""What a Class 1 modem takes the next octet for, and the way back from there (T.31 8.3).

Theory of operation. Between two commands the modem is in one of few states, and what the next
octet means to it hangs on that state alone. So the state is kept here, and ``recover()`` leads
from any of them back to the command state: that is how a call can be cancelled anywhere and still
say DCN. What must not be left half done (a burst of frames, the start of a carrier) is finished
first; an interruption counts at the end of it.

After dialling, ``+FRH=3`` is implied, and after answering ``+FTH=3`` (T.31 8.3.1): the state is
then LISTENING or SENDING_FRAMES without a command of ours.
"""

from __future__ import annotations

import contextlib
import enum
import math

from faxcore.errors import NoReply
from faxcore.modem.at import AtEngine, Reply
from faxcore.modem.results import FINAL, Code
from faxcore.modem.stuffing import CAN, DLE, END
from faxcore.transport.port import FlowControl, Interrupted, LineState

ENDS = FINAL - {Code.CONNECT}
"""What can end data or listening."""

FRAME_SENT_S = 7.5
"""A frame of 3 s + 15 % behind a preamble of 1 s + 15 %, and as much again for the modem."""

DRAIN_S = 30.0
"""How long a modem may go on sending what it has when a page is cut short."""

_ABORT_S = 2.0
_RESULT_S = 5.0


class State(enum.Enum):
    """What the modem takes the next octet for."""

    COMMAND = "a command"
    LISTENING = "an abort"
    SENDING_FRAMES = "a frame"
    SENDING_DATA = "data"
    ENDING = "nothing: it sends what it still has"


_SENDING = {State.SENDING_DATA, State.ENDING}


class LimitReached(Exception):
    """The whole call has lasted as long as it may."""


class Carriers:
    """The state of a modem in a call.

    ``limit`` is the moment, on the port's clock, at which the call has lasted long enough.
    ``sent_last`` tells whose carrier was the last on the line, ours or the far end's;
    ``dle_is_half`` that the last octet of data that went was the first of a doubled DLE;
    ``all_given`` that the modem has taken all the data of this operation.

    With ``software_flow`` the port heeds XON and XOFF while we send fast data, and only then: at
    any other time it would eat them out of frames and pages, 0x13 with every final frame.
    """

    def __init__(self, engine: AtEngine, *, software_flow: bool = False) -> None:
        self.engine = engine
        self.limit = math.inf
        self._state = State.COMMAND
        self._software_flow = software_flow
        self._flows = False
        self.sent_last = False
        self.dle_is_half = self.all_given = False

    @property
    def state(self) -> State:
        """What the modem takes the next octet for."""
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._state = state
        if self._flows and state not in _SENDING:
            self._flows = False
            self.engine.port.control(LineState(flow=FlowControl.NONE))

    def let_flow(self) -> None:
        """Data begin to go: from now on the modem may hold us back, until they are out."""
        if self._software_flow and not self._flows:
            self._flows = True
            self.engine.port.control(LineState(flow=FlowControl.SOFTWARE))

    def now(self) -> float:
        """The moment on the port's clock."""
        return self.engine.port.now()

    def check_limit(self) -> None:
        """Raise LimitReached, once, where the call has lasted long enough."""
        if self.now() >= self.limit:
            self.limit = math.inf
            raise LimitReached

    def reply_or_none(self, until: float) -> Reply | None:
        """The next result code, None where none comes."""
        try:
            return self.engine.reply(until)
        except NoReply:
            return None

    def silence(self, ms: int) -> Reply | None:
        """Be silent after our carrier (``+FTS``), or wait for silence after theirs (``+FRS``).

        The modem times it, which is exact whatever this computer does. None where the far end
        went on sending.
        """
        with self.engine.uninterrupted():
            self.recover()
            command = "+FTS" if self.sent_last else "+FRS"
            self.engine.ask(f"AT{command}={min(max(1, round(ms / 10)), 255)}")
            reply = self.reply_or_none(self.now() + ms / 1000 + _RESULT_S)
            if reply is not None:
                return reply.expect(Code.OK, Code.NO_CARRIER)
            self.state = State.LISTENING
            self.stop_listening()
            return None

    def pause(self, ms: int) -> None:
        """Be silent by doing nothing, for modems whose own silences are broken."""
        with self.engine.uninterrupted():
            self.recover()
            self.engine.pause(ms / 1000)

    def recover(self) -> None:
        """Lead the modem back to the command state, from wherever it is.

        Raises NoReply where it does not get there.
        """
        if self.state is State.COMMAND:
            return
        with contextlib.suppress(Interrupted), self.engine.uninterrupted():
            if self.state is State.LISTENING:
                self._abort()
            elif self.state is State.SENDING_FRAMES:
                if self.end_frame(b"", "no frame").code is Code.CONNECT:
                    self.end_frame(b"", "no frame")
            elif self.state is State.SENDING_DATA:
                self.end_data()
            if self.state is State.ENDING:
                self.engine.reply(self.now() + DRAIN_S, ENDS)
            self.state = State.COMMAND

    def stop_listening(self) -> None:
        """Abort what is listened to; LimitReached where the call's limit was why."""
        self._abort()
        self.check_limit()

    def end_frame(self, octets: bytes, name: str) -> Reply:
        """Give a stuffed frame to the modem, or none (b""), which ends the carrier."""
        self.engine.expect_more(f"+FTH=3, {name}")
        self.engine.write_all(octets + END, self.now() + FRAME_SENT_S)
        return self.engine.reply(self.now() + FRAME_SENT_S)

    def end_data(self) -> None:
        """DLE ETX, behind the second half of a DLE whose first half has gone."""
        with self.engine.uninterrupted():
            half = bytes((DLE,)) if self.dle_is_half else b""
            self.dle_is_half = False
            self.engine.expect_more("the end of the data")
            self.engine.write_all(half + END, self.now() + DRAIN_S)
            self.state = State.ENDING

    def _abort(self) -> None:
        """Any octet ends listening; CAN is one that no modem takes for more (T.31 8.3.4)."""
        for again in (True, False):
            self.engine.expect_more("the end of listening (CAN)")
            self.engine.write_all(bytes((CAN,)), self.now() + _ABORT_S)
            try:
                self.engine.reply(self.now() + _ABORT_S, ENDS)
            except NoReply:
                if again:
                    continue
                raise
            self.state = State.COMMAND
            return

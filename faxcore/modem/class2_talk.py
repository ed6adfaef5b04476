"""What one call on a modem of the class 2 family shares: its commands, its reports, its state."""

from __future__ import annotations

from faxcore.modem.at import AtEngine, Reply
from faxcore.modem.carriers import Carriers, State
from faxcore.modem.class2_reports import Reports
from faxcore.modem.dialect import Dialect
from faxcore.modem.results import FINAL, Code
from faxcore.modem.stuffing import CAN, DLE, END
from faxcore.modem.t32 import Numbers
from faxcore.profiles import ModemProfile
from faxcore.t30.capabilities import SessionParameters
from faxcore.t30.frames import FCF

_ANSWERED_S = 60.0
"""From the end of a page to its status: three tries at T4, and what the modem still has to send."""

_CORRECTED_S, _CORRECTIONS = 300.0, 8
"""The same where the modem corrects errors: RNR for T5, PPR at every rate, and the page so many
times over."""

_ABORTED_S = 10.0


class HungUp(Exception):
    """The modem has ended the call."""


class Talk:
    """The conversation with the modem in one call.

    ``ready``: page data may go, one way or the other. ``page_end``: what was said to follow the
    page before, ``page_seconds`` how long it takes on the line. ``wanted``: the session that the
    last DCS commanded.
    """

    def __init__(
        self, engine: AtEngine, profile: ModemProfile, dialect: Dialect, most: Numbers
    ) -> None:
        self.engine = engine
        self.profile = profile
        self.dialect = dialect
        self.most = most
        self.carriers = Carriers(engine, software_flow=profile.flow == "software")
        self.reports = Reports(dialect, profile.number_base)
        self.wanted: SessionParameters | None = None
        self.page_end: FCF | None = None
        self.page_seconds = 0.0
        self.ready = False

    @property
    def base(self) -> int:
        """The base of the modem's numbers."""
        return self.profile.number_base or self.dialect.base

    @property
    def patience(self) -> float:
        """How long the status of the page may take that was given last."""
        if self.wanted is not None and self.wanted.ecm:
            return _CORRECTED_S + _CORRECTIONS * self.page_seconds
        return _ANSWERED_S + 1.5 * self.page_seconds

    def now(self) -> float:
        """The moment on the port's clock."""
        return self.engine.port.now()

    def command(self, text: str, within_s: float | None = None) -> Reply:
        """Say a command; what the modem reports on the way is read."""
        self.engine.ask(text)
        reply = self.reply(within_s or self.profile.command_seconds)
        self.reports.read(reply.lines)
        return reply

    def reply(self, within_s: float = _ANSWERED_S) -> Reply:
        """The next result code."""
        until = min(self.now() + within_s, self.carriers.limit)
        return self.engine.reply(until, FINAL)

    def begin_data(self, state: State) -> None:
        """The modem said CONNECT: what follows is data."""
        self.ready = True
        self.carriers.state = state
        self.carriers.dle_is_half = False

    def end_data(self, end: bytes, what: str) -> Reply:
        """Give the end of a page's data; ``what`` names it in errors."""
        patience = self.patience
        self.engine.expect_more(what)
        self.engine.write_all(end, self.now() + patience)
        return self.reply(patience)

    def left_data(self, reply: Reply) -> None:
        """The modem takes commands again; ``reply`` is what it said to the end of the data."""
        self.ready = False
        self.carriers.state = State.COMMAND
        self.reports.read(reply.lines)
        if reply.code is not Code.OK:
            self.check_hung_up()

    def check_hung_up(self) -> None:
        """Raise HungUp where the modem has reported so."""
        status = self.reports.hung_up
        if status is not None:
            said = self.reports.hung_up_line or self.dialect.hung_up
            raise HungUp(f"{said}: {status.sentence}")

    def disconnect(self) -> None:
        """Have the modem say DCN and hang up, unless it has."""
        if self.reports.hung_up is None:
            self.abort_data()
            self.command(f"AT{self.dialect.abort}", _ABORTED_S)

    def abort_data(self) -> None:
        """Out of page data, whichever way they go; what the modem says of it may be anything."""
        if self.carriers.state is State.COMMAND:
            return
        half = bytes((DLE,)) if self.carriers.dle_is_half else b""
        self.ready, self.carriers.state = False, State.COMMAND
        with self.engine.uninterrupted():
            self.engine.expect_more("the end of an aborted page")
            self.engine.write_all(half + bytes((CAN,)) + END, self.now() + _ABORTED_S)
            self.reports.read(self.engine.reply(self.now() + _ABORTED_S).lines)

"""A modem of class 2, 2.0 or 2.1 as the line of T.30 procedures (SP-2388-A; T.32 8.3).

Theory of operation. Such a modem speaks T.30 by itself and only reports what was said. So the
procedures that play T.30 on a Class 1 modem are played here, too, and each of their operations is
taken for what it means: DCS sets the session, the training check is ``+FDT``, the page is the page,
MPS, EOM and EOP end it, and what the modem reports comes back as the frame that it stands for. In
that way negotiation, refusals, retries and the outcome of every page are judged by one piece of
code in all classes. What the modem has done already (identifying, CFR, silences) costs nothing.

When the modem hangs up, it says why (``+FHNG``, ``+FHS``). From then on every operation is answered
HUNG_UP, and ``verdict()`` puts the reason into the result.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from faxcore.errors import ModemError, NoReply, UnexpectedReply
from faxcore.modem.at import AtEngine, Reply
from faxcore.modem.bit_order import in_line_order
from faxcore.modem.carriers import Carriers, LimitReached, State
from faxcore.modem.class1 import describe
from faxcore.modem.class2_reports import Reports
from faxcore.modem.dialect import DLE_ENDS, ETX_ENDS, GIVEN_UP, PAGE_STATUS, Dialect
from faxcore.modem.keeping import keep_page
from faxcore.modem.results import FINAL, Code
from faxcore.modem.stuffing import CAN, DLE, END, Unstuffer
from faxcore.modem.t32 import Numbers, capabilities_of, numbers_for, session_of
from faxcore.modem.transmitter import write_data
from faxcore.profiles import ModemProfile, PageEnd
from faxcore.t4 import reverse_bits
from faxcore.t4.line import without_end
from faxcore.t30.capabilities import SessionParameters
from faxcore.t30.frames import FCF, Frame, encode_id
from faxcore.t30.line import (
    Ended,
    Heard,
    KeepPage,
    LineOp,
    ReceiveFrames,
    ReceivePage,
    ReceiveTraining,
    SendFrames,
    SendPage,
    SendTraining,
    Silence,
)
from faxcore.t30.modulation import TCF_SECONDS, Rung
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.transport.port import Interrupted

_TRAINED_S = 180.0
"""From ``+FDT`` to CONNECT: all rates may have to be tried."""

_ANSWERED_S = 60.0
"""From the end of a page to its status: three tries at T4, and what the modem still has to send."""

_CORRECTED_S, _CORRECTIONS = 300.0, 8
"""The same where the modem corrects errors: RNR for T5, PPR at every rate, and the page so many
times over."""

_XON_S = 2.0
_SILENT_S = 10.0
_EARLY_OKS = 3
"""Modems that say OK before CONNECT are asked again, so often."""

_MAX_PAGE_SECONDS = 1800
_XON, _DC2 = 0x11, b"\x12"
_PAGE_ENDS = frozenset(ETX_ENDS)
_STATUS_OF = {kind: number for number, kind in PAGE_STATUS.items()}
_ABORTED_S = 10.0


class HungUp(Exception):
    """The modem has ended the call."""


class Class2Line:
    """Performs line operations on a modem of the class 2 family that has a call.

    ``most`` is what the modem can do. The other arguments are those of ``Class1Line``.
    """

    def __init__(
        self,
        engine: AtEngine,
        profile: ModemProfile,
        dialect: Dialect,
        most: Numbers,
        keep: Callable[[KeepPage], bool] | None = None,
        on_progress: Callable[[float], None] | None = None,
        limit: float = float("inf"),
    ) -> None:
        self._engine = engine
        self._profile = profile
        self._dialect = dialect
        self._most = most
        self._keep = keep
        self._on_progress = on_progress
        self._carriers = Carriers(engine)
        self._carriers.limit = limit
        self._reports = Reports(dialect, profile.number_base)
        self._pending: deque[tuple[Frame, ...]] = deque()
        self._wanted: SessionParameters | None = None
        self._session = ""
        self._page_end: FCF | None = None
        self._ready = False
        self._answering = False
        self._page_seconds = 0.0
        self._failure = ""

    def dialled(self, lines: Sequence[str]) -> None:
        """The modem reached a fax; ``lines`` are what it reported."""
        self._reports.read(lines)
        self._hear_receiver()

    def answered(self, lines: Sequence[str]) -> None:
        """The modem answered a fax; ``lines`` are what it reported."""
        self._answering = True
        self._reports.read(lines)
        self._hear_command()

    def perform(self, op: LineOp) -> Heard:
        """See ``Line.perform``."""
        began = self._now()
        if self._failure:
            return Heard(Ended.EQUIPMENT, began, began, text=self._failure)
        try:
            self._engine.port.mark(describe(op))
            self._carriers.check_limit()
            return self._perform(op, began)
        except HungUp as end:
            return Heard(Ended.HUNG_UP, began, self._now(), text=str(end))
        except Interrupted:
            return self._stop(Ended.CANCELLED, began)
        except LimitReached:
            return self._stop(Ended.TIME_LIMIT, began)
        except NoReply as error:
            if self._now() < self._carriers.limit:
                return self._fail(error, began)
            self._carriers.limit = float("inf")
            return self._stop(Ended.TIME_LIMIT, began)
        except ModemError as error:
            return self._fail(error, began)

    def verdict(self, result: CallResult) -> CallResult:
        """The result of the procedure, with the modem's own reason where it ended the call.

        A modem that hangs up normally behind the last page without a word on it leaves that page
        INFERRED; one that hangs up in phase C has not sent it; one that gives a page up in spite of
        error correction (status 0) has sent some of it.
        """
        hung_up = self._reports.hung_up
        if result.status is not HangupStatus.ABORTED or hung_up is None:
            return result
        if hung_up is HangupStatus.NORMAL and self._page_end is FCF.EOP and not self._answering:
            text = "the modem hung up normally behind the last page, and said nothing of the page"
            return _with_outcome(replace(result, status=hung_up, text=text), PageOutcome.INFERRED)
        if hung_up is HangupStatus.NORMAL:
            return result
        if self._reports.status == GIVEN_UP:
            text = f"{result.text}: the modem gave a page up in spite of error correction"
            result = replace(result, status=HangupStatus.PAGE_REJECTED, text=text)
            return _with_outcome(result, PageOutcome.DOUBTFUL)
        result = replace(result, status=hung_up)
        in_page = HangupStatus.PHASE_C <= hung_up < HangupStatus.PHASE_D
        return _with_outcome(result, PageOutcome.UNSENT) if in_page else result

    def _perform(self, op: LineOp, began: float) -> Heard:
        if isinstance(op, ReceiveFrames):
            return self._receive_frames(began)
        if isinstance(op, KeepPage):
            return keep_page(self._keep, op, began, self._now)
        if isinstance(op, Silence):
            return self._done(began)
        if isinstance(op, SendFrames):
            self._send_frames(op.frames)
        elif isinstance(op, SendTraining):
            self._train(op.rung)
        elif isinstance(op, SendPage):
            self._send_page(op)
        elif isinstance(op, ReceiveTraining):
            zeros = bytes(round(op.rung.bits_per_second * TCF_SECONDS / 8))
            return Heard(Ended.DONE, began, self._now(), octets=zeros)
        elif isinstance(op, ReceivePage):
            return Heard(Ended.DONE, began, self._now(), octets=self._receive_page(op.rung))
        return self._done(began)

    # what is heard

    def _receive_frames(self, began: float) -> Heard:
        if self._answering and not self._pending and not self._page_end:
            self._start_reception()
            self._hear_command()
        if self._pending:
            return Heard(Ended.DONE, began, self._now(), self._pending.popleft())
        self._check_hung_up()
        return Heard(Ended.TIMEOUT, began, self._now(), text="the modem reported no answer")

    def _hear_receiver(self) -> None:
        """The far end's CSI and DIS, out of the modem's reports."""
        far = self._reports.far or Numbers(br=self._most.br, vr=1, ln=2)
        can = capabilities_of(far, self._most)
        dis = Frame(FCF.DIS, can.encode())
        self._pending.append((*self._identity(FCF.CSI), dis))

    def _hear_command(self) -> None:
        """The caller's TSI and DCS, once the modem has told them."""
        if self._reports.agreed is not None:
            agreed = session_of(self._reports.agreed, ecm=False)
            self._pending.append((*self._identity(FCF.TSI), Frame(FCF.DCS, agreed.encode())))

    def _identity(self, kind: FCF) -> tuple[Frame, ...]:
        name = self._reports.remote_id
        return (Frame(kind, encode_id(name), final=False),) if name else ()

    # what is said

    def _send_frames(self, frames: tuple[Frame, ...]) -> None:
        last = frames[-1]
        kind = last.kind
        if kind is FCF.DCS:
            self._wanted = SessionParameters.decode(last.fif)
        elif kind is FCF.DCN:
            self._disconnect()
        elif kind in _PAGE_ENDS and not self._answering and kind is not None:
            self._end_page(kind)
        elif kind in _STATUS_OF and self._answering and kind is not None:
            self._answer_page(kind)

    def _train(self, rung: Rung) -> None:
        """``+FDT``. The modem trains at what rates it likes; ours follow until they agree."""
        if not self._ready:
            self._set_session()
            self._start_page()
        reached = self._reports.agreed
        slower = reached is not None and _rate(reached) < rung.bits_per_second
        self._pending.append((Frame(FCF.FTT if slower else FCF.CFR),))

    def _set_session(self) -> None:
        if self._wanted is None:
            return
        ec = self._most.ec if self._most.ec else self._dialect.corrects
        wanted = numbers_for(self._wanted, ec).text(
            self._base, with_rate=self._profile.names_the_rate
        )
        if wanted != self._session and not self._profile.session_before_dialling:
            self._command(f"AT{self._dialect.session}={wanted}").expect(Code.OK)
        self._session = wanted

    def _start_page(self) -> None:
        """Ask for a page's beginning until CONNECT, and for XON where the class has one."""
        for _ in range(_EARLY_OKS):
            reply = self._command("AT+FDT", _TRAINED_S)
            self._check_hung_up()
            if reply.code is Code.CONNECT:
                break
            reply.expect(Code.OK, Code.CONNECT)
        else:
            raise UnexpectedReply(f"+FDT: OK {_EARLY_OKS} times, and no CONNECT")
        self._ready = True
        self._carriers.state = State.SENDING_DATA
        self._carriers.dle_is_half = False
        if self._dialect.waits_for_xon and self._profile.waits_for_xon:
            self._wait_for_xon()
        self._check_format()

    def _wait_for_xon(self) -> None:
        """Some never say it; then we go on, and the transcript tells."""
        until = self._now() + _XON_S
        while piece := self._engine.read_data(until):
            if _XON in piece:
                return
        self._engine.port.mark("no XON came before the page")

    def _check_format(self) -> None:
        """A page coded otherwise than the far end was told would come out as rubbish."""
        agreed, wanted = self._reports.agreed, self._wanted
        if agreed is None or wanted is None:
            return
        got = session_of(agreed, ecm=wanted.ecm)
        if (got.coding, got.resolution, got.width) == (
            wanted.coding, wanted.resolution, wanted.width,
        ):  # fmt: skip
            return
        self._reports.hung_up = HangupStatus.PAGE_FORMAT
        self._abort_data()
        raise HungUp(
            f"{self._dialect.agreed} {got.width} pels, {got.resolution.name.lower()}, "
            f"{got.coding.name} in place of {wanted.width} pels, "
            f"{wanted.resolution.name.lower()}, {wanted.coding.name}"
        )

    def _send_page(self, op: SendPage) -> None:
        if not self._ready:
            self._set_session()
            self._start_page()
        coding = self._wanted.coding if self._wanted is not None else None
        octets = op.octets
        if self._profile.page_end is PageEnd.RTC and coding is not None:
            octets = without_end(octets, coding)
        self._page_end = None
        self._page_seconds = len(octets) * 8 / op.rung.bits_per_second
        early = write_data(
            self._carriers, reverse_bits(octets), op.rung.bits_per_second, self._on_progress
        )
        if early is not None:
            self._left_data(early)
            raise UnexpectedReply(f"a page: {early.line} before its end")
        if self._dialect.page_ends_by_command:
            self._left_data(self._end_data(END, "the page's end"))

    def _end_page(self, kind: FCF) -> None:
        """Say what follows the page; its status, if any came, is what the far end answered."""
        if self._page_end is not None:  # a repetition, for want of an answer; there is none to have
            return
        self._page_end = kind
        self._reports.status = None
        if self._dialect.page_ends_by_command:
            reply = self._command(f"AT+FET={ETX_ENDS[kind]}", self._patience)
        else:
            end = bytes((DLE, DLE_ENDS[kind]))
            reply = self._end_data(end, f"the end of the page ({kind.name})")
            self._left_data(reply)
            self._ask_status(reply)
        if self._reports.status == GIVEN_UP:
            self._disconnect()
            self._reports.hung_up = self._reports.hung_up or HangupStatus.PHASE_D
            self._check_hung_up()
        status = PAGE_STATUS.get(self._reports.status or GIVEN_UP)
        if status is not None:
            self._pending.append((Frame(status),))
        if kind is FCF.EOM and status is not None and self._reports.hung_up is None:
            self._hear_receiver()

    def _ask_status(self, reply: Reply) -> None:
        """OK means a page that was taken, ERROR one that was not; ``+FPS?`` tells more (T.32)."""
        if self._reports.status is not None:
            return
        if self._reports.hung_up not in {None, HangupStatus.NORMAL}:
            return
        if reply.code is Code.OK:
            self._reports.status = _STATUS_OF[FCF.MCF]
            return
        told = self._command(f"AT{self._dialect.set_status}?")
        self._reports.read_answer(told.lines)

    @property
    def _patience(self) -> float:
        """How long the status of the page may take that was given last."""
        if self._wanted is not None and self._wanted.ecm:
            return _CORRECTED_S + _CORRECTIONS * self._page_seconds
        return _ANSWERED_S + 1.5 * self._page_seconds

    def _end_data(self, end: bytes, what: str) -> Reply:
        patience = self._patience
        self._engine.expect_more(what)
        self._engine.write_all(end, self._now() + patience)
        return self._reply(patience)

    def _left_data(self, reply: Reply) -> None:
        self._ready = False
        self._carriers.state = State.COMMAND
        self._reports.read(reply.lines)
        if reply.code is not Code.OK:
            self._check_hung_up()

    # receiving

    def _start_reception(self) -> None:
        """``+FDR``: the modem confirms what came before, and waits for a page."""
        if self._ready:
            return
        self._check_hung_up()
        reply = self._command("AT+FDR", _TRAINED_S)
        if reply.code is Code.CONNECT:
            self._ready = True
            self._carriers.state = State.LISTENING
            return
        if self._reports.hung_up is HangupStatus.NORMAL and self._page_end is FCF.EOP:
            self._pending.append((Frame(FCF.DCN),))
            return
        self._check_hung_up()
        reply.expect(Code.CONNECT)

    def _receive_page(self, rung: Rung) -> bytes:
        self._start_reception()
        self._engine.write_all(_DC2, self._now() + _SILENT_S)
        unstuffer, data = Unstuffer(), bytearray()
        most = rung.bits_per_second * _MAX_PAGE_SECONDS // 8
        while not unstuffer.ended:
            piece = self._engine.read_data(min(self._now() + _SILENT_S, self._carriers.limit))
            if not piece:
                self._carriers.check_limit()
                raise NoReply(f"+FDR: {len(data)} octets of a page, and no end of it")
            data += unstuffer.feed(piece)
            del data[most:]
        self._engine.unread(unstuffer.rest)
        self._engine.expect_more("+FDR, the page's end")
        self._reports.following = None
        self._left_data(self._reply(_ANSWERED_S))
        self._page_end = self._reports.following
        if self._page_end is None:
            self._check_hung_up()
            raise UnexpectedReply("+FDR: a page ended without +FET")
        self._pending.append((Frame(self._page_end),))
        return self._in_line_order(bytes(data))

    def _in_line_order(self, data: bytes) -> bytes:
        session = session_of(self._reports.agreed or Numbers(), ecm=False)
        msb_first = self._profile.receives_msb_first
        octets, as_told = in_line_order(data, session, msb_first=msb_first)
        if not as_told:
            self._engine.port.mark("the page came in the other bit order than the profile says")
        return octets

    def _answer_page(self, kind: FCF) -> None:
        """Have the modem say what we think of a page. The next ``+FDR`` does."""
        number = _STATUS_OF[kind]
        if number != self._reports.status:
            self._command(f"AT{self._dialect.set_status}={number}").expect(Code.OK)
        before = self._reports.agreed
        self._start_reception()
        if self._page_end is FCF.EOM or self._reports.agreed is not before:
            self._hear_command()
        self._page_end = None if self._page_end is not FCF.EOP else self._page_end

    # common

    @property
    def _base(self) -> int:
        return self._profile.number_base or self._dialect.base

    def _command(self, text: str, within_s: float | None = None) -> Reply:
        self._engine.ask(text)
        reply = self._reply(within_s or self._profile.command_seconds)
        self._reports.read(reply.lines)
        return reply

    def _reply(self, within_s: float) -> Reply:
        until = min(self._now() + within_s, self._carriers.limit)
        return self._engine.reply(until, FINAL)

    def _check_hung_up(self) -> None:
        status = self._reports.hung_up
        if status is not None:
            said = self._reports.hung_up_line or self._dialect.hung_up
            raise HungUp(f"{said}: {status.sentence}")

    def _disconnect(self) -> None:
        if self._reports.hung_up is None:
            self._abort_data()
            self._command(f"AT{self._dialect.abort}", _ABORTED_S)

    def _abort_data(self) -> None:
        """Out of page data, whichever way they go; what the modem says of it may be anything."""
        if self._carriers.state is State.COMMAND:
            return
        half = bytes((DLE,)) if self._carriers.dle_is_half else b""
        self._ready, self._carriers.state = False, State.COMMAND
        with self._engine.uninterrupted():
            self._engine.expect_more("the end of an aborted page")
            self._engine.write_all(half + bytes((CAN,)) + END, self._now() + _ABORTED_S)
            self._reports.read(self._engine.reply(self._now() + _ABORTED_S).lines)

    def _stop(self, ended: Ended, began: float) -> Heard:
        text = {Ended.CANCELLED: "cancelled", Ended.TIME_LIMIT: "the call's time was over"}[ended]
        try:
            self._abort_data()
        except ModemError as error:
            return self._fail(error, began)
        return Heard(ended, began, self._now(), text=text)

    def _fail(self, error: ModemError, began: float) -> Heard:
        self._failure = str(error)
        return Heard(Ended.EQUIPMENT, began, self._now(), text=self._failure)

    def _done(self, began: float) -> Heard:
        return Heard(Ended.DONE, began, self._now())

    def _now(self) -> float:
        return self._engine.port.now()


def _with_outcome(result: CallResult, outcome: PageOutcome) -> CallResult:
    """The result with this outcome for the page that is uncertain."""
    pages = tuple(
        replace(page, outcome=outcome) if page.outcome is PageOutcome.UNCERTAIN else page
        for page in result.pages
    )
    return replace(result, pages=pages)


def _rate(numbers: Numbers) -> int:
    return session_of(numbers, ecm=False).rung.bits_per_second

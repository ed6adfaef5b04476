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

from faxcore.errors import UnexpectedReply
from faxcore.modem.at import AtEngine
from faxcore.modem.class2_receiving import STATUS_OF, PageTaker
from faxcore.modem.class2_sending import PageSender
from faxcore.modem.class2_talk import HungUp, Talk
from faxcore.modem.dialect import ETX_ENDS, GIVEN_UP, Dialect
from faxcore.modem.keeping import keep_page
from faxcore.modem.modem_line import ModemLine
from faxcore.modem.t32 import Numbers, capabilities_of, session_of
from faxcore.profiles import ModemProfile
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
from faxcore.t30.modulation import TCF_SECONDS
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome


class Class2Line(ModemLine):
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
        self._talk = Talk(engine, profile, dialect, most)
        super().__init__(engine, self._talk.carriers, limit)
        self._sender = PageSender(self._talk, on_progress)
        self._taker = PageTaker(self._talk)
        self._keep = keep
        self._pending: deque[tuple[Frame, ...]] = deque()
        self._answering = False

    def dialled(self, lines: Sequence[str]) -> None:
        """The modem reached a fax; ``lines`` are what it reported."""
        self._talk.reports.read(lines)
        self._hear_receiver()

    def answered(self, lines: Sequence[str]) -> None:
        """The modem answered a fax; ``lines`` are what it reported."""
        self._answering = True
        self._talk.reports.read(lines)
        self._hear_command()

    def verdict(self, result: CallResult) -> CallResult:
        """The result of the procedure, with the modem's own reason where it ended the call.

        A modem that hangs up normally behind the last page without a word on it leaves that page
        INFERRED; one that hangs up in phase C has not sent it; one that gives a page up in spite of
        error correction (status 0) has sent some of it.
        """
        hung_up = self._talk.reports.hung_up
        if result.status is not HangupStatus.ABORTED or hung_up is None:
            return result
        if (
            hung_up is HangupStatus.NORMAL
            and self._talk.page_end is FCF.EOP
            and not self._answering
        ):
            text = "the modem hung up normally behind the last page"
            told = self._talk.reports.status
            if told is not None:
                text = f"{text}, whose status was {told}"
                return replace(result, status=hung_up, text=text)
            text = f"{text}, and said nothing of the page"
            return _with_outcome(replace(result, status=hung_up, text=text), PageOutcome.INFERRED)
        if hung_up is HangupStatus.NORMAL:
            return result
        if self._talk.reports.status == GIVEN_UP:
            text = f"{result.text}: the modem gave a page up in spite of error correction"
            result = replace(result, status=HangupStatus.PAGE_REJECTED, text=text)
            return _with_outcome(result, PageOutcome.DOUBTFUL)
        result = replace(result, status=hung_up)
        in_page = HangupStatus.PHASE_C <= hung_up < HangupStatus.PHASE_D
        return _with_outcome(result, PageOutcome.UNSENT) if in_page else result

    def release(self) -> None:
        """Nothing: the modem has hung up by itself, or was told to."""

    def _perform(self, op: LineOp, began: float) -> Heard:
        try:
            return self._have_done(op, began)
        except HungUp as end:
            return Heard(Ended.HUNG_UP, began, self._now(), text=str(end))

    def _have_done(self, op: LineOp, began: float) -> Heard:
        if isinstance(op, ReceiveFrames):
            return self._receive_frames(began)
        if isinstance(op, KeepPage):
            return keep_page(self._keep, op, began, self._now)
        if isinstance(op, Silence):
            return self._done(began)
        if isinstance(op, SendFrames):
            self._send_frames(op.frames)
        elif isinstance(op, SendTraining):
            self._pending.append((Frame(self._sender.train(op.rung)),))
        elif isinstance(op, SendPage):
            self._sender.send_page(op)
        elif isinstance(op, ReceiveTraining):
            zeros = bytes(round(op.rung.bits_per_second * TCF_SECONDS / 8))
            return self._done(began, zeros)
        elif isinstance(op, ReceivePage):
            return self._done(began, self._receive_page(op))
        return self._done(began)

    # what is heard

    def _receive_frames(self, began: float) -> Heard:
        if self._answering and not self._pending and not self._talk.page_end:
            self._start_reception()
            self._hear_command()
            self._check_told()
        if self._pending:
            return Heard(Ended.DONE, began, self._now(), self._pending.popleft())
        self._talk.check_hung_up()
        return Heard(Ended.TIMEOUT, began, self._now(), text="the modem reported no answer")

    def _hear_receiver(self) -> None:
        """The far end's CSI and DIS, out of the modem's reports."""
        most = self._talk.most
        far = self._talk.reports.far or Numbers(br=most.br, vr=1, ln=2)
        offered = capabilities_of(far, most)
        if self._talk.reports.polled:  # whether SEP and PWD are taken, no report says
            offered = replace(offered, has_document=True, selective_polling=True, password=True)
        self._pending.append((*self._identity(FCF.CSI), Frame(FCF.DIS, offered.encode())))

    def _hear_command(self) -> None:
        """The caller's TSI and DCS, once the modem has told them."""
        told = self._talk.reports.agreed
        if told is not None:
            dcs = Frame(FCF.DCS, session_of(told, ecm=False).encode())
            self._pending.append((*self._identity(FCF.TSI), *self._address(), dcs))

    def _check_told(self) -> None:
        """A page of which nobody knows how it is coded cannot be taken."""
        if self._talk.ready and not self._pending:
            raise UnexpectedReply(f"+FDR: a page begins, and no {self._talk.dialect.agreed} came")

    def _identity(self, kind: FCF) -> tuple[Frame, ...]:
        name = self._talk.reports.remote_id
        return (Frame(kind, encode_id(name), final=False),) if name else ()

    def _address(self) -> tuple[Frame, ...]:
        told = self._talk.reports.subaddress
        return (Frame(FCF.SUB, encode_id(told), final=False),) if told else ()

    # what is said

    def _send_frames(self, frames: tuple[Frame, ...]) -> None:
        last = frames[-1]
        kind = last.kind
        if kind is FCF.DCS:
            self._talk.wanted = SessionParameters.decode(last.fif)
        elif kind is FCF.DTC:
            self._answering = True
            self._start_reception()
            self._hear_command()
        elif kind is FCF.DCN:
            self._talk.disconnect()
        elif kind in ETX_ENDS and not self._answering:
            self._end_page(kind)
        elif kind in STATUS_OF and self._answering:
            self._answer_page(kind)

    def _end_page(self, kind: FCF) -> None:
        if self._talk.page_end is not None:  # a repetition, for want of an answer that is not to be
            return
        status = self._sender.end_page(kind)
        if status is not None:
            self._pending.append((Frame(status),))
        if kind is FCF.EOM and status is not None and self._talk.reports.hung_up is None:
            self._hear_receiver()

    def _receive_page(self, op: ReceivePage) -> bytes:
        self._start_reception()
        octets = self._taker.take_page(op.rung)
        if self._talk.page_end is not None:
            self._pending.append((Frame(self._talk.page_end),))
        return octets

    def _start_reception(self) -> None:
        if not self._taker.start():
            self._pending.append((Frame(FCF.DCN),))

    def _answer_page(self, kind: FCF) -> None:
        talk = self._talk
        before = talk.reports.agreed
        if not self._taker.answer(kind):
            self._pending.append((Frame(FCF.DCN),))
        if talk.page_end is FCF.EOM or talk.reports.agreed is not before:
            self._hear_command()
        if talk.page_end is not FCF.EOP:
            talk.page_end = None

    # common

    def _recover(self) -> None:
        self._talk.abort_data()

    def _done(self, began: float, octets: bytes = b"") -> Heard:
        return Heard(Ended.DONE, began, self._now(), octets=octets)


def _with_outcome(result: CallResult, outcome: PageOutcome) -> CallResult:
    """The result with this outcome for the page that is uncertain."""
    pages = tuple(
        replace(page, outcome=outcome) if page.outcome is PageOutcome.UNCERTAIN else page
        for page in result.pages
    )
    return replace(result, pages=pages)

"""A fax modem on a port: one call at a time, one honest result for each (design: Failure)."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from faxcore.modem.class1 import Class1Line
from faxcore.modem.class2 import Class2Line
from faxcore.modem.link import DialOutcome
from faxcore.modem.number import dial_string
from faxcore.modem.offers import sendable
from faxcore.modem.prepared_modem import AnyLine, PreparedModem
from faxcore.modem.t32 import numbers_offering
from faxcore.modem.v34_codes import told_rates
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import ANYTHING, CallOptions, FaxDocument, Poll, Station
from faxcore.t30.line import Heard, KeepPage, LineOp, Observer, Procedure, run
from faxcore.t30.modulation import v34_rung
from faxcore.t30.polling import poll_document
from faxcore.t30.receiver import receive_document
from faxcore.t30.reception import Reception
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome, PageReport
from faxcore.t30.sender import DEFAULT_OPTIONS, send_document
from faxcore.t30.timing import Timekeeper
from faxcore.transport.port import Interrupted
from faxcore.transport.watched import WatchedPort

_Begun: TypeAlias = tuple[AnyLine, Procedure[CallResult]]
"""A call that was made: its line, and what is to be played on it."""

POLLING, POLLING_ONE = "polling", "polling one document"
"""The marks that tell a transcript's readers why we called."""


class FaxModem(PreparedModem):
    """Sends and receives through one modem. Closes its port at the end of a ``with``.

    One thread uses it; ``cancel()`` and the ``cancel`` event may come from any other.
    """

    def send(
        self,
        document: FaxDocument,
        to: str,
        station: Station,
        *,
        options: CallOptions = DEFAULT_OPTIONS,
        observe: Observer | None = None,
        on_progress: Callable[[float], None] | None = None,
        cancel: threading.Event | None = None,
        timeout: float | None = None,
    ) -> CallResult:
        """Dial ``to`` and send ``document``; what came of it, whatever that is.

        ``options`` is what the caller allows: error correction, the highest rate.
        ``observe`` is told every line operation twice, ``on_progress`` the share of the page that
        the modem has taken. ``timeout`` bounds the whole call, in seconds from dialling on; what a
        modem needs to let go of the line, and a dead one a minute, comes on top. Raises
        NumberRefused and ModemError only as long as nothing was dialled.
        """
        dial_string(to)
        self._use(WatchedPort(self.port, cancel) if cancel is not None else self.port)
        unsent = _unsent(document)
        try:
            if self._speeds is None:
                self.prepare()
            self._allow_v34(options.ecm and options.fastest >= CallOptions().fastest)
            offer = self._most and sendable(self._most, self.profile, document, options)
            if offer is not None and self._setup is not None:
                self._set_up(self._setup, station, offer)
                options = replace(options, ecm_by_modem=True)
            if self._cancelled.is_set():
                raise Interrupted
        except Interrupted:
            self._cancelled.clear()
            return CallResult(HangupStatus.CANCELLED, unsent, "cancelled before dialling")
        limit = self.port.now() + timeout if timeout is not None else math.inf
        keeper = Timekeeper()

        def sending(share: float) -> None:
            keeper.sending(share, self.port.now())
            if on_progress is not None:
                on_progress(share)

        line: AnyLine = self._line(offer, None, sending, limit)
        try:
            outcome = self._try_call(lambda: self._link.dial(to, limit, self._judge))
            if outcome.status is not None:
                return self._unmade(outcome, unsent)
            if (rates := told_rates(outcome.lines)) is not None:
                line = self._v34_line(rates, None, sending, limit, calling=True)
                options = replace(options, v34_rate=rates[0], ecm=True)
            line.dialled(outcome.lines)
            connected = self.port.now()
            procedure = send_document(document, station, self.ladder, options)
            result = line.verdict(run(procedure, line, _tell_both(keeper, observe)))
            seconds = self.port.now() - connected
            return replace(result, seconds=seconds, timing=keeper.account())
        finally:
            line.release()
            self._end_call()

    def receive(
        self,
        capabilities: Capabilities,
        station: Station,
        keep: Callable[[KeepPage], bool],
        *,
        judge: Reception | None = None,
        observe: Observer | None = None,
        cancel: threading.Event | None = None,
        timeout: float | None = None,
    ) -> CallResult:
        """Answer the call that rings and take its pages.

        ``keep`` stores each page before it is confirmed: the far end is told that a page arrived
        only where ``keep`` said True. In the result's timing, what ``keep`` takes is a reaction.
        """
        self._use(WatchedPort(self.port, cancel) if cancel is not None else self.port)
        limit = self.port.now() + timeout if timeout is not None else math.inf
        try:
            self._allow_v34(capabilities.ecm)
            line = self._receiving_line(capabilities, station, keep, limit)
        except Interrupted:
            self._cancelled.clear()
            return CallResult(HangupStatus.CANCELLED, text="cancelled before answering")

        def begin(lines: Sequence[str]) -> _Begun:
            rates = told_rates(lines)
            if rates is None:
                line.answered(lines)
                return line, receive_document(capabilities, station, judge)
            offered = replace(capabilities, v8=True, ecm=True)
            procedure = receive_document(offered, station, judge, v34_rung(rates[0]))
            return self._v34_line(rates, keep, None, limit, calling=False), procedure

        return self._take(lambda: self._link.answer(limit, self._judge), begin, observe)

    def poll(
        self,
        to: str,
        capabilities: Capabilities,
        station: Station,
        keep: Callable[[KeepPage], bool],
        *,
        poll: Poll = ANYTHING,
        judge: Reception | None = None,
        observe: Observer | None = None,
        cancel: threading.Event | None = None,
        timeout: float | None = None,
    ) -> CallResult:
        """Dial ``to`` and take the document that is held ready there; the rest as ``receive``.

        Raises NumberRefused and ModemError only as long as nothing was dialled.
        """
        dial_string(to)
        self._use(WatchedPort(self.port, cancel) if cancel is not None else self.port)
        limit = self.port.now() + timeout if timeout is not None else math.inf
        try:
            if self._speeds is None:
                self.prepare()
            self._allow_v34(False)
            line = self._receiving_line(capabilities, station, keep, limit)
            self.port.mark(POLLING_ONE if poll.selective else POLLING)
            if (setup := self._setup) is not None:
                self._polls = True
                setup.poll(station, poll)
            if self._cancelled.is_set():
                raise Interrupted
        except Interrupted:
            self._cancelled.clear()
            return CallResult(HangupStatus.CANCELLED, text="cancelled before dialling")

        def begin(lines: Sequence[str]) -> _Begun:
            line.dialled(lines)
            return line, poll_document(capabilities, station, poll, judge)

        return self._take(lambda: self._link.dial(to, limit, self._judge), begin, observe)

    def _receiving_line(
        self,
        capabilities: Capabilities,
        station: Station,
        keep: Callable[[KeepPage], bool],
        limit: float,
    ) -> Class1Line | Class2Line:
        offer = None
        if (setup := self._setup) is not None:
            offer = numbers_offering(capabilities, setup.most)
            self._set_up(setup, station, offer)
            setup.before_answering(addressed=capabilities.subaddress)
        return self._line(offer, keep, None, limit)

    def _take(
        self,
        connect: Callable[[], DialOutcome],
        begin: Callable[[Sequence[str]], _Begun],
        observe: Observer | None,
    ) -> CallResult:
        """One call in which pages come in; ``begin`` is told what the modem reported."""
        line: AnyLine | None = None
        try:
            outcome = self._try_call(connect)
            if outcome.status is not None:
                return self._unmade(outcome, ())
            line, procedure = begin(outcome.lines)
            connected = self.port.now()
            keeper = Timekeeper()
            result = line.verdict(run(procedure, line, _tell_both(keeper, observe)))
            seconds = self.port.now() - connected
            return replace(result, seconds=seconds, timing=keeper.account())
        finally:
            if line is not None:
                line.release()
            self._end_call()

    def _unmade(self, outcome: DialOutcome, pages: tuple[PageReport, ...]) -> CallResult:
        status = outcome.status or HangupStatus.EQUIPMENT
        return CallResult(status, pages, outcome.text)


def _tell_both(keeper: Timekeeper, observe: Observer | None) -> Observer:
    """The one who keeps the account of time, and the caller's own observer."""

    def tell(op: LineOp, heard: Heard | None) -> None:
        keeper.tell(op, heard)
        if observe is not None:
            observe(op, heard)

    return tell


def _unsent(document: FaxDocument) -> tuple[PageReport, ...]:
    numbers = range(document.first_number, document.first_number + len(document.pages))
    return tuple(PageReport(number, PageOutcome.UNSENT) for number in numbers)

"""A fax modem on a port: one call at a time, one honest result for each (design: Failure)."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from faxcore.errors import ModemError, UnexpectedReply
from faxcore.modem.at import AtEngine
from faxcore.modem.class1 import Class1Line
from faxcore.modem.class2 import Class2Line
from faxcore.modem.class2_setup import Class2Setup
from faxcore.modem.dialect import DIALECTS
from faxcore.modem.link import AtLink, DialOutcome
from faxcore.modem.number import dial_string
from faxcore.modem.t32 import (
    RATES,
    RESOLUTION_BITS,
    Numbers,
    modulations_of,
    numbers_offering,
    rungs_up_to,
)
from faxcore.profiles import ModemProfile
from faxcore.t4 import Resolution
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, FaxDocument, Station
from faxcore.t30.line import Heard, KeepPage, LineOp, Observer, run
from faxcore.t30.modulation import FALLBACK, Modulation, Rung
from faxcore.t30.receiver import receive_document
from faxcore.t30.reception import Reception
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome, PageReport
from faxcore.t30.sender import DEFAULT_OPTIONS, send_document
from faxcore.t30.timing import Timekeeper
from faxcore.transport.port import Interrupted, Port
from faxcore.transport.watched import WatchedPort

UNTOLD_SPEEDS = frozenset({24, 48, 72, 96})
"""What a modem that answers nothing to ``+FTM=?`` is taken to have: V.27ter and V.29."""


class FaxModem:
    """Sends and receives through one modem. Closes its port at the end of a ``with``.

    One thread uses it; ``cancel()`` and the ``cancel`` event may come from any other.
    """

    def __init__(self, port: Port, profile: ModemProfile) -> None:
        self.port = port
        self.profile = profile
        self._speeds: frozenset[int] | None = None
        self._most: Numbers | None = None
        self._fax_class = ""
        self._cancelled = threading.Event()
        self._use(port)

    def __enter__(self) -> Self:
        """Begin to use the modem; nothing is sent yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the port back."""
        self.port.close()

    @property
    def fax_class(self) -> str:
        """The service class that was selected, "" before ``prepare()``."""
        return self._fax_class

    @property
    def ladder(self) -> tuple[Rung, ...]:
        """The rungs that the modem has and the profile allows, in the order of falling back."""
        rungs = FALLBACK if self._most is None else rungs_up_to(self._most.br)
        speeds = self._speeds or UNTOLD_SPEEDS
        if self._most is not None:
            speeds = self._allowed(frozenset(each.long_train for each in rungs))
            return tuple(each for each in rungs if each.long_train in speeds)
        speeds = self._allowed(speeds)
        return tuple(each for each in rungs if {each.long_train, each.short_train} <= speeds)

    def prepare(self) -> None:
        """Reset the modem and select its fax class.

        Raises ModemError when that fails, Interrupted after ``cancel()``.
        """
        self._speeds = self._link.prepare()
        self._fax_class = self._link.fax_class
        self._most = None
        if (setup := self._setup) is not None:
            setup.prepare()
            self._most = setup.most
        if not self.ladder:
            told = ", ".join(map(str, sorted(self._speeds))) or "nothing"
            raise UnexpectedReply(f"+FTM=?: no carrier that can be used, got {told}")

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

        offer = self._sendable(document, options)
        if offer is not None and self._setup is not None:
            self._setup.before_call(station, offer)
            options = replace(options, ecm_by_modem=True)
        line = self._line(offer, None, sending, limit)
        try:
            judge = self._setup.judge if self._setup is not None else None
            outcome = self._try_call(lambda: self._link.dial(to, limit, judge))
            if outcome.status is not None:
                return self._unmade(outcome, unsent)
            line.dialled(outcome.lines)
            connected = self.port.now()
            procedure = send_document(document, station, self.ladder, options)
            result = line.verdict(run(procedure, line, _tell_both(keeper, observe)))
            seconds = self.port.now() - connected
            return replace(result, seconds=seconds, timing=keeper.account())
        finally:
            self._end_call()

    def receivable(self) -> frozenset[Modulation]:
        """The modulations of which the modem receives every rate, as ``+FRM=?`` says."""
        if self._most is not None:
            return modulations_of(self._most.br)
        speeds = self._allowed(self._link.receiving_speeds() or UNTOLD_SPEEDS)
        missing = {
            rung.modulation
            for rung in FALLBACK
            if not {rung.long_train, rung.short_train} <= speeds
        }
        return frozenset(Modulation) - missing

    def wait_for_ring(self, within_s: float, cancel: threading.Event | None = None) -> bool:
        """Whether a call comes in. Raises Interrupted after ``cancel()`` or ``cancel.set()``."""
        self._use(WatchedPort(self.port, cancel) if cancel is not None else self.port)
        return self._link.wait_for_ring(self.port.now() + within_s)

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
        offer = None
        if self._setup is not None:
            offer = numbers_offering(capabilities, self._setup.most)
            self._setup.before_call(station, offer)
        line = self._line(offer, keep, None, limit)
        try:
            judge_call = self._setup.judge if self._setup is not None else None
            outcome = self._try_call(lambda: self._link.answer(limit, judge_call))
            if outcome.status is not None:
                return self._unmade(outcome, ())
            line.answered(outcome.lines)
            connected = self.port.now()
            keeper = Timekeeper()
            procedure = receive_document(capabilities, station, judge)
            result = line.verdict(run(procedure, line, _tell_both(keeper, observe)))
            seconds = self.port.now() - connected
            return replace(result, seconds=seconds, timing=keeper.account())
        finally:
            self._end_call()

    def cancel(self) -> None:
        """End what is under way, from any thread: the call ends with DCN and CANCELLED."""
        self._cancelled.set()
        self.port.interrupt()

    def _end_call(self) -> None:
        self._link.hang_up()
        self._cancelled.clear()

    def _use(self, port: Port) -> None:
        self._engine = AtEngine(port, self.profile.command_pause_ms / 1000)
        self._link = AtLink(self._engine, self.profile, self._fax_class)

    @property
    def _setup(self) -> Class2Setup | None:
        """The preparations that the classes need in which the modem speaks T.30 itself."""
        dialect = DIALECTS.get(self._fax_class)
        if dialect is None:
            return None
        setup = Class2Setup(self._engine, self.profile, dialect)
        if self._most is not None:
            setup.most = self._most
        return setup

    def _line(
        self,
        offer: Numbers | None,
        keep: Callable[[KeepPage], bool] | None,
        on_progress: Callable[[float], None] | None,
        limit: float,
    ) -> Class1Line | Class2Line:
        dialect = DIALECTS.get(self._fax_class)
        if dialect is None or offer is None:
            return Class1Line(self._engine, self.profile, keep, on_progress, limit)
        return Class2Line(self._engine, self.profile, dialect, offer, keep, on_progress, limit)

    def _sendable(self, document: FaxDocument, options: CallOptions) -> Numbers | None:
        """What a modem that negotiates by itself may agree to; None where we negotiate."""
        most = self._most
        if most is None:
            return None
        slowest = sum(rate <= options.fastest for rate in RATES) - 1
        offer = replace(most, br=min(most.br, slowest), ec=most.ec if options.ecm else 0)
        if self.profile.session_before_dialling:  # what is said before DIS must suit anybody
            vr = offer.vr & RESOLUTION_BITS.get(_common_resolution(document), 0)
            offer = replace(offer, vr=vr, df=0, ec=0)
        return offer

    def _allowed(self, speeds: frozenset[int]) -> frozenset[int]:
        return speeds & frozenset(self.profile.rungs) if self.profile.rungs else speeds

    def _try_call(self, call: Callable[[], DialOutcome]) -> DialOutcome:
        """A modem that fails once something was dialled is an outcome, too."""
        began = self.port.now()
        try:
            return call()
        except ModemError as error:
            return DialOutcome(HangupStatus.EQUIPMENT, str(error), self.port.now() - began)

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


def _common_resolution(document: FaxDocument) -> Resolution:
    """The first that every page can be had in; where there is none, the first page's."""
    held = [{form.resolution for form in page.choices} for page in document.pages]
    wanted = [form.resolution for form in document.pages[0].choices]
    return next((each for each in wanted if all(each in page for page in held)), wanted[0])


def _unsent(document: FaxDocument) -> tuple[PageReport, ...]:
    numbers = range(document.first_number, document.first_number + len(document.pages))
    return tuple(PageReport(number, PageOutcome.UNSENT) for number in numbers)

"""The T.30 of a simulated modem of class 2, 2.0 or 2.1, between its line and its computer.

Theory of operation. On the line it is a station like any other: a procedure, played by a
``PlayedEnd``. Between two signals it waits for its computer (``Wait``), and what it hears it tells.
``Desk`` is the computer's side of it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from faxcore.sim.class2_words import Wanted, rungs_of
from faxcore.sim.waiting import Wait, WaitingProcedure
from faxcore.t4 import EncodedPage, decode_octets, encode_page
from faxcore.t30.call import Call, CallEnded, hear
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import CallOptions, FaxPage, Poll, Station
from faxcore.t30.ecm_sender import send_page_with_correction
from faxcore.t30.frames import FCF, Frame, decode_id
from faxcore.t30.line import (
    Ended,
    Heard,
    KeepPage,
    LineOp,
    Procedure,
    ReceiveFrames,
    SendFrames,
    Silence,
)
from faxcore.t30.modulation import Rung
from faxcore.t30.polling import poll_document
from faxcore.t30.post_message import Verdict, confirm
from faxcore.t30.receiver import receive_document
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome, PageReport
from faxcore.t30.sender import disconnect, find_receiver, send_page
from faxcore.t30.timers import T1, T2
from faxcore.t30.training import train

STATUS_OF = {FCF.MCF: 1, FCF.RTN: 2, FCF.RTP: 3, FCF.PIN: 4, FCF.PIP: 5}
"""The numbers of ``+FPTS`` and ``+FPS``."""

GIVEN_UP = 0
"""A page that did not get through in spite of error correction."""

_FRAME_OF = {number: frame for frame, number in STATUS_OF.items()}
_ENDS = {FCF.MPS, FCF.EOM, FCF.EOP}


@dataclass(frozen=True, slots=True)
class PageIn:
    """A page that the computer gave: its octets, first-sent bit on top, and what follows it."""

    octets: bytes
    following: FCF


class Desk(Protocol):
    """What the station tells its computer and asks of it. ``at`` is the moment for it."""

    at: float

    def connected(self, far: Capabilities, name: str) -> None:
        """A fax was reached."""
        ...

    def can_be_polled(self, far: Capabilities, name: str) -> None:
        """A fax was reached in a call that polls."""
        ...

    def ready_for_page(self, agreed: SessionParameters | None, rung: Rung) -> None:
        """``+FDT`` is granted; what was agreed upon, if it is news; how the page goes out."""
        ...

    def page_sent(self, status: int) -> None:
        """What the far end said of a page."""
        ...

    def met_again(self, far: Capabilities) -> None:
        """After EOM the far end identified itself anew."""
        ...

    def called(self, agreed: SessionParameters, name: str, subaddress: str) -> None:
        """A caller has trained; what it commands."""
        ...

    def page_came(self, octets: bytes, status: int, following: FCF) -> None:
        """A page was received, and what follows it is known."""
        ...

    def hung_up(self, status: HangupStatus) -> None:
        """The call is over."""
        ...

    def wait_for_page_command(self) -> Wait:
        """Until ``+FDT``."""
        ...

    def wait_for_page(self, speed: int) -> Wait:
        """Until a page has come from the computer; its carrier is raised."""
        ...

    def page_from_computer(self) -> PageIn:
        """That page."""
        ...

    def wanted(self) -> Wanted:
        """The session that the computer asked for last."""
        ...

    def wait_for_verdict(self) -> Wait:
        """Until ``+FDR``, which says what was set as the page's status."""
        ...

    def verdict(self) -> int:
        """That status."""
        ...

    def line_octets(self, octets: bytes, agreed: SessionParameters) -> bytes:
        """What goes out of what the computer gave."""
        ...

    def makes_of(self, far: Capabilities) -> Capabilities:
        """What this modem makes of the far end's DIS. Raises CallEnded where it gives up."""
        ...


def timed(desk: Desk, procedure: WaitingProcedure) -> WaitingProcedure:
    """The procedure, with the desk told the time whenever it goes on."""
    op = next(procedure)
    while True:
        heard = yield op
        desk.at = heard.at
        try:
            op = procedure.send(heard)
        except StopIteration as stop:
            result: CallResult = stop.value
            return result


def sending(desk: Desk, station: Station, br: int) -> WaitingProcedure:
    """The calling station: everything that its computer asks for, until the call is over."""
    call = Call(station, rungs_of(br), [], [])
    status = HangupStatus.NORMAL
    try:
        yield from find_receiver(call, T1)
        desk.connected(call.receiver, call.remote_id)
        yield from _send_pages(desk, call)
    except CallEnded as end:
        status = end.status
        if end.status is HangupStatus.OPERATOR_WANTED:
            desk.page_sent(STATUS_OF[FCF.PIN])
        if end.status is HangupStatus.PAGE_REJECTED:
            desk.page_sent(GIVEN_UP)
            status = HangupStatus.PHASE_D
        if end.farewell:
            yield from disconnect()
    desk.hung_up(status)
    return call.result(status, "")


def _send_pages(desk: Desk, call: Call) -> Generator[LineOp | Wait, Heard, None]:
    trained: tuple[Wanted, Rung] | None = None
    index, far = 0, call.receiver
    while True:
        yield desk.wait_for_page_command()
        wanted = desk.wanted().met_by(far)
        agreed = None
        if trained is None or trained[0] != wanted:
            call.far = desk.makes_of(far)
            _propose(call, wanted, index)
            yield from train(call, index)
            agreed = call.agreed
            trained = wanted, call.current_rung
        yield from hear(Silence())
        desk.ready_for_page(agreed, call.current_rung)
        yield desk.wait_for_page(call.current_rung.short_train)
        page = desk.page_from_computer()
        verdict = yield from _send_one(desk, call, index, page)
        desk.page_sent(STATUS_OF[_said(call, index, verdict)])
        if page.following is FCF.EOP and verdict is not Verdict.REFUSED:
            yield from disconnect()
            return
        if verdict is not Verdict.GO_ON or page.following is FCF.EOM:
            trained = None
        if page.following is FCF.EOM:
            yield from find_receiver(call, 2 * T2)
            far = call.receiver
            desk.met_again(far)
        index += verdict is not Verdict.REFUSED


def _propose(call: Call, wanted: Wanted, index: int) -> None:
    """Put a page of the wanted kind in the call, so that DCS is made for it."""
    rungs = [rung for rung in call.ladder if rung.bits_per_second <= wanted.fastest]
    call.rung = next(rung for rung in (rungs or call.ladder) if call.receiver.has(rung))
    call.options = CallOptions(ecm=wanted.ecm, ecm_by_modem=True)
    row = np.zeros(1, np.int32)
    form = EncodedPage(b"\0", wanted.coding, wanted.width, row, wanted.resolution)
    _put_page(call, index, form)


def _put_page(call: Call, index: int, form: EncodedPage) -> None:
    """A page anew, its refusals forgotten: how often one is sent is the computer's business."""
    call.pages[index:] = [FaxPage((form,))]
    call.forms = (*call.forms[:index], form)
    call.reports[index:] = [PageReport(index + 1, PageOutcome.UNSENT)]


def _send_one(desk: Desk, call: Call, index: int, page: PageIn) -> Procedure[Verdict]:
    """Fill, RTC and error correction are the modem's business."""
    agreed = call.agreed
    octets = desk.line_octets(page.octets, agreed)
    decoded = decode_octets(octets, agreed.coding, agreed.width, agreed.resolution)
    form = encode_page(decoded.bitmap, agreed.coding)
    _put_page(call, index, form)
    if agreed.ecm:
        return (yield from send_page_with_correction(call, index, form, page.following))
    yield from send_page(call, index, form)
    return (yield from confirm(call, index, page.following))


def _said(call: Call, index: int, verdict: Verdict) -> FCF:
    if verdict is Verdict.REFUSED:
        return FCF.RTN
    return FCF.RTP if verdict is Verdict.RETRAIN else FCF.MCF


class _Trusting:
    """Leaves the judgement of pages to the computer."""

    def training_ok(self, rung: Rung, octets: bytes) -> bool:
        """A second of zeros."""
        return octets.count(0) >= rung.bits_per_second / 8

    def page_answer(self, page: KeepPage) -> FCF:
        """The computer says what."""
        return FCF.MCF

    def busy(self) -> bool:
        """Never."""
        return False


def receiving(desk: Desk, station: Station, offered: Capabilities) -> WaitingProcedure:
    """The called station: what a caller sends, page after page handed to the computer."""
    return (yield from _hand_over(desk, receive_document(offered, station, _Trusting())))


def polling(desk: Desk, station: Station, offered: Capabilities, poll: Poll) -> WaitingProcedure:
    """The calling station that polls: the same, behind DTC, which waits for ``+FDR``."""
    return (yield from _hand_over(desk, poll_document(offered, station, poll, _Trusting())))


def _hand_over(desk: Desk, inner: Procedure[CallResult]) -> WaitingProcedure:
    session = _Session()
    op = next(inner)
    while True:
        if isinstance(op, KeepPage):
            session.page = op.octets
            heard = Heard(Ended.DONE, desk.at, desk.at)
        else:
            if isinstance(op, SendFrames) and op.frames[-1].kind is FCF.MCF and session.page:
                desk.page_came(session.page, STATUS_OF[FCF.MCF], session.following)
                session.page = b""
                yield desk.wait_for_verdict()
                answer = _FRAME_OF.get(desk.verdict(), FCF.MCF)
                op = replace(op, frames=(*op.frames[:-1], Frame(answer)))
            if isinstance(op, SendFrames) and op.frames[-1].kind is FCF.DTC and session.far:
                desk.can_be_polled(session.far, session.name)
                session.far = None
                yield desk.wait_for_verdict()
            heard = yield op
            desk.at = heard.at
            session.note(desk, op, heard)
        try:
            op = inner.send(heard)
        except StopIteration as stop:
            result: CallResult = stop.value
            desk.hung_up(result.status)
            return result


@dataclass(slots=True)
class _Session:
    """What is known of the other station, and the page that nobody has seen yet."""

    name: str = ""
    subaddress: str = ""
    far: Capabilities | None = None
    agreed: SessionParameters | None = None
    following: FCF = FCF.EOP
    page: bytes = b""

    def note(self, desk: Desk, op: LineOp, heard: Heard) -> None:
        """Take down what came; once training has succeeded, the computer is told of the call."""
        if isinstance(op, SendFrames) and op.frames[-1].kind is FCF.CFR and self.agreed is not None:
            desk.called(self.agreed, self.name, self.subaddress)
        if not isinstance(op, ReceiveFrames):
            return
        for frame in heard.frames:
            kind = frame.kind
            if kind is FCF.DIS:
                self.far = Capabilities.decode(frame.fif)
            elif kind in {FCF.TSI, FCF.CSI}:
                self.name = decode_id(frame.fif)
            elif kind is FCF.SUB:
                self.subaddress = decode_id(frame.fif)
            elif kind is FCF.DCS:
                self.agreed = SessionParameters.decode(frame.fif)
            elif kind is FCF.PPS and frame.fif:
                self.following = Frame(frame.fif[0]).kind or FCF.MPS
            elif kind in _ENDS and kind is not None:
                self.following = kind

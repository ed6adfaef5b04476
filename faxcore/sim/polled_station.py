"""A called station that holds a document ready to be polled (T.30 5.3.6.1.2).

To DTC it answers by sending the document; to DCS by receiving, as any called station. Of EOM it has
no need: its pages are of one kind.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from faxcore.sim.numbered_page import numbered_page
from faxcore.t4 import Coding, Resolution, encode_page
from faxcore.t30.call import Call, CallEnded, hear
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.frames import FCF, X_BIT, Frame, decode_id
from faxcore.t30.line import Heard, LineOp, Procedure, ReceiveFrames, SendFrames, Silence
from faxcore.t30.modulation import FALLBACK
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.t30.sender import disconnect, meet, send_pages

_SENDERS = {FCF.PPS, FCF.EOR}
"""Frames whose FIF begins with another FCF."""


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """What is held ready: so many pages, told from others by ``selective``, under ``password``.

    ``pages`` 0 is a station that knows polling and has nothing.
    """

    pages: int = 2
    selective: str = ""
    password: str = ""

    def document(self) -> FaxDocument:
        """The pages, each in every coding."""
        bitmaps = [numbered_page(each, Resolution.FINE) for each in range(1, self.pages + 1)]
        return FaxDocument(
            tuple(FaxPage(tuple(encode_page(each, one) for one in Coding)) for each in bitmaps)
        )


def be_polled(
    held: HeldDocument, station: Station, receive: Procedure[CallResult]
) -> Procedure[CallResult]:
    """Do what is asked for: send what is held, or go on to ``receive``."""
    op = next(receive)
    while True:
        op = _offering(held, op)
        heard = yield op
        if isinstance(op, ReceiveFrames) and heard.done and heard.frames[-1].kind is FCF.DTC:
            receive.close()
            return (yield from _answer_poll(held, station, heard.frames))
        try:
            op = receive.send(heard)
        except StopIteration as stop:
            result: CallResult = stop.value
            return result


def _offering(held: HeldDocument, op: LineOp) -> LineOp:
    """A DIS tells of the document, too."""
    if not isinstance(op, SendFrames) or op.frames[-1].kind is not FCF.DIS:
        return op
    dis = replace(
        Capabilities.decode(op.frames[-1].fif),
        has_document=held.pages > 0,
        selective_polling=bool(held.selective),
        password=bool(held.password),
    )
    return SendFrames((*op.frames[:-1], Frame(FCF.DIS, dis.encode())))


def _answer_poll(
    held: HeldDocument, station: Station, frames: tuple[Frame, ...]
) -> Procedure[CallResult]:
    if _may_have(held, frames):
        return (yield from _without_x_bit(_send(held, station, frames[-1])))
    yield Silence()
    yield SendFrames((Frame(FCF.DCN),))
    return CallResult(HangupStatus.DCS_REJECTED, text="another document or password was meant")


def _may_have(held: HeldDocument, frames: tuple[Frame, ...]) -> bool:
    said = {frame.kind: decode_id(frame.fif) for frame in frames}
    wanted = said.get(FCF.SEP, ""), said.get(FCF.PWD_POLL, "")
    return wanted == (held.selective, held.password)


def _send(held: HeldDocument, station: Station, dtc: Frame) -> Procedure[CallResult]:
    call = Call.begin(held.document(), station, FALLBACK, CallOptions())
    status, text, farewell = HangupStatus.NORMAL, "", True
    try:
        yield from hear(Silence())
        meet(call, Capabilities.decode(dtc.fif))
        yield from send_pages(call)
    except CallEnded as end:
        status, text, farewell = end.status, str(end), end.farewell
    if farewell:
        yield from disconnect()
    return call.result(status, text)


def _without_x_bit(
    sending: Generator[LineOp, Heard, CallResult],
) -> Procedure[CallResult]:
    """A called station has received no DIS, and says so in all that it sends."""
    op = next(sending)
    while True:
        if isinstance(op, SendFrames):
            op = SendFrames(tuple(_cleared(frame) for frame in op.frames))
        try:
            op = sending.send((yield op))
        except StopIteration as stop:
            result: CallResult = stop.value
            return result


def _cleared(frame: Frame) -> Frame:
    fif = frame.fif
    if frame.kind in _SENDERS and fif:
        fif = bytes((fif[0] & ~X_BIT,)) + fif[1:]
    return replace(frame, fcf=frame.fcf & ~X_BIT, fif=fif)

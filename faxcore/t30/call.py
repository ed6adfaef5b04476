"""The state of one outgoing call, and the few steps that every phase is made of.

A ``Call`` belongs to one ``send_document`` procedure and never leaves it; what flows out is the
frozen ``CallResult``. A phase that cannot go on raises ``CallEnded``, which only the procedure's
top catches: it is how a box deep in the flow chart reaches the box "disconnect".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from faxcore.errors import ProcedureError
from faxcore.t4 import EncodedPage
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.frames import FCF, X_BIT, Frame, encode_id
from faxcore.t30.line import (
    Ended,
    Heard,
    LineOp,
    Procedure,
    ReceiveFrames,
    SendFrames,
    Silence,
)
from faxcore.t30.modulation import Rung
from faxcore.t30.negotiation import refusal
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome, PageReport, Remade
from faxcore.t30.timers import COMMAND_TRIES, MAX_CRP, T4


class CallEnded(Exception):
    """The call cannot go on. ``farewell``: whether a DCN is still due to the far end."""

    def __init__(self, status: HangupStatus, text: str, *, farewell: bool = True) -> None:
        super().__init__(text)
        self.status = status
        self.farewell = farewell


_STOPPED = {
    Ended.CANCELLED: (HangupStatus.CANCELLED, True),
    Ended.TIME_LIMIT: (HangupStatus.TIME_LIMIT, True),
    Ended.EQUIPMENT: (HangupStatus.EQUIPMENT, False),
    Ended.HUNG_UP: (HangupStatus.ABORTED, False),
}


@dataclass(slots=True)
class Call:
    """What one outgoing call knows so far.

    ``pages`` are those of the document, some of them in parts for a far end with short paper;
    ``position`` is the first that is not done with.
    """

    station: Station
    ladder: Sequence[Rung]
    pages: list[FaxPage]
    reports: list[PageReport]
    far: Capabilities | None = None
    rung: Rung | None = None
    options: CallOptions = field(default_factory=CallOptions)
    forms: tuple[EncodedPage | None, ...] = ()
    position: int = 0
    remote_id: str = ""
    parameters: SessionParameters | None = None
    trainings: int = 0

    @classmethod
    def begin(
        cls,
        document: FaxDocument,
        station: Station,
        ladder: Sequence[Rung],
        options: CallOptions,
    ) -> Call:
        """A call in which nothing has been sent."""
        if not document.pages:
            raise ProcedureError("a document without pages cannot be sent")
        numbers = range(document.first_number, document.first_number + len(document.pages))
        unsent = [PageReport(number, PageOutcome.UNSENT) for number in numbers]
        return cls(station, ladder, list(document.pages), unsent, options=options)

    def report(self, index: int, **changes: object) -> None:
        """Note what became of a page."""
        self.reports[index] = replace(self.reports[index], **changes)  # type: ignore[arg-type]

    def replace_page(
        self, index: int, parts: Sequence[FaxPage], remade: tuple[Remade, ...]
    ) -> None:
        """Page ``index`` goes out as these parts, each with a report of its own."""
        report = replace(self.reports[index], remade=remade)
        self.pages[index : index + 1] = parts
        self.reports[index : index + 1] = [
            replace(report, part=part if len(parts) > 1 else 0) for part in range(1, len(parts) + 1)
        ]

    def is_last_part(self, index: int) -> bool:
        """Whether no further part of the same page follows ``index``."""
        following = self.reports[index + 1 : index + 2]
        return not following or following[0].number != self.reports[index].number

    def result(self, status: HangupStatus, text: str) -> CallResult:
        """What is told to the caller."""
        return CallResult(
            status=status,
            pages=tuple(self.reports),
            text=text,
            remote_id=self.remote_id,
            parameters=self.parameters,
            trainings=self.trainings,
        )

    @property
    def receiver(self) -> Capabilities:
        """The far end's capabilities, known from phase B on."""
        if self.far is None:
            raise ProcedureError("the far end has not identified itself yet")
        return self.far

    @property
    def current_rung(self) -> Rung:
        """The rung in use, known from phase B on."""
        if self.rung is None:
            raise ProcedureError("no rate has been chosen yet")
        return self.rung

    @property
    def agreed(self) -> SessionParameters:
        """What the last DCS said, known once there was one."""
        if self.parameters is None:
            raise ProcedureError("no parameters have been agreed upon yet")
        return self.parameters

    def form(self, index: int) -> EncodedPage:
        """The form of page ``index`` that was chosen when the far end identified itself."""
        form = self.forms[index]
        if form is None:
            raise CallEnded(
                HangupStatus.PAGE_FORMAT,
                f"page {self.reports[index].number}: " + refusal(self.receiver, self.pages[index]),
            )
        return form

    def command_frames(self) -> tuple[Frame, ...]:
        """PWD, SUB and TSI, where there is something to say, and DCS (T.30 5.3.6.2)."""
        agreed, station = self.agreed, self.station
        said = (
            (FCF.PWD, station.password, agreed.password),
            (FCF.SUB, station.subaddress, agreed.subaddress),
            (FCF.TSI, station.id, bool(station.id)),
        )
        before = (Frame(fcf | X_BIT, encode_id(text), final=False) for fcf, text, ok in said if ok)
        return (*before, command(FCF.DCS, agreed.encode()))


def command(fcf: FCF, fif: bytes = b"") -> Frame:
    """A final frame of a caller that has received DIS."""
    return Frame(fcf | X_BIT, fif)


def hear(op: LineOp) -> Procedure[Heard]:
    """Have one operation performed; raise CallEnded when the call was stopped or lost its modem."""
    heard = yield op
    check_stopped(heard)
    return heard


def check_stopped(heard: Heard) -> None:
    """Raise CallEnded where the call was stopped or has lost its modem."""
    if heard.ended in _STOPPED:
        status, farewell = _STOPPED[heard.ended]
        raise CallEnded(status, heard.text or status.sentence, farewell=farewell)


def answer(within_s: float = T4) -> Procedure[Reply]:
    """The final frame of the far end's answer, if one came undamaged."""
    heard = yield from hear(ReceiveFrames(within_s))
    if not heard.done or not heard.frames or not heard.frames[-1].final:
        return Reply(at=heard.at)
    return Reply(heard.frames[-1], at=heard.at)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command brought: a frame that answers it, or how it failed to.

    ``invalid`` is the last frame that came and answers no such command; ``at`` is the moment.
    """

    frame: Frame | None = None
    invalid: Frame | None = None
    at: float = 0.0

    @property
    def kind(self) -> FCF | None:
        """Which frame answered."""
        return self.frame.kind if self.frame is not None else None


def ask(frame: Frame, valid: Collection[FCF]) -> Procedure[Reply]:
    """Send a command until it is answered: three tries at T4, and again for each CRP (T.30 5.3.6).

    A frame that is not in ``valid`` answers nothing and counts as a try.
    """
    tries = repeats = 0
    invalid: Frame | None = None
    while tries < COMMAND_TRIES and repeats < MAX_CRP:
        yield from hear(Silence())
        yield from hear(SendFrames((frame,)))
        got = yield from answer()
        if got.kind in valid:
            return got
        if got.kind is FCF.CRP:
            repeats += 1
        else:
            tries += 1
            invalid = got.frame or invalid
    return Reply(invalid=invalid)

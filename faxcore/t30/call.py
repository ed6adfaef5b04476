"""The state of one outgoing call, and the few steps that every phase is made of.

A ``Call`` belongs to one ``send_document`` procedure and never leaves it; what flows out is the
frozen ``CallResult``. A phase that cannot go on raises ``CallEnded``, which only the procedure's
top catches: it is how a box deep in the flow chart reaches the box "disconnect".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from faxcore.errors import ProcedureError
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import FaxDocument, Station
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
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome, PageReport
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
}


@dataclass(slots=True)
class Call:
    """What one outgoing call knows so far."""

    document: FaxDocument
    station: Station
    ladder: Sequence[Rung]
    reports: list[PageReport]
    far: Capabilities | None = None
    rung: Rung | None = None
    remote_id: str = ""
    parameters: SessionParameters | None = None
    trainings: int = 0

    @classmethod
    def begin(cls, document: FaxDocument, station: Station, ladder: Sequence[Rung]) -> Call:
        """A call in which nothing has been sent."""
        if not document.pages:
            raise ProcedureError("a document without pages cannot be sent")
        numbers = range(document.first_number, document.first_number + len(document.pages))
        unsent = [PageReport(number, PageOutcome.UNSENT) for number in numbers]
        return cls(document, station, ladder, unsent)

    def report(self, index: int, **changes: object) -> None:
        """Note what became of a page."""
        self.reports[index] = replace(self.reports[index], **changes)  # type: ignore[arg-type]

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

    def identity_frames(self) -> tuple[Frame, ...]:
        """The TSI before a DCS, when we have an id."""
        if not self.station.id:
            return ()
        return (Frame(FCF.TSI | X_BIT, encode_id(self.station.id), final=False),)


def command(fcf: FCF, fif: bytes = b"") -> Frame:
    """A final frame of a caller that has received DIS."""
    return Frame(fcf | X_BIT, fif)


def hear(op: LineOp) -> Procedure[Heard]:
    """Have one operation performed; raise CallEnded when the call was stopped or lost its modem."""
    heard = yield op
    if heard.ended in _STOPPED:
        status, farewell = _STOPPED[heard.ended]
        raise CallEnded(status, heard.text or status.sentence, farewell=farewell)
    return heard


def answer(within_s: float = T4) -> Procedure[Frame | None]:
    """The final frame of the far end's answer, or None for silence and for damaged frames."""
    heard = yield from hear(ReceiveFrames(within_s))
    if not heard.done or not heard.frames or not heard.frames[-1].final:
        return None
    return heard.frames[-1]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command brought: a frame that answers it, or how it failed to.

    ``invalid`` is the last frame that came and answers no such command.
    """

    frame: Frame | None = None
    invalid: Frame | None = None

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
        if got is not None and got.kind in valid:
            return Reply(got)
        if got is not None and got.kind is FCF.CRP:
            repeats += 1
        else:
            tries += 1
            invalid = got or invalid
    return Reply(invalid=invalid)

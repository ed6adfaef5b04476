"""The way of a call through T.30's flow charts, as its line operations tell it (T.30 figure 5-2).

Theory of operation. A box of the chart is what a station does: the frame that it sends (named by
its last frame, PPS and EOR with the command they carry), a carrier that it sends or takes, a page
that it keeps, or listening for what comes. A ``Walk`` is told every operation as an ``Observer``
is, and notes one ``Step`` from box to box with what was heard between them. So the way is that of
the procedure itself: nothing in a procedure marks it.

A silence is no box. Frames count as sent whatever became of them: it shows in listening. Listening
for the answer to what was just sent belongs to the box that sent it; listening for anything else is
a box of its own, ``LISTEN``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from faxcore.t30.ecm import ENDS
from faxcore.t30.frames import FCF, X_BIT, Frame
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

LISTEN: Final = "listen"
"""Waiting for frames that answer nothing of ours: DIS for a sender, a command for a receiver."""

PAGE: Final = "page"
TRAINING: Final = "TCF"
KEEP: Final = "keep"
END: Final = "end"
"""The line is released."""

SENT: Final = "sent"
KEPT, REFUSED = "kept", "refused"
NOTHING: Final = "nothing"
DAMAGED: Final = "damaged"
"""Frames came, and none of them both undamaged and final."""
FRAMES: Final = "frames"
"""Frames where a training check or a page was due."""
LOST: Final = "line lost"
STOPPED: Final = "stopped"
"""The caller cancelled, or the call has lasted as long as it may."""
FAILED: Final = "modem failed"

_STOPS = {Ended.CANCELLED: STOPPED, Ended.TIME_LIMIT: STOPPED, Ended.EQUIPMENT: FAILED}
_BOXES: dict[type[LineOp], str] = {
    SendTraining: TRAINING,
    ReceiveTraining: TRAINING,
    SendPage: PAGE,
    ReceivePage: PAGE,
    KeepPage: KEEP,
}
_CARRY = {FCF.PPS, FCF.EOR}


@dataclass(frozen=True, slots=True)
class Step:
    """From box ``at`` to box ``then``, because of what was ``heard``."""

    at: str
    heard: str
    then: str


class Walk:
    """Notes the steps of one call. ``tell`` is an ``Observer``; ``close`` notes the last step."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._at = LISTEN
        self._heard: str | None = None
        self._listened = False

    def tell(self, op: LineOp, heard: Heard | None) -> None:
        """An operation begins (``heard`` None) or has ended."""
        if heard is not None:
            if heard.ended in _STOPS or not isinstance(op, Silence):
                self._heard = event(op, heard)
            return
        if isinstance(op, Silence):
            return
        if isinstance(op, ReceiveFrames):
            if self._listened or (self._at in {PAGE, TRAINING} and self._heard != SENT):
                self._enter(LISTEN)
        else:
            self._enter(box(op))
        self._listened = isinstance(op, ReceiveFrames)

    def close(self) -> tuple[Step, ...]:
        """The procedure has come to its end."""
        self._enter(END)
        return tuple(self.steps)

    def _enter(self, then: str) -> None:
        if self._heard is not None:
            self.steps.append(Step(self._at, self._heard, then))
        self._at, self._heard = then, None


def box(op: LineOp) -> str:
    """The box in which a station does this."""
    return frame_name(op.frames[-1]) if isinstance(op, SendFrames) else _BOXES[type(op)]


def event(op: LineOp, heard: Heard) -> str:
    """What was heard, in the table's words."""
    if heard.ended in _STOPS:
        return _STOPS[heard.ended]
    if isinstance(op, SendFrames | SendTraining):
        return SENT
    if isinstance(op, KeepPage):
        return KEPT if heard.done else REFUSED
    if isinstance(op, ReceiveFrames):
        return _frames_heard(heard)
    if heard.done:
        return SENT if isinstance(op, SendPage) else _BOXES[type(op)]
    return {Ended.TIMEOUT: NOTHING, Ended.OTHER_CARRIER: FRAMES}.get(heard.ended, LOST)


def _frames_heard(heard: Heard) -> str:
    if heard.done and heard.frames and heard.frames[-1].final:
        return frame_name(heard.frames[-1])
    return DAMAGED if heard.frames or heard.damaged else NOTHING


def frame_name(frame: Frame) -> str:
    """A frame's name; PPS and EOR with the command that they carry: ``PPS-EOP``, ``PPS-NULL``."""
    if frame.kind not in _CARRY or not frame.fif:
        return frame.name
    code = frame.fif[0] & ~X_BIT
    end = ENDS.get(code)
    carried = end.name if end is not None else "NULL" if code == 0 else f"0x{code:02X}"
    return f"{frame.name}-{carried}"

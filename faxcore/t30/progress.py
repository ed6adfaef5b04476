"""What people are told while a call runs: one small value a step, the same for every class."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from faxcore.t30.frames import FCF, decode_id
from faxcore.t30.line import (
    Heard,
    KeepPage,
    LineOp,
    ReceiveFrames,
    ReceivePage,
    ReceiveTraining,
    SendFrames,
    SendPage,
    SendTraining,
)


class Phase(enum.Enum):
    """Where a fax is: before the call, or in one of T.30's phases."""

    RENDER = "rendering"
    DIAL = "dialling"
    NEGOTIATE = "negotiating"
    TRAIN = "training"
    PAGE = "sending"
    CONFIRM = "confirming"
    RELEASE = "hanging up"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """One step. ``page`` counts from 1 (0 = none yet), ``share`` is that page's, 0 to 1.

    ``rate`` is in bit/s (0 = not agreed yet); ``at`` is on the port's clock, in seconds.
    """

    phase: Phase
    text: str
    page: int = 0
    pages: int = 0
    share: float = 0.0
    rate: int = 0
    at: float = 0.0


_PHASES = {
    SendTraining: Phase.TRAIN,
    ReceiveTraining: Phase.TRAIN,
    SendPage: Phase.PAGE,
    ReceivePage: Phase.PAGE,
    KeepPage: Phase.CONFIRM,
}
_AFTER_PAGE = {FCF.MPS, FCF.EOM, FCF.EOP, FCF.MCF, FCF.RTN, FCF.RTP, FCF.PIP, FCF.PIN}


class Narrator:
    """Turns the operations of one call into Progress. It keeps the page, the rate and the phase."""

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self._phase, self._page, self._rate = Phase.NEGOTIATE, 0, 0
        self._share = 0.0

    def tell(self, op: LineOp, heard: Heard | None, at: float) -> Progress | None:
        """Progress at the start (``heard`` None) or end of an operation; None if it is no news."""
        text = self._begun(op) if heard is None else self._ended(op, heard)
        return self._progress(text, at) if text else None

    def sending(self, share: float, at: float) -> Progress:
        """Progress within a page."""
        self._share = share
        return self._progress("", at)

    def _progress(self, text: str, at: float) -> Progress:
        return Progress(self._phase, text, self._page, self._pages, self._share, self._rate, at)

    def _begun(self, op: LineOp) -> str:
        self._phase = _PHASES.get(type(op), self._phase)
        if isinstance(op, SendPage):
            self._page, self._share = op.number, 0.0
            return f"page {op.number} at {op.rung.name}"
        if isinstance(op, SendTraining):
            self._rate = op.rung.bits_per_second
            return f"training at {op.rung.name}"
        if isinstance(op, SendFrames):
            kinds = {frame.kind for frame in op.frames}
            if kinds & _AFTER_PAGE:
                self._phase = Phase.CONFIRM
            elif FCF.DCN in kinds:
                self._phase = Phase.RELEASE
            elif FCF.DCS in kinds:
                self._phase = Phase.NEGOTIATE
            return "sent " + " ".join(frame.name for frame in op.frames)
        return ""

    def _ended(self, op: LineOp, heard: Heard) -> str:
        if isinstance(op, SendPage) and heard.done:
            self._share = 1.0
            return f"page {op.number} is out"
        if isinstance(op, ReceiveFrames):
            names = " ".join(
                f"{frame.name} {decode_id(frame.fif)!r}"
                if frame.kind in {FCF.CSI, FCF.TSI}
                else frame.name
                for frame in heard.frames
            )
            return f"heard {names}" if names else f"heard nothing ({heard.ended.value})"
        return "" if heard.done else heard.text or heard.ended.value


class Listener:
    """The caller's ``observe``, which must not be able to end a call by failing.

    What it raised is in ``notes``, and it is not called again.
    """

    def __init__(self, observe: Callable[[Progress], None] | None) -> None:
        self._observe = observe
        self.notes: tuple[str, ...] = ()

    def __call__(self, progress: Progress) -> None:
        """Pass one step on."""
        if self._observe is None:
            return
        try:
            self._observe(progress)
        except Exception as error:
            self._observe = None
            self.notes = (f"observe raised {error!r} and was not called again",)

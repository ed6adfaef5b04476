"""The far station of a V.34 fax call: performs a procedure's line operations on a ``DuplexLine``.

As ``PlayedEnd`` does on a half-duplex line; silences and training checks there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from faxcore.errors import ProcedureError
from faxcore.sim.bends import DamagedFrame
from faxcore.sim.duplex_line import DuplexLine, Sign, Signal34
from faxcore.sim.telephone import Telephone
from faxcore.t30 import hdlc
from faxcore.t30.frames import Frame
from faxcore.t30.line import (
    Ended,
    Heard,
    KeepPage,
    LineOp,
    Procedure,
    ReceiveFrames,
    ReceivePage,
    SendFrames,
    SendPage,
    Silence,
)
from faxcore.t30.result import CallResult

_FLAGS = 25
_NEXT_FRAME_SECONDS = 3.0


class DuplexEnd:
    """Plays ``procedure`` from the moment at which the control channel is there."""

    def __init__(
        self,
        telephone: Telephone,
        line: DuplexLine,
        procedure: Procedure[CallResult],
        keep: Callable[[KeepPage, float], bool],
    ) -> None:
        self.result: CallResult | None = None
        self.line = line
        self._telephone = telephone
        self._procedure = procedure
        self._keep = keep
        self._began = line.began
        self._done_at: float | None = None
        self._kept = False
        self._would_take = 0
        self._op: LineOp | None = None
        self._start(None)

    @property
    def at(self) -> float:
        """When the operation under way began, or the last one ended."""
        return self._began

    def advance(self, now: float) -> None:
        """Let time pass to ``now``."""
        while self._op is not None:
            heard = self._ended(self._op, now)
            if heard is None or heard.at > now:
                return
            self._began = heard.at
            self.line.to_far.taken = self._would_take
            self._start(heard)

    def due(self, now: float) -> float | None:
        """When the operation under way is over, as far as is known now."""
        heard = self._ended(self._op, now) if self._op is not None else None
        return heard.at if heard is not None else None

    def _start(self, heard: Heard | None) -> None:
        self._done_at = None
        self._would_take = self.line.to_far.taken
        try:
            op = next(self._procedure) if heard is None else self._procedure.send(heard)
        except StopIteration as stop:
            self._op, self.result = None, stop.value
            return
        self._op = op
        line, way = self.line, self.line.to_near
        if isinstance(op, KeepPage):
            self._kept = self._keep(op, self._began)
            self._done_at = self._began
        elif isinstance(op, Silence):
            self._done_at = self._began
        elif isinstance(op, SendFrames):
            for frame in op.frames:
                damaged = isinstance(frame, DamagedFrame)
                self._done_at = line.send_frame(
                    way, frame.octets, self._began, line.control, damaged=damaged
                )
        elif isinstance(op, SendPage):
            line.switch(way, Sign.PRIMARY, self._began)
            for octets in hdlc.frames_in(op.octets):
                line.send_frame(way, octets, self._began, line.primary)
            self._done_at = line.switch(way, Sign.CONTROL, self._began)
        elif not isinstance(op, ReceiveFrames | ReceivePage):
            raise ProcedureError(f"{type(op).__name__} in a V.34 call")

    def _ended(self, op: LineOp, now: float) -> Heard | None:
        """How and when ``op`` ends: as it does on a line that lasts, or with the line."""
        heard, over = self._outcome(op), self._telephone.over
        lost = over is not None and over <= now and not isinstance(op, KeepPage)
        if over is not None and lost and (heard is None or heard.at > over):
            return Heard(Ended.NO_CARRIER, self._began, max(over, self._began))
        return heard

    def _outcome(self, op: LineOp) -> Heard | None:
        if isinstance(op, KeepPage) and not self._kept:
            return Heard(Ended.REFUSED, self._began, self._began)
        if self._done_at is not None:
            return Heard(Ended.DONE, self._began, self._done_at)
        if isinstance(op, ReceiveFrames):
            return self._frames_heard(op.within_s)
        return self._page_heard(op.within_s) if isinstance(op, ReceivePage) else None

    def _frames_heard(self, within_s: float) -> Heard:
        """A burst of the control channel, once its final frame is through."""
        frames: list[Frame] = []
        damaged, until = 0, self._began + within_s
        for place, signal in self._coming():
            if signal.at > until:
                break
            self._would_take = place + 1
            if signal.sign is not Sign.FRAME or self._is_primary(place):
                continue
            until = max(signal.at, self._began) + _NEXT_FRAME_SECONDS
            frame = Frame.parse(signal.octets[:-2]) if signal.undamaged else None
            damaged += frame is None
            frames += [frame] if frame is not None else []
            if frame is not None and frame.final:
                at = max(signal.at, self._began)
                return Heard(Ended.DONE, self._began, at, tuple(frames), damaged)
        return Heard(Ended.TIMEOUT, self._began, until, tuple(frames), damaged)

    def _page_heard(self, within_s: float) -> Heard | None:
        """What is between the two switches of channel; a frame before them is no page."""
        coming = list(self._coming())
        if not coming or coming[0][1].at > self._began + within_s:
            return Heard(Ended.TIMEOUT, self._began, self._began + within_s)
        first = coming[0][1]
        if first.sign is Sign.FRAME:
            return Heard(Ended.OTHER_CARRIER, self._began, max(first.at, self._began))
        frames: list[bytes] = []
        for place, signal in coming[1:]:
            if signal.sign is Sign.CONTROL:
                self._would_take = place + 1
                return Heard(Ended.DONE, self._began, signal.at, octets=hdlc.burst(frames, _FLAGS))
            frames += [signal.octets[:-2]] if signal.undamaged else []
        return None

    def _coming(self) -> Iterator[tuple[int, Signal34]]:
        """What was not heard yet, with its place."""
        way = self.line.to_far
        self._would_take = way.taken
        return ((place, way.signals[place]) for place in range(way.taken, len(way.signals)))

    def _is_primary(self, place: int) -> bool:
        """Whether the channel at this place of what comes is the primary one."""
        before = [each.sign for each in self.line.to_far.signals[:place]]
        return before.count(Sign.PRIMARY) > before.count(Sign.CONTROL)

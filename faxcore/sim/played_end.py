"""One station of a simulated call: performs a procedure's line operations on the telephone.

Theory of operation. ``advance(now)`` asks of the operation under way when it is over, as far as
the line is known up to ``now``; if that moment has come, the procedure is told and asked for the
next operation, which begins at that very moment. Nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable

from faxcore.errors import ProcedureError
from faxcore.sim.bends import DamagedFrame
from faxcore.sim.telephone import Carrier, Telephone
from faxcore.sim.telephone_signals import FAST, V21, Signal
from faxcore.sim.waiting import Wait, WaitingProcedure
from faxcore.t4 import reverse_bits
from faxcore.t30.frames import Frame
from faxcore.t30.line import (
    Ended,
    Heard,
    KeepPage,
    LineOp,
    Procedure,
    ReceiveFrames,
    ReceivePage,
    ReceiveTraining,
    SendFrames,
    SendPage,
    SendTraining,
    Silence,
)
from faxcore.t30.modulation import TCF_SECONDS, Rung
from faxcore.t30.result import CallResult

_V21_RECOGNISED = 0.05
"""How long a receiver that waits for a fast carrier needs to know V.21 for what it is."""

_LATEST_ENTRY = 0.02
"""A receiver that begins to listen later than this after a carrier's start cannot train on it."""


class PlayedEnd:
    """One station of a ``Telephone``, played by a procedure from the moment ``began`` on.

    It is the far station, or with ``near`` the one in the simulated modem's place.
    ``cut_after`` drops the line after so many octets of its n-th fast carrier.
    """

    def __init__(
        self,
        telephone: Telephone,
        procedure: Procedure[CallResult] | WaitingProcedure,
        began: float,
        keep: Callable[[KeepPage, float], bool],
        *,
        near: bool = False,
        cut_after: tuple[int, int] | None = None,
    ) -> None:
        self.result: CallResult | None = None
        self._telephone = telephone
        self._mine = telephone.near if near else telephone.far
        self._theirs = telephone.far if near else telephone.near
        self._procedure = procedure
        self._keep = keep
        self._began = began
        self._own: Carrier | None = None
        self._held: Carrier | None = None
        self._fast_carriers = 0
        self._cut_after = cut_after
        self._cut_at: float | None = None
        self._op: LineOp | Wait | None = None
        self._kept = False
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
            if self._cut_at is not None:
                self._telephone.hang_up(self._cut_at)
                self._cut_at = None
            self._start(heard)

    def due(self, now: float) -> float | None:
        """When the operation under way is over, as far as is known now."""
        if self._op is None:
            return None
        heard = self._ended(self._op, now)
        return heard.at if heard is not None else None

    def _start(self, heard: Heard | None) -> None:
        self._own = None
        try:
            op = next(self._procedure) if heard is None else self._procedure.send(heard)
        except StopIteration as stop:
            self._op, self.result = None, stop.value
            return
        self._op = op
        if isinstance(op, Wait):
            self._held = self._begin_fast(FAST[op.speed]) if op.speed else None
            return
        if self._held is not None and not isinstance(op, Silence | SendPage):
            self._held.ended, self._held = self._began, None
        if isinstance(op, KeepPage):
            self._kept = self._keep(op, self._began)
        elif self._telephone.over is not None:
            return
        elif isinstance(op, SendFrames):
            self._own = self._send_frames(op)
        elif isinstance(op, SendTraining):
            octets = bytes(round(TCF_SECONDS * op.rung.bits_per_second / 8))
            self._own = self._send_fast(FAST[op.rung.long_train], octets)
        elif isinstance(op, SendPage):
            self._own = self._send_fast(FAST[op.speed], reverse_bits(op.octets))

    def _send_frames(self, op: SendFrames) -> Carrier:
        carrier = self._telephone.begin(self._mine, V21, self._began)
        for frame in op.frames:
            damaged = isinstance(frame, DamagedFrame)
            self._telephone.send_frame(carrier, frame.octets, self._began, damaged=damaged)
        carrier.ended = carrier.frames[-1].done_at
        return carrier

    def _send_fast(self, signal: Signal, octets: bytes) -> Carrier:
        carrier, self._held = self._held or self._begin_fast(signal), None
        carrier.octets += octets
        if self._cut_after is not None and self._cut_after[0] == self._fast_carriers:
            del carrier.octets[self._cut_after[1] :]
        seconds = len(carrier.octets) * 8 / signal.bits_per_second
        carrier.ended = max(carrier.data_from + seconds, self._began)
        if len(carrier.octets) < len(octets):
            self._cut_at = carrier.ended
        return carrier

    def _begin_fast(self, signal: Signal) -> Carrier:
        self._fast_carriers += 1
        return self._telephone.begin(self._mine, signal, self._began)

    def _ended(self, op: LineOp | Wait, now: float) -> Heard | None:
        """How and when ``op`` ends; None where that depends on what others do."""
        if isinstance(op, Wait):
            return None if op.at is None else self._heard(Ended.DONE, max(op.at, self._began))
        if isinstance(op, Silence):
            silent = 0.0 if self._held is not None else op.ms / 1000
            return self._heard(Ended.DONE, self._began + silent)
        if isinstance(op, KeepPage):
            return self._heard(Ended.DONE if self._kept else Ended.REFUSED, self._began)
        over = self._telephone.over
        if over is not None and over <= now:
            return self._heard(Ended.NO_CARRIER, max(over, self._began))
        if self._own is not None and self._own.ended is not None:
            whole = self._cut_at is None
            return self._heard(Ended.DONE if whole else Ended.NO_CARRIER, self._own.ended)
        if isinstance(op, ReceiveFrames):
            return self._frames_heard(op.within_s)
        if isinstance(op, ReceiveTraining):
            return self._fast_heard(FAST[op.rung.long_train], op.rung, op.within_s)
        if isinstance(op, ReceivePage):
            return self._fast_heard(FAST[op.speed], op.rung, op.within_s)
        return self._heard(Ended.NO_CARRIER, self._began)

    def _frames_heard(self, within_s: float) -> Heard | None:
        carrier = self._first(lambda each: each.signal is V21)
        if carrier is None or carrier.began > self._began + within_s:
            return self._heard(Ended.TIMEOUT, self._began + within_s)
        if carrier.ended is None:
            return None
        sent = [frame for frame in carrier.frames if frame.began_at >= self._began]
        good = [frame for frame in sent if frame.undamaged]
        frames = tuple(
            parsed for frame in good if (parsed := Frame.parse(frame.octets[:-2])) is not None
        )
        final = bool(frames) and frames[-1].final
        ended = Ended.DONE if final else Ended.NO_CARRIER
        return self._heard(ended, carrier.ended, frames, len(sent) - len(good))

    def _fast_heard(self, signal: Signal, rung: Rung, within_s: float) -> Heard | None:
        carrier = self._first(lambda each: True)
        if carrier is None or carrier.began > self._began + within_s:
            return self._heard(Ended.TIMEOUT, self._began + within_s)
        if carrier.signal is V21:
            known = max(carrier.began, self._began) + _V21_RECOGNISED
            return self._heard(Ended.OTHER_CARRIER, known)
        if carrier.ended is None:
            return None
        trained = carrier.signal == signal and carrier.began >= self._began - _LATEST_ENTRY
        octets = reverse_bits(bytes(carrier.octets)) if trained else b""
        return self._heard(Ended.DONE, carrier.ended, octets=octets)

    def _first(self, wanted: Callable[[Carrier], bool]) -> Carrier | None:
        """The first carrier of the other station that is still to be heard."""
        first = None
        for carrier in reversed(self._theirs):
            if not carrier.lasts_beyond(self._began):
                break
            first = carrier if wanted(carrier) else first
        return first

    def _heard(
        self,
        ended: Ended,
        at: float,
        frames: tuple[Frame, ...] = (),
        damaged: int = 0,
        octets: bytes = b"",
    ) -> Heard:
        return Heard(ended, self._began, at, frames, damaged, octets)


def play(
    sender: Procedure[CallResult],
    receiver: Procedure[CallResult],
    keep: Callable[[KeepPage, float], bool] = lambda op, at: True,
) -> tuple[CallResult, CallResult, Telephone]:
    """Play two procedures against each other on a telephone, without modems between them.

    Both results, and the telephone with every carrier and note.
    """
    telephone = Telephone(0.0)
    ends = (
        PlayedEnd(telephone, sender, 0.0, keep, near=True),
        PlayedEnd(telephone, receiver, 0.0, keep),
    )
    now = 0.0
    while any(end.result is None for end in ends):
        for end in ends:
            end.advance(now)
        dues = [due for end in ends if (due := end.due(now)) is not None]
        if not dues:
            break
        now = max(now, min(dues))
    results = [end.result for end in ends]
    if results[0] is None or results[1] is None:
        raise ProcedureError(f"the call stands still at {now:.2f} s")
    return results[0], results[1], telephone

"""One station of a simulated call: performs a procedure's line operations on the telephone.

Theory of operation. ``advance(now)`` asks of the operation under way when it is over, as far as
the line is known up to ``now``; if that moment has come, the procedure is told and asked for the
next operation, which begins at that very moment. Nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

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
from faxcore.t30.modulation import TCF_SECONDS
from faxcore.t30.result import CallResult

_V21_RECOGNISED = 0.05
"""How long a receiver that waits for a fast carrier needs to know V.21 for what it is."""

_LATEST_ENTRY = 0.02
"""A receiver that begins to listen later than this after a carrier's start cannot train on it."""


_LISTENING = (ReceiveFrames, ReceiveTraining, ReceivePage)

_Outlook: TypeAlias = tuple[float, Ended, Carrier | None]
"""When and how an operation ends, and the carrier that it hears."""


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
        self._known: _Outlook | None = None
        self._kept = False
        self._start(None)

    @property
    def at(self) -> float:
        """When the operation under way began, or the last one ended."""
        return self._began

    def advance(self, now: float) -> None:
        """Let time pass to ``now``."""
        while self._op is not None:
            known = self._outlook(self._op, now)
            if known is None or known[0] > now:
                return
            heard = self._heard(self._op, *known)
            self._began = heard.at
            if self._cut_at is not None:
                self._telephone.hang_up(self._cut_at)
                self._cut_at = None
            self._start(heard)

    def due(self, now: float) -> float | None:
        """When the operation under way is over, as far as is known now."""
        known = self._outlook(self._op, now) if self._op is not None else None
        return known[0] if known is not None else None

    def _start(self, heard: Heard | None) -> None:
        self._own = self._known = None
        try:
            op = next(self._procedure) if heard is None else self._procedure.send(heard)
        except StopIteration as stop:
            self._op, self.result = None, stop.value
            return
        self._op = op
        if isinstance(op, Wait):
            self._held = self._begin_fast(FAST[op.speed]) if op.speed else None
            return
        if self._held is not None and not isinstance(op, (Silence, SendPage)):
            self._held.ended, self._held = self._began, None
        if self._telephone.over is None or isinstance(op, KeepPage):
            self._begin(op)
        if not isinstance(op, _LISTENING):
            self._known = self._outlook(op, self._began)

    def _begin(self, op: LineOp) -> None:
        if isinstance(op, KeepPage):
            self._kept = self._keep(op, self._began)
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

    def _outlook(self, op: LineOp | Wait, now: float) -> _Outlook | None:
        """When and how ``op`` ends; None where that depends on what others do.

        As long as the line lasts, the end of all but listening and waiting is known from the start.
        """
        if self._known is not None and self._telephone.over is None:
            return self._known
        began = self._began
        if isinstance(op, Silence):
            return began if self._held is not None else began + op.ms / 1000, Ended.DONE, None
        if isinstance(op, Wait):
            return None if op.at is None else (max(op.at, began), Ended.DONE, None)
        if isinstance(op, KeepPage):
            return began, Ended.DONE if self._kept else Ended.REFUSED, None
        over = self._telephone.over
        if over is not None and over <= now:
            return max(over, began), Ended.NO_CARRIER, None
        if self._own is not None and self._own.ended is not None:
            whole = self._cut_at is None
            return self._own.ended, Ended.DONE if whole else Ended.NO_CARRIER, None
        if isinstance(op, _LISTENING):
            return self._coming(op)
        return began, Ended.NO_CARRIER, None

    def _coming(self, op: ReceiveFrames | ReceiveTraining | ReceivePage) -> _Outlook | None:
        """The carrier that is waited for, or the end of waiting."""
        for_frames = isinstance(op, ReceiveFrames)
        carrier = self._first(only_v21=for_frames)
        if carrier is None or carrier.began > self._began + op.within_s:
            return self._began + op.within_s, Ended.TIMEOUT, None
        if carrier.signal is V21 and not for_frames:
            known = max(carrier.began, self._began) + _V21_RECOGNISED
            return known, Ended.OTHER_CARRIER, None
        return None if carrier.ended is None else (carrier.ended, Ended.DONE, carrier)

    def _first(self, *, only_v21: bool) -> Carrier | None:
        """The first carrier of the other station that is still to be heard."""
        first = None
        for carrier in reversed(self._theirs):
            if not carrier.lasts_beyond(self._began):
                break
            first = carrier if carrier.signal is V21 or not only_v21 else first
        return first

    def _heard(self, op: LineOp | Wait, at: float, ended: Ended, carrier: Carrier | None) -> Heard:
        """What ``op`` comes to, with what its carrier brought."""
        if carrier is None:
            return Heard(ended, self._began, at)
        if isinstance(op, ReceiveFrames):
            return self._frames_of(carrier, at)
        assert isinstance(op, ReceiveTraining | ReceivePage)
        speed = op.rung.long_train if isinstance(op, ReceiveTraining) else op.speed
        timely = carrier.began >= self._began - _LATEST_ENTRY
        trained = carrier.signal == FAST[speed] and timely
        octets = reverse_bits(bytes(carrier.octets)) if trained else b""
        return Heard(ended, self._began, at, octets=octets)

    def _frames_of(self, carrier: Carrier, at: float) -> Heard:
        sent = [frame for frame in carrier.frames if frame.began_at >= self._began]
        good = [frame for frame in sent if frame.undamaged]
        frames = tuple(
            parsed for frame in good if (parsed := Frame.parse(frame.octets[:-2])) is not None
        )
        ended = Ended.DONE if frames and frames[-1].final else Ended.NO_CARRIER
        return Heard(ended, self._began, at, frames, len(sent) - len(good))


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
    while dues := [(due, end) for end in ends if (due := end.due(now)) is not None]:
        now = max(now, min(due for due, _ in dues))
        for due, end in dues:
            if due <= now:
                end.advance(now)
    results = [end.result for end in ends]
    if results[0] is None or results[1] is None:
        raise ProcedureError(f"the call stands still at {now:.2f} s")
    return results[0], results[1], telephone

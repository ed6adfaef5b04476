"""How a correct station is bent: in what it says, or in what it hears.

Theory of operation. A deviation is a procedure around a procedure. The station inside is the real
one and believes that it did what it wanted: a receiver whose MCF was replaced by CRP has confirmed
its page, and treats what the other side does next as any receiver would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from faxcore.t30.ecm import block_burst, read_burst
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import (
    Heard,
    LineOp,
    Procedure,
    ReceiveFrames,
    ReceivePage,
    SendFrames,
    SendPage,
    Silence,
)
from faxcore.t30.result import CallResult
from faxcore.t30.timers import T2
from faxcore.t30.walk import frame_name

Deviation = Callable[[Procedure[CallResult]], Procedure[CallResult]]

ALWAYS = 1_000_000
_RNR_SECONDS = 1.4
"""Silence, preamble and frame of one answer, about."""

_LATEST_S = 2.2
"""How long an answer may be put off without being missed (T4)."""

_SPOILT_FRAME_BITS = 14400


@dataclass(frozen=True, slots=True)
class DamagedFrame(Frame):
    """A frame that arrives with a wrong FCS."""


class Bend:
    """A station's difference: ``say`` changes what it does, ``hear`` what it hears."""

    def say(self, op: LineOp) -> LineOp:
        """What is done in place of ``op``."""
        return op

    def hear(self, op: LineOp, heard: Heard) -> Heard:
        """What the station is told in place of ``heard``."""
        return heard


def bent(make: Callable[[], Bend]) -> Deviation:
    """The deviation that plays a procedure with a fresh bend in every call."""

    def deviate(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
        bend = make()
        op = next(procedure)
        while True:
            heard = bend.hear(op, (yield bend.say(op)))
            try:
                op = procedure.send(heard)
            except StopIteration as stop:
                result: CallResult = stop.value
                return result

    return deviate


def both(inner: Deviation, outer: Deviation) -> Deviation:
    """Two deviations, one around the other."""
    return lambda procedure: outer(inner(procedure))


Change = Callable[[SendFrames], LineOp]
"""What is said in place of some frames."""


class _Answers(Bend):
    """Its answers to a command are replaced."""

    def __init__(self, command: str, change: Change, times: int) -> None:
        self._command, self._change, self._left = command, change, times
        self._due = False

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendFrames) or not self._due or self._left == 0:
            return op
        self._due, self._left = False, self._left - 1
        return self._change(op)

    def hear(self, op: LineOp, heard: Heard) -> Heard:
        self._due = self._due or heard_command(heard, self._command)
        return heard


def answers(command: str, answer: Frame | FCF | Change, times: int = 1) -> Deviation:
    """The first ``times`` answers to ``command`` are replaced by a frame, or changed."""
    frame = Frame(answer) if isinstance(answer, FCF) else answer
    change = (lambda op: SendFrames((frame,))) if isinstance(frame, Frame) else frame
    return bent(lambda: _Answers(command, change, times))


class _Mute(Bend):
    def __init__(self, command: str) -> None:
        self._command, self._mute = command, False

    def say(self, op: LineOp) -> LineOp:
        return Silence(0) if self._mute and isinstance(op, SendFrames) else op

    def hear(self, op: LineOp, heard: Heard) -> Heard:
        self._mute = self._mute or heard_command(heard, self._command)
        return heard


def mute_after(command: str) -> Deviation:
    """From the first ``command`` on the station says nothing any more."""
    return bent(lambda: _Mute(command))


class _Says(Bend):
    """``times`` bursts that end with ``name`` are changed, the first ``after`` are not."""

    def __init__(self, name: str, change: Change, times: int, after: int) -> None:
        self._name, self._change, self._left, self._after = name, change, times, after

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendFrames) or frame_name(op.frames[-1]) != self._name:
            return op
        if self._after > 0:
            self._after -= 1
            return op
        if self._left == 0:
            return op
        self._left -= 1
        return self._change(op)


def says(name: str, change: Change, times: int = ALWAYS, after: int = 0) -> Deviation:
    """The station's bursts that end with the frame ``name`` are changed, the first few are not."""
    return bent(lambda: _Says(name, change, times, after))


def silence(op: SendFrames) -> Silence:
    """Nothing is said."""
    return Silence(0)


def damaged(op: SendFrames) -> LineOp:
    """The same burst, its last frame with a wrong FCS."""
    last = op.frames[-1]
    return SendFrames((*op.frames[:-1], DamagedFrame(last.fcf, last.fif, last.final)))


Spoil = Callable[[int, dict[int, bytes]], dict[int, bytes]]
"""What is left of a burst's frames by number, the burst counted from 0."""


class _SpoilBursts(Bend):
    def __init__(self, spoil: Spoil, op: type[SendPage | ReceivePage]) -> None:
        self._spoil, self._op, self._count = spoil, op, -1

    def _spoilt(self, octets: bytes) -> bytes:
        self._count += 1
        frames = self._spoil(self._count, read_burst(octets))
        block = [frames.get(number, b"") for number in range(max(frames, default=-1) + 1)]
        return block_burst(block, frames.keys(), _SPOILT_FRAME_BITS)

    def say(self, op: LineOp) -> LineOp:
        if self._op is SendPage and isinstance(op, SendPage):
            return replace(op, octets=self._spoilt(op.octets))
        return op

    def hear(self, op: LineOp, heard: Heard) -> Heard:
        if self._op is ReceivePage and isinstance(op, ReceivePage) and heard.done:
            return replace(heard, octets=self._spoilt(heard.octets))
        return heard


def spoil_bursts(spoil: Spoil, op: type[SendPage | ReceivePage] = ReceivePage) -> Deviation:
    """Each error-correction burst that comes (or, with SendPage, goes) is changed."""
    return bent(lambda: _SpoilBursts(spoil, op))


def answer_late(ms: int) -> Deviation:
    """So many milliseconds pass before each answer but DIS."""

    def deviate(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
        op = next(procedure)
        while True:
            if isinstance(op, SendFrames) and op.frames[-1].kind is not FCF.DIS:
                yield Silence(ms)
            try:
                op = procedure.send((yield op))
            except StopIteration as stop:
                result: CallResult = stop.value
                return result

    return deviate


def lose_in_first(bursts: int) -> Spoil:
    """In the first bursts every third frame is damaged."""
    return lambda count, frames: {n: f for n, f in frames.items() if count >= bursts or n % 3}


def lose_frame_0(count: int, frames: dict[int, bytes]) -> dict[int, bytes]:
    """Frame 0 is damaged whenever other frames come with it."""
    return {n: f for n, f in frames.items() if n or len(frames) == 1}


def lose_all(count: int, frames: dict[int, bytes]) -> dict[int, bytes]:
    """No frame ever comes."""
    return {}


def not_ready_for(seconds: float) -> Deviation:
    """To the first block RNR is said, the last of them ``seconds`` after the first at most."""

    def deviate(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
        asked = done = False
        op = next(procedure)
        while True:
            if asked and not done and isinstance(op, SendFrames):
                done = True
                yield from _say_not_ready(seconds)
            heard = yield op
            asked = asked or heard_command(heard, FCF.PPS.name)
            try:
                op = procedure.send(heard)
            except StopIteration as stop:
                result: CallResult = stop.value
                return result

    return deviate


def _say_not_ready(seconds: float) -> Procedure[None]:
    sent = yield SendFrames((Frame(FCF.RNR),))
    first = sent.at
    while True:
        heard = yield ReceiveFrames(T2)
        yield Silence()
        left = seconds - (heard.at + _RNR_SECONDS - first)
        if left < 0 or not heard_command(heard, FCF.RR.name):
            return
        if left < 2 * _RNR_SECONDS:
            yield Silence(round(1000 * min(left, _LATEST_S)))
        yield SendFrames((Frame(FCF.RNR),))


def heard_command(heard: Heard, command: str) -> bool:
    """Whether a burst brought ``command``; ``PPS`` is any PPS, ``PPS-EOP`` that one."""
    return any(command in {frame_name(frame), frame.name} for frame in heard.frames)

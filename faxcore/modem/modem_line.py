"""What the lines of all classes share: one operation at a time, and never an exception for it.

A modem that fails once answers EQUIPMENT from then on. Cancelling and the call's limit end what is
under way, so that DCN can follow.
"""

from __future__ import annotations

import contextlib
import math
from abc import ABC, abstractmethod
from dataclasses import replace

from faxcore.errors import ModemError, NoReply
from faxcore.modem.at import AtEngine
from faxcore.modem.carriers import Carriers, LimitReached
from faxcore.t30.line import (
    Ended,
    Heard,
    KeepPage,
    LineOp,
    ReceiveFrames,
    SendFrames,
    SendPage,
    Silence,
)
from faxcore.transport.port import Interrupted


class ModemLine(ABC):
    """A modem in a call, as the line of T.30 procedures. ``limit`` is when the call must end."""

    def __init__(self, engine: AtEngine, carriers: Carriers, limit: float) -> None:
        self._engine = engine
        self._carriers = carriers
        self._carriers.limit = limit
        self._failure = ""

    def perform(self, op: LineOp) -> Heard:
        """See ``Line.perform``."""
        self._carriers.all_given = False
        heard = self._performed(op)
        given = isinstance(op, SendPage) and self._carriers.all_given
        lost = heard.ended is Ended.NO_CARRIER
        return replace(heard, all_given=True) if given and not lost else heard

    def _performed(self, op: LineOp) -> Heard:
        began = self._now()
        if self._failure:
            return Heard(Ended.EQUIPMENT, began, began, text=self._failure)
        try:
            self._engine.port.mark(describe(op))
            self._carriers.check_limit()
            return self._perform(op, began)
        except Interrupted:
            return self._stop(Ended.CANCELLED, began)
        except LimitReached:
            return self._stop(Ended.TIME_LIMIT, began)
        except NoReply as error:
            if self._now() < self._carriers.limit:
                return self._fail(error, began)
            return self._stop(Ended.TIME_LIMIT, began)
        except ModemError as error:
            return self._fail(error, began)

    @abstractmethod
    def release(self) -> None:
        """The call is over: what must be said before the modem is hung up. Never raises."""

    @abstractmethod
    def _perform(self, op: LineOp, began: float) -> Heard:
        """Have the modem do it."""

    @abstractmethod
    def _recover(self) -> None:
        """Lead the modem back to commands, from wherever it is."""

    def _stop(self, ended: Ended, began: float) -> Heard:
        """End what is under way on the modem, so that DCN can follow; nothing stops that."""
        text = {Ended.CANCELLED: "cancelled", Ended.TIME_LIMIT: "the call's time was over"}[ended]
        self._carriers.limit = math.inf
        try:
            with contextlib.suppress(Interrupted), self._engine.uninterrupted():
                self._recover()
        except ModemError as error:
            return self._fail(error, began)
        return Heard(ended, began, self._now(), text=text)

    def _fail(self, error: ModemError, began: float) -> Heard:
        self._failure = str(error)
        return Heard(Ended.EQUIPMENT, began, self._now(), text=self._failure)

    def _now(self) -> float:
        return self._engine.port.now()


def describe(op: LineOp) -> str:
    """A line operation in a few words, for transcripts."""
    name = type(op).__name__
    if isinstance(op, SendFrames):
        return f"{name} {' '.join(frame.name for frame in op.frames)}"
    if isinstance(op, ReceiveFrames):
        return f"{name} within {op.within_s:.1f} s"
    if isinstance(op, Silence):
        return f"{name} {op.ms} ms"
    if isinstance(op, KeepPage):
        return f"{name} {op.number}, {len(op.octets)} octets"
    if isinstance(op, SendPage):
        return f"{name} {op.number}, {len(op.octets)} octets at {op.rung.name}"
    return f"{name} at {op.rung.name}"

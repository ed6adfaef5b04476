"""A modem that plays a dialogue written by hand, whole or one octet at a time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from faxcore.transport.port import LineState

OCTET_S = 0.0001


@dataclass(frozen=True)
class Turn:
    """What the computer must say, what the modem answers, and how long after.

    ``said`` b"" = the modem speaks by itself, after what came before.
    """

    said: bytes
    answered: bytes = b""
    after_s: float = 0.0


class ScriptDce:
    """Answers what the script says; anything else said to it fails the test."""

    def __init__(self, turns: Sequence[Turn | tuple[bytes, bytes]], piecemeal: bool = False):
        self.turns = [turn if isinstance(turn, Turn) else Turn(*turn) for turn in turns]
        self.piecemeal = piecemeal
        self.states: list[LineState] = []
        self.heard = b""
        self._got = b""
        self._out: list[tuple[float, int, bytes]] = []
        self._said = itertools.count()
        self._last = 0.0

    @property
    def finished(self) -> bool:
        """Whether all of the script was played."""
        return not self.turns and not self._got

    def feed(self, data: bytes, now: float) -> None:
        self.heard += data
        self._got += data
        while self.turns and self._got.startswith(self.turns[0].said):
            turn = self.turns.pop(0)
            self._got = self._got[len(turn.said) :]
            self._say(turn.answered, now + turn.after_s)
            if not self._got and not (self.turns and not self.turns[0].said):
                return
        wanted = self.turns[0].said if self.turns else b""
        if not wanted.startswith(self._got):
            raise AssertionError(f"the script wants {wanted[:80]!r}, was told {self._got[:80]!r}")

    def _say(self, data: bytes, at: float) -> None:
        if not self.piecemeal:
            if data:
                self._push(at, data)
            return
        at = max(at, self._last)
        for octet in data:
            at += OCTET_S
            self._push(at, bytes((octet,)))
        self._last = at

    def _push(self, at: float, data: bytes) -> None:
        heapq.heappush(self._out, (at, next(self._said), data))

    def due(self) -> float | None:
        return self._out[0][0] if self._out else None

    def take(self, now: float) -> bytes:
        ready = b""
        while self._out and self._out[0][0] <= now:
            ready += heapq.heappop(self._out)[2]
        return ready

    def room(self, now: float) -> int:
        return 1 << 20

    def control(self, now: float, state: LineState) -> None:
        self.states.append(state)

    def carrier(self) -> bool | None:
        return None

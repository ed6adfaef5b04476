"""A modem that plays a dialogue written by hand, whole or one octet at a time."""

from __future__ import annotations

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
        self._out: list[tuple[float, bytes]] = []
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
            self._out += [(at, data)] if data else []
            return
        at = max(at, self._last)
        for octet in data:
            at += OCTET_S
            self._out.append((at, bytes((octet,))))
        self._last = at

    def due(self) -> float | None:
        return min((at for at, _ in self._out), default=None)

    def take(self, now: float) -> bytes:
        ready = b"".join(data for at, data in self._out if at <= now)
        self._out = [(at, data) for at, data in self._out if at > now]
        return ready

    def room(self, now: float) -> int:
        return 1 << 20

    def control(self, now: float, state: LineState) -> None:
        self.states.append(state)

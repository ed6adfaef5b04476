"""Destination memory: what worked with a number, what did not, and whether it seems dead. Pure.

Calls to a number teach what the next one should do without: after two calls in a row that failed
on the way, the next begins one rung lower; after a third, without error correction if it had it.
A lesson is forgotten after ``forget_s``, at once by a call that went well at full speed, and by
hand. Every lesson carries the sentence that says why.

A number at which no fax has answered for ``dead_after`` calls in a row is left alone for a while,
for all messages: the breaker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from faxcore.delivery.retry import Failure

_RATES = (14400, 12000, 9600, 7200, 4800, 2400)
_DEAD = frozenset({Failure.NO_ANSWER, Failure.NO_FAX})
_LINE = frozenset({Failure.LINE, Failure.PAGE, Failure.NEGOTIATION})


@dataclass(frozen=True, slots=True)
class MemoryPolicy:
    """How much is learnt. ``learn_after`` failures on the way make a lesson."""

    learn_after: int = 2
    forget_s: float = 14 * 86400
    dead_after: int = 6
    closed_s: float = 900
    longest_closed_s: float = 4 * 3600


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one destination. See ``model.Destination`` for the fields."""

    fastest: int | None = None
    ecm: bool | None = None
    learnt: datetime | None = None
    why: str = ""
    line_failures: int = 0
    dead_calls: int = 0
    closed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Experience:
    """One call: how it failed (None = it did not), at which rate, with error correction or not."""

    failure: Failure | None
    rate: int
    ecm: bool
    reason: str


def learn(memory: Memory, call: Experience, policy: MemoryPolicy, now: datetime) -> Memory:
    """What is remembered after one more call."""
    if call.failure in {Failure.LOCAL, Failure.CANCELLED, Failure.BUSY}:
        return memory  # it says nothing about the far end
    memory = _with_breaker(memory, call, policy, now)
    if call.failure is None:
        return replace(memory, line_failures=0)
    if call.failure not in _LINE:
        return memory
    failures = memory.line_failures + 1
    memory = replace(memory, line_failures=failures)
    if failures < policy.learn_after:
        return memory
    return _lesson(memory, call, failures, now)


def advice(memory: Memory, policy: MemoryPolicy, now: datetime) -> Memory:
    """What of it still holds now: old lessons are forgotten."""
    if memory.learnt is not None and now > memory.learnt + timedelta(seconds=policy.forget_s):
        return replace(memory, fastest=None, ecm=None, learnt=None, why="", line_failures=0)
    return memory


def _lesson(memory: Memory, call: Experience, failures: int, now: datetime) -> Memory:
    before = memory.fastest or call.rate or _RATES[0]
    slower = next((rate for rate in _RATES if rate < before), _RATES[-1])
    ecm = False if call.ecm and failures > 2 else memory.ecm
    without = ", without error correction" if ecm is False else ""
    why = (
        f"{failures} calls in a row failed on the way, the last at {call.rate or '?'} bit/s "
        f"({call.reason}): at most {slower} bit/s{without}"
    )
    return replace(memory, fastest=slower, ecm=ecm, learnt=now, why=why)


def _with_breaker(memory: Memory, call: Experience, policy: MemoryPolicy, now: datetime) -> Memory:
    if call.failure not in _DEAD:
        return replace(memory, dead_calls=0, closed_until=None)
    dead = memory.dead_calls + 1
    over = dead - policy.dead_after
    if over < 0:
        return replace(memory, dead_calls=dead)
    seconds = min(policy.closed_s * 2 ** min(over, 16), policy.longest_closed_s)
    return replace(memory, dead_calls=dead, closed_until=now + timedelta(seconds=seconds))

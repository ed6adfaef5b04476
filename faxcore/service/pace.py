"""How many requests may come: token buckets, for each account and for each address.

An account's tokens are spent by callers who have shown that they are it, an address's by those who
have not yet: a stranger can spend none of an account's, and an address from which the account has
been used before is not held to the limit of addresses. So nobody locks anybody else out.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

_MOST = 50_000
"""So many buckets are remembered; those that have not been asked for longest are full again."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens: ``burst`` at once, ``per_minute`` after that. 0 a minute limits nothing."""

    per_minute: float
    burst: int


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a service."""

    account: Rate = Rate(6000, 1000)
    address: Rate = Rate(300, 100)


class TooMany(Exception):
    """Too many requests came; ``seconds`` is when one will be taken again."""

    def __init__(self, whose: str, seconds: float) -> None:
        self.seconds = max(math.ceil(seconds), 1)
        super().__init__(f"too many requests of this {whose}; try again in {self.seconds} s")


class Buckets:
    """A bucket for each name. Threads may share it; times are seconds of a steady clock."""

    def __init__(self, whose: str, rate: Rate) -> None:
        self._whose, self._rate = whose, rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str, now: float) -> None:
        """Take a token out of the bucket of a name. Raises TooMany where there is none."""
        each_s = 60 / self._rate.per_minute if self._rate.per_minute else 0.0
        if not each_s:
            return
        with self._lock:
            left, since = self._left.get(name, (float(self._rate.burst), now))
            left = min(left + (now - since) / each_s, float(self._rate.burst))
            enough = left > 1 - _ROUNDING
            self._left[name] = (max(left - 1, 0.0) if enough else left, now)
            self._left.move_to_end(name)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
        if not enough:
            raise TooMany(self._whose, (1 - left) * each_s)

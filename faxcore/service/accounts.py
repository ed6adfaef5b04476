"""Who may come in: passwords, keys for programs, roles, and patience with those who guess.

A wrong name and a wrong password are answered alike, in the same time. Failures from an address
make its next answers wait, longer each time; an address from which the account has been used before
does not wait for the failures of others, so that no stranger can keep a customer out. A right
password is remembered for a minute, under a key that only this process knows, because each check
is meant to be slow.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

WRONG = "username or password is wrong"
PASSWORD_LENGTH = (8, 256)

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""The smallest of the sets that OWASP's Password Storage Cheat Sheet recommends: 30 ms."""

_REMEMBERED_S = 60.0
_REMEMBERED = 10_000
_DELAYS = (0.0, 0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_KNOWN_S = 1.0
"""The longest that an address waits from which the account has been used."""

_FORGET_S = 900.0
_ADDRESSES = 50_000
_KEY_MARK = "fxk_"


class Role(enum.StrEnum):
    """What an account may do. Only an operator sees the messages of others, in the console."""

    OPERATOR = "operator"
    SENDER = "sender"
    READER = "reader"

    @property
    def may_change(self) -> bool:
        """Whether it may do more than look."""
        return self is not Role.READER


@dataclass(frozen=True, slots=True)
class Caller:
    """An account that has shown who it is."""

    account_id: int
    name: str
    role: Role
    zone: str = ""


def hash_password(password: str) -> str:
    """What is kept of a password. ValueError for one that is too short or too long."""
    shortest, longest = PASSWORD_LENGTH
    if not shortest <= len(password) <= longest:
        raise ValueError(f"a password has {shortest} to {longest} characters")
    return _HASHER.hash(password)


_NOBODY = _HASHER.hash(secrets.token_hex(16))
"""Checked for names that are no account's, so that they take as long."""


class Passwords:
    """Checks passwords, and remembers right ones for a minute. Threads may share it."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def remembers(self, kept: str, name: str, password: str, now: float) -> bool:
        """Whether this was found right within the last minute: quick, unlike ``matches``."""
        with self._lock:
            return self._right.get(self._mark(kept, name, password), 0.0) > now

    def _mark(self, kept: str, name: str, password: str) -> bytes:
        return hmac.digest(self._key, f"{kept}\0{name}\0{password}".encode(), "sha256")

    def matches(self, kept: str, name: str, password: str, now: float) -> bool:
        """Whether the password is the one that ``kept`` is the hash of; "" has none."""
        mark = self._mark(kept, name, password)
        with self._lock:
            if self._right.get(mark, 0.0) > now:
                return True
        try:
            right = _HASHER.verify(kept or _NOBODY, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False
        if right:
            with self._lock:
                self._right[mark] = now + _REMEMBERED_S
                while len(self._right) > _REMEMBERED:
                    self._right.popitem(last=False)
        return right


@dataclass(slots=True)
class _Record:
    failures: int = 0
    last: float = 0.0


@dataclass(slots=True)
class Patience:
    """How long an answer waits, by what came from an address before. Seconds of a steady clock."""

    _known: OrderedDict[tuple[str, str], float] = field(default_factory=OrderedDict)
    _failed: OrderedDict[str, _Record] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def delay(self, name: str, address: str, now: float) -> float:
        """How long this attempt has to wait before it is looked at."""
        with self._lock:
            own = self._record(f"{address}\0{name}", now)
            if (name, address) in self._known:
                return min(_DELAYS[min(own, len(_DELAYS) - 1)], _KNOWN_S)
            failures = max(own, self._record(address, now))
        return _DELAYS[min(failures, len(_DELAYS) - 1)]

    def knows(self, name: str, address: str) -> bool:
        """Whether the account has been used from this address."""
        with self._lock:
            return (name, address) in self._known

    def _record(self, key: str, now: float) -> int:
        record = self._failed.get(key)
        if record is None or now - record.last > _FORGET_S:
            return 0
        return record.failures

    def failed(self, name: str, address: str, now: float) -> None:
        """Take a failure into account."""
        with self._lock:
            for key in (address, f"{address}\0{name}"):
                record = self._failed.setdefault(key, _Record())
                if now - record.last > _FORGET_S:
                    record.failures = 0
                record.failures += 1
                record.last = now
                self._failed.move_to_end(key)
            while len(self._failed) > _ADDRESSES:
                self._failed.popitem(last=False)

    def succeeded(self, name: str, address: str, now: float) -> None:
        """The account was used from this address: its failures are forgotten."""
        with self._lock:
            self._known[name, address] = now
            self._known.move_to_end((name, address))
            self._failed.pop(f"{address}\0{name}", None)
            while len(self._known) > _ADDRESSES:
                self._known.popitem(last=False)


def new_key() -> tuple[str, str]:
    """A key for a program, and what is kept of it: its digest. It is shown once."""
    key = _KEY_MARK + secrets.token_urlsafe(32)
    return key, key_digest(key)


def key_digest(key: str) -> str:
    """What is kept of a key: enough, because a key is 256 random bits and no word."""
    return hashlib.sha256(key.encode()).hexdigest()

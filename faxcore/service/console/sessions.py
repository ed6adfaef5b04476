"""Who is logged in: sessions that live in this process, each with a token against forged forms."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from faxcore.service.accounts import Caller

COOKIE = "faxcore"
IDLE_S = 3600.0
LONGEST_S = 12 * 3600.0
_MOST = 10_000


@dataclass(slots=True)
class Session:
    """One login. ``form`` stands in every form of it; times are those of a steady clock.

    ``kept`` is the hash of the password that it was begun with.
    """

    caller: Caller
    kept: str
    form: str
    began: float
    used: float


@dataclass(slots=True)
class Sessions:
    """All logins. They end with the process, after an hour of rest, or after half a day."""

    _all: OrderedDict[str, Session] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, caller: Caller, kept: str, now: float) -> str:
        """A new session; the value of its cookie."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            self._all[cookie] = Session(caller, kept, secrets.token_urlsafe(24), now, now)
            while len(self._all) > _MOST:
                self._all.popitem(last=False)
        return cookie

    def find(self, cookie: str, now: float) -> Session | None:
        """The session of a cookie, if it is still good."""
        with self._lock:
            session = self._all.get(cookie)
            if session is None:
                return None
            if now - session.used > IDLE_S or now - session.began > LONGEST_S:
                del self._all[cookie]
                return None
            session.used = now
            return session

    def end(self, cookie: str) -> None:
        """Log out."""
        with self._lock:
            self._all.pop(cookie, None)


def is_own_form(session: Session, told: str) -> bool:
    """Whether a form came from a page of this session."""
    return hmac.compare_digest(session.form.encode(), told.encode())

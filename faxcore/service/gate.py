"""The gate in front of every operation: callers who show who they are, and what they have done."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import select

from faxcore.delivery.model import Account
from faxcore.delivery.rules import Queue
from faxcore.service.accounts import WRONG, Caller, Passwords, Patience, Role, key_digest
from faxcore.service.pace import Buckets, Rates
from faxcore.service.requests import Refused
from faxcore.service.tables import ApiKey, AuditEntry

_WAITING = 20
"""How many attempts of one address may wait at a time; more are turned away at once."""


@dataclass(slots=True)
class Gate:
    """Lets callers in. Passwords are checked by two threads of its own, so that a flood of wrong
    ones takes no more of the processor than that."""

    queue: Queue
    rates: Rates = field(default_factory=Rates)
    passwords: Passwords = field(default_factory=Passwords)
    patience: Patience = field(default_factory=Patience)
    checking_seconds: float = 0.0
    _checks: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="passwords")
    )
    _waiting: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _accounts: Buckets = field(init=False)
    _addresses: Buckets = field(init=False)

    def __post_init__(self) -> None:
        self._accounts = Buckets("account", self.rates.account)
        self._addresses = Buckets("address", self.rates.address)

    async def enter(self, name: str, password: str, address: str) -> Caller:
        """The caller; Refused, in the same words for each reason, if he is none.

        Raises TooMany where his account, or an address that nothing is known of, asks too often.
        """
        known = await asyncio.to_thread(self._remembered, name, password)
        if known is not None:
            return self._entered(known, name, address)
        await self._approach(name, address)
        account = await asyncio.get_running_loop().run_in_executor(
            self._checks, self._checked, name, password
        )
        if account is None:
            self.patience.failed(name, address, time.monotonic())
            raise Refused(WRONG)
        return self._entered(account, name, address)

    async def _approach(self, name: str, address: str) -> None:
        """Wait, as long as the failures of an address demand, to be looked at."""
        now = time.monotonic()
        if not self.patience.knows(name, address):
            self._addresses.take(address, now)
        delay = self.patience.delay(name, address, now)
        if delay:
            await self._wait(address, delay)

    def _entered(self, caller: Caller, name: str, address: str) -> Caller:
        now = time.monotonic()
        self.patience.succeeded(name, address, now)
        self._accounts.take(caller.name, now)
        return caller

    async def _wait(self, address: str, delay: float) -> None:
        waiting = self._waiting.get(address, 0)
        if waiting >= _WAITING:
            raise Refused(WRONG)
        self._waiting[address] = waiting + 1
        try:
            await asyncio.sleep(delay)
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]

    def _remembered(self, name: str, password: str) -> Caller | None:
        """A caller who came with the same password a moment ago: he waits behind nobody."""
        account, kept = self._account(name)
        if account is None or not kept:
            return None
        right = self.passwords.remembers(kept, name, password, time.monotonic())
        return caller_of(account) if right else None

    def _account(self, name: str) -> tuple[Account | None, str]:
        """The account of a name, and the hash that its password is held against."""
        with self.queue.store.read() as session:
            account = session.scalar(select(Account).where(Account.name == name))
        if account is None or account.extra.get("disabled"):
            return account, ""
        return account, account.password

    def standing(self, caller: Caller) -> tuple[Caller, str] | None:
        """A caller as his account is now, and the hash of its password; None if it is shut out."""
        account, kept = self._account(caller.name)
        return (caller_of(account), kept) if account is not None and kept else None

    def admits(self, caller: Caller, kept: str, key: str) -> bool:
        """Whether one who came with a key, or else with the password of that hash, still may."""
        if key:
            return self._by_key(key) is not None
        standing = self.standing(caller)
        return standing is not None and standing[1] == kept

    def _checked(self, name: str, password: str) -> Caller | None:
        begun = time.thread_time()
        account, kept = self._account(name)
        right = self.passwords.matches(kept, name, password, time.monotonic())
        with self._lock:
            self.checking_seconds += time.thread_time() - begun
        return caller_of(account) if right and account is not None else None

    async def enter_by_key(self, key: str, address: str) -> Caller:
        """The caller whose key this is; Refused if it is nobody's, TooMany as ``enter``."""
        await self._approach("", address)
        caller = await asyncio.to_thread(self._by_key, key)
        if caller is None:
            self.patience.failed("", address, time.monotonic())
            raise Refused("the key is wrong")
        return self._entered(caller, "", address)

    def _by_key(self, key: str) -> Caller | None:
        with self.queue.store.read() as session:
            account = session.scalar(
                select(Account)
                .join(ApiKey, ApiKey.account_id == Account.id)
                .where(ApiKey.digest == key_digest(key))
            )
        if account is None or account.extra.get("disabled"):
            return None
        return caller_of(account)

    def close(self) -> None:
        """Let the threads go."""
        self._checks.shutdown(cancel_futures=True)


def caller_of(account: Account) -> Caller:
    """An account as a caller."""
    role = Role(account.extra.get("role", Role.SENDER.value))
    return Caller(account.id, account.name, role, account.zone)


def may_change(caller: Caller) -> None:
    """Refused for an account that may only look."""
    if not caller.role.may_change:
        raise Refused("this account may only read")


@dataclass(frozen=True, slots=True)
class Audit:
    """Writes down who did what."""

    queue: Queue
    now: Callable[[], object]

    def note(
        self, caller: str, address: str, action: str, subject: str = "", outcome: str = ""
    ) -> None:
        """One entry; it is on the disk when this returns."""
        with self.queue.store.write("audit") as session:
            session.add(
                AuditEntry(
                    at=self.now(),
                    account=caller[:64],
                    address=address[:64],
                    action=action,
                    subject=subject[:256],
                    outcome=outcome[:200],
                )
            )

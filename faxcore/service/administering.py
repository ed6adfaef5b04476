"""What an administrator does to accounts: making them, passwords, keys, disabling, listing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from faxcore.delivery.model import Account
from faxcore.delivery.owning import NUMBERS, SUBADDRESSES
from faxcore.delivery.rules import Queue
from faxcore.errors import SettingsError
from faxcore.service.accounts import Role, hash_password, new_key
from faxcore.service.tables import ApiKey, AuditEntry
from faxcore.service.wishes import Wishes, apply

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")


@dataclass(frozen=True, slots=True)
class AccountTold:
    """An account as ``faxcore account list`` shows it."""

    name: str
    role: str
    disabled: bool
    keys: tuple[str, ...]
    sender_number: str
    sender_email: str
    numbers: tuple[str, ...]
    subaddresses: tuple[str, ...]


def add_account(queue: Queue, name: str, password: str, wishes: Wishes, now: datetime) -> None:
    """Make an account. SettingsError for a name that is taken or cannot be one."""
    if not _NAME.fullmatch(name):
        raise SettingsError(f"account {name!r}: 1 to 64 letters, digits and _ . @ - are expected")
    kept = _hashed(password)
    with queue.store.write("account") as session:
        account = _found(session, name)
        if account is not None and account.password:
            raise SettingsError(f"there is an account {name} already")
        if account is None:
            account = Account(name=name, created=now, extra={})
            session.add(account)
        account.password = kept
        apply(queue.rules, account, wishes)


def change_account(queue: Queue, name: str, wishes: Wishes) -> None:
    """Change what is set of an account."""
    with queue.store.write("account") as session:
        apply(queue.rules, _needed(session, name), wishes)


def set_password(queue: Queue, name: str, password: str) -> None:
    """Give an account another password; the old one is worthless at once."""
    kept = _hashed(password)
    with queue.store.write("account") as session:
        _needed(session, name).password = kept


def set_disabled(queue: Queue, name: str, *, disabled: bool) -> None:
    """Shut an account out, or let it in again. Its messages are delivered all the same."""
    with queue.store.write("account") as session:
        account = _needed(session, name)
        account.extra = {**account.extra, "disabled": disabled}


def add_key(queue: Queue, name: str, key_name: str, now: datetime) -> str:
    """A new key for a program of the account. It is shown this once and never again."""
    key, digest = new_key()
    with queue.store.write("account") as session:
        account = _needed(session, name)
        present = select(ApiKey.id).where(ApiKey.account_id == account.id, ApiKey.name == key_name)
        if session.scalar(present) is not None:
            raise SettingsError(f"account {name} has a key {key_name!r} already")
        session.add(ApiKey(account_id=account.id, name=key_name, digest=digest, created=now))
    return key


def remove_key(queue: Queue, name: str, key_name: str) -> None:
    """Make a key worthless."""
    with queue.store.write("account") as session:
        account = _needed(session, name)
        gone = session.execute(
            delete(ApiKey).where(ApiKey.account_id == account.id, ApiKey.name == key_name)
        )
        if not getattr(gone, "rowcount", 0):
            raise SettingsError(f"account {name} has no key {key_name!r}")


def accounts(queue: Queue) -> list[AccountTold]:
    """All accounts, by name."""
    with queue.store.read() as session:
        keys: dict[int, list[str]] = {}
        for account_id, key in session.execute(select(ApiKey.account_id, ApiKey.name)):
            keys.setdefault(account_id, []).append(key)
        return [
            AccountTold(
                account.name,
                str(account.extra.get("role", Role.SENDER.value)),
                bool(account.extra.get("disabled")),
                tuple(sorted(keys.get(account.id, []))),
                account.sender_number,
                account.sender_email,
                tuple(account.extra.get(NUMBERS, ())),
                tuple(account.extra.get(SUBADDRESSES, ())),
            )
            for account in session.scalars(select(Account).order_by(Account.name))
        ]


@dataclass(frozen=True, slots=True)
class AuditTold:
    """One entry of the audit log."""

    at: datetime
    account: str
    address: str
    action: str
    subject: str
    outcome: str


def audit_entries(queue: Queue, name: str | None, most: int) -> list[AuditTold]:
    """The last entries, of one account or of all, the newest at the end."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)
    if name is not None:
        query = query.where(AuditEntry.account == name)
    with queue.store.read() as session:
        found = [
            AuditTold(each.at, each.account, each.address, each.action, each.subject, each.outcome)
            for each in session.scalars(query)
        ]
    return found[::-1]


def _hashed(password: str) -> str:
    try:
        return hash_password(password)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _found(session: Session, name: str) -> Account | None:
    account: Account | None = session.scalar(select(Account).where(Account.name == name))
    return account


def _needed(session: Session, name: str) -> Account:
    account = _found(session, name)
    if account is None:
        raise SettingsError(f"there is no account {name!r}")
    return account

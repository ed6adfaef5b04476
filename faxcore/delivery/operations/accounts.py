"""Accounts and their cover pages."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from faxcore.delivery.model import Account, Cover
from faxcore.delivery.rules import Queue
from faxcore.delivery.store import lock_account
from faxcore.errors import ContentError, RequestRefused


def ensure_account(queue: Queue, name: str, now: datetime) -> int:
    """The id of the account of a name; it is made where there is none (without a password)."""
    found = account_named(queue, name)
    if found is not None:
        return found.id
    with queue.store.write("account") as session:
        account = session.scalar(select(Account).where(Account.name == name))
        if account is None:
            account = Account(name=name, created=now)
            session.add(account)
            session.flush()
        return account.id


def account_named(queue: Queue, name: str) -> Account | None:
    """The account of a name, detached from the database; None where there is none."""
    with queue.store.read() as session:
        account: Account | None = session.scalar(select(Account).where(Account.name == name))
        return account


def put_cover(queue: Queue, account_id: int, name: str, html: bytes) -> None:
    """Store a cover page of the account, replacing one of the same name.

    Raises RequestRefused for a bad name, text that is not UTF-8, or an unknown token (with its
    line). A message keeps the page as it was when it was released.
    """
    check_cover(name, html)
    blob = queue.store.blobs.put(html)
    with queue.store.write("cover") as session:
        lock_account(session, account_id)
        row = session.scalar(
            select(Cover).where(Cover.account_id == account_id, Cover.name == name)
        )
        if row is None:
            session.add(Cover(account_id=account_id, name=name, blob=blob))
        else:
            row.blob = blob


def check_cover(name: str, html: bytes) -> None:
    """Refuse a cover page that could not be used."""
    from faxcore.render.coverpage import COVER_NAME, read_cover  # noqa: PLC0415

    if not COVER_NAME.fullmatch(name) or name.strip() != name or name.startswith("."):
        raise RequestRefused("cover_name", "1 to 64 letters, digits, blanks and _ . - are expected")
    with tempfile.TemporaryDirectory(prefix="faxcore-cover-") as folder:
        path = Path(folder) / "cover.html"
        path.write_bytes(html)
        try:
            read_cover(path)
        except ContentError as error:
            raise RequestRefused("cover_data", str(error)) from error

"""The service's own tables beside the queue's: keys, cursors, repeats, audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from faxcore.delivery.model.base import Base, Moment


class ApiKey(Base):
    """A key for a program; ``digest`` is all that is kept of it."""

    __tablename__ = "api_key"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime] = mapped_column(Moment)


class ChangeCursor(Base):
    """How far an account has been told of changes, for one set of filters.

    ``told`` is the change that the last answer reached, ``before`` the one that the answer before
    it reached: each answer begins there again, in case the last one was lost.
    """

    __tablename__ = "change_cursor"
    __table_args__ = (UniqueConstraint("account_id", "filters"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    filters: Mapped[str] = mapped_column(String(64))
    before: Mapped[int]
    told: Mapped[int]


class Repeat(Base):
    """What was answered to a JSON request under an idempotency key, to answer it again."""

    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(255))
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(Moment, index=True)


class AuditEntry(Base):
    """Who did what, when and from where; never what a message says, and no secrets."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(256), default="")
    outcome: Mapped[str] = mapped_column(String(200), default="")

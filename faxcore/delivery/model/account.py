"""Accounts, the cover pages they own, and the log of what changed for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from faxcore.delivery.model.base import Base, Moment, Word
from faxcore.delivery.states import Letter


class Account(Base):
    """A customer.

    ``password`` is a hash or "" (no access by password). ``email_domains`` limits what senders an
    e-mail may name. ``header`` is the line at the top of its pages, ``modem_group`` the modems that
    may call for it ("" any), where a message does not say. ``budget`` is how many dials a day may
    cost, None for any. ``changes`` counts
    the changes of delivery letters: the last ``Change.number`` of the account. Its row is locked
    by whoever writes for the account, so that changes are numbered without gaps or races.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(String(256), default="")
    zone: Mapped[str] = mapped_column(String(64), default="")
    sender_name: Mapped[str] = mapped_column(String(256), default="")
    sender_number: Mapped[str] = mapped_column(String(64), default="")
    may_name_number: Mapped[bool] = mapped_column(default=False)
    sender_email: Mapped[str] = mapped_column(String(320), default="")
    email_domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    header: Mapped[str] = mapped_column(String(512), default="", server_default="")
    modem_group: Mapped[str] = mapped_column(String(64), default="", server_default="")
    budget: Mapped[int | None] = mapped_column(default=None)
    notify_email: Mapped[str] = mapped_column(String(320), default="")
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    changes: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(Moment)


class Cover(Base):
    """A cover page that an account has uploaded: a name, and the HTML among the stored files."""

    __tablename__ = "cover"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    blob: Mapped[str] = mapped_column(String(64))


class Change(Base):
    """One change of a recipient's delivery letter. ``number`` counts within the account."""

    __tablename__ = "change"
    __table_args__ = (UniqueConstraint("account_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    number: Mapped[int]
    recipient_id: Mapped[int] = mapped_column(
        ForeignKey("recipient.id", ondelete="CASCADE"), index=True
    )
    letter: Mapped[Letter] = mapped_column(Word(Letter))
    reason: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime] = mapped_column(Moment)

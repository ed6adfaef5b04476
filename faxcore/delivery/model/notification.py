"""What is to be told to customers: a durable queue of its own, in order for each target."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from faxcore.delivery.model.base import Base, Moment


class Webhook(Base):
    """An address that an account is told at; ``key`` signs what is sent to it."""

    __tablename__ = "webhook"
    __table_args__ = (UniqueConstraint("account_id", "url"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(String(2000))
    key: Mapped[str] = mapped_column(String(256))
    created: Mapped[datetime] = mapped_column(Moment)


class Notification(Base):
    """One event for one target, written in the transaction that made it true.

    ``kind`` is ``webhook`` (the one of ``webhook_id``) or ``email``. The ids of one target are its
    order: nothing is told before what happened earlier has been told or given up; none is used
    again, because a target knows a repetition by it. ``delivered`` is None until then; ``given_up``
    that it never will be.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index("notification_to_do", "done", "due"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(2000))
    webhook_id: Mapped[int | None]
    event: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(Moment)
    due: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    done: Mapped[bool] = mapped_column(default=False)
    delivered: Mapped[datetime | None] = mapped_column(Moment)
    given_up: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text, default="")

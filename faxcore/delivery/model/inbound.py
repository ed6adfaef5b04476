"""Faxes that were received."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from faxcore.delivery.model.base import Base, Moment


class InboundFax(Base):
    """A fax that was received; its pages are among the stored files, as TIFF and as PDF.

    ``spool`` names the folder that it was received into: it is unique, so that a fax which is
    stored again after a crash is there once. An ``id`` is never used again: a client that has seen
    it asks for what came behind it.
    """

    __tablename__ = "inbound"
    __table_args__ = (
        Index("inbound_by_account", "account_id", "received"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    sender_id: Mapped[str] = mapped_column(String(64), default="")
    called_number: Mapped[str] = mapped_column(String(64), default="")
    subaddress: Mapped[str] = mapped_column(String(32), default="", server_default="")
    modem: Mapped[str] = mapped_column(String(128), default="")
    received: Mapped[datetime] = mapped_column(Moment)
    pages: Mapped[int]
    complete: Mapped[bool] = mapped_column(default=True)
    tiff: Mapped[str] = mapped_column(String(64))
    pdf: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text, default="")
    spool: Mapped[str | None] = mapped_column(String(128), unique=True)

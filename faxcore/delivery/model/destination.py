"""What is remembered of a destination, over all messages and accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from faxcore.delivery.model.base import Base, Moment


class Destination(Base):
    """A number, what worked there, and whether it seems dead.

    ``fastest`` (bit/s) and ``ecm`` are what the next call may use at most, None where nothing holds
    it back; ``learnt`` is when, and ``why`` the sentence. ``dead_calls`` counts calls in a row that
    no fax answered; until ``closed_until`` the number is left alone.
    """

    __tablename__ = "destination"

    number: Mapped[str] = mapped_column(String(320), primary_key=True)
    remote_id: Mapped[str] = mapped_column(String(64), default="")
    rate: Mapped[int] = mapped_column(default=0)
    modulation: Mapped[str] = mapped_column(String(32), default="")
    resolution: Mapped[str] = mapped_column(String(32), default="")
    worked: Mapped[datetime | None] = mapped_column(Moment)
    fastest: Mapped[int | None]
    ecm: Mapped[bool | None]
    learnt: Mapped[datetime | None] = mapped_column(Moment)
    why: Mapped[str] = mapped_column(Text, default="")
    line_failures: Mapped[int] = mapped_column(default=0)
    dead_calls: Mapped[int] = mapped_column(default=0)
    closed_until: Mapped[datetime | None] = mapped_column(Moment)

"""Attempts, the calls that carried them, and what became of every page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from faxcore.delivery.model.base import Base, Moment, Word
from faxcore.delivery.states import AttemptState, CallState, Channel
from faxcore.t30.result import PageOutcome


class Call(Base):
    """One dialling (or one submission to a server or gateway), and the guard that it is only one.

    ``busy_destination`` is the destination as long as the call is not over and NULL afterwards: it
    is unique, so that the database itself allows one active call to a number in the whole cluster.
    ``rate`` is in bit/s, ``seconds`` run from the answer to the end of the last signal.
    """

    __tablename__ = "call"
    __table_args__ = (
        Index("call_by_worker", "worker", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    destination: Mapped[str] = mapped_column(String(320), index=True)
    busy_destination: Mapped[str | None] = mapped_column(String(330), unique=True)
    worker: Mapped[str] = mapped_column(String(128))
    node: Mapped[str] = mapped_column(String(128))
    modem: Mapped[str] = mapped_column(String(128), default="")
    dial_line: Mapped[str] = mapped_column(String(128), default="")
    rule: Mapped[str] = mapped_column(String(256), default="")
    state: Mapped[CallState] = mapped_column(Word(CallState), default=CallState.CALLING)
    created: Mapped[datetime] = mapped_column(Moment)
    dialled: Mapped[datetime | None] = mapped_column(Moment, index=True)
    ended: Mapped[datetime | None] = mapped_column(Moment)
    status: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text, default="")
    remote_id: Mapped[str] = mapped_column(String(64), default="")
    modulation: Mapped[str] = mapped_column(String(32), default="")
    rate: Mapped[int] = mapped_column(default=0)
    ecm: Mapped[bool] = mapped_column(default=False)
    resolution: Mapped[str] = mapped_column(String(32), default="")
    trainings: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    transcript: Mapped[str] = mapped_column(Text, default="")


class Attempt(Base):
    """One try at one recipient. ``number`` counts within the recipient, from 1, without gaps.

    ``counted`` tells whether it was charged to the recipient: local equipment trouble is not.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("recipient_id", "number"),
        Index("attempt_by_worker", "worker", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    number: Mapped[int]
    run: Mapped[int] = mapped_column(default=1)
    worker: Mapped[str] = mapped_column(String(128))
    state: Mapped[AttemptState] = mapped_column(Word(AttemptState), default=AttemptState.CLAIMED)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    began: Mapped[datetime] = mapped_column(Moment)
    ended: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(64), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    counted: Mapped[bool] = mapped_column(default=False)


class PageRow(Base):
    """What became of one page of a recipient's document in one call.

    ``number`` is the page's in the document, from 1. The row is written while the call runs: it is
    what a call that was cut short by a crash is judged by. ``raster`` is the SHA-256 of the page's
    coded rows as they were offered to the line.
    """

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("call_id", "recipient_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    recipient_id: Mapped[int] = mapped_column(
        ForeignKey("recipient.id", ondelete="CASCADE"), index=True
    )
    run: Mapped[int] = mapped_column(default=1)
    number: Mapped[int]
    position: Mapped[int]
    outcome: Mapped[PageOutcome] = mapped_column(Word(PageOutcome))
    sendings: Mapped[int] = mapped_column(default=0)
    rtn: Mapped[int] = mapped_column(default=0)
    ppr: Mapped[int] = mapped_column(default=0)
    octets: Mapped[int] = mapped_column(default=0)
    rate: Mapped[int] = mapped_column(default=0)
    raster: Mapped[str] = mapped_column(String(64), default="")
    answered: Mapped[datetime | None] = mapped_column(Moment)

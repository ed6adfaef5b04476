"""Nodes and their workers: who is alive, which modem is fit, whose work is to be taken over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from faxcore.delivery.model.base import Base, Moment, Word
from faxcore.delivery.states import Channel


class Node(Base):
    """A host that delivers, known by its name. Its lease runs out at ``lease_until``.

    ``seen_real`` tells that it ever drove a real port.
    """

    __tablename__ = "node"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    started: Mapped[datetime] = mapped_column(Moment)
    lease_until: Mapped[datetime] = mapped_column(Moment)
    seen_real: Mapped[bool] = mapped_column(default=False)


class Worker(Base):
    """One worker: a process that owns one modem, or sends e-mail. ``name`` is ``node/modem``.

    Its lease runs out at ``lease_until``; after that another may take its work over. ``life`` is
    drawn anew at each start: a worker whose life is another's has been replaced. A modem that
    failed is left alone until ``quarantined_until``; ``failures`` counts its failures in a row.
    """

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    node: Mapped[str] = mapped_column(String(128), index=True)
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    modem: Mapped[str] = mapped_column(String(128), default="")
    modem_group: Mapped[str] = mapped_column(String(64), default="", server_default="")
    port: Mapped[str] = mapped_column(String(512), default="")
    life: Mapped[str] = mapped_column(String(32), default="")
    pid: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(default=0)
    quarantined_until: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text, default="")

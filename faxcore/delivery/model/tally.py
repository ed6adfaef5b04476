"""What was counted in rows that are deleted."""

from __future__ import annotations

from sqlalchemy import Double, String
from sqlalchemy.orm import Mapped, mapped_column

from faxcore.delivery.model.base import Base


class Tally(Base):
    """So many of a kind, with these labels, have been deleted: a counter never goes back."""

    __tablename__ = "tally"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    labels: Mapped[str] = mapped_column(String(256), primary_key=True)
    count: Mapped[float] = mapped_column(Double)

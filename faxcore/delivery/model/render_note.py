"""What rendering left out of a document, or cut off."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from faxcore.delivery.model.base import Base

TEXT = 300
"""The longest note, in characters."""


class RenderNote(Base):
    """A sentence about a recipient's document, which names the part that it is about.

    ``number`` is its place among those of the recipient, from 1.
    """

    __tablename__ = "render_note"
    __table_args__ = (UniqueConstraint("recipient_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("recipient.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(String(TEXT))

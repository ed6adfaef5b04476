"""Messages, their recipients and their attachments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from faxcore.delivery.model.account import Account
from faxcore.delivery.model.base import Base, Moment, Word
from faxcore.delivery.states import (
    Body,
    CancelWish,
    Cause,
    Channel,
    Letter,
    RecipientState,
    Scope,
    UncertainPolicy,
)


class Message(Base):
    """One request of a customer.

    ``uid`` is the name that it is known by outside; ``fingerprint`` tells a repeat of its creation
    from another message under the same client id. ``released`` is the moment of sending, None
    before it. ``cover_blob`` is the account's own cover page, frozen at release. ``pages`` is the
    largest count of pages among its faxes, None until the first is rendered. ``paper`` and
    ``header`` are for the renderer, ``banner`` is a picture among the stored files, ``handler`` the
    name of a plug-in; ``node`` is the delivery node that is preferred,
    ``modem_group`` the group of modems that may call, "" for any.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("account_id", "client_id"),
        Index("message_by_group", "account_id", "group_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    client_id: Mapped[str | None] = mapped_column(String(256))
    fingerprint: Mapped[str] = mapped_column(String(64))
    group_id: Mapped[str] = mapped_column(String(256), default="")
    cover: Mapped[str] = mapped_column(String(64), default="")
    cover_blob: Mapped[str] = mapped_column(String(64), default="")
    memo: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str | None] = mapped_column(Text)
    body_type: Mapped[Body | None] = mapped_column(Word(Body))
    priority: Mapped[int] = mapped_column(default=5)
    fine: Mapped[bool] = mapped_column(default=True)
    send_time: Mapped[datetime | None] = mapped_column(Moment)
    sender_email: Mapped[str] = mapped_column(String(320), default="")
    sender_name: Mapped[str] = mapped_column(String(256), default="")
    sender_number: Mapped[str] = mapped_column(String(64), default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    node: Mapped[str] = mapped_column(String(128), default="")
    modem_group: Mapped[str] = mapped_column(String(64), default="", server_default="")
    header: Mapped[str | None] = mapped_column(String(512))
    banner: Mapped[str] = mapped_column(String(64), default="", server_default="")
    handler: Mapped[str] = mapped_column(String(64), default="", server_default="")
    paper: Mapped[str] = mapped_column(String(16), default="A4")
    uncertain: Mapped[UncertainPolicy] = mapped_column(
        Word(UncertainPolicy), default=UncertainPolicy.RESEND_ONCE
    )
    batched: Mapped[bool] = mapped_column(default=True)
    resume_cover: Mapped[bool] = mapped_column(default=False)
    expires: Mapped[datetime | None] = mapped_column(Moment)
    created: Mapped[datetime] = mapped_column(Moment)
    released: Mapped[datetime | None] = mapped_column(Moment)
    cancelled: Mapped[bool] = mapped_column(default=False)
    pages: Mapped[int | None]

    account: Mapped[Account] = relationship()
    recipients: Mapped[list[Recipient]] = relationship(
        back_populates="message", order_by="Recipient.id", passive_deletes=True
    )
    attachments: Mapped[list[AttachmentRow]] = relationship(
        order_by="AttachmentRow.id", passive_deletes=True
    )


class Recipient(Base):
    """One address of a message, and all that is known of its delivery.

    ``address`` is as the customer wrote it; ``destination`` is the same for all ways to write one
    number (the dial string) or one mailbox. ``due`` is the earliest moment of the next attempt.
    ``dials`` is what the customer is told as attempts; ``tries`` counts calls that a fax answered
    and that brought no page further; ``failures`` counts failed calls in a row. ``document`` is the
    rendered fax among the stored files; ``first_page`` is where sending begins. ``run`` counts what
    a resend of everything begins anew: pages confirmed in an earlier run do not count;
    ``run_dials`` is what the policy counts. ``bounce_mark`` is what a stranger cannot guess of the
    address that its bounces go to, "" before it is used. ``change`` is the number of the last
    change of its letter. ``priority``, ``node`` and ``modem_group`` are those of the message, here
    for the claiming query.
    """

    __tablename__ = "recipient"
    __table_args__ = (
        Index("recipient_to_do", "channel", "state", "priority", "due"),
        Index("recipient_by_destination", "destination", "state"),
        Index("recipient_by_message", "message_id", "address"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    address: Mapped[str] = mapped_column(String(320))
    destination: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(256), default="")
    scope: Mapped[Scope] = mapped_column(Word(Scope), default=Scope.TO)
    state: Mapped[RecipientState] = mapped_column(
        Word(RecipientState), default=RecipientState.WAITING
    )
    cause: Mapped[Cause] = mapped_column(Word(Cause), default=Cause.NONE)
    letter: Mapped[Letter] = mapped_column(Word(Letter), default=Letter.WAITING)
    reason: Mapped[str] = mapped_column(String(64), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[datetime | None] = mapped_column(Moment)
    dials: Mapped[int] = mapped_column(default=0)
    run_dials: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    first_attempt: Mapped[datetime | None] = mapped_column(Moment)
    last_attempt: Mapped[datetime | None] = mapped_column(Moment)
    document: Mapped[str] = mapped_column(String(64), default="")
    pages: Mapped[int] = mapped_column(default=0)
    pages_confirmed: Mapped[int] = mapped_column(default=0)
    pages_uncertain: Mapped[int] = mapped_column(default=0)
    first_page: Mapped[int] = mapped_column(default=1)
    run: Mapped[int] = mapped_column(default=1)
    cancel_wish: Mapped[CancelWish] = mapped_column(Word(CancelWish), default=CancelWish.NO)
    hold_wish: Mapped[bool] = mapped_column(default=False)
    gateway_id: Mapped[str] = mapped_column(
        String(1100).with_variant(Text(), "postgresql"), default=""
    )
    bounce_mark: Mapped[str] = mapped_column(String(32), default="", server_default="")
    change: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=5)
    node: Mapped[str] = mapped_column(String(128), default="")
    modem_group: Mapped[str] = mapped_column(String(64), default="", server_default="")

    message: Mapped[Message] = relationship(back_populates="recipients")


class AttachmentRow(Base):
    """One file of a message, in the order of adding; its octets are among the stored files."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("message_id", "name", "type", "blob"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(256))
    type: Mapped[str] = mapped_column(String(128))
    blob: Mapped[str] = mapped_column(String(64))
    octets: Mapped[int]

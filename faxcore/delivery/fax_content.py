"""From a message and one of its recipients to pages: rendered once, used by all attempts."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import joinedload, selectinload

from faxcore.delivery.documents import pack
from faxcore.delivery.model import AttachmentRow, Message, Recipient
from faxcore.delivery.states import Body
from faxcore.delivery.store import Store
from faxcore.render import Attachment, BodyType, Content, CoverFields, Paper, render_content
from faxcore.t4 import Coding, Resolution
from faxcore.t30.document import FaxPage

_COVER = "cover"
_BODY_TYPES = {
    Body.TEXT: BodyType.TEXT,
    Body.HTML: BodyType.HTML,
    Body.XML: BodyType.XML,
}

_USUAL = "auto"


RENDERED = joinedload(Recipient.message).options(
    joinedload(Message.account), selectinload(Message.attachments)
)
"""Loads with a recipient all that its rendering looks at, so that no transaction waits for it."""


@dataclass(frozen=True, slots=True)
class RenderedFax:
    """The pages of a fax, and the renderer's notes on what is missing from them."""

    pages: tuple[FaxPage, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """What goes along with an e-mail as PDF, and the renderer's notes on what is missing there."""

    octets: bytes
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is on the line: the number (TSI, and on pages), and the header line, "" for none."""

    number: str = ""
    header: str = ""


def render_fax(
    store: Store, message: Message, recipient: Recipient, at: datetime, sender: Identity
) -> RenderedFax:
    """A fax to one recipient. ``sender`` is who sends it, ``at`` the moment that stands on them.

    Raises ContentError for what cannot be rendered.
    """
    with _cover_folder(store, message) as folder:
        fields = _fields(message, recipient, at, sender.number)
        return _render(_content(store, message, folder, fields), message, sender)


def _content(store: Store, message: Message, folder: Path | None, fields: CoverFields) -> Content:
    """Cover, body and attachments in their order."""
    return Content(
        fields,
        body=message.body,
        body_type=_BODY_TYPES[message.body_type or Body.TEXT],
        cover=_cover_name(message),
        cover_folder=folder,
        attachments=tuple(_attachment(store, row) for row in message.attachments),
        paper=Paper[message.paper.upper()],
        banner=_banner(store, message),
    )


def render_body(store: Store, message: Message, at: datetime) -> RenderedPdf:
    """The body alone as PDF, as an e-mail carries one that is written in XML."""
    account = message.account
    content = Content(
        CoverFields(moment=at, sender_name=message.sender_name or account.sender_name),
        body=message.body,
        body_type=_BODY_TYPES[message.body_type or Body.TEXT],
        paper=Paper[message.paper.upper()],
        banner=_banner(store, message),
    )
    rendered = render_content(
        content, header=None, resolutions=(Resolution.COARSE,), codings=(Coding.MH,)
    )
    return RenderedPdf(rendered.pdf, rendered.notes)


def render_pages(store: Store, recipient: Recipient, at: datetime) -> RenderedPdf:
    """The pages that a fax of this message would have, as PDF, as an e-mail may carry them."""
    message = recipient.message
    account = message.account
    sender = Identity(message.sender_number or account.sender_number)
    with _cover_folder(store, message) as folder:
        content = _content(store, message, folder, _fields(message, recipient, at, sender.number))
        rendered = render_content(
            content,
            header=header_of(message, sender),
            resolutions=(Resolution.COARSE,),
            codings=(Coding.MH,),
        )
    return RenderedPdf(rendered.pdf, rendered.notes)


def render_continuation(
    store: Store, message: Message, recipient: Recipient, at: datetime, sender: Identity, first: int
) -> FaxPage:
    """A cover page that says that pages ``first`` to the last of an earlier fax follow."""
    fields = _fields(message, recipient, at, sender.number)
    said = f"Continuation: pages {first} to {recipient.pages} of {recipient.pages} follow."
    with _cover_folder(store, message) as folder:
        content = Content(
            CoverFields(
                moment=fields.moment,
                sender_name=fields.sender_name,
                sender_number=fields.sender_number,
                recipient_name=fields.recipient_name,
                recipient_number=fields.recipient_number,
                subject=fields.subject,
                comments=said,
                message_id=fields.message_id,
            ),
            cover=_cover_name(message) or "standard",
            cover_folder=folder,
            paper=Paper[message.paper.upper()],
        )
        return _render(content, message, sender).pages[0]


def header_of(message: Message, sender: Identity) -> str | None:
    """The header line: the message's, else the account's, else the modem's, else the usual one."""
    if message.header != _USUAL:
        return message.header
    return message.account.header or sender.header or _USUAL


def stored(store: Store, pages: tuple[FaxPage, ...]) -> str:
    """Keep the pages among the stored files; their name there."""
    return store.blobs.put(pack(pages))


Renderer = Callable[[Store, Message, Recipient, datetime, Identity], RenderedFax]


def _render(content: Content, message: Message, sender: Identity) -> RenderedFax:
    resolutions = (Resolution.FINE, Resolution.COARSE) if message.fine else (Resolution.COARSE,)
    rendered = render_content(content, header=header_of(message, sender), resolutions=resolutions)
    pages = tuple(FaxPage(page.codings) for page in rendered.pages)
    return RenderedFax(pages, rendered.notes)


def _fields(message: Message, recipient: Recipient, at: datetime, number: str) -> CoverFields:
    account = message.account
    return CoverFields(
        moment=at,
        sender_name=message.sender_name or account.sender_name,
        sender_number=number,
        recipient_name=recipient.name,
        recipient_number=recipient.address,
        subject=message.subject,
        comments=message.memo,
        message_id=message.client_id or "",
    )


def _attachment(store: Store, row: AttachmentRow) -> Attachment:
    return Attachment(row.name, store.blobs.get(row.blob))


def _banner(store: Store, message: Message) -> Attachment | None:
    return Attachment("banner", store.blobs.get(message.banner)) if message.banner else None


def _cover_name(message: Message) -> str | None:
    if message.cover_blob:
        return _COVER
    return message.cover or None


@contextlib.contextmanager
def _cover_folder(store: Store, message: Message) -> Iterator[Path | None]:
    """A folder with the account's own cover page, frozen at release; None for shipped ones."""
    if not message.cover_blob:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="faxcore-cover-") as name:
        folder = Path(name)
        (folder / f"{_COVER}.html").write_bytes(store.blobs.get(message.cover_blob))
        yield folder

"""The e-mail that a message becomes: headers, body, attachments (RFC 5322, MIME).

To and Cc name all recipients of their scope, so that each may see who else has it; Bcc is in no
header. Every recipient's copy is a transaction of its own, with a Message-ID that stays the same
when it is sent again: a mailbox that gets it twice shows it once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from faxcore.delivery.bounces import bounce_address
from faxcore.delivery.fax_content import RenderedPdf, render_body, render_pages
from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.model import AttachmentRow, Message, Recipient
from faxcore.delivery.plain_text import plain_text
from faxcore.delivery.states import Body, Channel, RecipientState, Scope
from faxcore.delivery.store import Store
from faxcore.errors import ContentError
from faxcore.render import Attachment
from faxcore.render.sniff import kind_of

PAGES = "email_pages"
"""What an account is marked by whose e-mail carries the pages of the fax that it would be."""

_BANNER = "banner@faxcore"
_BODY = re.compile(r"<body\b[^>]*>", re.I)
_BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]|\r(?!\n)|\n(?![ \t]|\Z)")
"""What no folded header has: above all a line behind it that does not go on with it."""

_TYPE = re.compile(r"([A-Za-z0-9!#$&^_.+-]{1,64})/([A-Za-z0-9!#$&^_.+-]{1,64})")


def sender_of(message: Message) -> str:
    """The address that the message comes from."""
    return message.sender_email or message.account.sender_email


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy for one recipient: its octets, and the envelope's sender and recipient.

    ``remark`` says what could not be put into it, ``notes`` what is missing from the PDF that was.
    """

    octets: bytes
    envelope: tuple[str, str]
    remark: str = ""
    notes: tuple[str, ...] = ()


def build_email(store: Store, recipient: Recipient, at: datetime, server: MailServer) -> Copy:
    """The copy for one recipient; ContentError for what cannot be a header or be rendered."""
    message = recipient.message
    mail = _headed(message)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id(message, recipient, server.domain)
    notes = _put_body(mail, store, message, at)
    for row in message.attachments:
        _attach(mail, store, row)
    remark = ""
    if server.pages or message.account.extra.get(PAGES):
        remark, missing = _attach_pages(mail, store, recipient, at)
        notes += missing
    sender = bounce_address(server.envelope, recipient) or sender_of(message)
    return Copy(_octets(mail), (sender, recipient.address), remark, notes)


def _octets(mail: EmailMessage) -> bytes:
    """The mail as it goes. Raises ContentError for a header that would not be one line.

    A customer's words may hold encoded words (RFC 2047), which are decoded as they become a header:
    looked at is what came of them.
    """
    policy = mail.policy.clone(linesep="\r\n")
    try:
        for part in mail.walk():
            for name, value in part.items():
                if _BROKEN.search(value.fold(policy=policy)):
                    raise ContentError(f"a header of the e-mail: {name} is no line of text")
        return mail.as_bytes(policy=policy)
    except (ValueError, LookupError, MessageError) as error:
        raise ContentError(f"a header of the e-mail: {error}") from error


def _headed(message: Message) -> EmailMessage:
    mail = EmailMessage()
    try:
        mail["From"] = _address(message.sender_name, sender_of(message))
        for scope, header in ((Scope.TO, "To"), (Scope.CC, "Cc")):
            named = [_address(each.name, each.address) for each in _others(message, scope)]
            if named:
                mail[header] = named
        if "To" not in mail and "Cc" not in mail:
            mail["To"] = "undisclosed-recipients:;"
        mail["Subject"] = message.subject
    except (ValueError, LookupError, MessageError) as error:
        raise ContentError(f"a header of the e-mail: {error}") from error
    return mail


def _attach_pages(
    mail: EmailMessage, store: Store, recipient: Recipient, at: datetime
) -> tuple[str, tuple[str, ...]]:
    """Attach what would have been faxed, as PDF; a remark where it cannot be, and its notes."""
    try:
        pdf = render_pages(store, recipient, at)
    except ContentError as error:
        return f", without its pages as PDF ({error})", ()
    return "", _attach_pdf(mail, pdf, "fax.pdf")


def _attach_pdf(mail: EmailMessage, pdf: RenderedPdf, name: str) -> tuple[str, ...]:
    """Attach it; its notes, which name it."""
    mail.add_attachment(pdf.octets, maintype="application", subtype="pdf", filename=name)
    return tuple(f"{name}: {note}" for note in pdf.notes)


def message_id(message: Message, recipient: Recipient, domain: str) -> str:
    """What the copy of one recipient is known by, on every attempt."""
    return f"<{message.uid}.{recipient.id}.{recipient.run}@{domain}>"


def _others(message: Message, scope: Scope) -> list[Recipient]:
    return [
        each
        for each in message.recipients
        if each.channel is Channel.EMAIL
        and each.scope is scope
        and each.state is not RecipientState.CANCELLED
    ]


def _address(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)


def _put_body(mail: EmailMessage, store: Store, message: Message, at: datetime) -> tuple[str, ...]:
    """Put the body into the mail; notes on what is missing where it goes as PDF."""
    body = message.body or ""
    if message.body_type is Body.HTML:
        mail.set_content(plain_text(body, Body.HTML))
        _put_html(mail, store, message, body)
    elif message.body_type is Body.XML:
        mail.set_content("")
        return _attach_pdf(mail, render_body(store, message, at), "message.pdf")
    else:
        mail.set_content(body)
    return ()


def _put_html(mail: EmailMessage, store: Store, message: Message, body: str) -> None:
    """The HTML form, with the banner on top of it and in the mail itself."""
    if not message.banner:
        mail.add_alternative(body, subtype="html")
        return
    picture = store.blobs.get(message.banner)
    opening = _BODY.search(body)
    at = opening.end() if opening else 0
    shown = f'{body[:at]}<img src="cid:{_BANNER}" alt=""><br>{body[at:]}'
    mail.add_alternative(shown, subtype="html")
    *_, part = mail.iter_parts()
    kind = kind_of(Attachment("banner", picture)).value.lower()
    part.add_related(picture, maintype="image", subtype=kind, cid=f"<{_BANNER}>")


def _attach(mail: EmailMessage, store: Store, row: AttachmentRow) -> None:
    """With its declared type; one that is no type of MIME goes as octets."""
    declared = _TYPE.fullmatch(row.type.strip())
    main, sub = (declared[1].lower(), declared[2].lower()) if declared else ("", "")
    if not main or main in {"multipart", "message"}:
        main, sub = "application", "octet-stream"
    mail.add_attachment(store.blobs.get(row.blob), maintype=main, subtype=sub, filename=row.name)

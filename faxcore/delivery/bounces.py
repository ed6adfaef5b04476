"""Bounces: delivery status notifications (RFC 3464) that come back to our envelope address.

A notification is for the recipient whose number stands in the envelope address that it was sent
to, if the recipient's mark, which nobody can guess, stands there, too. Mail that went out before
there were marks has none, and its bounces need none. ``failed`` makes a relayed recipient failed,
``delivered`` makes it sent. What is read is marked as seen, whatever it was.
"""

from __future__ import annotations

import email
import email.policy
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message

from sqlalchemy.orm import Session

from faxcore.delivery.logs import log
from faxcore.delivery.mailboxes import Mailbox
from faxcore.delivery.model import Account, Recipient
from faxcore.delivery.recording import take_back
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Channel, RecipientState
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import Step, move

_SHOWN = 200
_MARK_OCTETS = 10
_LAST_ID = (1 << 31) - 1
"""Of an INTEGER; PostgreSQL refuses to look for what is greater."""

_POLICY = email.policy.compat32
"""Headers as they stand: the newer policies take them apart, and raise where a stranger's do not
parse (IndexError, AttributeError and others, with a header as short as ``To: "``)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notification says: of which recipient, ``failed`` or ``delivered``, in which words.

    ``mark`` is what makes its address one that we gave.
    """

    recipient_id: int
    mark: str
    action: str
    text: str


def bounce_address(envelope: str, recipient: Recipient) -> str:
    """Where the bounces of a recipient's copy come back to; "" for an empty ``envelope``."""
    return envelope.replace("%", f"{recipient.id}-{recipient.bounce_mark}")


def new_mark() -> str:
    """A mark for a recipient: in one case of letters, for servers that change it."""
    return secrets.token_hex(_MARK_OCTETS)


def read_bounces(queue: Queue, box: Mailbox, envelope: str, now: datetime) -> int:
    """Read what is new in a mailbox; how many recipients changed by it.

    What could not be taken up stays unread. Raises QueueError.
    """
    changed = 0
    for octets in box.unread():
        parsed = email.message_from_bytes(octets, policy=_POLICY)
        notice = read_notice(parsed, envelope)
        if notice is not None:
            changed += apply_notice(queue, notice, now)
    return changed


def read_notice(mail: Message, envelope: str) -> Notice | None:
    """What a mail says of a recipient of ours; None where it says nothing."""
    before, _, after = envelope.partition("%")
    name = r"(\d{1,18})(?:-([0-9a-f]{1,32}))?"
    address = re.compile(re.escape(before) + name + re.escape(after), re.IGNORECASE)
    told = " ".join(str(mail.get(name, "")) for name in ("To", "Delivered-To", "X-Original-To"))
    found = address.search(told)
    if found is None or mail.get_content_type() != "multipart/report":
        return None
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            action = _field(block, "Action")
            if action in {"failed", "delivered"}:
                said = _field(block, "Diagnostic-Code") or _field(block, "Status")
                return Notice(int(found[1]), (found[2] or "").lower(), action, said[:_SHOWN])
    return None


def apply_notice(queue: Queue, notice: Notice, now: datetime) -> bool:
    """Change the recipient that a notification is about; whether it was one to change."""
    if notice.recipient_id > _LAST_ID:
        return False
    with queue.store.write("bounce") as session:
        recipient = session.get(Recipient, notice.recipient_id)
        if recipient is None or recipient.channel is not Channel.EMAIL:
            return False
        if not hmac.compare_digest(notice.mark, recipient.bounce_mark):
            log().warning("a bounce to an address that we did not give", recipient=recipient.id)
            return False
        account = lock_account(session, recipient.message.account_id)
        session.refresh(recipient)
        return _changed(session, account, recipient, notice, now)


def _changed(
    session: Session, account: Account, recipient: Recipient, notice: Notice, now: datetime
) -> bool:
    if recipient.state not in {RecipientState.RELAYED, RecipientState.SENT}:
        return False
    if notice.action == "failed":
        take_back(session, recipient)
        step = Step(RecipientState.FAILED, reason="bounced", text=f"came back: {notice.text}")
    elif recipient.state is RecipientState.SENT:
        return False
    else:
        step = Step(RecipientState.SENT, reason="ok", text="the server reports it delivered")
    move(session, account, recipient, step, now)
    return True


def _field(block: object, name: str) -> str:
    if not isinstance(block, Message | EmailMessage):
        return ""
    value = str(block.get(name, "")).replace("\0", " ")  # PostgreSQL keeps it in no text
    return " ".join(value.split()).lower() if name == "Action" else " ".join(value.split())

"""Telling customers: webhooks (signed) and e-mail, durable, in order for each target.

A notification is written in the transaction that made it true. Of each target only the oldest that
is not done is ever sent, so what happened first is told first. It is reserved for a while before it
is sent; who dies in between leaves it to be sent again: a target must expect the same ``id`` twice.
After three days without success a notification is given up, and the next one has its turn.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import smtplib
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from email.message import EmailMessage
from typing import Any

from sqlalchemy import func, select

from faxcore.delivery.logs import log
from faxcore.delivery.mail_server import MailServer, connected
from faxcore.delivery.model import Notification, Webhook
from faxcore.delivery.outward import connected as reached
from faxcore.delivery.outward import web_address
from faxcore.delivery.rules import Queue
from faxcore.errors import QueueError

SIGNATURE = "Faxcore-Signature"
_RESERVED_S = 120.0
_TIMEOUT_S = 20.0
_FIRST_S, _LONGEST_S = 10.0, 3600.0
_GIVEN_UP_S = 3 * 86400.0
_AT_A_TIME, _AT_ONCE = 32, 8
"""So many are reserved, so many told at once: the last is told before its time is over."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification to be sent now. ``key`` signs a webhook's body."""

    id: int
    kind: str
    target: str
    event: dict[str, Any]
    key: str
    created: datetime
    tries: int


class NotTold(Exception):
    """A target could not be told."""


def sign(key: str, moment: int, body: bytes) -> str:
    """The value of the signature header: time, and HMAC-SHA256 over ``time.body``."""
    made = hmac.new(key.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={made}"


def reserve(queue: Queue, now: datetime) -> list[Notice]:
    """The oldest notification of each target, where it is due: ours for two minutes."""
    oldest = (
        select(func.min(Notification.id))
        .where(Notification.done.is_(False))
        .group_by(Notification.account_id, Notification.kind, Notification.target)
    )
    with queue.store.write("reserve") as session:
        rows = session.execute(
            select(Notification, Webhook.key)
            .outerjoin(Webhook, Webhook.id == Notification.webhook_id)
            .where(Notification.id.in_(oldest), Notification.due <= now)
            .order_by(Notification.id)
            .limit(_AT_A_TIME)
            .with_for_update(skip_locked=True, of=Notification)
        ).all()
        for row, _ in rows:
            row.due = now + timedelta(seconds=_RESERVED_S)
            row.tries += 1
        return [
            Notice(row.id, row.kind, row.target, row.event, key or "", row.created, row.tries)
            for row, key in rows
        ]


def settle(queue: Queue, notice: Notice, problem: str, now: datetime) -> None:
    """Write down that a target was told (no ``problem``), or when it is tried again."""
    with queue.store.write("settle") as session:
        row = session.get(Notification, notice.id, with_for_update=True)
        if row is None or row.done:
            return
        row.text = problem
        if not problem:
            row.done, row.delivered = True, now
        elif now - row.created > timedelta(seconds=_GIVEN_UP_S):
            row.done = row.given_up = True
        else:
            wait = min(_FIRST_S * 2.0 ** min(notice.tries - 1, 16), _LONGEST_S)
            row.due = now + timedelta(seconds=wait)


def tell_all(queue: Queue, mail: MailServer | None, clock: Callable[[], datetime]) -> int:
    """Send what is due; how many targets were told."""
    notices = reserve(queue, clock())
    if not notices:
        return 0
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="notifications") as pool:
        return sum(pool.map(lambda notice: _told(queue, mail, clock, notice), notices))


def _told(
    queue: Queue, mail: MailServer | None, clock: Callable[[], datetime], notice: Notice
) -> bool:
    problem = ""
    try:
        tell(notice, mail, clock(), queue.rules.webhook_hosts)
    except NotTold as error:
        problem = str(error)
        log().warning("a notification was not delivered", id=notice.id, error=problem)
    except Exception as error:  # a bug of ours, or of a library's: the others are told all the same
        problem = repr(error)
        log().exception("a notification failed by our own fault", id=notice.id, error=problem)
    settle(queue, notice, problem, clock())
    return not problem


def tell(
    notice: Notice, mail: MailServer | None, now: datetime, private: Collection[str] = ()
) -> None:
    """Send one. Raises NotTold. ``private`` are hosts of our own network that may be told."""
    if notice.kind == "webhook":
        _post(notice, now, private)
    elif mail is None:
        raise NotTold("no mail server is configured")
    else:
        _mail(notice, mail)


def _post(notice: Notice, now: datetime, private: Collection[str]) -> None:
    body = json.dumps({"id": notice.id} | notice.event, sort_keys=True).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "faxcore"}
    headers[SIGNATURE] = sign(notice.key, int(now.timestamp()), body)
    try:
        address = web_address(notice.target)
        with reached(
            address, private=private, seconds=_TIMEOUT_S, whole_seconds=_TIMEOUT_S
        ) as connection:
            connection.request("POST", address.target, body, headers)
            answer = connection.getresponse()
            answer.read(1024)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotTold(f"{type(error).__name__}: {error}") from error
    if not 200 <= answer.status <= 299:
        raise NotTold(f"it answered {answer.status}")


def _mail(notice: Notice, server: MailServer) -> None:
    try:
        told = _told_by_mail(notice, server)
        with connected(server) as smtp:
            smtp.send_message(told)
    except (OSError, ValueError, MessageError, smtplib.SMTPException) as error:
        raise NotTold(f"{type(error).__name__}: {error}") from error


def _told_by_mail(notice: Notice, server: MailServer) -> EmailMessage:
    """Raises ValueError, or MessageError, for what can stand in no header."""
    event = notice.event
    told = EmailMessage()
    told["From"] = server.envelope.replace("%", "notify") or f"faxcore@{server.domain}"
    told["To"] = notice.target
    what = event.get("status") or event.get("letter") or ""
    told["Subject"] = f"Message {_name(event)}: {what}"
    told["Message-ID"] = f"<notification-{notice.id}@{server.domain}>"
    told.set_content("\n".join(f"{key}: {_said(event[key])}" for key in sorted(event)))
    return told


def _name(event: dict[str, Any]) -> str:
    """The client's name of the message, unless a header would take a part of it for encoded words
    (RFC 2047), and what these hide, such as line breaks, for its own."""
    name = str(event.get("client_id") or "")
    return name if name and "=?" not in name else str(event.get("message"))


def _said(value: Any) -> str:
    """A value of an event for people."""
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def keep_telling(
    queue: Queue,
    mail: MailServer | None,
    clock: Callable[[], datetime],
    stop: threading.Event,
    every_s: float = 1.0,
) -> None:
    """Send what is due until ``stop`` is set."""
    while not stop.wait(every_s):
        try:
            while tell_all(queue, mail, clock) and not stop.is_set():
                pass
        except QueueError as error:
            log().error("notifications wait", error=str(error))
        except Exception as error:  # a bug of ours, or of a library's: the next time is tried again
            log().exception("notifications wait by our own fault", error=repr(error))

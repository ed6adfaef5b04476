"""Webhooks of an account: where it is told what became of its messages, and how they are doing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from faxcore.delivery.model import Notification, Webhook
from faxcore.delivery.outward import web_address
from faxcore.delivery.rules import Queue
from faxcore.delivery.store import lock_account
from faxcore.errors import RequestRefused

MOST = 10
"""So many webhooks may an account have."""

_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class WebhookMade:
    """A webhook with the secret that signs what is sent to it: shown this once."""

    id: int
    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class WebhookTold:
    """A webhook and how it is doing: what waits for it, when it was told last, what is wrong."""

    id: int
    url: str
    created: datetime
    waiting: int
    delivered: datetime | None
    problem: str


def set_webhook(queue: Queue, account_id: int, url: str, now: datetime) -> WebhookMade:
    """Tell an address from now on. One that is told already gets another secret."""
    _check(url)
    secret = f"fxw_{secrets.token_urlsafe(32)}"
    with queue.store.write("webhook") as session:
        lock_account(session, account_id)
        present = list(session.scalars(select(Webhook).where(Webhook.account_id == account_id)))
        hook = next((each for each in present if each.url == url), None)
        if hook is None and len(present) >= MOST:
            raise RequestRefused("url", f"an account has at most {MOST} webhooks")
        if hook is None:
            hook = Webhook(account_id=account_id, url=url, created=now)
            session.add(hook)
        hook.key = secret
        session.flush()
        return WebhookMade(hook.id, url, secret)


def list_webhooks(queue: Queue, account_id: int) -> list[WebhookTold]:
    """The webhooks of an account, without their secrets."""
    with queue.store.read() as session:
        hooks = session.scalars(
            select(Webhook).where(Webhook.account_id == account_id).order_by(Webhook.id)
        )
        return [_told(session, hook) for hook in hooks]


def try_webhook(queue: Queue, account_id: int, webhook_id: int, now: datetime) -> None:
    """Send a webhook an event that says no more than that it is a test, in its turn."""
    with queue.store.write("webhook") as session:
        lock_account(session, account_id)
        hook = _found(session, account_id, webhook_id)
        event = {"event": "test", "at": now.isoformat()}
        session.add(
            Notification(
                account_id=account_id,
                kind="webhook",
                target=hook.url,
                webhook_id=hook.id,
                event=event,
                created=now,
                due=now,
            )
        )


def remove_webhook(queue: Queue, account_id: int, webhook_id: int) -> None:
    """Tell an address nothing any more; what still waits for it is dropped."""
    with queue.store.write("webhook") as session:
        lock_account(session, account_id)
        session.delete(_found(session, account_id, webhook_id))
        for waiting in session.scalars(
            select(Notification).where(
                Notification.webhook_id == webhook_id, Notification.done.is_(False)
            )
        ):
            session.delete(waiting)


def _check(url: str) -> None:
    try:
        web_address(url)
    except ValueError as error:
        raise RequestRefused("url", str(error)) from error
    if len(url) > _LONGEST:
        raise RequestRefused("url", f"has {len(url)} characters, at most {_LONGEST} are taken")


def _found(session: Session, account_id: int, webhook_id: int) -> Webhook:
    hook: Webhook | None = session.scalar(
        select(Webhook).where(Webhook.account_id == account_id, Webhook.id == webhook_id)
    )
    if hook is None:
        raise RequestRefused("webhook", f"there is no webhook {webhook_id}")
    return hook


def _told(session: Session, hook: Webhook) -> WebhookTold:
    own = Notification.webhook_id == hook.id
    waiting = session.scalar(
        select(func.count()).select_from(Notification).where(own, Notification.done.is_(False))
    )
    delivered = session.scalar(select(func.max(Notification.delivered)).where(own))
    problem = session.scalar(
        select(Notification.text)
        .where(own, Notification.text != "", Notification.delivered.is_(None))
        .order_by(Notification.id.desc())
        .limit(1)
    )
    return WebhookTold(hook.id, hook.url, hook.created, waiting or 0, delivered, problem or "")

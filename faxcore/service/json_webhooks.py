"""Webhooks over JSON: set, list, test and remove the addresses that an account is told at.

What is sent is a POST of one JSON object, signed: ``Faxcore-Signature: t=SECONDS,v1=HEX``, where
HEX is HMAC-SHA256 with the webhook's secret over ``SECONDS.BODY``. Events come in order, the same
``id`` perhaps twice; what is not answered by 2xx is sent again, for three days.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel

from faxcore.delivery import operations as queue_ops
from faxcore.delivery.rules import Queue
from faxcore.service.accounts import Caller
from faxcore.service.contract import Elements
from faxcore.service.json_door import Changer, Reader, address_of, house_of
from faxcore.service.json_models import PROBLEMS, Problem

router = APIRouter(prefix="/v1/webhooks", responses=PROBLEMS)
T = TypeVar("T")
_LONGEST = (1 << 53) - 1


class NewWebhook(Elements):
    """Where to tell."""

    url: str


class WebhookSecret(BaseModel):
    """A webhook that was set. ``secret`` is shown this once."""

    serverResponse: str
    id: int
    url: str
    secret: str


class WebhookRow(BaseModel):
    """A webhook: how many events wait for it, when it was told last, what is wrong with it."""

    id: int
    url: str
    created: AwareDatetime
    waiting: int
    delivered: AwareDatetime | None
    problem: str | None


class WebhookList(BaseModel):
    """The webhooks of the account."""

    serverResponse: str
    webhooks: list[WebhookRow]


@router.post("")
async def set_webhook(request: Request, caller: Changer, body: NewWebhook) -> WebhookSecret:
    """Tell an address; one that is told already gets another secret.

    Each POST has the header Faxcore-Signature: t=SECONDS,v1=HEX, where HEX is HMAC-SHA256 with the
    secret over SECONDS, a dot and the body.
    """

    def work(queue: Queue, account_id: int, now: datetime) -> queue_ops.WebhookMade:
        return queue_ops.set_webhook(queue, account_id, body.url, now)

    made = await _changed(request, caller, "set webhook", body.url, work)
    return WebhookSecret(
        serverResponse="200:Webhook Set", id=made.id, url=made.url, secret=made.secret
    )


@router.get("")
async def list_webhooks(request: Request, caller: Reader) -> WebhookList:
    """The webhooks of the account, without their secrets."""
    queue = house_of(request).desk.queue
    hooks = await asyncio.to_thread(queue_ops.list_webhooks, queue, caller.account_id)
    rows = [
        WebhookRow(
            id=hook.id,
            url=hook.url,
            created=hook.created,
            waiting=hook.waiting,
            delivered=hook.delivered,
            problem=hook.problem or None,
        )
        for hook in hooks
    ]
    return WebhookList(serverResponse="200:Query Successful", webhooks=rows)


@router.post("/{webhook}/test")
async def try_webhook(request: Request, caller: Changer, webhook: str) -> Problem:
    """Send an event that is a test, behind what waits for this webhook."""
    number = _number(webhook)

    def work(queue: Queue, account_id: int, now: datetime) -> None:
        queue_ops.try_webhook(queue, account_id, number, now)

    await _changed(request, caller, "test webhook", webhook, work)
    return Problem(serverResponse="200:Test Queued")


@router.delete("/{webhook}")
async def remove_webhook(request: Request, caller: Changer, webhook: str) -> Problem:
    """Tell an address nothing any more."""
    number = _number(webhook)

    def work(queue: Queue, account_id: int, now: datetime) -> None:
        queue_ops.remove_webhook(queue, account_id, number)

    await _changed(request, caller, "remove webhook", webhook, work)
    return Problem(serverResponse="200:Webhook Removed")


def _number(told: str) -> int:
    """The number of a webhook; 0, which is nobody's, for what is no number."""
    known = told.isascii() and told.isdigit() and len(told) < 16
    return int(told) if known else 0


async def _changed(
    request: Request,
    caller: Caller,
    action: str,
    subject: str,
    work: Callable[[Queue, int, datetime], T],
) -> T:
    """Change something, and write down who did."""
    house, address = house_of(request), address_of(request)

    def act() -> T:
        done = work(house.desk.queue, caller.account_id, house.desk.now())
        house.audit.note(caller.name, address, action, subject, "200:done")
        return done

    return await asyncio.to_thread(act)

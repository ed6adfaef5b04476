"""The JSON door under ``/v1``: the operations and models of SOAP, named as the web names things.

A caller shows who he is by HTTP Basic (the account's password) or ``Authorization: Bearer KEY``.
Answers carry the contract's elements; their HTTP status is the three digits of ``serverResponse``,
with 200 for 300. A POST with an ``Idempotency-Key`` is done once: repeated, it gets the first
answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from faxcore.service import contract as wire
from faxcore.service import operations
from faxcore.service.accounts import Caller
from faxcore.service.contract import Elements
from faxcore.service.gate import Audit, Gate, may_change
from faxcore.service.json_models import (
    PROBLEMS,
    CoverPage,
    NewAttachment,
    NewMessage,
    NewRecipient,
    OneRecipient,
    Resend,
    named,
    told,
)
from faxcore.service.json_once import Done, digest, once
from faxcore.service.limits import Limits
from faxcore.service.operations import Desk
from faxcore.service.requests import Refused

router = APIRouter(prefix="/v1", responses=PROBLEMS)
NO_PASSWORD = "-"  # the caller has shown who he is before a model is made


@dataclass(frozen=True, slots=True)
class House:
    """What the doors share; it stands in ``app.state.house``."""

    desk: Desk
    gate: Gate
    audit: Audit
    limits: Limits


class Unknown(Exception):
    """The caller did not show who he is."""


class Forbidden(Exception):
    """The caller may not do this."""


def house_of(request: Request) -> House:
    """What the doors share."""
    house: House = request.app.state.house
    return house


def address_of(request: Request) -> str:
    """Where a request came from."""
    return request.client.host if request.client else ""


async def entered(
    request: Request,
    basic: Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> Caller:
    """The caller, by password or key."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is not None:  # he had to show it before his large body was read
        return known
    gate, address = house_of(request).gate, address_of(request)
    try:
        if bearer is not None:
            return await gate.enter_by_key(bearer.credentials, address)
        if basic is not None:
            return await gate.enter(basic.username, basic.password, address)
    except Refused as refused:
        raise Unknown(str(refused)) from refused
    raise Unknown("400:a password or a key is missing")


async def caller_of_headers(request: Request) -> Caller:
    """The caller, before the request's body is read. Raises Unknown, TooMany."""
    basic = await HTTPBasic(auto_error=False)(request)
    return await entered(request, basic, await HTTPBearer(auto_error=False)(request))


async def changer(caller: Annotated[Caller, Depends(entered)]) -> Caller:
    """A caller who may change something."""
    try:
        may_change(caller)
    except Refused as refused:
        raise Forbidden(str(refused)) from refused
    return caller


Reader = Annotated[Caller, Depends(entered)]
Changer = Annotated[Caller, Depends(changer)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]
Perform = Callable[[Desk, Caller, Any], Any]


async def change(
    request: Request,
    caller: Caller,
    key: str | None,
    operation: tuple[type[Elements], Perform],
    asked: dict[str, Any],
) -> Response:
    """Perform an operation once, write it down, and answer."""
    house, address = house_of(request), address_of(request)
    model, perform = operation

    def work() -> Done:
        credentials = {"username": caller.name, "password": NO_PASSWORD}
        answer = perform(house.desk, caller, model.model_validate({**asked, **credentials}))
        status = int(answer.serverResponse[:3])
        return 200 if status == 300 else status, answer.model_dump(mode="json")

    def note(done: Done) -> None:
        _, answer = done
        subject = answer.get("presenceUniqueIdentifier") or ""
        house.audit.note(caller.name, address, model.__name__, subject, answer["serverResponse"])

    asked_for = digest(request.url.path, asked)
    status, content = await asyncio.to_thread(
        once, house.desk, caller.account_id, key, asked_for, work, note
    )
    return JSONResponse(content, status)


CREATE = (wire.CFCreateMessageWS, operations.create_message)
ADD_RECIPIENT = (wire.CFAddRecipientWS, operations.add_recipient)
ADD_ATTACHMENT = (wire.CFAddAttachmentWS, operations.add_attachment)
SEND = (wire.CFSendMessageWS, operations.send_message)
CANCEL = (wire.CFCancelMessageWS, operations.cancel_message)
HOLD = (wire.CFHoldMessageWS, operations.hold_message)
RELEASE = (wire.CFReleaseMessageWS, operations.release_message)
RESEND = (wire.CFResendMessageWS, operations.resend_message)
DELETE = (wire.CFDeleteMessageWS, operations.delete_message)
UPLOAD = (wire.CFUploadCoverpageWS, operations.upload_cover)


@router.post("/messages", response_model=wire.CFCreateMessageWSResponse)
async def create_message(
    request: Request, caller: Changer, body: NewMessage, key: Key = None
) -> Response:
    """Make a message; it waits until it is sent."""
    return await change(request, caller, key, CREATE, told(body))


@router.post("/messages/{message}/recipients", response_model=wire.CFAddRecipientWSResponse)
async def add_recipient(
    request: Request, message: str, caller: Changer, body: NewRecipient, key: Key = None
) -> Response:
    """Add a recipient to a message that waits."""
    return await change(request, caller, key, ADD_RECIPIENT, told(body) | named(message))


@router.post("/messages/{message}/attachments", response_model=wire.CFAddAttachmentWSResponse)
async def add_attachment(
    request: Request, message: str, caller: Changer, body: NewAttachment, key: Key = None
) -> Response:
    """Add a file to a message that waits."""
    return await change(request, caller, key, ADD_ATTACHMENT, told(body) | named(message))


@router.post("/messages/{message}/send", response_model=wire.CFSendMessageWSResponse)
async def send_message(
    request: Request, message: str, caller: Changer, key: Key = None
) -> Response:
    """Release a message for delivery."""
    return await change(request, caller, key, SEND, dict(named(message)))


@router.post("/messages/{message}/cancel", response_model=wire.CFCancelMessageWSResponse)
async def cancel_message(
    request: Request,
    message: str,
    caller: Changer,
    body: OneRecipient | None = None,
    key: Key = None,
) -> Response:
    """Cancel a message, or one recipient of it."""
    return await change(request, caller, key, CANCEL, told(body) | named(message))


@router.post("/messages/{message}/hold", response_model=wire.CFHoldMessageWSResponse)
async def hold_message(
    request: Request,
    message: str,
    caller: Changer,
    body: OneRecipient | None = None,
    key: Key = None,
) -> Response:
    """Hold a message, or one recipient of it."""
    return await change(request, caller, key, HOLD, told(body) | named(message))


@router.post("/messages/{message}/release", response_model=wire.CFReleaseMessageWSResponse)
async def release_message(
    request: Request,
    message: str,
    caller: Changer,
    body: OneRecipient | None = None,
    key: Key = None,
) -> Response:
    """Release what was held."""
    return await change(request, caller, key, RELEASE, told(body) | named(message))


@router.post("/messages/{message}/resend", response_model=wire.CFResendMessageWSResponse)
async def resend_message(
    request: Request, message: str, caller: Changer, body: Resend | None = None, key: Key = None
) -> Response:
    """Send again to recipients that failed."""
    return await change(request, caller, key, RESEND, told(body) | named(message))


@router.delete("/messages/{message}", response_model=wire.CFDeleteMessageWSResponse)
async def delete_message(request: Request, message: str, caller: Changer) -> Response:
    """Delete a message that is final or waits."""
    return await change(request, caller, None, DELETE, dict(named(message)))


@router.put("/covers/{name}", response_model=wire.CFUploadCoverpageWSResponse)
async def upload_cover(request: Request, name: str, caller: Changer, body: CoverPage) -> Response:
    """Install a cover page of the account."""
    return await change(request, caller, None, UPLOAD, told(body) | {"coverPageName": name})

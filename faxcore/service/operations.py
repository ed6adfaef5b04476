"""The operations: what a request asks of the queue, and the queue's answer in the contract's words.

Every function takes the ``Desk`` (the queue and what else the service needs), the caller and the
request, and returns the response; ``Refused`` is the ``400:`` of the contract. Both doors, SOAP and
JSON, come through here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from faxcore.delivery import operations as queue_ops
from faxcore.delivery.blobs import Stored
from faxcore.delivery.operations import Effect, MessageDraft, MessageName, RecipientDraft
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Body, Channel, Scope
from faxcore.service import contract as wire
from faxcore.service.accounts import Caller
from faxcore.service.handlers import StoredFile
from faxcore.service.handling import handle_attachment, handle_message
from faxcore.service.requests import Refused

T = TypeVar("T")
A = TypeVar("A", bound=wire.Answer)
Act = Callable[[Queue, int, MessageName, datetime, int | None], Effect]
"""What the queue does to a message or to one recipient of it, at a moment."""

RESOLUTIONS = {"C": False, "F": True}


@dataclass(frozen=True, slots=True)
class Desk:
    """What the operations work with. ``now`` is the wall clock, with a zone."""

    queue: Queue
    now: Callable[[], datetime]
    fetch_banner: Callable[[str], bytes]
    handlers: frozenset[str] = frozenset()


def create_message(
    desk: Desk, caller: Caller, request: wire.CFCreateMessageWS
) -> wire.CFCreateMessageWSResponse:
    """``CFCreateMessageWS``."""
    draft = MessageDraft(
        client_id=request.clientMessageId,
        group_id=request.messageGroupId or "",
        cover=request.coverPage or "",
        memo=request.memo or "",
        body=request.messageBody,
        body_type=_body_type(request),
        priority=5 if request.messagePriority is None else request.messagePriority,
        fine=_chosen("resolution", request.resolution or "F", RESOLUTIONS),
        send_time=zoned(request.sendTime, caller, desk),
        sender_email=request.senderEmail or "",
        sender_name=request.senderName or "",
        sender_number=request.senderNumber or "",
        subject=request.subject or "",
        node=request.preferredPresenceServer or "",
        **_extras(desk, request),
    )
    made = queue_ops.create_message(desk.queue, caller.account_id, draft, desk.now())
    return wire.CFCreateMessageWSResponse(
        clientMessageId=made.client_id,
        presenceUniqueIdentifier=made.uid,
        serverResponse="200:Message Created",
    )


def _extras(desk: Desk, request: wire.CFCreateMessageWS) -> dict[str, Any]:
    """A banner, which is fetched here and never while rendering, and a handler's name."""
    extras: dict[str, Any] = {}
    if request.bannerGFX:
        extras["banner"] = desk.queue.store.blobs.put(desk.fetch_banner(request.bannerGFX))
    if request.handlerTask:
        if request.handlerTask not in desk.handlers:
            raise Refused(f"there is no handler {request.handlerTask!r}", "handlerTask")
        extras["handler"] = request.handlerTask
    return extras


def _body_type(request: wire.CFCreateMessageWS) -> Body | None:
    if request.messageBodyType is None:
        if request.messageBody is not None:
            raise Refused("is required with a messageBody", "messageBodyType")
        return None
    return _chosen("messageBodyType", request.messageBodyType, {each.value: each for each in Body})


def _chosen(element: str, value: str, known: Mapping[str, T]) -> T:
    """A word of a closed set, in any letter case."""
    try:
        return known[value.strip().upper()]
    except KeyError:
        words = ", ".join(known)
        raise Refused(f"{value[:100]!r} is none of {words}", element) from None


def zoned(moment: datetime | None, caller: Caller, desk: Desk) -> datetime | None:
    """A moment; one without a zone is of the account's, else of this server's."""
    if moment is None or moment.tzinfo is not None:
        return moment
    with contextlib.suppress(ZoneInfoNotFoundError, ValueError):
        if caller.zone:
            return moment.replace(tzinfo=ZoneInfo(caller.zone))
    try:
        return moment.astimezone()  # with the offset of that day: summer time may begin before it
    except (ValueError, OverflowError, OSError):  # the first or the last day that there is
        return moment.replace(tzinfo=desk.now().astimezone().tzinfo)


def add_recipient(
    desk: Desk, caller: Caller, request: wire.CFAddRecipientWS
) -> wire.CFAddRecipientWSResponse:
    """``CFAddRecipientWS``."""
    channels = {each.value: each for each in (Channel.FAX, Channel.SMS, Channel.EMAIL)}
    channel = _chosen("recipientType", request.recipientType, channels)
    scope = Scope.TO
    if channel is Channel.EMAIL:
        element, address = "recipientEmail", request.recipientEmail
        if request.recipientEmailScope is not None:
            scopes = {each.value: each for each in Scope}
            scope = _chosen("recipientEmailScope", request.recipientEmailScope, scopes)
    else:
        element, address = "recipientPhone", request.recipientPhone
    if not (address or "").strip():
        raise Refused(f"is required for a recipient of the type {channel.value}", element)
    draft = RecipientDraft(channel, (address or "").strip(), request.recipientName or "", scope)
    added = queue_ops.add_recipient(
        desk.queue, caller.account_id, name_of(request), draft, desk.now()
    )
    return wire.CFAddRecipientWSResponse(
        clientMessageId=added.message.client_id,
        presenceUniqueIdentifier=added.message.uid,
        serverResponse="200:Recipient Added",
        recipientId=added.id,
    )


def add_attachment(
    desk: Desk, caller: Caller, request: wire.CFAddAttachmentWS
) -> wire.CFAddAttachmentWSResponse:
    """``CFAddAttachmentWS``."""
    for element in ("attachment_data", "attachment_type", "attachment_name"):
        if getattr(request, element) is None:
            raise Refused("is missing", element)
    data = request.attachment_data or b""
    blobs = desk.queue.store.blobs
    stored = Stored(blobs.put(data), len(data)) if isinstance(data, bytes) else data.keep()
    file = StoredFile(request.attachment_name or "", request.attachment_type or "", stored)
    file, warnings = handle_attachment(desk.queue, caller.account_id, name_of(request), file)
    added = queue_ops.add_attachment(
        desk.queue, caller.account_id, name_of(request), file.name, file.type, file.stored
    )
    response = "200: Attachment Created"
    if warnings:
        said = "; ".join(warnings)
        response = "300: Attachment Created, Special Handler task generated warnings / errors"
        response = f"{response}: {said}"
    return wire.CFAddAttachmentWSResponse(
        clientMessageId=added.message.client_id,
        presenceUniqueIdentifier=added.message.uid,
        serverResponse=response,
    )


def send_message(
    desk: Desk, caller: Caller, request: wire.CFSendMessageWS
) -> wire.CFSendMessageWSResponse:
    """``CFSendMessageWS``."""
    warnings = handle_message(desk.queue, caller.account_id, name_of(request))
    sent = queue_ops.send_message(desk.queue, caller.account_id, name_of(request), desk.now())
    response = "200:Message Sent"
    if warnings:
        response = f"300:Message Sent, the handler warns: {'; '.join(warnings)}"
    return wire.CFSendMessageWSResponse(
        clientMessageId=sent.client_id,
        presenceUniqueIdentifier=sent.uid,
        serverResponse=response,
    )


def cancel_message(
    desk: Desk, caller: Caller, request: wire.CFCancelMessageWS
) -> wire.CFCancelMessageWSResponse:
    """``CFCancelMessageWS``."""
    effect = _act(queue_ops.cancel, desk, caller, request)
    return _effect(wire.CFCancelMessageWSResponse, effect, "Message Cancelled", "cancelled")


def hold_message(
    desk: Desk, caller: Caller, request: wire.CFHoldMessageWS
) -> wire.CFHoldMessageWSResponse:
    """``CFHoldMessageWS``."""
    effect = _act(queue_ops.hold, desk, caller, request)
    return _effect(wire.CFHoldMessageWSResponse, effect, "Message Held", "held")


def release_message(
    desk: Desk, caller: Caller, request: wire.CFReleaseMessageWS
) -> wire.CFReleaseMessageWSResponse:
    """``CFReleaseMessageWS``."""
    effect = _act(queue_ops.release, desk, caller, request)
    return _effect(wire.CFReleaseMessageWSResponse, effect, "Message Released", "released")


def resend_message(
    desk: Desk, caller: Caller, request: wire.CFResendMessageWS
) -> wire.CFResendMessageWSResponse:
    """``CFResendMessageWS``: to all recipients that failed, or to the one that is named."""
    effect = queue_ops.resend(
        desk.queue,
        caller.account_id,
        name_of(request),
        desk.now(),
        recipient_of(request),
        send_time=zoned(request.sendTime, caller, desk),
    )
    return _effect(wire.CFResendMessageWSResponse, effect, "Message Resent", "to be sent again")


def delete_message(
    desk: Desk, caller: Caller, request: wire.CFDeleteMessageWS
) -> wire.CFDeleteMessageWSResponse:
    """``CFDeleteMessageWS``."""
    gone = queue_ops.delete_message(desk.queue, caller.account_id, name_of(request))
    return wire.CFDeleteMessageWSResponse(
        clientMessageId=gone.client_id,
        presenceUniqueIdentifier=gone.uid,
        serverResponse="200:Message Deleted",
    )


def upload_cover(
    desk: Desk, caller: Caller, request: wire.CFUploadCoverpageWS
) -> wire.CFUploadCoverpageWSResponse:
    """``CFUploadCoverpageWS`` and ``CFInstallCoverPageWS``."""
    queue_ops.put_cover(
        desk.queue, caller.account_id, request.coverPageName, request.coverPageData.encode()
    )
    kind = {
        wire.CFInstallCoverPageWS: wire.CFInstallCoverPageWSResponse,
        wire.CFUploadCoverpageWS: wire.CFUploadCoverpageWSResponse,
    }[type(request)]
    return kind(serverResponse="200:Cover Page Installed")


def name_of(request: Any) -> MessageName:
    """The identifiers that a request names its message by."""
    return MessageName(
        uid=(request.presenceUniqueIdentifier or "").strip(),
        client_id=request.clientMessageId or "",
    )


def recipient_of(request: Any) -> int | None:
    """The recipient that a request is limited to: its number, as an integer or as text."""
    told = (request.recipientId or "").strip()
    if not told:
        return None
    if not (told.isascii() and told.isdigit()) or len(told) > 18:
        raise Refused(f"{told[:100]!r} is no recipient's identifier", "recipientId")
    return int(told)


def _act(
    act: Act,
    desk: Desk,
    caller: Caller,
    request: wire.RecipientsRequest,
) -> Effect:
    return act(desk.queue, caller.account_id, name_of(request), desk.now(), recipient_of(request))


def _effect(kind: type[A], effect: Effect, title: str, word: str) -> A:
    """``200:`` when all recipients were changed, ``300:`` with counts when some could not be."""
    response = f"200:{title}"
    if not effect.complete:
        counts = [f"{effect.done} {word}"]
        counts += [f"{effect.too_late} final before"] if effect.too_late else []
        counts += [f"{effect.on_line} on the line"] if effect.on_line else []
        response = f"300:{title} in part: {', '.join(counts)}"
    return kind(
        clientMessageId=effect.message.client_id,
        presenceUniqueIdentifier=effect.message.uid,
        serverResponse=response,
    )

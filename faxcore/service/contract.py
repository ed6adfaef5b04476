"""The operations of the message service: every element of every request and response, once.

The WSDL, the SOAP reader and writer, the JSON operations and their OpenAPI are made from these
models. Names, order and types are those of the IMPSCloud API document; elements of later
operations, which that document does not define, are ours. What has no default must be there, and
all else may be left out. Numbers have no ranges and words no lists here: a value that is not taken
is answered with ``400:`` and the element's name, which a client's generated code could not do.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    WithJsonSchema,
)

from faxcore.delivery.blobs import Incoming

NAMESPACE = "urn:imps-cloud:messages:1"


_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.I
)


def _moment(value: Any) -> Any:
    """Only what ISO 8601 and XML Schema call a dateTime: a bare number is none."""
    if isinstance(value, str) and not _MOMENT.fullmatch(value.strip()):
        raise ValueError("no date and time as 2026-11-30T14:05:00+01:00")
    return value.strip() if isinstance(value, str) else value


def _octets(value: Any) -> Any:
    """Base64 with line breaks anywhere, and nothing else in it."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"no base64: {error}") from error


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


Text = str | None
Words = str
Integer = int | None
Moment = Annotated[datetime, BeforeValidator(_moment)] | None
Sent = AwareDatetime | None
Flag = bool | None
_IS_BASE64 = WithJsonSchema({"type": "string", "contentEncoding": "base64"})
Blob = Annotated[
    bytes,
    BeforeValidator(_octets),
    PlainSerializer(_base64, when_used="json"),
    _IS_BASE64,
]
File = Annotated[bytes | InstanceOf[Incoming], BeforeValidator(_octets), _IS_BASE64] | None
"""A file that comes with a request: in memory, or on its way to the disk."""
Secret = Annotated[str, Field(repr=False)]


class Elements(BaseModel):
    """A request, a response, or a row of one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Credentials(Elements):
    """What every request has; JSON has it in a header instead."""

    username: Words
    password: Secret


class CFCreateMessageWS(Credentials):
    """Make a message; it waits until it is sent."""

    clientMessageId: Text = None
    messageGroupId: Text = None
    coverPage: Text = None
    memo: Text = None
    messageBody: Text = None
    messageBodyType: Text = None
    messagePriority: Integer = None
    resolution: Text = None
    sendTime: Moment = None
    senderEmail: Text = None
    senderName: Text = None
    senderNumber: Text = None
    subject: Text = None
    bannerGFX: Text = None
    handlerTask: Text = None
    preferredPresenceServer: Text = None


class Answer(Elements):
    """What nearly every operation answers."""

    clientMessageId: Text = None
    presenceUniqueIdentifier: Text = None
    serverResponse: Words


class CFCreateMessageWSResponse(Answer):
    """The message's identifiers."""


class CFAddRecipientWS(Elements):
    """Add a recipient to a message that waits."""

    clientMessageId: Text = None
    presenceUniqueIdentifier: Text = None
    username: Words
    password: Secret
    recipientEmail: Text = None
    recipientName: Text = None
    recipientPhone: Text = None
    recipientType: Words
    recipientEmailScope: Text = None


class CFAddRecipientWSResponse(Answer):
    """The recipient's identifier."""

    recipientId: Integer = None


class CFAddAttachmentWS(Elements):
    """Add a file to a message that waits."""

    clientMessageId: Text = None
    presenceUniqueIdentifier: Text = None
    username: Words
    password: Secret
    attachment_data: File = Field(default=None, repr=False)
    attachment_type: Text = None
    attachment_name: Text = None


class CFAddAttachmentWSResponse(Answer):
    """The message's identifiers."""


class MessageRequest(Elements):
    """A request that names a message and no more."""

    clientMessageId: Text = None
    presenceUniqueIdentifier: Text = None
    username: Words
    password: Secret


class CFSendMessageWS(MessageRequest):
    """Release a message for delivery."""


class CFSendMessageWSResponse(Answer):
    """The message's identifiers."""


class RecipientsRequest(Elements):
    """A request for a message, or for one of its recipients."""

    clientMessageId: Text = None
    presenceUniqueIdentifier: Text = None
    recipientId: Text = None
    username: Words
    password: Secret


class CFCancelMessageWS(RecipientsRequest):
    """Cancel a message, or one recipient of it."""


class CFCancelMessageWSResponse(Answer):
    """The message's identifiers."""


class CFGetMessageStatusWS(MessageRequest):
    """Ask for the status of a message."""


class StatusRow(Elements):
    """One recipient of a message; each element appears, empty where there is no value."""

    RECIPIENT_ID: Integer = None
    DELIVERY_STATUS: Text = None
    STATUS_DESCRIPTION: Text = None
    RECIPIENT_EMAIL: Text = None
    RECIPIENT_PHONE: Text = None
    RECIPIENT_TYPE: Text = None
    NUMBER_ATTEMPTS: Integer = None
    LAST_ATTEMPT: Sent = None
    NEXT_ATTEMPT: Sent = None


class CFGetMessageStatusWSResponse(Answer):
    """The status of a message and a row for each recipient."""

    messageStatus: Text = None
    pages: Integer = None
    dataTableRow: list[StatusRow] = []


class CFListOutboundMessagesWS(Credentials):
    """Ask for messages by group, date and status."""

    groupIdFilter: Text = None
    minimumSendDate: Moment = None
    maximumSendDate: Moment = None
    deliveryStatusFilter: list[str] = []
    restrictToChanged: Flag = None


class OutboundRow(Elements):
    """One recipient of one message; each element appears, empty where there is no value."""

    PRESENCE_UNIQUE_IDENTIFIER: Text = None
    CLIENT_UNIQUE_IDENTIFIER: Text = None
    GROUP_ID: Text = None
    MESSAGE_STATUS: Text = None
    RECIPIENT_ID: Integer = None
    DELIVERY_STATUS: Text = None
    RECIPIENT_EMAIL: Text = None
    RECIPIENT_PHONE: Text = None
    RECIPIENT_TYPE: Text = None
    NUMBER_ATTEMPTS: Integer = None
    LAST_ATTEMPT: Sent = None
    NEXT_ATTEMPT: Sent = None


class CFListOutboundMessagesWSResponse(Elements):
    """All rows that fit, in order of creation and recipient."""

    serverResponse: Words
    dataTableRow: list[OutboundRow] = []


class CFHoldMessageWS(RecipientsRequest):
    """Hold a message, or one recipient of it."""


class CFHoldMessageWSResponse(Answer):
    """The message's identifiers."""


class CFReleaseMessageWS(RecipientsRequest):
    """Release what was held."""


class CFReleaseMessageWSResponse(Answer):
    """The message's identifiers."""


class CFResendMessageWS(Elements):
    """Send again to recipients that failed, or at another time."""

    clientMessageId: Text = None
    presenceUniqueIdentifier: Text = None
    recipientId: Text = None
    username: Words
    password: Secret
    sendTime: Moment = None


class CFResendMessageWSResponse(Answer):
    """The message's identifiers."""


class CFDeleteMessageWS(MessageRequest):
    """Delete a message that is final or waits."""


class CFDeleteMessageWSResponse(Answer):
    """The message's identifiers."""


class CFUploadCoverpageWS(Credentials):
    """Install a cover page of the account."""

    coverPageName: Words
    coverPageData: Words


class CFUploadCoverpageWSResponse(Elements):
    """Whether it was installed."""

    serverResponse: Words


class CFInstallCoverPageWS(CFUploadCoverpageWS):
    """The same as the upload, by its older name."""


class CFInstallCoverPageWSResponse(CFUploadCoverpageWSResponse):
    """Whether it was installed."""


class CFListInboundMessagesWS(Credentials):
    """Ask for faxes that were received."""

    minimumReceivedDate: Moment = None
    maximumReceivedDate: Moment = None
    restrictToChanged: Flag = None


class InboundRow(Elements):
    """One fax that was received."""

    PRESENCE_UNIQUE_IDENTIFIER: Text = None
    SENDER_ID: Text = None
    CALLED_NUMBER: Text = None
    RECEIVED: Sent = None
    PAGES: Integer = None


class CFListInboundMessagesWSResponse(Elements):
    """All rows that fit, in order of receipt."""

    serverResponse: Words
    dataTableRow: list[InboundRow] = []


class CFRetrieveInboundAttachmentsWS(Credentials):
    """Ask for the pages of a fax that was received."""

    presenceUniqueIdentifier: Words


class CFRetrieveInboundAttachmentsWSResponse(Elements):
    """One TIFF and one PDF."""

    serverResponse: Words
    attachment_data: list[Blob] = Field(default=[], repr=False)
    attachment_type: list[str] = []
    attachment_name: list[str] = []


OPERATIONS: dict[str, tuple[type[Elements], type[Elements]]] = {
    request.__name__: (request, response)
    for request, response in (
        (CFCreateMessageWS, CFCreateMessageWSResponse),
        (CFAddRecipientWS, CFAddRecipientWSResponse),
        (CFAddAttachmentWS, CFAddAttachmentWSResponse),
        (CFSendMessageWS, CFSendMessageWSResponse),
        (CFCancelMessageWS, CFCancelMessageWSResponse),
        (CFGetMessageStatusWS, CFGetMessageStatusWSResponse),
        (CFListOutboundMessagesWS, CFListOutboundMessagesWSResponse),
        (CFHoldMessageWS, CFHoldMessageWSResponse),
        (CFReleaseMessageWS, CFReleaseMessageWSResponse),
        (CFResendMessageWS, CFResendMessageWSResponse),
        (CFDeleteMessageWS, CFDeleteMessageWSResponse),
        (CFUploadCoverpageWS, CFUploadCoverpageWSResponse),
        (CFInstallCoverPageWS, CFInstallCoverPageWSResponse),
        (CFListInboundMessagesWS, CFListInboundMessagesWSResponse),
        (CFRetrieveInboundAttachmentsWS, CFRetrieveInboundAttachmentsWSResponse),
    )
}
"""Every operation: its request and its response, whose name is the request's and ``Response``."""

ROWS: tuple[type[Elements], ...] = (StatusRow, OutboundRow, InboundRow)
"""Rows, in which every child is written, as ``xsi:nil`` where it has no value."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What an element holds: a plain type or a row, once or repeated, with or without need."""

    type: type
    repeated: bool
    required: bool


@cache
def shapes(model: type[Elements]) -> dict[str, Shape]:
    """The elements of a request, a response or a row, in their order."""
    return {
        name: Shape(*_unwrapped(field.annotation), field.is_required())
        for name, field in model.model_fields.items()
    }


def _unwrapped(annotation: Any, repeated: bool = False) -> tuple[type, bool]:
    """The type inside ``X | None``, ``Annotated[X, ...]`` and ``list[X]``."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None and annotation is AwareDatetime:
        return datetime, repeated
    if origin is None:
        return annotation, repeated
    if origin is list:
        return _unwrapped(arguments[0], True)
    return _unwrapped(next(each for each in arguments if each is not type(None)), repeated)

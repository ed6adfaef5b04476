"""The requests and answers of the JSON door: the contract's models, less what stands elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BaseModel, create_model

from faxcore.service import contract as wire
from faxcore.service.contract import Elements

CLIENT_PREFIX = "client:"
"""Before a message's identifier in an address: it is the client's own."""


def without_names(model: type[Elements], title: str, *more: str) -> Any:
    """A request's model as JSON has it: without what stands in the header or the address."""
    left_out = {"username", "password", "presenceUniqueIdentifier", *more}
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name in left_out:
            continue
        kind = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        fields[name] = (kind, ... if field.is_required() else field.default)
    return create_model(title, __base__=Elements, __doc__=model.__doc__, **fields)


if TYPE_CHECKING:
    NewMessage: TypeAlias = Elements
    NewRecipient: TypeAlias = Elements
    NewAttachment: TypeAlias = Elements
    Resend: TypeAlias = Elements
    OneRecipient: TypeAlias = Elements
else:
    NewMessage = without_names(wire.CFCreateMessageWS, "NewMessage")
    NewRecipient = without_names(wire.CFAddRecipientWS, "NewRecipient", "clientMessageId")
    NewAttachment = without_names(wire.CFAddAttachmentWS, "NewAttachment", "clientMessageId")
    Resend = without_names(wire.CFResendMessageWS, "Resend", "clientMessageId")
    OneRecipient = without_names(wire.CFCancelMessageWS, "OneRecipient", "clientMessageId")


class CoverPage(Elements):
    """A cover page's HTML."""

    coverPageData: str


class RenderingNote(BaseModel):
    """What rendering left out or cut off, and the recipients from whose document."""

    text: str
    recipients: list[int]


class MessageStatus(wire.CFGetMessageStatusWSResponse):
    """The status of a message, a row for each recipient, and the notes of its rendering."""

    notes: list[RenderingNote]


class OutboundPage(BaseModel):
    """Some rows of a list; ``next`` asks for those behind them, null at the end."""

    dataTableRow: list[wire.OutboundRow]
    next: str | None


class ReceivedList(BaseModel):
    """Some received faxes; ``next`` asks for those behind them, now or when there are more."""

    dataTableRow: list[wire.InboundRow]
    next: str


class Changes(BaseModel):
    """Rows whose delivery status changed; ask again with ``after`` = ``cursor``."""

    cursor: int
    dataTableRow: list[wire.OutboundRow]


class Problem(BaseModel):
    """What was wrong."""

    serverResponse: str


PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "description": text}
    for code, text in (
        (400, "The request is wrong, or not possible in this state."),
        (401, "The caller did not show who he is."),
        (403, "The account may only read."),
        (408, "The request did not come in time."),
        (409, "A request with this idempotency key is under way, or was another."),
        (413, "The request is too large."),
        (429, "Too many requests came; Retry-After says when to come again."),
        (500, "The queue does not answer."),
    )
}
"""Every answer that is none of the operation's own."""


def told(body: BaseModel | None) -> dict[str, Any]:
    """What a request says, without what it leaves open."""
    if body is None:
        return {}
    return {name: value for name, value in body.model_dump().items() if value is not None}


def named(message: str) -> dict[str, str]:
    """The message that an address names."""
    if message.startswith(CLIENT_PREFIX):
        return {"clientMessageId": message.removeprefix(CLIENT_PREFIX)}
    return {"presenceUniqueIdentifier": message}

"""From the elements of a request to its model; what is wrong is told by element.

``Refused`` is the ``400:`` of the contract, whoever found the fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from faxcore.errors import RequestRefused
from faxcore.service.contract import Elements, shapes

Model = TypeVar("Model", bound=Elements)

ELEMENTS = {
    "uid": "presenceUniqueIdentifier",
    "client_id": "clientMessageId",
    "recipient_id": "recipientId",
    "priority": "messagePriority",
    "body": "messageBody",
    "body_type": "messageBodyType",
    "cover": "coverPage",
    "node": "preferredPresenceServer",
    "send_time": "sendTime",
    "subject": "subject",
    "sender_name": "senderName",
    "sender_email": "senderEmail",
    "sender_number": "senderNumber",
    "group_id": "messageGroupId",
    "memo": "memo",
    "banner": "bannerGFX",
    "handler": "handlerTask",
    "channel": "recipientType",
    "recipient_phone": "recipientPhone",
    "recipient_email": "recipientEmail",
    "recipient_name": "recipientName",
    "attachment": "attachment",
    "attachment_name": "attachment_name",
    "attachment_type": "attachment_type",
    "attachment_data": "attachment_data",
    "url": "url",
    "cover_name": "coverPageName",
    "cover_data": "coverPageData",
}
"""What the queue calls the parts of a request, and what the contract calls them."""


class Refused(Exception):
    """A request that its sender can change; ``str()`` is ``400:`` and the sentence."""

    def __init__(self, text: str, element: str = "") -> None:
        super().__init__(f"400:{element}: {text}" if element else f"400:{text}")
        self.element = element


def refusal(error: RequestRefused) -> Refused:
    """The queue's refusal in the contract's words."""
    return Refused(error.text, ELEMENTS.get(error.field, ""))


def model_of(model: type[Model], elements: Iterable[tuple[str, object]]) -> Model:
    """The request; Refused for an unknown, a repeated, a missing or an unreadable element."""
    known = shapes(model)
    values: dict[str, Any] = {}
    for name, value in elements:
        if name not in known:
            raise Refused(f"is no element of {model.__name__}", name[:100])
        if known[name].repeated:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise Refused("appears more than once", name)
        else:
            values[name] = value
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid(error.errors()) from error


def invalid(errors: Iterable[Any]) -> Refused:
    """The first of pydantic's complaints."""
    first = next(iter(errors))
    place = [str(each) for each in first["loc"] if each not in {"body", "query", "path"}]
    if first["type"] == "missing":
        return Refused("must appear exactly once", ".".join(place))
    text = str(first["msg"]).removeprefix("Value error, ")
    return Refused(text[:1].lower() + text[1:], ".".join(place))

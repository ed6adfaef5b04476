"""SOAP 1.1 and 1.2: an answer written strictly, in the envelope of its request, or a Fault."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from faxcore.service.contract import NAMESPACE, ROWS, Elements, shapes

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
TYPES = {SOAP11: "text/xml; charset=utf-8", SOAP12: "application/soap+xml; charset=utf-8"}


class Fault(Exception):
    """There is no operation to answer. ``version`` is the envelope's namespace."""

    def __init__(self, text: str, version: str = SOAP11) -> None:
        super().__init__(text)
        self.version = version


def write_answer(version: str, answer: Elements) -> bytes:
    """The envelope of a response."""
    return b"".join(stream_answer(version, answer, "", ()))


def stream_answer(
    version: str, answer: Elements, repeated: str, rows: Iterable[Elements]
) -> Iterator[bytes]:
    """The envelope of a response, its rows written as they come."""
    name = type(answer).__name__
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{version}"><soap:Body>'
        f'<{name} xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{''.join(_children(answer))}"
    ).encode()
    for row in rows:
        yield f"<{repeated}>{''.join(_children(row))}</{repeated}>".encode()
    yield f"</{name}></soap:Body></soap:Envelope>".encode()


def _children(model: Elements) -> Iterator[str]:
    every = type(model) in ROWS
    for name, shape in shapes(type(model)).items():
        value = getattr(model, name)
        for each in value if shape.repeated else [value]:
            if isinstance(each, Elements):
                yield f"<{name}>{''.join(_children(each))}</{name}>"
            elif each is not None:
                yield f"<{name}>{_text(each)}</{name}>"
            elif every:
                yield f'<{name} xsi:nil="true"/>'


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return escape("".join(each for each in str(value) if _is_xml(each)))


def _is_xml(character: str) -> bool:
    """XML 1.0 cannot carry other characters, not even as references."""
    return (
        character in "\t\n\r"
        or " " <= character < "\ud800"
        or ("\udfff" < character < "\ufffe" or character > "\uffff")
    )


def write_fault(fault: Fault) -> bytes:
    """The envelope of a Fault."""
    text = escape(str(fault))
    if fault.version == SOAP12:
        inside = (
            "<soap:Code><soap:Value>soap:Sender</soap:Value></soap:Code><soap:Reason>"
            f'<soap:Text xml:lang="en">{text}</soap:Text></soap:Reason>'
        )
    else:
        inside = f"<faultcode>soap:Client</faultcode><faultstring>{text}</faultstring>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{fault.version}">'
        f"<soap:Body><soap:Fault>{inside}</soap:Fault></soap:Body></soap:Envelope>"
    ).encode()

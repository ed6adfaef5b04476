"""SOAP 1.1 and 1.2: an envelope read leniently, an answer written strictly.

A request is read by local names: any order, any namespace or none, any prefix, ``xsi:nil`` and
empty elements as absent. What is hostile (a document type, processing instructions) or no envelope
with one known operation in it is a Fault; all else is the operation's to answer.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from faxcore.service.contract import NAMESPACE, OPERATIONS, ROWS, Elements, shapes

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
TYPES = {SOAP11: "text/xml; charset=utf-8", SOAP12: "application/soap+xml; charset=utf-8"}
_ENCODINGS = {
    "UTF-8",
    "UTF-16",
    "UTF-16LE",
    "UTF-16BE",
    "US-ASCII",
    "ASCII",
    "ISO-8859-1",
    "ISO-8859-15",
    "WINDOWS-1252",
}
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class Fault(Exception):
    """There is no operation to answer. ``version`` is the envelope's namespace."""

    def __init__(self, text: str, version: str = SOAP11) -> None:
        super().__init__(text)
        self.version = version


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the operation's name, and the texts of its elements, in their order."""

    version: str
    operation: str
    elements: tuple[tuple[str, str], ...]


def read_call(octets: bytes, action: str = "") -> Call:
    """The operation that an envelope asks for. Raises Fault where there is none.

    ``action`` is the SOAPAction, which must not name another operation.
    """
    root = _parsed(octets)
    version, name = _split(root.tag)
    if name != "Envelope" or version not in TYPES:
        raise Fault("a SOAP 1.1 or 1.2 envelope is expected")
    bodies = [each for each in root if _local(each) == "Body"]
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise Fault("an envelope has one body with one operation in it", version)
    request = bodies[0][0]
    operation = _local(request)
    if operation not in OPERATIONS:
        raise Fault(f"there is no operation {operation[:100]!r}", version)
    named = action.strip().strip('"').rpartition("/")[2]
    if named in OPERATIONS and named != operation:
        raise Fault(f"the action is {named}, the body is {operation}", version)
    return Call(version, operation, tuple(_texts(request, version)))


def _parsed(octets: bytes) -> Any:
    from lxml import etree  # noqa: PLC0415

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(octets, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Fault(f"no well-formed XML: {str(error)[:200]}") from error
    if root.getroottree().docinfo.doctype:
        raise Fault("a document type (DTD) is not taken")
    encoding = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    if encoding not in _ENCODINGS:
        raise Fault(f"the encoding {encoding[:40]} is not taken")
    return root


def _texts(request: Any, version: str) -> Iterator[tuple[str, str]]:
    for each in request:
        if not isinstance(each.tag, str):
            raise Fault("processing instructions and entities are not taken", version)
        if len(each):
            raise Fault(f"{_local(each)[:100]} has elements in it, where text is expected", version)
        nil = each.get(_NIL, "").strip() in {"true", "1"}
        text = "" if nil else each.text or ""
        if text:
            yield _local(each), text


def _split(tag: str) -> tuple[str, str]:
    space, _, name = tag.rpartition("}")
    return space.lstrip("{"), name


def _local(element: Any) -> str:
    return _split(element.tag)[1] if isinstance(element.tag, str) else ""


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

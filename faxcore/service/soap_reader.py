"""Reading a SOAP 1.1 or 1.2 envelope as it arrives, leniently, and attachments to the disk.

A request is read by local names: any order, any namespace or none, any prefix, ``xsi:nil`` and
empty elements as absent. What is hostile (a document type, processing instructions) or no envelope
with one known operation in it is a Fault; all else is the operation's to answer.

Theory of operation. Expat is fed the pieces of the body and calls a method for each tag and text.
``attachment_data`` is decoded and written to a file while it comes; the other texts are kept, as
long as they are no more than ``held_octets`` together. No document type is ever read: its first
word ends the parse, so that there are no entities to expand. Expat looks again from the start of a
tag for each piece of it that arrives: a tag may not be longer than ``_LONGEST_TAG``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from faxcore.delivery.blobs import Incoming
from faxcore.service.base64_stream import Base64Decoder
from faxcore.service.contract import OPERATIONS
from faxcore.service.limits import UNPROVEN_OCTETS, TooLarge
from faxcore.service.requests import Refused
from faxcore.service.soap import SOAP11, TYPES, Fault

STREAMED = {("CFAddAttachmentWS", "attachment_data")}
"""The elements whose octets go to the disk as they come."""

Value = str | Incoming

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
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NIL = f"{_XSI} nil"
_BODY, _OPERATION, _ELEMENT = 1, 2, 3
"""How deep each stands below the envelope."""

_LONGEST_TAG = 4 << 20
_DEEPEST = 64
_UNPROVEN_TEXT = 8 << 20
"""So much text may come before username and password."""

_ELEMENT_OCTETS = 64
"""What an element costs beside its text."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the operation's name, and its elements in their order: texts, and files.

    ``broken`` is what is wrong with a file that could not be decoded.
    """

    version: str
    operation: str
    elements: tuple[tuple[str, Value], ...]
    broken: Refused | None = None

    def texts(self) -> list[tuple[str, str]]:
        """The elements that are texts."""
        return [(name, value) for name, value in self.elements if isinstance(value, str)]


class EnvelopeReader:
    """Reads one envelope. ``close()`` lets the files go that were not kept."""

    def __init__(self, incoming: Callable[[], Incoming], held_octets: int) -> None:
        """``incoming`` gives a file for octets; ``held_octets`` is what all texts may hold."""
        self._incoming, self._held_octets = incoming, held_octets
        self._version = ""
        self._operation = ""
        self._elements: list[tuple[str, Value]] = []
        self._broken: Refused | None = None
        self._depth = self._bodies = self._held = self._fed = 0
        self._in_body = self._proven = self._forgotten = False
        self._text: list[str] | None = None
        self._file: Incoming | None = None
        self._decoder = Base64Decoder()
        self._parser = self._made()

    def feed(self, octets: bytes) -> None:
        """Read a piece. Raises Fault where there is no operation to answer, and TooLarge."""
        self._parse(octets, False)
        self._fed += len(octets)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > _LONGEST_TAG:
            raise TooLarge("a tag", _LONGEST_TAG)

    @property
    def is_large(self) -> bool:
        """Whether so much has come that its sender should have shown who he is."""
        written = self._file.octets if self._file is not None else 0
        return self._held + written > UNPROVEN_OCTETS

    def texts(self) -> list[tuple[str, str]]:
        """The texts that have come so far."""
        return [(name, value) for name, value in self._elements if isinstance(value, str)]

    def prove(self) -> None:
        """The sender has shown who he is: all that may be held is held."""
        self._proven = True

    def forget(self) -> None:
        """The sender may not come in: what is still to come is read over."""
        self._forgotten = True

    def finish(self, action: str = "") -> Call:
        """The operation that was asked for; ``action`` (SOAPAction) must not name another one."""
        self._parse(b"", True)
        if self._bodies != 1 or not self._operation:
            raise self._no_operation()
        if self._operation not in OPERATIONS:
            raise Fault(f"there is no operation {self._operation[:100]!r}", self._version)
        named = action.strip().strip('"').rpartition("/")[2]
        if named in OPERATIONS and named != self._operation:
            raise Fault(f"the action is {named}, the body is {self._operation}", self._version)
        return Call(self._version, self._operation, tuple(self._elements), self._broken)

    def close(self) -> None:
        """Let go what was not kept."""
        for _, value in self._elements:
            if isinstance(value, Incoming):
                value.close()

    def _made(self) -> Any:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._document_type
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        return parser

    def _parse(self, octets: bytes, last: bool) -> None:
        try:
            self._parser.Parse(octets, last)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise Fault(f"no well-formed XML: {str(error)[:200]}", self._told()) from error

    def _told(self) -> str:
        """The envelope's version, where it has been told."""
        return self._version or SOAP11

    def _no_operation(self) -> Fault:
        return Fault("an envelope has one body with one operation in it", self._told())

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.upper() not in _ENCODINGS:
            raise Fault(f"the encoding {encoding[:40].upper()} is not taken")

    def _document_type(self, *_: object) -> None:
        raise Fault("a document type (DTD) is not taken")

    def _instruction(self, target: str, data: str) -> None:
        if self._in_body and self._depth > _OPERATION:
            raise Fault("processing instructions and entities are not taken", self._version)

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        depth, self._depth = self._depth, self._depth + 1
        if depth > _DEEPEST:
            raise Fault("elements are nested too deeply", self._told())
        if depth == 0:
            self._begin_envelope(space, name)
        elif depth == _BODY:
            self._begin_body(name)
        elif self._in_body and depth == _OPERATION:
            self._begin_operation(name)
        elif not self._in_body or self._operation not in OPERATIONS:
            return
        elif depth == _ELEMENT:
            self._begin_element(name, attributes)
        else:
            text = f"{self._elements[-1][0][:100]} has elements in it, where text is expected"
            raise Fault(text, self._version)

    def _begin_envelope(self, space: str, name: str) -> None:
        if name != "Envelope" or space not in TYPES:
            raise Fault("a SOAP 1.1 or 1.2 envelope is expected")
        self._version = space

    def _begin_body(self, name: str) -> None:
        self._in_body = name == "Body"
        self._bodies += self._in_body
        if self._bodies > 1:
            raise self._no_operation()

    def _begin_operation(self, name: str) -> None:
        if self._operation:
            raise self._no_operation()
        self._operation = name

    def _begin_element(self, name: str, attributes: dict[str, str]) -> None:
        self._hold(len(name) + _ELEMENT_OCTETS)
        nil = attributes.get(_NIL, "").strip() in {"true", "1"}
        known = {name for name, _ in self._elements} if self._streams(name) else set()
        self._elements.append((name, ""))
        if nil:
            return
        if self._streams(name) and name not in known:
            self._decoder = Base64Decoder()
            self._file = self._incoming()
            self._elements[-1] = (name, self._file)
        else:
            self._text = []

    def _streams(self, name: str) -> bool:
        return (self._operation, name) in STREAMED

    def _characters(self, text: str) -> None:
        if self._forgotten:
            return
        if self._file is not None:
            self._write(text)
        elif self._text is not None:
            self._hold(len(text))
            self._text.append(text)

    def _hold(self, octets: int) -> None:
        most = self._held_octets
        if not self._proven:
            most = min(most, _UNPROVEN_TEXT)
        self._held += octets
        if self._held > most:
            raise TooLarge("the request, without its attachment,", most)

    def _write(self, text: str) -> None:
        """Decode and write; what comes behind an error is only read over."""
        if self._broken is not None or self._file is None:
            return
        try:
            self._file.write(self._decoder.feed(text))
        except ValueError as error:
            self._broken = Refused(str(error), self._elements[-1][0])
        if self._file.octets > self._held_octets and not self._proven:
            raise TooLarge("an attachment before username and password", self._held_octets)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if not self._in_body or self._depth != _ELEMENT or self._operation not in OPERATIONS:
            return
        name = self._elements[-1][0]
        if self._file is not None:
            self._end_file(name)
        elif self._text:
            self._elements[-1] = (name, "".join(self._text))
        else:
            self._elements.pop()  # empty: as if it were not there
        self._text = self._file = None

    def _end_file(self, name: str) -> None:
        try:
            self._decoder.end()
        except ValueError as error:
            self._broken = self._broken or Refused(str(error), name)
        if self._file is not None and not self._file.octets and self._broken is None:
            self._file.close()
            self._elements.pop()

"""The SOAP door: ``POST /soap`` and the WSDL. Business errors are answers, a Fault is the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from faxcore.errors import FaxcoreError, QueueError, RequestRefused
from faxcore.service import contract as wire
from faxcore.service import inbound, operations, reporting
from faxcore.service.accounts import Caller
from faxcore.service.change_cursor import Listing
from faxcore.service.contract import OPERATIONS, Elements
from faxcore.service.gate import Audit, Gate, may_change
from faxcore.service.limits import Limits, TooLarge, TooSlow, pieces
from faxcore.service.operations import Desk
from faxcore.service.pace import TooMany
from faxcore.service.requests import Refused, model_of, refusal
from faxcore.service.soap import TYPES, Fault, stream_answer, write_answer, write_fault
from faxcore.service.soap_reader import Call, EnvelopeReader
from faxcore.service.wsdl import wsdl

Operation = Callable[[Desk, Caller, Any], Elements]

CHANGING: dict[str, Operation] = {
    "CFCreateMessageWS": operations.create_message,
    "CFAddRecipientWS": operations.add_recipient,
    "CFAddAttachmentWS": operations.add_attachment,
    "CFSendMessageWS": operations.send_message,
    "CFCancelMessageWS": operations.cancel_message,
    "CFHoldMessageWS": operations.hold_message,
    "CFReleaseMessageWS": operations.release_message,
    "CFResendMessageWS": operations.resend_message,
    "CFDeleteMessageWS": operations.delete_message,
    "CFUploadCoverpageWS": operations.upload_cover,
    "CFInstallCoverPageWS": operations.upload_cover,
}
"""What changes something, and is not for accounts that may only read."""

READING: dict[str, Operation] = {
    "CFGetMessageStatusWS": reporting.message_status,
    "CFRetrieveInboundAttachmentsWS": inbound.retrieve_inbound,
}


class SoapDoor:
    """Answers SOAP requests."""

    def __init__(self, desk: Desk, gate: Gate, audit: Audit, limits: Limits) -> None:
        self._desk, self._gate, self._audit, self._limits = desk, gate, audit, limits

    async def describe(self, request: Request) -> Response:
        """``GET``: the WSDL, with the address by which it was asked for."""
        address = str(request.url.replace(path="/soap", query="", fragment=""))
        return Response(wsdl(address), media_type="text/xml; charset=utf-8")

    async def answer(self, request: Request) -> Response:
        """``POST``: one operation."""
        blobs = self._desk.queue.store.blobs
        reader = EnvelopeReader(blobs.incoming, self._limits.held_octets)
        try:
            return await self._read(request, reader)
        except TooLarge as error:
            return _fault(Fault(str(error)), 413)
        except TooSlow as error:
            return _fault(Fault(str(error)), 408)
        except Fault as fault:
            return _fault(fault, 500 if fault.version != _SOAP12 else 400)
        except QueueError:
            return _fault(Fault("the queue does not answer; try again"), 500)
        finally:
            reader.close()

    async def _read(self, request: Request, reader: EnvelopeReader) -> Response:
        address = request.client.host if request.client else ""
        known = await self._take(request, reader, address)
        action = request.headers.get("soapaction", "") or _action_of(request)
        call = await asyncio.to_thread(reader.finish, action)
        try:
            name, password = _credentials(call.texts())
            if isinstance(known, Exception):
                raise known
            caller = known or await self._gate.enter(name, password, address)
            if call.broken is not None:
                raise call.broken
            return await self._perform(call, caller, address)
        except Refused as refused:
            return _answer(call.version, _refused(call, str(refused)))
        except TooMany as error:
            answer = _answer(call.version, _refused(call, f"500:{error}"))
            answer.headers["Retry-After"] = str(error.seconds)
            return answer
        except RequestRefused as refused:
            return _answer(call.version, _refused(call, str(refusal(refused))))
        except QueueError:
            return _answer(call.version, _refused(call, "500:the queue does not answer; try again"))
        except FaxcoreError as error:
            return _answer(call.version, _refused(call, f"400:{error}"))

    async def _take(
        self, request: Request, reader: EnvelopeReader, address: str
    ) -> Caller | Refused | TooMany | None:
        """Read the body. Who sends much has to show who he is while it comes: his is read over
        otherwise, and the refusal is given back; None where nobody has been asked yet."""
        known: Caller | Refused | TooMany | None = None
        async for piece in pieces(request, self._limits, self._limits.body_octets):
            await asyncio.to_thread(reader.feed, piece)
            if known is None and reader.is_large:
                known = await self._early(reader, address)
        return known

    async def _early(
        self, reader: EnvelopeReader, address: str
    ) -> Caller | Refused | TooMany | None:
        try:
            name, password = _credentials(reader.texts())
        except Refused:  # they may come yet
            return None
        try:
            caller = await self._gate.enter(name, password, address)
        except (Refused, TooMany) as refusal:
            reader.forget()
            return refusal
        reader.prove()
        return caller

    async def _perform(self, call: Call, caller: Caller, address: str) -> Response:
        request = await asyncio.to_thread(model_of, OPERATIONS[call.operation][0], call.elements)
        if isinstance(request, wire.CFListOutboundMessagesWS):
            outbound = await asyncio.to_thread(reporting.list_outbound, self._desk, caller, request)
            return _streamed(call.version, wire.CFListOutboundMessagesWSResponse, outbound)
        if isinstance(request, wire.CFListInboundMessagesWS):
            received = await asyncio.to_thread(inbound.list_inbound, self._desk, caller, request)
            return _streamed(call.version, wire.CFListInboundMessagesWSResponse, received)
        if call.operation in CHANGING:
            may_change(caller)
        perform = CHANGING.get(call.operation) or READING[call.operation]
        answer = await asyncio.to_thread(perform, self._desk, caller, request)
        if call.operation in CHANGING:
            subject = getattr(answer, "presenceUniqueIdentifier", None) or ""
            outcome = getattr(answer, "serverResponse", "")
            await asyncio.to_thread(
                self._audit.note, caller.name, address, call.operation, subject, outcome
            )
        return _answer(call.version, answer)


_CREDENTIALS = ("username", "password")
_SOAP12 = next(version for version, kind in TYPES.items() if kind.startswith("application/soap"))


def _credentials(texts: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Username and password, each exactly once; Refused otherwise."""
    found: dict[str, str] = {}
    for name, text in texts:
        if name in _CREDENTIALS:
            if name in found:
                raise Refused("must appear exactly once", name)
            found[name] = text
    for name in _CREDENTIALS:
        if not found.get(name):
            raise Refused("must appear exactly once", name)
    return found["username"], found["password"]


def _action_of(request: Request) -> str:
    """SOAP 1.2 puts the action into the media type."""
    for part in request.headers.get("content-type", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name.lower() == "action":
            return value
    return ""


def _answer(version: str, answer: Elements) -> Response:
    return Response(write_answer(version, answer), media_type=TYPES[version])


def _streamed(
    version: str,
    kind: type[wire.CFListOutboundMessagesWSResponse | wire.CFListInboundMessagesWSResponse],
    listing: Listing[Any],
) -> Response:
    """A list, written as its rows are read; a cursor moves when all of it is out."""
    answer = kind(serverResponse="200:Query Successful")
    is_out = False

    def pieces() -> Iterator[bytes]:
        nonlocal is_out
        yield from stream_answer(version, answer, "dataTableRow", listing.rows)
        is_out = True

    def over() -> None:  # called, too, where the client has gone in the middle of it
        if is_out:
            listing.written()

    return StreamingResponse(pieces(), media_type=TYPES[version], background=BackgroundTask(over))


def _refused(call: Call, text: str) -> Elements:
    """The operation's own response with nothing but what was wrong, and the names it was told."""
    model = OPERATIONS[call.operation][1]
    told = dict(call.texts())
    echoed = {
        name: told[name]
        for name in ("clientMessageId", "presenceUniqueIdentifier")
        if name in told and name in model.model_fields
    }
    return model.model_validate({**echoed, "serverResponse": text})


def _fault(fault: Fault, status: int) -> Response:
    return Response(write_fault(fault), status, media_type=TYPES[fault.version])

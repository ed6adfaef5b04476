"""The JSON door's reading half: status, lists, changes with a cursor, events, received faxes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPBearer

from faxcore.delivery import operations as queue_ops
from faxcore.delivery.operations import ListFilter
from faxcore.service import contract as wire
from faxcore.service import inbound, reporting
from faxcore.service.accounts import Caller
from faxcore.service.json_door import NO_PASSWORD, Reader, house_of
from faxcore.service.json_models import (
    PROBLEMS,
    Changes,
    MessageStatus,
    OutboundPage,
    ReceivedList,
    RenderingNote,
    named,
)
from faxcore.service.operations import Desk, name_of

router = APIRouter(prefix="/v1", responses=PROBLEMS)

PAGE = 100
LONGEST_PAGE = 1000
_EVENT_S = 1.0
_NEVER = -1
_LONGEST = (1 << 53) - 1


@router.get("/messages/{message}")
async def message_status(request: Request, message: str, caller: Reader) -> MessageStatus:
    """The status of a message and of each recipient, and what rendering left out."""
    asked = wire.CFGetMessageStatusWS(username=caller.name, password=NO_PASSWORD, **named(message))
    return await asyncio.to_thread(_status, house_of(request).desk, caller, asked)


@router.get("/messages")
async def list_messages(
    request: Request,
    caller: Reader,
    group: str | None = None,
    since: wire.Moment = None,
    until: wire.Moment = None,
    status: Annotated[list[str] | None, Query(description="letters, such as S")] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = PAGE,
    after: Annotated[int, Query(ge=0, le=_LONGEST, description="`next` of the page before")] = 0,
) -> OutboundPage:
    """Messages and their recipients, in order of creation."""
    asked = wire.CFListOutboundMessagesWS(
        username=caller.name,
        password=NO_PASSWORD,
        groupIdFilter=group,
        minimumSendDate=since,
        maximumSendDate=until,
        deliveryStatusFilter=status or [],
    )
    desk = house_of(request).desk
    wanted = reporting.list_filter(desk, caller, asked)
    return await asyncio.to_thread(_page, desk, caller, wanted, after, limit)


@router.get("/changes")
async def changes(
    request: Request,
    caller: Reader,
    after: Annotated[
        int, Query(ge=_NEVER, le=_LONGEST, description="`cursor` of the last answer that arrived")
    ] = _NEVER,
) -> Changes:
    """Rows whose delivery status changed since the answer of this cursor: none is ever missed."""
    return await asyncio.to_thread(changes_since, house_of(request).desk, caller, after)


@router.get("/events", response_class=StreamingResponse)
async def events(
    request: Request,
    caller: Reader,
    after: Annotated[int, Query(ge=_NEVER, le=_LONGEST)] = _NEVER,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> StreamingResponse:
    """Server-sent events: every row whose delivery status changes, as it changes.

    They end when the caller would not be let in any more.
    """
    if last_event_id and last_event_id.isascii() and last_event_id.isdigit():
        after = int(last_event_id[:15])
    house = house_of(request)
    shown = await HTTPBearer(auto_error=False)(request)
    key = shown.credentials if shown is not None else ""
    standing = await asyncio.to_thread(house.gate.standing, caller)
    kept = standing[1] if standing is not None else ""
    admitted = partial(house.gate.admits, caller, kept, key)
    return StreamingResponse(
        _events(request, house.desk, caller, after, admitted),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


@router.get("/inbound")
async def list_inbound(
    request: Request,
    caller: Reader,
    since: wire.Moment = None,
    until: wire.Moment = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = PAGE,
    after: Annotated[int, Query(ge=0, le=_LONGEST, description="`next` of the page before")] = 0,
) -> ReceivedList:
    """Received faxes, in order of receipt. ``next`` stays good: ask with it for what came since."""
    asked = wire.CFListInboundMessagesWS(
        username=caller.name,
        password=NO_PASSWORD,
        minimumReceivedDate=since,
        maximumReceivedDate=until,
    )
    desk = house_of(request).desk
    wanted = replace(inbound.received_filter(desk, caller, asked), after=after)
    return await asyncio.to_thread(_received, desk, caller, wanted, limit)


@router.get("/inbound/{fax}")
async def retrieve_inbound(
    request: Request, fax: str, caller: Reader
) -> wire.CFRetrieveInboundAttachmentsWSResponse:
    """The pages of a received fax, as TIFF and as PDF."""
    asked = wire.CFRetrieveInboundAttachmentsWS(
        username=caller.name, password=NO_PASSWORD, presenceUniqueIdentifier=fax
    )
    desk = house_of(request).desk
    return await asyncio.to_thread(inbound.retrieve_inbound, desk, caller, asked)


def _status(desk: Desk, caller: Caller, asked: wire.CFGetMessageStatusWS) -> MessageStatus:
    report = queue_ops.message_report(desk.queue, caller.account_id, name_of(asked))
    notes = [RenderingNote(text=each.text, recipients=[*each.recipients]) for each in report.notes]
    return MessageStatus(**dict(reporting.status_answer(report)), notes=notes)


def _page(desk: Desk, caller: Caller, wanted: ListFilter, after: int, limit: int) -> OutboundPage:
    """Whole messages until there are enough rows."""
    rows: list[wire.OutboundRow] = []
    last = after
    for row in queue_ops.list_rows(desk.queue, caller.account_id, wanted, after):
        if len(rows) >= limit and row.position != last:
            return OutboundPage(dataTableRow=rows, next=str(last))
        rows.append(reporting.outbound_row(row))
        last = row.position
    return OutboundPage(dataTableRow=rows, next=None)


def _received(
    desk: Desk, caller: Caller, wanted: inbound.ReceivedFilter, limit: int
) -> ReceivedList:
    faxes = list(islice(inbound.received(desk.queue, caller.account_id, wanted), limit))
    last = faxes[-1].id if faxes else wanted.after
    return ReceivedList(dataTableRow=[inbound.inbound_row(fax) for fax in faxes], next=str(last))


def changes_since(desk: Desk, caller: Caller, after: int) -> Changes:
    """What changed for an account after a change of that number."""
    reached = queue_ops.last_change(desk.queue, caller.account_id)
    rows = queue_ops.list_rows(desk.queue, caller.account_id, ListFilter(after_change=after))
    return Changes(cursor=reached, dataTableRow=[reporting.outbound_row(row) for row in rows])


async def _events(
    request: Request, desk: Desk, caller: Caller, after: int, admitted: Callable[[], bool]
) -> AsyncIterator[str]:
    yield ": open\n\n"
    while not await request.is_disconnected() and await asyncio.to_thread(admitted):
        reached = await asyncio.to_thread(queue_ops.last_change, desk.queue, caller.account_id)
        if reached > after:
            changed = await asyncio.to_thread(changes_since, desk, caller, after)
            for text in _event_texts(changed):
                yield text
            after = changed.cursor
        await asyncio.sleep(_EVENT_S)


def _event_texts(changed: Changes) -> Iterator[str]:
    """An event for each row; the last one has the cursor, so that a lost connection goes on."""
    for number, row in enumerate(changed.dataTableRow, 1):
        mark = f"id: {changed.cursor}\n" if number == len(changed.dataTableRow) else ""
        yield f"{mark}event: status\ndata: {row.model_dump_json()}\n\n"

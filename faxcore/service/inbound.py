"""Received faxes: listed, and handed out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from faxcore.delivery.model import InboundFax
from faxcore.delivery.rules import Queue
from faxcore.service import contract as wire
from faxcore.service.accounts import Caller
from faxcore.service.change_cursor import Listing, filters_digest, move_on, place_of
from faxcore.service.operations import Desk, zoned
from faxcore.service.requests import Refused

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class ReceivedFilter:
    """Received faxes from a moment, to a moment, behind a number; None for any."""

    since: datetime | None = None
    until: datetime | None = None
    after: int | None = None


def list_inbound(
    desk: Desk, caller: Caller, request: wire.CFListInboundMessagesWS
) -> Listing[wire.InboundRow]:
    """``CFListInboundMessagesWS``: in order of receipt; with ``restrictToChanged`` what is new.

    A received fax does not change once it is there: to be new is its one change.
    """
    queue, account = desk.queue, caller.account_id
    wanted = received_filter(desk, caller, request)
    if not request.restrictToChanged:
        return Listing(map(inbound_row, received(queue, account, wanted)))
    filters = filters_digest("inbound", wanted.since, wanted.until)
    place = place_of(queue, account, filters)
    reached = _last(queue, account)
    rows = received(queue, account, replace(wanted, after=place.before))

    def written() -> None:
        move_on(queue, account, filters, place.told, reached)

    return Listing(map(inbound_row, rows), written)


def received_filter(
    desk: Desk, caller: Caller, request: wire.CFListInboundMessagesWS
) -> ReceivedFilter:
    """The filters of a request."""
    return ReceivedFilter(
        zoned(request.minimumReceivedDate, caller, desk),
        zoned(request.maximumReceivedDate, caller, desk),
    )


def received(queue: Queue, account_id: int, wanted: ReceivedFilter) -> Iterator[InboundFax]:
    """The received faxes of an account that fit, in order of receipt, read in pieces."""
    last = -1 if wanted.after is None else wanted.after
    while True:
        query = select(InboundFax).where(InboundFax.account_id == account_id, InboundFax.id > last)
        if wanted.since is not None:
            query = query.where(InboundFax.received >= wanted.since)
        if wanted.until is not None:
            query = query.where(InboundFax.received <= wanted.until)
        with queue.store.read() as session:
            found: Sequence[InboundFax] = session.scalars(
                query.order_by(InboundFax.id).limit(_AT_A_TIME)
            ).all()
        yield from found
        if len(found) < _AT_A_TIME:
            return
        last = found[-1].id


def _last(queue: Queue, account_id: int) -> int:
    with queue.store.read() as session:
        query = select(func.max(InboundFax.id)).where(InboundFax.account_id == account_id)
        return session.scalar(query) or 0


def inbound_row(fax: InboundFax) -> wire.InboundRow:
    """A received fax as the contract tells it."""
    return wire.InboundRow(
        PRESENCE_UNIQUE_IDENTIFIER=fax.uid,
        SENDER_ID=fax.sender_id or None,
        CALLED_NUMBER=fax.called_number or None,
        RECEIVED=fax.received,
        PAGES=fax.pages,
    )


def retrieve_inbound(
    desk: Desk, caller: Caller, request: wire.CFRetrieveInboundAttachmentsWS
) -> wire.CFRetrieveInboundAttachmentsWSResponse:
    """``CFRetrieveInboundAttachmentsWS``: one TIFF and one PDF."""
    uid = request.presenceUniqueIdentifier.strip()
    with desk.queue.store.read() as session:
        fax = session.scalar(
            select(InboundFax).where(
                InboundFax.account_id == caller.account_id, InboundFax.uid == uid
            )
        )
    if fax is None:
        raise Refused(f"there is no received fax {uid[:64]!r}", "presenceUniqueIdentifier")
    files = [desk.queue.store.blobs.get(each) for each in (fax.tiff, fax.pdf)]
    return wire.CFRetrieveInboundAttachmentsWSResponse(
        serverResponse="200:Query Successful",
        attachment_data=files,
        attachment_type=["image/tiff", "application/pdf"],
        attachment_name=[f"{uid}.tif", f"{uid}.pdf"],
    )

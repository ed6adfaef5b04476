"""Received faxes: listed, and handed out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from faxcore.delivery.model import InboundFax
from faxcore.delivery.rules import Queue
from faxcore.service import contract as wire
from faxcore.service.accounts import Caller
from faxcore.service.operations import Desk, zoned
from faxcore.service.requests import Refused

_AT_A_TIME = 500


def list_inbound(
    desk: Desk, caller: Caller, request: wire.CFListInboundMessagesWS
) -> Iterator[wire.InboundRow]:
    """``CFListInboundMessagesWS``: in order of receipt.

    A received fax does not change once it is there, so ``restrictToChanged`` leaves out none.
    """
    since = zoned(request.minimumReceivedDate, caller, desk)
    until = zoned(request.maximumReceivedDate, caller, desk)
    return _rows(desk.queue, caller.account_id, since, until)


def _rows(
    queue: Queue, account_id: int, since: datetime | None, until: datetime | None
) -> Iterator[wire.InboundRow]:
    last = 0
    while True:
        query = select(InboundFax).where(InboundFax.account_id == account_id, InboundFax.id > last)
        if since is not None:
            query = query.where(InboundFax.received >= since)
        if until is not None:
            query = query.where(InboundFax.received <= until)
        with queue.store.read() as session:
            found: Sequence[InboundFax] = session.scalars(
                query.order_by(InboundFax.id).limit(_AT_A_TIME)
            ).all()
        yield from map(inbound_row, found)
        if len(found) < _AT_A_TIME:
            return
        last = found[-1].id


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

"""Received faxes: stored for the account that owns the number, listed, and handed out."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from faxcore.delivery.rules import Queue
from faxcore.service import contract as wire
from faxcore.service.accounts import Caller
from faxcore.service.operations import Desk, zoned
from faxcore.service.requests import Refused
from faxcore.service.tables import InboundFax

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """A fax that has arrived: whose it is, who sent it, and its pages as a TIFF and as a PDF."""

    account_id: int
    received: datetime
    pages: int
    tiff: bytes
    pdf: bytes
    sender_id: str = ""
    called_number: str = ""
    modem: str = ""
    complete: bool = True
    text: str = ""


def store_arrival(queue: Queue, arrival: Arrival) -> str:
    """Keep a received fax; its identifier. It is on the disk when this returns."""
    tiff, pdf = queue.store.blobs.put(arrival.tiff), queue.store.blobs.put(arrival.pdf)
    uid = secrets.token_hex(12)
    with queue.store.write("inbound") as session:
        session.add(
            InboundFax(
                uid=uid,
                account_id=arrival.account_id,
                sender_id=arrival.sender_id[:64],
                called_number=arrival.called_number[:64],
                modem=arrival.modem[:128],
                received=arrival.received,
                pages=arrival.pages,
                complete=arrival.complete,
                tiff=tiff,
                pdf=pdf,
                text=arrival.text,
            )
        )
    return uid


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

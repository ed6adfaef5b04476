"""Keeping received faxes: whose they are, and their pages as a TIFF and a PDF.

While a call runs, every page is a file in a folder of its own before the caller is told that it
arrived (``receiving``). Afterwards the fax is stored in one transaction, and the folder goes. A
folder that a crash left behind is stored at the next start, as incomplete: nothing that a caller
was told has arrived is ever lost.
"""

from __future__ import annotations

import contextlib
import io
import secrets
import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from faxcore.delivery.crash import crash_point
from faxcore.delivery.logs import log
from faxcore.delivery.model import InboundFax
from faxcore.delivery.owning import Line, owner_of
from faxcore.delivery.rules import Queue
from faxcore.delivery.store import Conflict, lock_account
from faxcore.errors import FaxcoreError
from faxcore.inbox import SUBADDRESS, kept_pages
from faxcore.receiving import ReceivedFax
from faxcore.render import Attachment, Content, CoverFields, render_content
from faxcore.t4 import Coding, DecodedPage, Resolution
from faxcore.t4.tiff import read_tiff, write_tiff

SPOOL = "receiving"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A fax that has arrived: whose it is, who sent it, its pages as a TIFF and as a PDF."""

    account_id: int
    received: datetime
    pages: int
    tiff: bytes
    pdf: bytes
    sender_id: str = ""
    line: Line = field(default_factory=lambda: Line(""))
    complete: bool = True
    text: str = ""
    spool: str | None = None


def store_arrival(queue: Queue, arrival: Arrival) -> str:
    """Keep a received fax; its identifier. It is on the disk when this returns."""
    tiff, pdf = queue.store.blobs.put(arrival.tiff), queue.store.blobs.put(arrival.pdf)
    uid = secrets.token_hex(12)
    with queue.store.write("inbound") as session:
        lock_account(session, arrival.account_id)  # so that numbers grow in the order of commits
        session.add(
            InboundFax(
                uid=uid,
                account_id=arrival.account_id,
                sender_id=arrival.sender_id[:64],
                called_number=arrival.line.called[:64],
                subaddress=arrival.line.subaddress[:32],
                modem=arrival.line.modem[:128],
                received=arrival.received,
                pages=arrival.pages,
                complete=arrival.complete,
                tiff=tiff,
                pdf=pdf,
                text=arrival.text,
                spool=arrival.spool,
            )
        )
    return uid


def new_folder(queue: Queue) -> Path:
    """A folder for the pages of the next call; nobody else has it."""
    spool = queue.store.folder / SPOOL
    spool.mkdir(mode=0o700, exist_ok=True)
    return spool / secrets.token_hex(12)


def keep_fax(queue: Queue, fax: ReceivedFax, folder: Path, line: Line, now: datetime) -> str | None:
    """Store what came in a call, and clear its folder; its identifier, None if no page came."""
    uid = None
    if fax.pages:
        line = replace(line, subaddress=fax.call.subaddress)
        uid = _keep(queue, folder, line, _Told(now, fax.remote_id, fax.ok, fax.text))
    _clear(folder)
    return uid


def recover(queue: Queue, line: Line, worker: str) -> int:
    """Store what a crash left in the folders of this worker's modem; how many faxes that were."""
    found = 0
    for folder in _folders(queue):
        if _owner(folder) not in {worker, line.modem, ""}:  # an older version wrote the modem alone
            continue
        if any(folder.glob("page-*.tif")):
            at = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            told = _Told(at, "", False, "this computer stopped during the call")
            _keep(queue, folder, replace(line, subaddress=_subaddress(folder)), told)
            found += 1
        _clear(folder)
    return found


def abandoned(queue: Queue, node: str, modems: Collection[str]) -> list[str]:
    """The workers of a node that have left folders behind and are none of its ``modems`` now."""
    owners = {_owner(folder) for folder in _folders(queue)}
    mine = {owner for owner in owners if owner.startswith(f"{node}/")}
    return sorted(mine - {f"{node}/{modem}" for modem in modems})


def _folders(queue: Queue) -> list[Path]:
    """All folders but those that are being made, whose names begin with a dot."""
    return sorted((queue.store.folder / SPOOL).glob("[!.]*"))


def _owner(folder: Path) -> str:
    """The worker whose folder it is; "" where a crash came before that was written down."""
    with contextlib.suppress(FileNotFoundError):
        return (folder / _OWNER).read_text()
    return ""


def _subaddress(folder: Path) -> str:
    """What the caller had named before the crash."""
    with contextlib.suppress(FileNotFoundError):
        return (folder / SUBADDRESS).read_text(encoding="ascii", errors="replace")
    return ""


_OWNER = "modem"


def claim_folder(folder: Path, worker: str) -> None:
    """Make a folder with its owner in it: hosts share the place, and modems' names.

    It has its owner from the first moment on: ``recover`` of another worker takes one without for
    a leftover.
    """
    new = folder.with_name(f".{folder.name}")
    new.mkdir(mode=0o700)
    (new / _OWNER).write_text(worker)
    new.rename(folder)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a call: its moment, who called, whether all came, and what is to be said."""

    at: datetime
    sender: str
    complete: bool
    text: str


def _keep(queue: Queue, folder: Path, line: Line, told: _Told) -> str | None:
    """Store the pages of a folder, once."""
    pages = kept_pages(folder)
    target = io.BytesIO()
    write_tiff(target, _pages_of(pages))
    crash_point("inbound:bound")
    tiff = target.getvalue()
    arrival = Arrival(
        owner_of(queue, line, told.at),
        told.at,
        len(pages),
        tiff,
        pdf_of(tiff, told.at),
        told.sender,
        line,
        told.complete,
        told.text,
        folder.name,
    )
    try:
        uid = store_arrival(queue, arrival)
    except Conflict:  # it was stored before a crash, and only its folder was still there
        return None
    log().info("fax received", fax=uid, pages=len(pages), modem=line.modem, complete=told.complete)
    return uid


def _pages_of(paths: Iterable[Path]) -> Iterable[DecodedPage]:
    for path in paths:
        for page in read_tiff(path):
            yield page.decoded


def pdf_of(tiff: bytes, at: datetime) -> bytes:
    """The pages of a fax as PDF; where that cannot be made, one page that says so."""
    content = Content(CoverFields(moment=at), attachments=(Attachment("fax.tif", tiff),))
    try:
        return _pdf_of(content)
    except FaxcoreError as error:
        log().error("a received fax has no PDF", error=str(error))
        said = Content(CoverFields(moment=at), body=f"The pages are in the TIFF file. ({error})")
        return _pdf_of(said)


def _pdf_of(content: Content) -> bytes:
    """The PDF alone: its pages are made once, in the coding that costs least."""
    rendered = render_content(
        content, header=None, resolutions=(Resolution.COARSE,), codings=(Coding.MH,)
    )
    return rendered.pdf


def _clear(folder: Path) -> None:
    crash_point("inbound:stored")
    if folder.is_dir():
        shutil.rmtree(folder)

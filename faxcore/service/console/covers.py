"""The cover pages that an account may name, and how each arrives: its own shadow the shipped."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from faxcore.delivery.model import Cover
from faxcore.delivery.rules import Queue
from faxcore.render import Content, CoverFields
from faxcore.render.coverpage import cover_names
from faxcore.render.installing import SAMPLE
from faxcore.render.preview import Preview, preview
from faxcore.resources import coverpages_folder
from faxcore.service.accounts import Caller

_OWN = "cover"


def gallery(queue: Queue, caller: Caller) -> list[str]:
    """The names of all cover pages of the account, sorted."""
    with queue.store.read() as session:
        own = session.scalars(select(Cover.name).where(Cover.account_id == caller.account_id))
        return sorted({*own, *cover_names(coverpages_folder())})


def cover_preview(queue: Queue, caller: Caller, name: str, now: datetime) -> Preview:
    """A cover page with sample data; ContentError where there is none or it cannot be used."""
    fields = CoverFields(moment=now, **SAMPLE)
    with queue.store.read() as session:
        blob = session.scalar(
            select(Cover.blob).where(Cover.account_id == caller.account_id, Cover.name == name)
        )
    if blob is None:
        return preview(Content(fields, cover=name, cover_folder=coverpages_folder()))
    with tempfile.TemporaryDirectory(prefix="faxcore-cover-") as folder:
        (Path(folder) / f"{_OWN}.html").write_bytes(queue.store.blobs.get(blob))
        return preview(Content(fields, cover=_OWN, cover_folder=Path(folder)))

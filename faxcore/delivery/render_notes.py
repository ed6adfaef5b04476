"""Notes on what rendering left out: kept with the document they are about, told of the message.

The documents are strangers': a note is cut to what a table, an answer and a terminal can take, and
so is their number. Recipients of one message mostly have the same notes, which are told once.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from faxcore.delivery.model import RenderNote
from faxcore.delivery.model.render_note import TEXT

MOST = 20
"""So many notes are kept of one document; of the rest their number is."""

_MARK = "\N{REPLACEMENT CHARACTER}"


def kept_of(notes: Iterable[str]) -> tuple[str, ...]:
    """What is kept of a rendering's notes: each once, on one line, not too long, not too many."""
    each = list(dict.fromkeys(_one_line(note) for note in notes))
    more = len(each) - MOST
    return tuple(each[:MOST]) + ((f"{more} more notes are not kept",) if more > 0 else ())


def keep(session: Session, recipient_id: int, notes: Iterable[str]) -> None:
    """Let these be the notes of a recipient's document, in place of those of an earlier one."""
    session.execute(delete(RenderNote).where(RenderNote.recipient_id == recipient_id))
    for number, text in enumerate(kept_of(notes), start=1):
        session.add(RenderNote(recipient_id=recipient_id, number=number, text=text))


def notes_of_recipient(session: Session, recipient_id: int) -> tuple[str, ...]:
    """The notes of one recipient's document, in order."""
    query = select(RenderNote.text).where(RenderNote.recipient_id == recipient_id)
    return tuple(session.scalars(query.order_by(RenderNote.number)))


def _one_line(note: str) -> str:
    """Without what a database, an XML answer or a terminal would stumble over."""
    words = " ".join(note[: 4 * TEXT].split())
    shown = "".join(letter if letter.isprintable() else _MARK for letter in words)
    return shown if len(shown) <= TEXT else shown[: TEXT - 1] + "\N{HORIZONTAL ELLIPSIS}"

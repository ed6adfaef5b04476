"""Handing an e-mail to the next server, one transaction for each recipient.

What the server says decides: accepted = relayed; 4yz = for now not; 5yz = never. A server that
cannot be reached, or that does not let us in, is local trouble and charged to nobody. The guard is
committed after the login and before the message goes: what fails up to there was no attempt. The
copy of a recipient is like the page of a fax: it is uncertain, on the disk, before the final dot
goes, and confirmed when the server has answered that. One that stays uncertain is treated by the
policy for uncertain pages; sent again, it has the same Message-ID.
"""

from __future__ import annotations

import random
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import joinedload

from faxcore.delivery import render_notes
from faxcore.delivery.bounces import new_mark
from faxcore.delivery.crash import crash_point
from faxcore.delivery.email_message import Copy, build_email
from faxcore.delivery.fax_content import RENDERED
from faxcore.delivery.findings import INTERRUPTED, Finding, PageFinding, PageInCall
from faxcore.delivery.judging import known_pages
from faxcore.delivery.mail_server import (
    Lost,
    MailServer,
    Refused,
    Unanswered,
    Unusable,
    connected,
    hand_over,
)
from faxcore.delivery.model import Message, Recipient
from faxcore.delivery.recording import (
    attempts_of,
    call_state,
    finish_call,
    mark_dialled,
    note_page,
)
from faxcore.delivery.retry import Failure
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CallState
from faxcore.delivery.work import NOTHING_DUE, persist
from faxcore.errors import ContentError
from faxcore.t30.result import PageOutcome

_COPY = 1
"""An e-mail is one page, at the one position of its call."""

_ALL_NAMED = joinedload(Recipient.message).selectinload(Message.recipients)
"""Loads with a recipient the others, who stand in its headers."""


@dataclass(slots=True)
class EmailWork:
    """E-mail through one server."""

    queue: Queue
    worker: str
    server: MailServer
    clock: Callable[[], datetime]

    def prepare(self, call_id: int) -> bool:
        """False where it is over already."""
        return call_state(self.queue, call_id) in {CallState.CALLING, CallState.DIALLED}

    def perform(self, call_id: int) -> Finding:
        """Hand the message over, at most once under this call."""
        if call_state(self.queue, call_id) is not CallState.CALLING:
            return INTERRUPTED
        page = self._page(call_id)
        if page is None:
            return NOTHING_DUE
        try:
            copy = self._build(call_id)
        except ContentError as error:
            return Finding(Failure.PERMANENT, "convert_failed", str(error))
        try:
            with connected(self.server) as smtp:
                if not mark_dialled(self.queue, call_id, (page,), self.clock()):
                    return Finding(Failure.CANCELLED, "cancelled", "cancelled before sending")
                return self._hand_over(call_id, smtp, copy)
        except Unusable as error:
            return Finding(Failure.LOCAL, error.reason, str(error))

    def finish(self, call_id: int, finding: Finding) -> None:
        """Write down what follows."""
        persist(
            lambda: finish_call(self.queue, call_id, finding, self.clock(), random.random()),
            "the end of an e-mail",
        )

    def _page(self, call_id: int) -> PageInCall | None:
        """The recipient's copy as a page of this call; None where it need not be sent any more."""
        with self.queue.store.write("email-plan") as session:
            (attempt,) = attempts_of(session, call_id)
            recipient = session.get_one(Recipient, attempt.recipient_id)
            recipient.pages = 1
            recipient.bounce_mark = recipient.bounce_mark or new_mark()
            session.flush()
            if not known_pages(session, self.queue.rules, recipient).to_send(skip_uncertain=False):
                return None
            return PageInCall(_COPY, recipient.id, recipient.run, 1, "")

    def _build(self, call_id: int) -> Copy:
        """The recipient's copy; what is missing from it is told with the message."""
        with self.queue.store.read() as session:
            (attempt,) = attempts_of(session, call_id)
            recipient = session.get_one(
                Recipient, attempt.recipient_id, options=(RENDERED, _ALL_NAMED)
            )
            told = render_notes.notes_of_recipient(session, recipient.id)
        copy = build_email(self.queue.store, recipient, self.clock(), self.server)
        if render_notes.kept_of(copy.notes) != told:
            with self.queue.store.write("email-notes") as session:
                render_notes.keep(session, recipient.id, copy.notes)
        return copy

    def _hand_over(self, call_id: int, smtp: smtplib.SMTP, copy: Copy) -> Finding:
        def before_dot() -> None:
            note_page(self.queue, call_id, _COPY, PageOutcome.UNCERTAIN, self.clock())
            crash_point("email:handing-over")

        try:
            hand_over(smtp, copy.octets, copy.envelope, self.server.answer_s, before_dot)
        except Refused as error:
            failure = Failure.PERMANENT if 500 <= error.code <= 599 else Failure.TRANSIENT
            return _found(PageOutcome.DOUBTFUL, failure, "refused", str(error), error.code)
        except Lost as error:
            return _found(PageOutcome.UNSENT, Failure.TRANSIENT, "connection_lost", str(error))
        except Unanswered as error:
            return _found(
                PageOutcome.UNCERTAIN, Failure.TRANSIENT, "handover_unanswered", str(error)
            )
        crash_point("email:handed-over")
        persist(
            lambda: note_page(self.queue, call_id, _COPY, PageOutcome.CONFIRMED, self.clock()),
            "that an e-mail was taken",
        )
        text = f"accepted by the next server{copy.remark}"
        return _found(PageOutcome.CONFIRMED, None, "relayed", text)


def _found(
    outcome: PageOutcome,
    failure: Failure | None,
    reason: str,
    text: str,
    status: int | None = None,
) -> Finding:
    return Finding(
        failure,
        reason,
        text,
        status=status,
        answered=True,
        relayed=outcome is PageOutcome.CONFIRMED,
        pages={_COPY: PageFinding(outcome, sendings=int(outcome is not PageOutcome.UNSENT))},
    )

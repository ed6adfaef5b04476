"""Handing short messages to the network, part by part, and taking up its reports.

The parts of a text are like the pages of a fax: each is uncertain from the moment that it is handed
over until the modem has answered, confirmed then, and never sent again. The guard is committed
before the first. A report makes a relayed recipient sent, or failed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from faxcore.delivery.crash import crash_point
from faxcore.delivery.findings import INTERRUPTED, Finding, PageFinding, PageInCall
from faxcore.delivery.judging import known_pages
from faxcore.delivery.model import Call, Recipient
from faxcore.delivery.plain_text import plain_text
from faxcore.delivery.recording import (
    attempts_of,
    call_state,
    finish_call,
    mark_dialled,
    note_page,
    take_back,
)
from faxcore.delivery.retry import Failure
from faxcore.delivery.rules import Queue
from faxcore.delivery.sms_gateway import DeliveryReport, NotTaken, SmsGateway
from faxcore.delivery.sms_pdu import Fate
from faxcore.delivery.sms_text import Part, parts_of
from faxcore.delivery.states import CallState, CancelWish, Channel, RecipientState
from faxcore.delivery.store import lock_account
from faxcore.delivery.transitions import Step, move
from faxcore.delivery.work import NOTHING_DUE, persist
from faxcore.errors import ModemError, QueueError
from faxcore.t30.result import PageOutcome


@dataclass(frozen=True, slots=True)
class _Plan:
    number: str
    reference: int
    recipient_id: int
    run: int
    known_references: str
    due: tuple[Part, ...]


@dataclass(slots=True)
class SmsWork:
    """Short messages through one gateway, which ``opener`` opens for each call."""

    queue: Queue
    worker: str
    opener: Callable[[], SmsGateway]
    clock: Callable[[], datetime]

    def prepare(self, call_id: int) -> bool:
        """False where it is over already."""
        return call_state(self.queue, call_id) in {CallState.CALLING, CallState.DIALLED}

    def perform(self, call_id: int) -> Finding:
        """Hand over what is due, at most once under this call."""
        if call_state(self.queue, call_id) is not CallState.CALLING:
            return INTERRUPTED
        try:
            plan = self._plan(call_id)
        except ValueError as error:
            return Finding(Failure.PERMANENT, "convert_failed", str(error))
        if not plan.due:
            return NOTHING_DUE
        try:
            gateway = self.opener()
        except ModemError as error:
            return Finding(Failure.LOCAL, "equipment", str(error))
        try:
            gateway.prepare()
            pages = tuple(
                PageInCall(position, plan.recipient_id, plan.run, part.number, "")
                for position, part in enumerate(plan.due, 1)
            )
            if not mark_dialled(self.queue, call_id, pages, self.clock()):
                return Finding(Failure.CANCELLED, "cancelled", "cancelled before sending")
            return self._hand_over(call_id, gateway, plan)
        except ModemError as error:
            return Finding(Failure.LOCAL, "equipment", str(error))
        finally:
            gateway.close()

    def finish(self, call_id: int, finding: Finding) -> None:
        """Write down what follows."""
        persist(
            lambda: finish_call(self.queue, call_id, finding, self.clock(), random.random()),
            "the end of a short message",
        )

    def _taken(self, call_id: int, position: int, references: Sequence[str]) -> bool:
        """Write down that the network has a part, by which name; whether the rest is not wanted.

        However long the database takes: a part that was taken must not be sent again.
        """
        wish = CancelWish.NO

        def note() -> None:
            nonlocal wish
            wish = note_page(
                self.queue,
                call_id,
                position,
                PageOutcome.CONFIRMED,
                self.clock(),
                gateway_id=",".join(references),
            )

        persist(note, "that a part was taken")
        return wish is not CancelWish.NO

    def read_reports(self) -> int:
        """Take up the network's reports; how many recipients changed. Raises ModemError."""
        gateway = self.opener()
        try:
            gateway.prepare(reports=True)
            return sum(
                apply_report(self.queue, report, self.clock()) for report in gateway.reports()
            )
        finally:
            gateway.close()

    def _plan(self, call_id: int) -> _Plan:
        with self.queue.store.write("sms-plan") as session:
            (attempt,) = attempts_of(session, call_id)
            recipient = session.get_one(Recipient, attempt.recipient_id)
            message = recipient.message
            parts = parts_of(plain_text(message.body or "", message.body_type))
            recipient.pages = len(parts)
            session.flush()
            wanted = known_pages(session, self.queue.rules, recipient).to_send(skip_uncertain=False)
            return _Plan(
                session.get_one(Call, call_id).dial_line,
                (recipient.id * 7 + recipient.run) & 0xFF,
                recipient.id,
                recipient.run,
                recipient.gateway_id,
                tuple(part for part in parts if part.number in wanted),
            )

    def _hand_over(self, call_id: int, gateway: SmsGateway, plan: _Plan) -> Finding:
        found: dict[int, PageFinding] = {}
        references = [each for each in plan.known_references.split(",") if each]
        failure: Failure | None = None
        reason, text = "relayed", "accepted by the network"
        for position, part in enumerate(plan.due, 1):
            try:
                note_page(self.queue, call_id, position, PageOutcome.UNCERTAIN, self.clock())
            except QueueError as error:  # what could not be remembered must not be sent
                failure, reason = Failure.LOCAL, "interrupted"
                text = f"part {part.number} of {part.parts} could not be written down: {error}"
                break
            crash_point("sms:handing-over")
            try:
                reference = gateway.send(plan.number, part, plan.reference)
            except ValueError as error:  # a pause in a number is for telephones
                found[position] = PageFinding(PageOutcome.UNSENT)
                failure, reason, text = Failure.PERMANENT, "number_refused", str(error)
                break
            except NotTaken as refused:
                found[position] = PageFinding(PageOutcome.DOUBTFUL, sendings=1)
                failure, reason = refused.failure, "refused"
                text = f"part {part.number} of {part.parts}: {refused}"
                break
            except ModemError as error:
                found[position] = PageFinding(PageOutcome.UNCERTAIN, sendings=1)
                failure, reason, text = Failure.TRANSIENT, "page_unanswered", str(error)
                break
            crash_point("sms:handed-over")
            references.append(quote(reference, safe=""))
            found[position] = PageFinding(PageOutcome.CONFIRMED, sendings=1)
            if self._taken(call_id, position, references) and part.number < part.parts:
                failure, reason, text = Failure.CANCELLED, "cancelled", "cancelled between parts"
                break
        return Finding(
            failure,
            reason,
            text,
            answered=True,
            relayed=True,
            pages=found,
            gateway_id=",".join(references),
        )


def apply_report(queue: Queue, report: DeliveryReport, now: datetime) -> bool:
    """Take up one report: the last relayed message to its number with its reference.

    All parts delivered make the recipient sent; one that failed makes it failed.
    """
    if report.fate is Fate.TRYING:
        return False
    wanted = quote(report.reference, safe="")
    with queue.store.write("sms-report") as session:
        recipient = _reported(session, report, wanted)
        if recipient is None:
            return False
        account = lock_account(session, recipient.message.account_id)
        session.refresh(recipient)
        references = recipient.gateway_id.split(",")
        if recipient.state is not RecipientState.RELAYED or wanted not in references:
            return False  # another host has taken the same report up just now
        if report.fate is Fate.FAILED:
            take_back(session, recipient, recipient.pages - len(references))
            text = f"the network could not deliver it (status {report.status})"
            step = Step(RecipientState.FAILED, reason="undelivered", text=text)
            move(session, account, recipient, step, now)
            return True
        references.remove(wanted)
        recipient.gateway_id = ",".join(references)
        if references:
            return False
        step = Step(RecipientState.SENT, reason="ok", text="the network delivered it")
        move(session, account, recipient, step, now)
        return True


def _reported(session: Session, report: DeliveryReport, wanted: str) -> Recipient | None:
    """The last relayed message to a report's number that has a part of its name."""
    names = literal(",") + Recipient.gateway_id + ","
    relayed = session.scalars(
        select(Recipient)
        .where(
            Recipient.channel == Channel.SMS,
            Recipient.state == RecipientState.RELAYED,
            names.contains(f",{wanted},", autoescape=True),
        )
        .order_by(Recipient.last_attempt.desc())
    )
    return next(
        (each for each in relayed if wanted in each.gateway_id.split(",") and _is_to(each, report)),
        None,
    )


def _is_to(recipient: Recipient, report: DeliveryReport) -> bool:
    """Whether a report's number is the one that was sent to: networks change its beginning."""
    if not report.number:
        return True
    ours, theirs = recipient.destination.lstrip("+0"), report.number.lstrip("+0")
    return ours == theirs or (len(theirs) >= 7 and ours.endswith(theirs[-9:]))

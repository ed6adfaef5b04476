"""What the operations are given and give back: plain values."""

from __future__ import annotations

import enum
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from faxcore.delivery.states import Body, Channel, Letter, MessageStatus, Scope, UncertainPolicy


@dataclass(frozen=True, slots=True)
class MessageName:
    """How a customer names a message: by our identifier, by his own, or by both."""

    uid: str = ""
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that was found or made. ``client_id`` is None where the customer gave none."""

    uid: str
    client_id: str | None


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message to be created.

    ``priority`` 1 to 10, 10 is served first. ``send_time`` is aware. ``header`` is the line at the
    top of every page: None for none, "auto" for the usual one. ``cover`` names a cover page, one of
    the account's own or a shipped one. ``uncertain`` None means the installation's policy;
    ``batched`` allows other messages to the same number in the same call. ``banner`` is the name of
    a stored picture, ``handler`` that of a plug-in. ``modems`` is the group of modems that may
    call, "" the account's.
    """

    client_id: str | None = None
    group_id: str = ""
    cover: str = ""
    memo: str = ""
    body: str | None = None
    body_type: Body | None = None
    priority: int = 5
    fine: bool = True
    send_time: datetime | None = None
    sender_email: str = ""
    sender_name: str = ""
    sender_number: str = ""
    subject: str = ""
    node: str = ""
    modems: str = ""
    header: str | None = "auto"
    paper: str = "A4"
    uncertain: UncertainPolicy | None = None
    batched: bool = True
    resume_cover: bool = False
    banner: str = ""
    handler: str = ""

    def fingerprint(self) -> str:
        """Tells a repeat of the same creation from another message under the same client id."""
        return _digest(asdict(self))


@dataclass(frozen=True, slots=True)
class RecipientDraft:
    """A recipient to be added; ``address`` is a telephone number or an e-mail address."""

    channel: Channel
    address: str
    name: str = ""
    scope: Scope = Scope.TO


@dataclass(frozen=True, slots=True)
class Added:
    """A recipient or an attachment that was added; ``repeated`` that it had been there already."""

    message: MessageRef
    id: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What an operation on the recipients of a message came to.

    ``done`` recipients were changed (or were so already), ``too_late`` had been sent or failed
    before, ``on_line`` are in a call: it will be ended, or held after it, as soon as it can be.
    """

    message: MessageRef
    done: int = 0
    too_late: int = 0
    on_line: int = 0

    @property
    def complete(self) -> bool:
        """Whether all recipients were changed."""
        return not self.too_late and not self.on_line


class Which(enum.Enum):
    """Which recipients are sent to again."""

    ALL = "all"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """One row of a status: a recipient and what has become of it."""

    id: int
    channel: Channel
    address: str
    name: str
    scope: Scope
    letter: Letter
    reason: str
    description: str
    attempts: int
    last_attempt: datetime | None
    next_attempt: datetime | None
    pages: int
    pages_confirmed: int
    pages_uncertain: int
    on_line: bool


@dataclass(frozen=True, slots=True)
class NoteReport:
    """What rendering left out or cut off, and the recipients (ids) from whose document."""

    text: str
    recipients: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MessageReport:
    """The status of one message. ``pages`` is None until a fax of it has been rendered.

    ``notes`` are the renderer's, each once.
    """

    message: MessageRef
    group_id: str
    status: MessageStatus
    pages: int | None
    priority: int
    created: datetime
    released: datetime | None
    send_time: datetime | None
    recipients: tuple[RecipientReport, ...]
    notes: tuple[NoteReport, ...] = ()

    def notes_by_recipient(self) -> dict[int, list[str]]:
        """The notes on the document of each recipient that has any."""
        told: dict[int, list[str]] = {}
        for note in self.notes:
            for recipient_id in note.recipients:
                told.setdefault(recipient_id, []).append(note.text)
        return told


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What a list is limited to. Dates are those of sending, bounds inclusive.

    With ``after_change`` only rows whose letter changed after the change of that number (of the
    account's log) are given; a message without recipients then has no row.
    """

    group_id: str | None = None
    sent_from: datetime | None = None
    sent_to: datetime | None = None
    letters: frozenset[Letter] = frozenset()
    after_change: int | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list: a message and one of its recipients, None where it has none.

    ``change`` is the number of the last change of the recipient's letter; ``position`` is where the
    message stands among all.
    """

    message: MessageRef
    group_id: str
    status: MessageStatus
    recipient: RecipientReport | None
    change: int
    position: int


def _digest(described: object) -> str:
    text = json.dumps(described, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

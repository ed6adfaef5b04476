"""The closed sets of the delivery engine: channels, states, causes, letters, statuses."""

from __future__ import annotations

import enum


class Channel(enum.StrEnum):
    """How a message reaches a recipient."""

    FAX = "FAX"
    EMAIL = "EMAIL"
    SMS = "SMS"


class Scope(enum.StrEnum):
    """In which header of an e-mail a recipient stands; BCC in none."""

    TO = "TO"
    CC = "CC"
    BCC = "BCC"


class Body(enum.StrEnum):
    """How the body of a message is written."""

    TEXT = "TEXT"
    HTML = "HTML"
    XML = "XML"


class RecipientState(enum.StrEnum):
    """Where a recipient is on its way. The last four are final."""

    WAITING = "waiting"
    """Not released yet."""
    QUEUED = "queued"
    """Released; to be tried, for the first time or again, when it is due."""
    ACTIVE = "active"
    """A worker has it: an attempt is under way."""
    HELD = "held"
    SENT = "sent"
    RELAYED = "relayed"
    """The next server or gateway has taken it: delivered as far as anybody knows."""
    FAILED = "failed"
    """For good; also one that was stopped in mid-call."""
    CANCELLED = "cancelled"
    """Before any page went out."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will be tried by itself."""
        return self in _FINAL

    @property
    def is_delivered(self) -> bool:
        """Whether it counts as delivered."""
        return self in _DELIVERED


_DELIVERED = frozenset({RecipientState.SENT, RecipientState.RELAYED})
_FINAL = _DELIVERED | {RecipientState.FAILED, RecipientState.CANCELLED}


class Cause(enum.StrEnum):
    """Why a queued recipient waits; it decides the letter."""

    NONE = "none"
    """For its turn, or for local equipment."""
    SCHEDULED = "scheduled"
    """For a set time: sendTime, calling hours, a timed resend."""
    BUSY = "busy"
    RETRY = "retry"
    """It failed for another reason than busy and will be tried again."""


class Letter(enum.StrEnum):
    """A recipient's delivery status as the message service tells it."""

    WAITING = "W"
    PENDING = "P"
    TIMED = "T"
    BUSY = "B"
    RETRY = "N"
    HELD = "H"
    SENT = "S"
    RELAYED = "R"
    FAILED = "F"


class MessageStatus(enum.StrEnum):
    """A message's status, derived from its recipients."""

    WAITING = "WAITING"
    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    CANCELLED = "CANCELLED"
    PARTIAL = "PARTIAL"
    GONE = "GONE"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """Whether no recipient will be tried again by itself."""
        return self in _FINAL_STATUSES


_FINAL_STATUSES = frozenset(
    {MessageStatus.CANCELLED, MessageStatus.PARTIAL, MessageStatus.GONE, MessageStatus.FAILED}
)


class AttemptState(enum.StrEnum):
    """Where an attempt is."""

    CLAIMED = "claimed"
    """A worker has taken the recipient; nothing has been prepared yet."""
    DONE = "done"


class CallState(enum.StrEnum):
    """The guard of one dialling: it goes from CALLING to DIALLED once, and never back."""

    CALLING = "calling"
    DIALLED = "dialled"
    """The number may have been dialled: from here on it is never dialled under this call again."""
    ENDED = "ended"
    INTERRUPTED = "interrupted"
    """Its worker died; what is known of its pages stands in their rows."""


class UncertainPolicy(enum.StrEnum):
    """What is done with a page that went out and was never answered."""

    RESEND_ONCE = "resend"
    ASK = "ask"
    ACCEPT = "accept"


class CancelWish(enum.StrEnum):
    """How a call in progress is to be ended."""

    NO = "no"
    BETWEEN_PAGES = "between-pages"
    AT_ONCE = "at-once"

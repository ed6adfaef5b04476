"""What the customer wants to say: body, cover page and files, as plain values.

The moment is part of the content and no clock is read: the same content with the same moment
gives the same octets every time.
"""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from faxcore.errors import AttachmentError, ContentError

ATTACHMENT_OCTETS = 200 << 20
"""The largest file that is taken, in octets."""


def check_text(text: str, what: str) -> None:
    """ContentError for half a character: a surrogate without its other half is none."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise ContentError(f"{what} has U+{code:04X}, which is no character") from error


class BodyType(enum.Enum):
    """How a message body is written."""

    TEXT = "text"
    HTML = "html"
    XML = "xml"


class Paper(enum.Enum):
    """The paper that bodies, text and cover pages are laid out for, as CSS names it."""

    A4 = "A4"
    LETTER = "letter"
    LEGAL = "legal"
    B4 = "jis-b4"
    A3 = "A3"


@dataclass(frozen=True, slots=True)
class CoverFields:
    """What the tokens of a cover page and of the header line stand for.

    ``moment`` is an aware datetime: the time of sending as the sender's clock shows it. A field
    that is empty is hidden. ``message_id`` is what the sender's system calls the message.
    """

    moment: datetime
    sender_name: str = ""
    sender_number: str = ""
    recipient_name: str = ""
    recipient_number: str = ""
    subject: str = ""
    comments: str = ""
    sender_company: str = ""
    sender_voice: str = ""
    recipient_company: str = ""
    recipient_voice: str = ""
    message_id: str = ""

    def __post_init__(self) -> None:
        if self.moment.tzinfo is None or self.moment.utcoffset() is None:
            raise ContentError(f"the moment of a message needs a time zone: {self.moment}")
        texts = (each.name for each in dataclasses.fields(self) if each.name != "moment")
        for name in texts:
            check_text(getattr(self, name), f"the {name.replace('_', ' ')}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file to be faxed: its name, which errors and notes repeat, and its octets."""

    name: str
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.data:
            raise AttachmentError(f"{self.name} is empty")
        if len(self.data) > ATTACHMENT_OCTETS:
            raise AttachmentError(
                f"{self.name} has {len(self.data) >> 20} MB; at most {ATTACHMENT_OCTETS >> 20} MB "
                "can be faxed"
            )

    @classmethod
    def from_path(cls, path: str | Path) -> Attachment:
        """Read a file; AttachmentError if it is missing, empty, unreadable or no file."""
        path = Path(path)
        try:
            if path.is_dir():
                raise AttachmentError(f"{path} is a directory, not a file")
            if path.exists() and not path.is_file():
                raise AttachmentError(f"{path} is a device or pipe, not a file")
            with path.open("rb") as file:
                data = file.read(ATTACHMENT_OCTETS + 1)
        except FileNotFoundError as error:
            raise AttachmentError(f"{path} does not exist") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise AttachmentError(f"{path} cannot be read: {reason}") from error
        if not data:
            raise AttachmentError(f"{path} is empty")
        return cls(path.name, data)


@dataclass(frozen=True, slots=True)
class Content:
    """One message: a cover page, a body and attachments, sent in this order.

    ``cover`` names a cover page in ``cover_folder`` (the shipped ones if None); ``body`` is sent
    as written, only cover pages have tokens. ``paper`` is for what has no size of its own: a
    style sheet that names one is obeyed. ``banner`` is a picture for the top of the first page.
    """

    fields: CoverFields
    body: str | None = None
    body_type: BodyType = BodyType.TEXT
    cover: str | None = None
    cover_folder: Path | None = None
    attachments: tuple[Attachment, ...] = ()
    paper: Paper = Paper.A4
    banner: Attachment | None = None

    def __post_init__(self) -> None:
        if self.body is not None:
            check_text(self.body, "the body")

    @property
    def has_body(self) -> bool:
        """Whether there is a body with more in it than white space."""
        return self.body is not None and bool(self.body.strip())

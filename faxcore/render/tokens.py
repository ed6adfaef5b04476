"""The tokens of cover pages and header lines: ``$[NAME]``, in any letter case.

A token stands for a value of the message. Values are put in once and never scanned for tokens
again, so a subject that reads ``$[FROM]`` is printed as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from faxcore.errors import RenderError
from faxcore.render.content import CoverFields

TOKEN = re.compile(r"\$\[([A-Za-z0-9_#]{1,32})\]")
_LIKE = re.compile(r"\$\[([^\]<\n]{0,40})\]?")
"""What is meant for a token, be it misspelt, with a blank in it, or left open."""


COVER_TOKENS: Mapping[str, str] = {
    "FROM": "name of the sender",
    "TO": "name of the recipient",
    "SUBJECT": "subject of the message",
    "COMMENTS": "comments (the memo), line breaks kept",
    "SND_FAX#": "fax number of the sender",
    "TO_FAX#": "fax number of the recipient",
    "SND_COMPANY": "company of the sender",
    "TO_COMPANY": "company of the recipient",
    "SND_VOICE#": "voice number of the sender",
    "TO_VOICE#": "voice number of the recipient",
    "MESSAGE_ID": "what the sender's system calls the message",
    "DATE": "date of sending, year-month-day",
    "TIME": "time of sending with its distance from UTC",
    "PAGES": "number of all pages, the cover page included",
}
"""Every token of a cover page and what it stands for."""

HEADER_TOKENS: Mapping[str, str] = {
    **{name: text for name, text in COVER_TOKENS.items() if name != "COMMENTS"},
    "PAGE": "number of this page",
}
"""Every token of a header line and what it stands for."""


def date_text(moment: datetime) -> str:
    """The date as ISO 8601 writes it, which no country misreads."""
    return f"{moment:%Y-%m-%d}"


def time_text(moment: datetime) -> str:
    """Hours and minutes with the zone: ``14:05 +01:00``, or ``14:05 UTC``."""
    offset = moment.utcoffset() or timedelta(0)
    if not offset:
        return f"{moment:%H:%M} UTC"
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    return f"{moment:%H:%M} {sign}{minutes // 60:02d}:{minutes % 60:02d}"


def token_values(fields: CoverFields, pages: int) -> dict[str, str]:
    """The value of every token but PAGE, by its name in capitals."""
    return {
        "FROM": fields.sender_name.strip(),
        "TO": fields.recipient_name.strip(),
        "SUBJECT": fields.subject.strip(),
        "COMMENTS": fields.comments.strip(),
        "SND_FAX#": fields.sender_number.strip(),
        "TO_FAX#": fields.recipient_number.strip(),
        "SND_COMPANY": fields.sender_company.strip(),
        "TO_COMPANY": fields.recipient_company.strip(),
        "SND_VOICE#": fields.sender_voice.strip(),
        "TO_VOICE#": fields.recipient_voice.strip(),
        "MESSAGE_ID": fields.message_id.strip(),
        "DATE": date_text(fields.moment),
        "TIME": time_text(fields.moment),
        "PAGES": str(pages),
    }


def unknown_tokens(text: str, known: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Every token that stands for nothing, as it is written, and its line."""
    for match in _LIKE.finditer(text):
        if not _is_known(match, known):
            yield match[0], text.count("\n", 0, match.start()) + 1


def mark_unknown(text: str, known: Mapping[str, str], mark: Callable[[str], str]) -> str:
    """The text with what ``mark`` makes of each token that stands for nothing."""
    return _LIKE.sub(lambda match: match[0] if _is_known(match, known) else mark(match[0]), text)


def _is_known(match: re.Match[str], known: Mapping[str, str]) -> bool:
    return match[0].endswith("]") and match[1].upper() in known


def check_tokens(text: str, known: Mapping[str, str], place: str) -> None:
    """RenderError for the first unknown token, with its name, place and line."""
    for token, line in unknown_tokens(text, known):
        raise RenderError(
            f"unknown token {token} in {place}, line {line}; there are "
            + " ".join(f"$[{name}]" for name in known)
        )


def replace_tokens(text: str, value_of: Callable[[str], str]) -> str:
    """Put values in the place of tokens in one pass; ``value_of`` gets the name in capitals."""
    return TOKEN.sub(lambda match: value_of(match[1].upper()), text)

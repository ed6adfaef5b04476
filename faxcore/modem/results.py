"""The result codes of V.250 6.3 and T.31 8.2, in words and numbers, and what modems add to them."""

from __future__ import annotations

import enum
import functools
import re


class Code(enum.Enum):
    """A result code; the value is how messages write it."""

    OK = "OK"
    CONNECT = "CONNECT"
    RING = "RING"
    NO_CARRIER = "NO CARRIER"
    ERROR = "ERROR"
    NO_DIALTONE = "NO DIALTONE"
    BUSY = "BUSY"
    NO_ANSWER = "NO ANSWER"
    FCERROR = "+FCERROR"
    RINGING = "RINGING"
    FAX = "FAX"
    DATA = "DATA"
    VOICE = "VOICE"
    BLACKLISTED = "BLACKLISTED"
    DELAYED = "DELAYED"
    DIALING_DISABLED = "DIALING DISABLED"


FINAL = frozenset(
    {Code.OK, Code.CONNECT, Code.NO_CARRIER, Code.ERROR, Code.NO_DIALTONE, Code.BUSY,
     Code.NO_ANSWER, Code.FCERROR},
)  # fmt: skip
"""What ends the answer to any command."""

DIAL_FINAL = FINAL | {
    Code.RING, Code.DATA, Code.VOICE, Code.BLACKLISTED, Code.DELAYED, Code.DIALING_DISABLED,
}  # fmt: skip
"""What ends dialling. FAX is only the first part of an answer; CONNECT is the second."""

WORDS: dict[str, Code] = {code.value: code for code in Code} | {
    "NO DIAL TONE": Code.NO_DIALTONE,
    "NODIALTONE": Code.NO_DIALTONE,
    "NO LINE": Code.NO_DIALTONE,
    "NOCARRIER": Code.NO_CARRIER,
    "NOANSWER": Code.NO_ANSWER,
    "RRING": Code.RINGING,
    "VCON": Code.VOICE,
    "BLACK LISTED": Code.BLACKLISTED,
    "BLACKLIST": Code.BLACKLISTED,
    "DIALLING DISABLED": Code.DIALING_DISABLED,
    "+FC ERROR": Code.FCERROR,
    "+F4": Code.FCERROR,
}
NUMBERS: dict[str, Code] = {
    "0": Code.OK,
    "1": Code.CONNECT,
    "2": Code.RING,
    "3": Code.NO_CARRIER,
    "4": Code.ERROR,
    "6": Code.NO_DIALTONE,
    "7": Code.BUSY,
    "8": Code.NO_ANSWER,
}
"""V.250 table 1. 5 is CONNECT 1200, which no fax call is; T.31 adds ``+F4`` for +FCERROR."""

_WITH_REST = {"CONNECT": Code.CONNECT, "DELAYED": Code.DELAYED, "BLACKLISTED": Code.BLACKLISTED}
_ERROR = re.compile(r"\+CM[ES] ERROR\b.*")
_UNASKED = re.compile(
    r"(RING|\+CRING\b.*|CID:.*|(DATE|TIME|NMBR|NAME|MESG|DDN)\s*=.*|VRID:.*|RING [A-Z0-9])"
)


@functools.lru_cache(maxsize=256)
def parse_word(line: str) -> Code | None:
    """The result code that a line of printable text is, in words; None for any other text."""
    text = " ".join(line.upper().split())
    if text in WORDS:
        return WORDS[text]
    if _ERROR.fullmatch(text):
        return Code.ERROR
    return _WITH_REST.get(text.split(" ")[0])


def parse_number(line: str) -> Code | None:
    """The result code that a line is when the modem answers in numbers (``ATV0``)."""
    return NUMBERS.get(line.strip())


def is_unasked(line: str) -> bool:
    """Whether a line answers no command: an incoming call, or what is told about it."""
    return _UNASKED.fullmatch(line.strip().upper()) is not None

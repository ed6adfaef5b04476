"""What a modem of the class 2 family reports on the way: T.32 8.4, SP-2388-A 5."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from faxcore.modem.dialect import ETX_ENDS, Dialect, hangup_status
from faxcore.modem.t32 import Numbers, parse_numbers
from faxcore.t30.frames import FCF, ID_LENGTH
from faxcore.t30.result import HangupStatus

_FOLLOWS = {number: kind for kind, number in ETX_ENDS.items()} | {
    3: FCF.MPS,
    4: FCF.EOM,
    5: FCF.EOP,
}
"""``+FET:``; 3 to 5 are the same with a wish for an operator (PRI-)."""


@dataclass(slots=True)
class Reports:
    """The latest of each report.

    ``far`` is what the far end can do, ``agreed`` what a DCS said, ``status`` what was said of a
    page, ``subaddress`` what a caller's SUB says, ``following`` what follows a received page,
    ``polled`` whether the far end has something to be polled. ``hung_up_line`` is the report as it
    came.
    ``base`` is that of numbers, 0 for the dialect's. A report may lack its plus sign (USR).
    """

    dialect: Dialect
    base: int = 0
    remote_id: str = ""
    subaddress: str = ""
    far: Numbers | None = None
    agreed: Numbers | None = None
    status: int | None = None
    following: FCF | None = None
    polled: bool = False
    hung_up: HangupStatus | None = None
    hung_up_line: str = ""

    def read(self, lines: Iterable[str]) -> None:
        """Take every report out of these lines; others mean nothing here."""
        for line in lines:
            self._read_line(line.strip())

    def read_answer(self, lines: Iterable[str]) -> None:
        """The answer to a question for the page's status, which may come without its name."""
        for line in lines:
            digits = re.search(r"\d+", line.partition(":")[2] or line)
            if digits:
                self.status = int(digits[0])
                return

    def _read_line(self, line: str) -> None:
        dialect = self.dialect
        name, colon, rest = line.partition(":")
        name = "+" + name.strip().upper().removeprefix("+") + colon
        base = self.base or dialect.base
        if name in dialect.remote_id:
            self.remote_id = _identity(rest)
        elif dialect.subaddress and name == dialect.subaddress + ":":
            self.subaddress = _identity(rest)
        elif name == dialect.polled:
            self.polled = True
        elif name == dialect.remote_capabilities:
            self.far = parse_numbers(rest, base) or self.far
        elif name == dialect.agreed:
            self.agreed = parse_numbers(rest, base) or self.agreed
        elif name == dialect.page_status:
            digits = re.match(r"\s*\(?0*(\d)\b", rest)  # what follows it counts rows, in any base
            self.status = int(digits[1]) if digits else None
        elif name == dialect.hung_up:
            self.hung_up, self.hung_up_line = hangup_status(rest), line
        elif name == "+FET:":
            digits = re.match(r"\s*(\d+)", rest)
            self.following = _FOLLOWS.get(int(digits[1])) if digits else None


def _identity(text: str) -> str:
    """What stands between quotation marks, or all of it; what no identity holds is dropped."""
    quoted = re.search(r'"([^"]*)', text)
    shown = (quoted[1] if quoted else text).strip()
    return re.sub(r"[^ -~]", "", shown)[:ID_LENGTH]

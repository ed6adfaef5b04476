"""What a call came to, as values: pages of a call, what became of them, how it all ended."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from faxcore.delivery.retry import Failure
from faxcore.t30.result import PageOutcome


@dataclass(frozen=True, slots=True)
class PageInCall:
    """One page of a call: its position there (from 1), whose it is, its number, its raster.

    A continuation cover belongs to the recipient and has the number 0.
    """

    position: int
    recipient_id: int
    run: int
    number: int
    raster: str


@dataclass(frozen=True, slots=True)
class PageFinding:
    """What became of the page at one position."""

    outcome: PageOutcome
    sendings: int = 0
    rtn: int = 0
    ppr: int = 0
    octets: int = 0
    rate: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """How a call, or a submission, ended.

    ``failure`` None means that nothing failed. ``relayed`` that a server or gateway has taken it,
    which is not the recipient. ``answered`` that somebody took the call. ``interrupted`` that we
    ourselves were, by a crash. ``pages`` is by position in the call.
    """

    failure: Failure | None
    reason: str
    text: str = ""
    status: int | None = None
    answered: bool = False
    relayed: bool = False
    gateway_id: str = ""
    interrupted: bool = False
    pages: Mapping[int, PageFinding] = field(default_factory=dict)
    remote_id: str = ""
    modulation: str = ""
    rate: int = 0
    ecm: bool = False
    resolution: str = ""
    trainings: int = 0
    seconds: float = 0.0
    transcript: str = ""

    def to_json(self) -> str:
        """As text, to be kept."""
        told = dataclasses.asdict(self)
        told["failure"] = self.failure.value if self.failure is not None else None
        told["pages"] = {
            position: {**dataclasses.asdict(page), "outcome": page.outcome.value}
            for position, page in self.pages.items()
        }
        return json.dumps(told)

    @classmethod
    def from_json(cls, text: str) -> Finding:
        """What ``to_json`` made."""
        told = json.loads(text)
        told["failure"] = Failure(told["failure"]) if told["failure"] is not None else None
        told["pages"] = {
            int(position): PageFinding(**{**page, "outcome": PageOutcome(page["outcome"])})
            for position, page in told["pages"].items()
        }
        return cls(**told)


INTERRUPTED = Finding(
    Failure.LINE, "interrupted", "the computer was interrupted during the call", interrupted=True
)
"""Charged: a fax that kills its worker must not dial for ever."""

NOT_BEGUN = Finding(
    Failure.LOCAL, "interrupted", "the computer was interrupted before dialling", interrupted=True
)

"""What happened in a recorded call, step by step: commands, frames by name and field, pages.

Theory of operation. Segments become *steps*, each of which a person would tell in one sentence and
can find in the file by its line. Classes 1 and 1.0 show the frames themselves, classes 2 and 2.0
reports of them; both become the same steps, so that the rules that judge a call need not ask.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

MAX_STEPS = 100_000
"""A call of 999 pages has about 20,000."""


class Kind(enum.Enum):
    """What a step is."""

    COMMAND = "command"
    FRAME = "frame"
    TRAINING = "training"
    PAGE = "page"
    REPORT = "report"
    MARK = "mark"
    NOISE = "noise"


class Way(enum.Enum):
    """Between whom something went."""

    OUT = "out"
    """From this side to the far end."""
    IN = "in"
    """From the far end to this side."""
    LOCAL = "local"
    """Between this computer and its modem."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened.

    ``line`` and ``last_line`` are lines of the file; ``fields`` what is in it, by name; ``result``
    the result code that ended it, "" where none came; ``ok`` False where it came damaged or was
    refused. ``reaction_s`` is what this computer took from the modem's last word to this step;
    ``starved_s`` for how long the modem had nothing to send in a page of ours.
    """

    kind: Kind
    way: Way
    at: float
    ended: float
    line: int
    last_line: int
    name: str
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    octets: int = 0
    result: str = ""
    ok: bool = True
    reaction_s: float = 0.0
    starved_s: float = 0.0

    def field(self, name: str) -> str:
        """A field by its name, "" where there is none."""
        return next((value for key, value in self.fields if key == name), "")

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.at


@dataclass(frozen=True, slots=True)
class Record:
    """A whole transcript as steps. ``complaints`` is what could not be read."""

    path: Path
    head: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    fax_class: str
    complaints: tuple[str, ...]
    left_out: int

    def field(self, name: str) -> str:
        """A field of the head, "" where it is missing."""
        return next((value for key, value in self.head if key == name), "")

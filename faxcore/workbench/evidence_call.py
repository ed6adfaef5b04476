"""A recorded call as those who judge it ask for it: exchanges, pages, what was confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from faxcore.modem.driver import POLLING, POLLING_ONE
from faxcore.workbench.evidence import Kind, Record, Step, Way

CONFIRMING = frozenset({"MCF", "RTP", "PIP"})
ENDING = frozenset({"MPS", "EOM", "EOP", "PRI-MPS", "PRI-EOM", "PRI-EOP"})
LAST = frozenset({"EOP", "PRI-EOP"})
DAMAGED = "damaged frame"


@dataclass(frozen=True, slots=True)
class Exchange:
    """Something said by one end, and what the other said to it. ``heard`` is damaged and all."""

    said: Step
    heard: tuple[Step, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of the frames that came."""
        return frozenset(step.name for step in self.heard)


class Call:
    """The steps of a record, asked in the terms of a call."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.steps = record.steps

    @cached_property
    def dialled(self) -> Step | None:
        """The command that dialled."""
        return next((each for each in self.commands if each.name[:1] == "D"), None)

    @cached_property
    def answered(self) -> Step | None:
        """The command that answered a call."""
        return next((each for each in self.commands if each.name == "A"), None)

    @property
    def began(self) -> Step | None:
        """The command that began the call."""
        return self.dialled or self.answered

    @property
    def calling(self) -> bool:
        """Whether this side called."""
        return self.dialled is not None

    @cached_property
    def polls(self) -> bool:
        """Whether this side called for a document that the far end holds ready."""
        asked = any(each.text in {POLLING, POLLING_ONE} for each in self.marks)
        return self.calling and (asked or bool(self.sent("DTC")))

    @property
    def sending(self) -> bool:
        """Whether this side sends the pages."""
        return self.calling and not self.polls

    @cached_property
    def commands(self) -> tuple[Step, ...]:
        """What was said to the modem."""
        return self._of(Kind.COMMAND)

    @cached_property
    def frames(self) -> tuple[Step, ...]:
        """Every frame, both ways, damaged and reported ones included."""
        return self._of(Kind.FRAME)

    @cached_property
    def pages(self) -> tuple[Step, ...]:
        """Every sending of a page or of a block."""
        return self._of(Kind.PAGE)

    @cached_property
    def trainings(self) -> tuple[Step, ...]:
        """Every training check."""
        return self._of(Kind.TRAINING)

    @cached_property
    def marks(self) -> tuple[Step, ...]:
        """What the driver was about."""
        return self._of(Kind.MARK)

    @cached_property
    def hung_up(self) -> Step | None:
        """The modem's own word on why the call ended (class 2)."""
        found = [each for each in self._of(Kind.REPORT) if each.name == "hang-up"]
        return found[-1] if found else None

    @cached_property
    def in_call(self) -> tuple[Step, ...]:
        """What happened from the moment of dialling or answering."""
        if self.began is None:
            return ()
        return self.steps[self.steps.index(self.began) :]

    @cached_property
    def connected(self) -> bool:
        """Whether a fax was reached, or at least another modem's carrier."""
        began = self.began
        if began is None:
            return False
        if began.result.upper() == "CONNECT" or began.result == "1":
            return True
        return any(each.name == "connected" for each in self._of(Kind.REPORT)) or bool(self.frames)

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What this side said with a final frame, and what came to it before it spoke again."""
        found: list[tuple[Step, list[Step]]] = []
        for step in self.frames:
            if step.way is Way.OUT and not step.field("more"):
                found.append((step, []))
            elif step.way is Way.IN and found:
                found[-1][1].append(step)
        return tuple(Exchange(said, tuple(heard)) for said, heard in found)

    def said(self, *names: str) -> tuple[Exchange, ...]:
        """The exchanges that began with one of these frames."""
        return tuple(each for each in self.exchanges if each.said.name in names)

    def heard(self, *names: str) -> tuple[Step, ...]:
        """Frames of these names that came."""
        return tuple(each for each in self.frames if each.way is Way.IN and each.name in names)

    def sent(self, *names: str) -> tuple[Step, ...]:
        """Frames of these names that went."""
        return tuple(each for each in self.frames if each.way is Way.OUT and each.name in names)

    def unanswered(self, *names: str) -> tuple[Step, ...]:
        """Frames of these names to which nothing came."""
        return tuple(each.said for each in self.said(*names) if not each.heard)

    @cached_property
    def confirmations(self) -> tuple[tuple[Step, Step], ...]:
        """For every page that was confirmed: the command that ended it, and the confirmation."""
        ends = Way.OUT if self.sending else Way.IN
        found, end = [], None
        for step in self.frames:
            if step.way is ends and _ends_page(step):
                end = step
            elif step.way is not ends and step.name in CONFIRMING and end is not None:
                found.append((end, step))
                end = None
        return tuple(found)

    @property
    def finished(self) -> bool:
        """Whether the last page of the document was confirmed."""
        return bool(self.confirmations) and _is_last(self.confirmations[-1][0])

    @cached_property
    def page_count(self) -> int:
        """How many different pages went, or began to."""
        return len({step.name for step in self.pages})

    @property
    def damaged(self) -> tuple[Step, ...]:
        """Frames that came with a wrong check sum."""
        return tuple(each for each in self.frames if each.name == DAMAGED and each.way is Way.IN)

    @property
    def rate(self) -> str:
        """The last rate that was agreed upon."""
        found = [each.field("rate") for each in self.frames if each.name == "DCS"]
        return found[-1] if found else ""

    @property
    def seconds(self) -> float:
        """From the beginning of the call to the end of the record."""
        return self.steps[-1].ended - self.began.at if self.began and self.steps else 0.0

    def _of(self, kind: Kind) -> tuple[Step, ...]:
        return tuple(each for each in self.steps if each.kind is kind)


def _ends_page(step: Step) -> bool:
    return step.name in ENDING or (step.name == "PPS" and step.field("follows") in ENDING)


def _is_last(step: Step) -> bool:
    return step.name in LAST or step.field("follows") in LAST

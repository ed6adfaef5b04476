"""What a far end is: what answers a call, what it can do, and how it differs from a correct one."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from faxcore.sim.bends import Deviation
from faxcore.sim.polled_station import HeldDocument
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.reception import FairReception, Reception


class Answer(enum.Enum):
    """What happens at the other end of the line."""

    FAX = "a fax machine answers"
    BUSY = "the number is busy"
    NO_ANSWER = "it rings for ever"
    NO_DIALTONE = "the line is dead"
    VOICE = "a person answers"
    DEAF_MODEM = "our own modem never says how the call went"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One far end. ``cut_after`` drops the line after so many octets of the n-th fast carrier.

    ``held`` is what it holds ready to be polled; ``v34`` what V.34 comes to with it, bit/s in the
    primary and in the control channel.
    """

    name: str
    description: str
    answer: Answer = Answer.FAX
    capabilities: Capabilities = field(default_factory=Capabilities)
    reception: Callable[[], Reception] = FairReception
    deviate: Deviation | None = None
    cut_after: tuple[int, int] | None = None
    held: HeldDocument | None = None
    v34: tuple[int, int] | None = None

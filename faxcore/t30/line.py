"""What a T.30 procedure wants of the line, what it is told back, and the loop between (T.30 5).

Theory of operation. T.30 is sequential: one party speaks at a time. A *procedure* plays one side
of it as a generator: it yields one ``LineOp`` and is sent back one ``Heard``. It never blocks,
logs or reads a clock. Whatever has a ``perform()`` can be the line: a modem driver, a simulated
telephone, a scripted list in a test. Procedures call one another with ``yield from``, always:
without it a call silently does nothing.

No ``Heard`` is an exception. A line that lost its modem answers ``Ended.EQUIPMENT``, one that was
told to stop answers ``Ended.CANCELLED`` or ``Ended.TIME_LIMIT``, and the procedure concludes.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from faxcore.t4 import DecodedPage, decode_octets
from faxcore.t30.capabilities import SessionParameters
from faxcore.t30.frames import Frame
from faxcore.t30.modulation import Rung

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SendFrames:
    """Send V.21 HDLC frames in one burst behind one preamble (T.30 5.3.1). The last is final."""

    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class ReceiveFrames:
    """Listen for one burst of V.21 HDLC frames until its final frame.

    ``within_s`` bounds the whole wait for the first frame; frames that follow in the burst have
    3 s each. ``DONE`` means that a final frame came whole. Damaged frames are counted, not given.
    """

    within_s: float


@dataclass(frozen=True, slots=True)
class SendTraining:
    """Send the training check (TCF): long train, then 1.5 s of zeros (T.30 5.3.6.1.3)."""

    rung: Rung


@dataclass(frozen=True, slots=True)
class ReceiveTraining:
    """Take the training check; ``Heard.octets`` is what was demodulated."""

    rung: Rung
    within_s: float


@dataclass(frozen=True, slots=True)
class SendPage:
    """Send page data on the fast carrier; the bit sent first is the most significant.

    ``number`` counts pages of the call from 1. ``octets`` ends with its RTC, unless it
    is a burst. Long training is for the first burst after CTR (T.30 Annex A).
    ``is_last_part`` is false where more parts of the same page follow, which a far end with short
    paper gets as pages of their own. ``is_burst`` where the octets are a burst of error-correction
    frames, which may be less than the page.
    """

    rung: Rung
    octets: bytes
    number: int
    long_train: bool = False
    is_last_part: bool = True
    is_burst: bool = False

    @property
    def speed(self) -> int:
        """The ``+FTM`` value."""
        return self.rung.long_train if self.long_train else self.rung.short_train


@dataclass(frozen=True, slots=True)
class ReceivePage:
    """Take page data from the fast carrier until it drops; most significant bit first."""

    rung: Rung
    within_s: float
    long_train: bool = False

    @property
    def speed(self) -> int:
        """The ``+FRM`` value."""
        return self.rung.long_train if self.long_train else self.rung.short_train


@dataclass(frozen=True, slots=True)
class Silence:
    """Keep the line silent for this long before the next signal (T.30 5.3.6: 75 ms +- 20)."""

    ms: int = 75


@dataclass(frozen=True)
class KeepPage:
    """Make a received page durable. ``DONE`` = it is kept; ``REFUSED`` = it could not be.

    ``octets`` is the page as it came; ``parameters`` the session it came under.
    """

    octets: bytes
    number: int
    parameters: SessionParameters

    @functools.cached_property
    def decoded(self) -> DecodedPage:
        """The page as it decodes, which both who judges it and who keeps it want to know."""
        under = self.parameters
        return decode_octets(self.octets, under.coding, under.width, under.resolution)


LineOp: TypeAlias = (
    SendFrames
    | ReceiveFrames
    | SendTraining
    | ReceiveTraining
    | SendPage
    | ReceivePage
    | Silence
    | KeepPage
)


class Ended(enum.Enum):
    """How a line operation ended."""

    DONE = "done"
    TIMEOUT = "timeout"
    """Nothing came in time."""
    NO_CARRIER = "no carrier"
    """The carrier dropped: in ReceiveFrames before a final frame, in SendPage the line is lost."""
    OTHER_CARRIER = "other carrier"
    """A carrier was heard, but of another kind (T.31 ``+FCERROR``)."""
    REFUSED = "refused"
    """KeepPage only: the page could not be made durable."""
    CANCELLED = "cancelled"
    TIME_LIMIT = "time limit"
    """The whole call took longer than the caller allows."""
    HUNG_UP = "hung up"
    """The modem, which speaks T.30 by itself, has ended the call; ``Heard.text`` says why."""
    EQUIPMENT = "equipment"
    """The modem or its port failed; ``Heard.text`` says how."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one line operation.

    ``began`` and ``at`` are the moments it began and ended on the line's clock, in seconds;
    ``frames`` the undamaged frames in order; ``damaged`` how many came with a wrong FCS;
    ``octets`` what the fast carrier brought; ``text`` a sentence for people where ``ended`` is
    not DONE. ``all_given``: in SendPage, the modem had all of the page by then and told of no lost
    line, so that it may have gone out whole, however the operation ended.
    """

    ended: Ended
    began: float
    at: float
    frames: tuple[Frame, ...] = ()
    damaged: int = 0
    octets: bytes = b""
    text: str = ""
    all_given: bool = False

    @property
    def done(self) -> bool:
        """Whether the operation ended as wished."""
        return self.ended is Ended.DONE

    @property
    def silent(self) -> bool:
        """Whether nothing came at all for as long as was listened.

        A line that has heard something bounds the rest of the burst, not the whole wait: its
        time-out is then no reason to give up.
        """
        return self.ended is Ended.TIMEOUT and not self.frames and not self.damaged


Procedure: TypeAlias = Generator[LineOp, Heard, T]

Observer: TypeAlias = Callable[[LineOp, Heard | None], None]
"""Told each operation twice: when it begins (``None``) and when it has ended."""


class Line(Protocol):
    """Anything that can perform line operations."""

    def perform(self, op: LineOp) -> Heard:
        """Do one operation, bounded in time, and tell what came of it; the line never raises."""
        ...


def run(procedure: Procedure[T], line: Line, observe: Observer | None = None) -> T:
    """Play ``procedure`` on ``line`` and return its result. The one loop of every call."""
    try:
        op = next(procedure)
        while True:
            if observe is not None:
                observe(op, None)
            heard = line.perform(op)
            if observe is not None:
                observe(op, heard)
            op = procedure.send(heard)
    except StopIteration as stop:
        result: T = stop.value
        return result

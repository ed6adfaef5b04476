"""What leads from box to box of T.30's flow charts, as data (T.30 figures 5-2, A-7 to A-9, 5.3.6).

Each row says: in one of these boxes, when one of these is heard, one of those boxes follows. Where
several may follow, what decides is a count or the document: the row's ``because`` names it. The
words are those of ``walk``: frames by name, and ``listen``, ``TCF``, ``page``, ``keep``, ``end``.

The table is no program: the procedures are. It is what they are held against, both ways: a step
that a call takes must be in it, and a step that no call of the test suite takes is counted.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from faxcore.t30.walk import (
    DAMAGED,
    END,
    FAILED,
    FRAMES,
    KEEP,
    KEPT,
    LISTEN,
    LOST,
    NOTHING,
    PAGE,
    REFUSED,
    SENT,
    STOPPED,
    TRAINING,
    Step,
)

ANY: Final = "any box"
OTHER: Final = "another frame"
"""A frame that this box has no use for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of the chart: ``boxes`` x ``heard`` x ``then``. ``clause`` is T.30's."""

    boxes: tuple[str, ...]
    heard: tuple[str, ...]
    then: tuple[str, ...]
    clause: str
    because: str = ""

    def steps(self) -> Iterable[Step]:
        """Every step that the row allows."""
        return (
            Step(at, heard, then) for at in self.boxes for heard in self.heard for then in self.then
        )


def row(boxes: str, heard: str, then: str, clause: str, because: str = "") -> Row:
    """A row from words apart by commas; ``same`` is the box that the row begins in."""
    return Row(words(boxes), words(heard), words(then), clause, because)


def words(text: str) -> tuple[str, ...]:
    """Words apart by commas."""
    return tuple(word.strip() for word in text.split(","))


def repeated(command: str, clause: str) -> tuple[Row, ...]:
    """A command that was not answered goes out again, three times in all."""
    silence = f"{NOTHING}, {DAMAGED}, {OTHER}, CRP"
    return (row(command, silence, f"{command}, DCN", clause, "three tries"),)


TWICE = "three tries"
_BASIC_SENDER = (
    row(LISTEN, "DIS", "DCS", "5.3.6.1.1"),
    row(LISTEN, "DIS", "DCN", "5.3.6.2.1", "it cannot receive, or not these pages"),
    row(LISTEN, "DCN", END, "5.3.6.1.9"),
    row(LISTEN, f"{DAMAGED}, {OTHER}", f"{LISTEN}, {END}", "5.4.3.1", "T1"),
    row(LISTEN, NOTHING, END, "5.4.3.1", "T1"),
    row(LISTEN, NOTHING, "DCS", "5.3.6.1.7", "T2 after RTN or RTP to EOM: some wait for DCS"),
    row("DCS", SENT, TRAINING, "5.3.6.1.3"),
    row(TRAINING, "CFR", PAGE, "5.3.6.1.4"),
    row(TRAINING, "FTT", "DCS, DCN", "5.3.6.1.4", "the foot of the ladder"),
    row(TRAINING, f"DIS, DTC, CRP, {NOTHING}, {DAMAGED}", "DCS, DCN", "5.3.6.1.4", TWICE),
    row(TRAINING, "DCN", END, "5.3.6.1.9"),
    row(TRAINING, OTHER, "DCN", "5.3.6.1.4"),
    row(PAGE, SENT, "MPS, EOM, EOP", "5.3.6.1.6", "what follows the page"),
    row(PAGE, LOST, END, "5.3.6.1.9"),
    row("MPS", "MCF, PIP", PAGE, "5.3.6.1.7"),
    row("MPS", "RTP", "DCS", "5.3.6.1.7"),
    row("EOM", "MCF, PIP, RTP", LISTEN, "5.3.6.1.7"),
    row("EOP", "MCF, PIP, RTP", "DCN", "5.3.6.1.7"),
    row("MPS, EOP", "RTN", "DCS, DCN", "5.3.6.1.7", "two refusals of a page"),
    row("EOM", "RTN", f"{LISTEN}, DCN", "5.3.6.1.7", "two refusals of a page"),
    row("MPS, EOM, EOP", "PIN", "DCN", "5.3.6.1.7"),
    row("MPS, EOM, EOP", "DCN", END, "5.3.6.1.9"),
    *repeated("MPS", "5.3.6.1.8"),
    *repeated("EOM", "5.3.6.1.8"),
    *repeated("EOP", "5.3.6.1.8"),
    row("DCN", SENT, END, "5.3.6.1.9"),
    row(ANY, STOPPED, "DCN", "5.3.6.1.9", "cancelled, or out of time"),
    row(ANY, FAILED, END, "5.3.6.1.9", "no modem, no DCN"),
)

PPS = "PPS-NULL, PPS-MPS, PPS-EOM, PPS-EOP"
EOR = "EOR-NULL, EOR-MPS, EOR-EOM, EOR-EOP"
BLOCK_SENT = (
    row(PAGE, SENT, PPS, "A.4.3", "what follows the block"),
    row("PPS-NULL, PPS-MPS", "MCF, PIP", PAGE, "A.4.3"),
    row("PPS-EOM", "MCF, PIP", LISTEN, "A.4.3"),
    row("PPS-EOP", "MCF, PIP", "DCN", "A.4.3"),
)
BLOCK_GIVEN_UP = (
    row("EOR-NULL, EOR-MPS", "ERR", PAGE, "A.4.3"),
    row("EOR-EOM", "ERR", LISTEN, "A.4.3"),
    row("EOR-EOP", "ERR", "DCN", "A.4.3"),
)
_CORRECTING_SENDER = (
    *BLOCK_SENT,
    row(PPS, "PPR", "page, CTC, DCN", "A.4.3", "four refusals of a block, progress, the ladder"),
    row("PPS-NULL", "PPR", "EOR-NULL", "A.4.3", "four refusals at the foot of the ladder"),
    row("PPS-MPS", "PPR", "EOR-MPS", "A.4.3", "four refusals at the foot of the ladder"),
    row("PPS-EOM", "PPR", "EOR-EOM", "A.4.3", "four refusals at the foot of the ladder"),
    row("PPS-EOP", "PPR", "EOR-EOP", "A.4.3", "four refusals at the foot of the ladder"),
    row(f"{PPS}, {EOR}, RR", "PIN", "DCN", "5.3.6.1.7"),
    row(f"{PPS}, {EOR}, RR, CTC", "DCN", END, "5.3.6.1.9"),
    row(f"{PPS}, {EOR}", "RNR", "RR", "A.5.4.1"),
    row("RR", "RNR", "RR, DCN", "A.5.4.1", "T5"),
    row("RR", "MCF, PIP", "page, listen, DCN", "A.5.4.1", "what was asked before"),
    row("RR", "PPR", f"page, CTC, {EOR}, DCN", "A.5.4.1", "as after PPS"),
    row("RR", "ERR", "page, listen, DCN", "A.5.4.1", "what was asked before"),
    row("CTC", "CTR", PAGE, "A.4.3"),
    *BLOCK_GIVEN_UP,
    *(rows for box in words(f"{PPS}, {EOR}, RR, CTC") for rows in repeated(box, "5.3.6.1.8")),
)

AGAIN = "the answer was not heard"
_BASIC_RECEIVER = (
    row("DIS, listen, FTT, RTN, RTP", "DCS", TRAINING, "5.3.6.1.3"),
    row("DIS", f"DCS, {DAMAGED}, {OTHER}", LISTEN, "5.3.6.1.3", "a rate that it has not"),
    row("DIS, listen", f"{NOTHING}, {DAMAGED}", "DIS, DCN", "5.4.3.1", "T1"),
    row("DIS, listen", OTHER, "DCN", "5.4.3.1", "T1"),
    row("DIS", "DCN", END, "5.3.6.1.9"),
    row("DIS", NOTHING, END, "5.3.6.1.9", "the line is gone"),
    row("DIS", "EOM", "MCF, RTP, RTN", "5.3.6.1.8", AGAIN),
    row("DIS", "PRI-EOM", "MCF", "5.3.6.1.8", AGAIN),
    row(TRAINING, TRAINING, "CFR, FTT", "5.3.6.1.4", "the zeros that came"),
    row(TRAINING, NOTHING, "FTT", "5.3.6.1.4"),
    row(TRAINING, FRAMES, LISTEN, "5.3.6.1.8", "no training check came"),
    row("CFR", SENT, PAGE, "5.3.6.1.4"),
    row(PAGE, f"{PAGE}, {FRAMES}", LISTEN, "5.3.6.1.6"),
    row(PAGE, NOTHING, LISTEN, "5.3.6.1.6", "its carrier was not recognised"),
    row(PAGE, LOST, END, "5.3.6.1.9"),
    row(LISTEN, "MPS, EOM, EOP", "keep, RTN", "5.3.6.1.7", "rows that cannot be decoded"),
    row(LISTEN, "MPS", "DCN", "T.4 4.1.3", "a line of more than 5 s"),
    row(LISTEN, "PRI-MPS, PRI-EOM, PRI-EOP", KEEP, "5.3.6.1.6", "nobody is asked"),
    row(LISTEN, "MPS, PRI-MPS", "MCF", "5.3.6.1.8", AGAIN),
    row("listen, MCF, FTT, RTN, RTP", f"{DAMAGED}, {OTHER}", LISTEN, "5.4.3.1", "within T2"),
    row("listen, MCF, FTT, RTN, RTP", f"DCN, {NOTHING}", END, "5.4.3.1", "DCN or T2"),
    row(KEEP, KEPT, "MCF, RTP", "5.3.6.1.7", "rows that cannot be decoded"),
    row(KEEP, REFUSED, "RTN", "5.3.6.1.7"),
    row("MCF", SENT, "page, DIS", "5.3.6.1.7", "after MPS, after EOM"),
    row("MCF, listen", "EOP", "MCF", "5.3.6.1.8", AGAIN),
    row("MCF", "PRI-EOP", "MCF", "5.3.6.1.8", AGAIN),
    row("RTN", "MPS, EOP", "RTN", "5.3.6.1.8", AGAIN),
    row("RTP", "MPS, EOP", "RTP", "5.3.6.1.8", AGAIN),
    row("RTN, RTP", SENT, "DIS", "5.3.6.1.7", "after EOM"),
    row("RTN", SENT, "DCN", "5.3.6.1.9", "the page could not be kept"),
    row("DCN", SENT, END, "5.3.6.1.9"),
    row(ANY, STOPPED, "DCN", "5.3.6.1.9", "cancelled, or out of time"),
    row(ANY, FAILED, END, "5.3.6.1.9", "no modem, no DCN"),
)

_CORRECTING_RECEIVER = (
    row(LISTEN, "PPS-NULL", "MCF, PPR, RNR", "A.4.3", "frames that are missing"),
    row(LISTEN, "PPS-MPS, PPS-EOM, PPS-EOP", "keep, PPR, RNR", "A.4.3", "frames that are missing"),
    row(LISTEN, "PPS-MPS", "MCF", "5.3.6.1.8", AGAIN),
    row("listen, MCF", "PPS-EOP", "MCF", "5.3.6.1.8", AGAIN),
    row("DIS", "PPS-EOM", "MCF", "5.3.6.1.8", AGAIN),
    row("PPR, CTR", SENT, PAGE, "A.4.3"),
    row(KEEP, KEPT, "RNR, ERR", "A.4.3", "not ready; after EOR"),
    row(KEEP, REFUSED, "PIN", "5.3.6.1.7"),
    row("PIN", SENT, "DCN", "5.3.6.1.9", "the page could not be kept"),
    row("RNR", "RR", "RNR, MCF, PPR, ERR", "A.5.4.1", "ready, or not yet"),
    row("RNR", f"DCN, {NOTHING}", END, "5.4.3.1", "DCN or T2"),
    row("RNR", f"{DAMAGED}, {OTHER}", LISTEN, "5.4.3.1", "within T2"),
    row(LISTEN, "RR", "RNR, MCF", "A.5.4.1", AGAIN),
    row(LISTEN, "CTC", "CTR, listen", "A.4.3", "a rate that it has not"),
    row(LISTEN, "EOR-NULL", "ERR, RNR", "A.4.3", "not ready"),
    row(LISTEN, "EOR-MPS, EOR-EOM, EOR-EOP", KEEP, "A.4.3"),
    row(LISTEN, "EOR-MPS", "ERR", "5.3.6.1.8", AGAIN),
    row(LISTEN, "EOR-EOM", "ERR", "A.4.3", "no frame came"),
    row("listen, ERR", "EOR-EOP", "ERR", "5.3.6.1.8", AGAIN),
    row("DIS", "EOR-EOM", "ERR", "5.3.6.1.8", AGAIN),
    row("ERR", SENT, "page, DIS", "A.4.3", "after MPS, after EOM"),
    row("ERR", f"{DAMAGED}, {OTHER}", LISTEN, "5.4.3.1", "within T2"),
    row("ERR", f"DCN, {NOTHING}", END, "5.4.3.1", "DCN or T2"),
)


_POLLER = (
    row(LISTEN, "DIS", "DTC, DCN", "5.3.6.1.2", "a document is held ready, and told by SEP"),
    row(LISTEN, "DCN", END, "5.3.6.1.9"),
    row(LISTEN, f"{DAMAGED}, {OTHER}", f"{LISTEN}, {END}", "5.4.3.1", "T1"),
    row(LISTEN, NOTHING, END, "5.4.3.1", "T1"),
    row("DTC", "DCS", TRAINING, "5.3.6.1.3"),
    row("DTC", f"DIS, {NOTHING}, {DAMAGED}, {OTHER}", "DTC, DCN", "5.3.6.1.8", TWICE),
    row("DTC", "DCN", END, "5.3.6.1.9"),
    row("MCF", f"DIS, {NOTHING}", "DTC", "5.3.6.1.7", "after EOM"),
    row("MCF", "DCS", TRAINING, "5.3.6.1.7", "after EOM, from those who say no DIS"),
    row("DCN", SENT, END, "5.3.6.1.9"),
    row(ANY, STOPPED, "DCN", "5.3.6.1.9", "cancelled, or out of time"),
    row(ANY, FAILED, END, "5.3.6.1.9", "no modem, no DCN"),
)


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart of one station: its rows, basic and with error correction, from box ``start``."""

    name: str
    start: str
    basic: tuple[Row, ...]
    correcting: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows."""
        return self.basic + self.correcting

    def steps(self) -> frozenset[Step]:
        """Every step that the chart allows."""
        return _steps(self)

    def find(self, taken: Step) -> Step | None:
        """The step of the chart that ``taken`` is; None where the chart knows no such step."""
        known = _steps(self)
        for step in (taken, Step(ANY, taken.heard, taken.then)):
            if step in known:
                return step
        used = {step.heard for step in known if step.at == taken.at}
        other = Step(taken.at, OTHER, taken.then)
        return other if taken.heard not in used and other in known else None


@functools.cache
def _steps(chart: Chart) -> frozenset[Step]:
    return frozenset(step for each in chart.rows for step in each.steps())


SENDER: Final = Chart("sender", LISTEN, _BASIC_SENDER, _CORRECTING_SENDER)
RECEIVER: Final = Chart("receiver", "DIS", _BASIC_RECEIVER, _CORRECTING_RECEIVER)
POLLER: Final = Chart("poller", LISTEN, _POLLER, ())
"""What a station that polls does before it receives; from the first DCS on it is a receiver."""

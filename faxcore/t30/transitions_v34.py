"""What leads from box to box where the modems speak V.34, as data (T.30 Annex F).

Theory of operation. Annex F keeps the commands and answers of T.30 and leaves boxes out. The modems
have trained before DIS: DCS is answered at once, there is no training check, no FTT, and behind a
block that will not get through no CTC, for the channel finds its rate by itself. A page always goes
out with error correction. What is V.21 elsewhere is a channel that is there both ways at once, so
that a station may hear the other's next word before it has heard the last.
"""

from __future__ import annotations

from typing import Final

from faxcore.t30.transitions import (
    AGAIN,
    ANY,
    BLOCK_GIVEN_UP,
    BLOCK_SENT,
    EOR,
    OTHER,
    PPS,
    TWICE,
    Chart,
    Row,
    repeated,
    row,
    words,
)
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
)

_SENDER: tuple[Row, ...] = (
    row(LISTEN, "DIS", "DCS", "5.3.6.1.1"),
    row(LISTEN, "DIS", "DCN", "5.3.6.2.1", "it cannot receive, or not these pages"),
    row(LISTEN, "DCN", END, "5.3.6.1.9"),
    row(LISTEN, f"{DAMAGED}, {OTHER}", f"{LISTEN}, {END}", "5.4.3.1", "T1"),
    row(LISTEN, NOTHING, END, "5.4.3.1", "T1"),
    row("DCS", "CFR", PAGE, "F.3.1"),
    row("DCS", f"DIS, DTC, CRP, {NOTHING}, {DAMAGED}", "DCS, DCN", "5.3.6.1.4", TWICE),
    row("DCS", OTHER, "DCN", "5.3.6.1.4"),
    row("DCS", "DCN", END, "5.3.6.1.9"),
    *BLOCK_SENT,
    row(PAGE, LOST, END, "5.3.6.1.9"),
    row(PPS, "PPR", "page, DCN", "F.3.4", "four refusals of a block, progress"),
    row("PPS-NULL", "PPR", "EOR-NULL", "A.4.3", "four refusals without progress"),
    row("PPS-MPS", "PPR", "EOR-MPS", "A.4.3", "four refusals without progress"),
    row("PPS-EOM", "PPR", "EOR-EOM", "A.4.3", "four refusals without progress"),
    row("PPS-EOP", "PPR", "EOR-EOP", "A.4.3", "four refusals without progress"),
    row(f"{PPS}, {EOR}, RR", "PIN", "DCN", "5.3.6.1.7"),
    row(f"{PPS}, {EOR}, RR", "DCN", END, "5.3.6.1.9"),
    row(f"{PPS}, {EOR}", "RNR", "RR", "A.5.4.1"),
    row("RR", "RNR", "RR, DCN", "A.5.4.1", "T5"),
    row("RR", "MCF, PIP, ERR", "page, listen, DCN", "A.5.4.1", "what was asked before"),
    row("RR", "PPR", f"page, {EOR}, DCN", "A.5.4.1", "as after PPS"),
    *BLOCK_GIVEN_UP,
    *(rows for box in words(f"{PPS}, {EOR}, RR") for rows in repeated(box, "5.3.6.1.8")),
    row("DCN", SENT, END, "5.3.6.1.9"),
    row(ANY, STOPPED, "DCN", "5.3.6.1.9", "cancelled, or out of time"),
    row(ANY, FAILED, END, "5.3.6.1.9", "no modem, no DCN"),
)

_SAYS_NOTHING = "a scan time, or a rate, that is none of T.30's"
_RECEIVER: tuple[Row, ...] = (
    row("DIS, listen", "DCS", "CFR", "F.3.1"),
    row("DIS, listen", "DCS", LISTEN, "5.3.6.1.3", _SAYS_NOTHING),
    row("DIS", f"{DAMAGED}, {OTHER}", LISTEN, "5.3.6.1.3", "T4"),
    row("DIS, listen", f"{NOTHING}, {DAMAGED}", "DIS, DCN", "5.4.3.1", "T1"),
    row("DIS, listen", OTHER, "DCN", "5.4.3.1", "T1"),
    row("DIS", f"DCN, {NOTHING}", END, "5.3.6.1.9", "DCN, or the line is gone"),
    row("CFR", SENT, PAGE, "F.3.1"),
    row(PAGE, f"{PAGE}, {FRAMES}", LISTEN, "5.3.6.1.6"),
    row(PAGE, NOTHING, LISTEN, "5.3.6.1.6", "no primary channel came"),
    row(PAGE, LOST, END, "5.3.6.1.9"),
    row(LISTEN, "PPS-NULL", "MCF, PPR, RNR", "A.4.3", "frames that are missing"),
    row(LISTEN, "PPS-MPS, PPS-EOM, PPS-EOP", "keep, PPR, RNR", "A.4.3", "frames that are missing"),
    row(LISTEN, "PPS-MPS", "MCF", "5.3.6.1.8", AGAIN),
    row("MCF", "PPS-EOP, RR", "MCF", "5.3.6.1.8", AGAIN),
    row("DIS", "PPS-EOM, RR", "MCF", "5.3.6.1.8", AGAIN),
    row(KEEP, KEPT, "MCF, RNR, ERR", "A.4.3", "not ready; after EOR"),
    row(KEEP, REFUSED, "PIN", "5.3.6.1.7"),
    row("PIN", SENT, "DCN", "5.3.6.1.9", "the page could not be kept"),
    row("MCF", SENT, "page, DIS", "A.4.3", "after MPS, after EOM"),
    row("PPR", SENT, PAGE, "A.4.3"),
    row("RNR", "RR", "RNR, MCF, PPR, ERR", "A.5.4.1", "ready, or not yet"),
    row("RNR", "PPS-MPS, PPS-EOP", "MCF", "5.3.6.1.8", AGAIN),
    row(LISTEN, "RR", "RNR, MCF", "A.5.4.1", AGAIN),
    row(LISTEN, "EOR-NULL", "ERR, RNR", "A.4.3", "not ready"),
    row(LISTEN, "EOR-MPS, EOR-EOM, EOR-EOP", KEEP, "A.4.3"),
    row(LISTEN, "EOR-MPS", "ERR", "5.3.6.1.8", AGAIN),
    row("ERR", "EOR-EOP", "ERR", "5.3.6.1.8", AGAIN),
    row("DIS", "EOR-EOM", "ERR", "5.3.6.1.8", AGAIN),
    row("ERR", SENT, "page, DIS", "A.4.3", "after MPS, after EOM"),
    row("listen, MCF, ERR, RNR", f"{DAMAGED}, {OTHER}", LISTEN, "5.4.3.1", "within T2"),
    row("listen, MCF, ERR, RNR", f"DCN, {NOTHING}", END, "5.4.3.1", "DCN or T2"),
    row("DCN", SENT, END, "5.3.6.1.9"),
    row(ANY, STOPPED, "DCN", "5.3.6.1.9", "cancelled, or out of time"),
    row(ANY, FAILED, END, "5.3.6.1.9", "no modem, no DCN"),
)

V34_SENDER: Final = Chart("sender in V.34", LISTEN, _SENDER, ())
V34_RECEIVER: Final = Chart("receiver in V.34", "DIS", _RECEIVER, ())

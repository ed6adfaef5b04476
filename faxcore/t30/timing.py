"""How well this computer kept time in a call: the silences, the reactions, the data ahead.

A Class 1 modem leaves T.30's short silences to the computer's promptness (T.30 5.3.6: 75 ms +- 20
between two carriers). The account says what was asked for and what came of it, so that a computer
that is too slow can be told from a line that is bad.
"""

from __future__ import annotations

from dataclasses import dataclass

from faxcore.t30.line import Heard, KeepPage, LineOp, SendPage, Silence


@dataclass(frozen=True, slots=True)
class Gap:
    """One silence between two signals, in ms: as asked for, and as it came to be."""

    asked_ms: int
    seen_ms: float


@dataclass(frozen=True, slots=True)
class TimingAccount:
    """What a call's timing was like.

    ``gaps`` are those between two signals of ours, DCS to TCF and page to command, from the modem's
    word that the first is over to our asking for the second. ``slowest_reaction_ms`` is the longest
    that it took from the end of one operation to the beginning of the next, a page's being kept
    between them included; ``least_ahead_ms`` by how much the modem was always ahead of the line
    with page data (None when no page went out; at 0 it runs dry).
    """

    gaps: tuple[Gap, ...] = ()
    slowest_reaction_ms: float = 0.0
    least_ahead_ms: float | None = None

    @property
    def longest_gap_ms(self) -> float | None:
        """The longest of the silences between two signals of ours; None when there was none."""
        return max((gap.seen_ms for gap in self.gaps), default=None)


class Timekeeper:
    """Listens to a call's operations, as an ``Observer`` does, and keeps the account."""

    def __init__(self) -> None:
        self._gaps: list[Gap] = []
        self._reaction = 0.0
        self._ahead: float | None = None
        self._ended: float | None = None
        self._sent_until: float | None = None
        self._silence: int | None = None
        self._page: SendPage | None = None
        self._page_from: float | None = None

    def tell(self, op: LineOp, heard: Heard | None) -> None:
        """An operation begins (``heard`` None) or has ended."""
        if heard is None:
            self._page, self._page_from = (op, None) if isinstance(op, SendPage) else (None, None)
            return
        if isinstance(op, KeepPage):
            return
        if self._ended is not None:
            self._reaction = max(self._reaction, heard.began - self._ended)
        self._ended = heard.at
        if isinstance(op, Silence):
            self._silence = op.ms
        else:
            self._signal(op, heard)

    def _signal(self, op: LineOp, heard: Heard) -> None:
        if self._sent_until is not None and self._silence is not None:
            self._gaps.append(Gap(self._silence, (heard.began - self._sent_until) * 1000))
        self._silence = None
        ours = type(op).__name__.startswith("Send")
        self._sent_until = heard.at if ours and heard.done else None

    def sending(self, share: float, now: float) -> None:
        """So much of the page has been given to the modem."""
        if self._page is None:
            return
        if self._page_from is None:
            self._page_from = now
        given = share * len(self._page.octets) * 8 / self._page.rung.bits_per_second
        ahead = given - (now - self._page_from)
        if share < 1:
            self._ahead = ahead if self._ahead is None else min(self._ahead, ahead)

    def account(self) -> TimingAccount:
        """The account so far."""
        ahead = round(self._ahead * 1000, 3) if self._ahead is not None else None
        return TimingAccount(tuple(self._gaps), round(self._reaction * 1000, 3), ahead)

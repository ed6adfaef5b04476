"""What is known of the pages of one recipient's document, over all its calls. Pure.

A page is *confirmed* once any call confirmed it, and never sent again. Otherwise the last call in
which it went out says what is known of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from faxcore.t30.result import PageOutcome

_UNSURE = frozenset({PageOutcome.UNCERTAIN, PageOutcome.INFERRED})


@dataclass(frozen=True, slots=True)
class PageSeen:
    """What one call made of page ``number``; ``call`` orders the calls."""

    call: int
    number: int
    outcome: PageOutcome


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a document: how many, and which are confirmed, uncertain, uncertain twice."""

    total: int
    first: int
    confirmed: frozenset[int]
    uncertain: frozenset[int]
    twice: frozenset[int]

    @property
    def skipped(self) -> int:
        """Pages that were not asked for: a resend may begin at a later page."""
        return self.first - 1

    def to_send(self, *, skip_uncertain: bool) -> tuple[int, ...]:
        """The pages that the next call sends, in order."""
        done = self.confirmed | self.uncertain if skip_uncertain else self.confirmed
        return tuple(n for n in range(self.first, self.total + 1) if n not in done)


def pages_of(
    total: int, first: int, seen: Iterable[PageSeen], *, accept_inferred: bool = False
) -> Pages:
    """Put together what calls have made of the pages from ``first`` to ``total``."""
    last: dict[int, PageOutcome] = {}
    unsure: dict[int, int] = {}
    confirmed: set[int] = set()
    for each in sorted(seen, key=lambda page: page.call):
        outcome = each.outcome
        if outcome is PageOutcome.INFERRED and accept_inferred:
            outcome = PageOutcome.CONFIRMED
        if outcome is PageOutcome.CONFIRMED:
            confirmed.add(each.number)
        if outcome is not PageOutcome.UNSENT:
            last[each.number] = outcome
        unsure[each.number] = unsure.get(each.number, 0) + (outcome in _UNSURE)
    wanted = set(range(first, total + 1))
    uncertain = {n for n, outcome in last.items() if outcome in _UNSURE} - confirmed
    return Pages(
        total=total,
        first=first,
        confirmed=frozenset(confirmed & wanted),
        uncertain=frozenset(uncertain & wanted),
        twice=frozenset(n for n in uncertain & wanted if unsure[n] > 1),
    )

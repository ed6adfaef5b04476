"""Pairwise coverage: few cases in which every two values of different axes meet."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

Case = dict[str, object]
Pair = tuple[tuple[str, object], tuple[str, object]]


def every(axes: Mapping[str, Sequence[object]], allowed: Callable[[Case], bool]) -> list[Case]:
    """The whole product."""
    product = (dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values()))
    return [case for case in product if allowed(case)]


def pairwise(axes: Mapping[str, Sequence[object]], allowed: Callable[[Case], bool]) -> list[Case]:
    """A sample that holds every pair of the whole product, greedily small."""
    product = every(axes, allowed)
    pairs_of = [frozenset(_pairs(case)) for case in product]
    missing = set().union(*pairs_of)
    chosen = []
    while missing:
        best = max(range(len(product)), key=lambda place: len(pairs_of[place] & missing))
        missing -= pairs_of[best]
        chosen.append(product[best])
    return chosen


def _pairs(case: Case) -> list[Pair]:
    return list(itertools.combinations(case.items(), 2))

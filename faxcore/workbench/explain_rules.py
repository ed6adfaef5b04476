"""What a rule is: evidence that points at a layer, and how surely."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from faxcore.workbench.evidence import Step
from faxcore.workbench.evidence_call import Call


class Layer(enum.Enum):
    """Where a fault is."""

    LINE = "line"
    MODEM = "our modem"
    FAR_END = "far end"
    DATA = "our data"
    HOST = "host too slow"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


Look = Callable[[Call], tuple[Step, ...]]
"""Finds the steps that prove it; none where it is not so."""


@dataclass(frozen=True, slots=True)
class Rule:
    """If ``look`` finds evidence, then ``layer`` is at fault with this confidence, 0 to 1."""

    name: str
    layer: Layer
    confidence: float
    cause: str
    action: str
    look: Look


def last(steps: tuple[Step, ...], count: int = 3) -> tuple[Step, ...]:
    """The last few of the steps: three lines are read, thirty are not."""
    return steps[-count:]

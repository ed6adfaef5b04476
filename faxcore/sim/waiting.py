"""What a modem that speaks T.30 by itself does between two signals: it waits for its computer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

from faxcore.t30.line import Heard, LineOp
from faxcore.t30.result import CallResult


@dataclass(slots=True)
class Wait:
    """Nothing is heard until ``at`` is known: the moment the computer spoke.

    With ``speed``, a ``+FTM`` value, that carrier is raised at once, and what is sent next goes out
    on it; else nothing is sent.
    """

    at: float | None = None
    speed: int = 0


WaitingProcedure: TypeAlias = Generator[LineOp | Wait, Heard, CallResult]
"""A procedure that also waits."""

"""What a probe finds out about a modem, as values."""

from __future__ import annotations

from dataclasses import dataclass

from faxcore.modem.t32 import Numbers
from faxcore.workbench.overrun import FlowTest
from faxcore.workbench.probe_ask import Trial
from faxcore.workbench.probe_speed import SpeedTest


@dataclass(frozen=True, slots=True)
class ClassTest:
    """One service class: whether the modem claims it (``+FCLASS=?``), and whether it selects it.

    ``sends`` and ``receives`` are ``+FTM`` and ``+FRM`` values (classes 1), ``most`` what a modem
    of the other classes can do at most; ``tried`` the commands of the class and their answers.
    """

    name: str
    claimed: bool
    works: bool
    sends: tuple[int, ...] = ()
    receives: tuple[int, ...] = ()
    most: Numbers | None = None
    tried: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the modem takes to answer AT, in ms; ``count`` is how often it was asked."""

    least_ms: float
    median_ms: float
    most_ms: float
    count: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Which profile to use, and why. ``draft`` is one in TOML where none fits, else ""."""

    profile: str
    reasons: tuple[str, ...]
    draft: str = ""


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """All that was found out. ``bit_order`` says what is known of the order of received bits;
    ``pause_ms`` is what commands need behind an answer, ``deaf_ms`` for how long the modem answers
    nothing behind a reset (to half a second)."""

    port: str
    baud: int
    stop_bits: int
    identity: tuple[Trial, ...]
    classes: tuple[ClassTest, ...]
    latency: Latency
    pause_ms: int
    deaf_ms: int
    flow: FlowTest
    bit_order: str
    speeds: SpeedTest
    recommendation: Recommendation

    @property
    def identity_text(self) -> str:
        """All that the modem tells of itself, in one line; each thing once."""
        told = dict.fromkeys(each.text for each in self.identity if each.ok and each.text)
        return "; ".join(told)

    @property
    def working(self) -> tuple[str, ...]:
        """The fax classes that the modem really selects."""
        return tuple(each.name for each in self.classes if each.works)

    def fax_class(self, name: str) -> ClassTest | None:
        """What was found of one class."""
        return next((each for each in self.classes if each.name == name), None)

"""A modem on a port: made ready for calls, asked what it can do, hung up (V.250, T.31, T.32)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeAlias

from faxcore.errors import ModemError, UnexpectedReply
from faxcore.modem.at import AtEngine
from faxcore.modem.class1 import Class1Line
from faxcore.modem.class2 import Class2Line
from faxcore.modem.class2_setup import Class2Setup
from faxcore.modem.dialect import DIALECTS
from faxcore.modem.link import AtLink, DialOutcome, Judge
from faxcore.modem.t32 import Numbers, modulations_of, rungs_up_to
from faxcore.modem.v34 import V34Line
from faxcore.profiles import ModemProfile
from faxcore.t30.document import Station
from faxcore.t30.line import KeepPage
from faxcore.t30.modulation import FALLBACK, Modulation, Rung
from faxcore.t30.result import HangupStatus
from faxcore.transport.port import Port
from faxcore.transport.watched import WatchedPort

AnyLine: TypeAlias = Class1Line | Class2Line | V34Line
"""A modem in a call."""

UNTOLD_SPEEDS = frozenset({24, 48, 72, 96})
"""What a modem that answers nothing to ``+FTM=?`` is taken to have: V.27ter and V.29."""


class PreparedModem:
    """What all calls through one modem share. Closes its port at the end of a ``with``.

    One thread uses it; ``cancel()`` may come from any other.
    """

    def __init__(self, port: Port, profile: ModemProfile) -> None:
        self.port = port
        self.profile = profile
        self._speeds: frozenset[int] | None = None
        self._most: Numbers | None = None
        self._fax_class = ""
        self._polls = self._v34_allowed = False
        self._addressed: set[str] = set()
        self._cancelled = threading.Event()
        self._use(port)

    def __enter__(self) -> Self:
        """Begin to use the modem; nothing is sent yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the port back."""
        self.port.close()

    @property
    def fax_class(self) -> str:
        """The service class that was selected, "" before ``prepare()``."""
        return self._fax_class

    @property
    def ladder(self) -> tuple[Rung, ...]:
        """The rungs that the modem has and the profile allows, in the order of falling back."""
        rungs = FALLBACK if self._most is None else rungs_up_to(self._most.br)
        speeds = self._speeds or UNTOLD_SPEEDS
        if self._most is not None:
            speeds = self._allowed(frozenset(each.long_train for each in rungs))
            return tuple(each for each in rungs if each.long_train in speeds)
        speeds = self._allowed(speeds)
        return tuple(each for each in rungs if {each.long_train, each.short_train} <= speeds)

    def prepare(self) -> None:
        """Reset the modem and select its fax class.

        Raises ModemError when that fails, Interrupted after ``cancel()``.
        """
        self._speeds = self._most = None  # until all is done: half of it would do for no call
        speeds = self._link.prepare()
        self._fax_class = self._link.fax_class
        if (setup := self._setup) is not None:
            setup.prepare()
            self._most = setup.most
        self._speeds = speeds
        if not self.ladder:
            self._speeds = None
            told = ", ".join(map(str, sorted(speeds))) or "nothing"
            raise UnexpectedReply(f"+FTM=?: no carrier that can be used, got {told}")

    def receivable(self) -> frozenset[Modulation]:
        """The modulations of which the modem receives every rate, as ``+FRM=?`` says."""
        if self._most is not None:
            return modulations_of(self._most.br)
        speeds = self._allowed(self._link.receiving_speeds() or UNTOLD_SPEEDS)
        missing = {
            rung.modulation
            for rung in FALLBACK
            if not {rung.long_train, rung.short_train} <= speeds
        }
        return frozenset(Modulation) - missing

    def wait_for_ring(self, within_s: float, cancel: threading.Event | None = None) -> bool:
        """Whether a call comes in. Raises Interrupted after ``cancel()`` or ``cancel.set()``."""
        self._use(WatchedPort(self.port, cancel) if cancel is not None else self.port)
        return self._link.wait_for_ring(self.port.now() + within_s)

    def cancel(self) -> None:
        """End what is under way, from any thread: the call ends with DCN and CANCELLED."""
        self._cancelled.set()
        self.port.interrupt()

    def _end_call(self) -> None:
        self._link.hang_up()
        self._cancelled.clear()

    def _use(self, port: Port) -> None:
        self._engine = AtEngine(port, self.profile.command_pause_ms / 1000)
        self._link = AtLink(self._engine, self.profile, self._fax_class)

    def _allow_v34(self, wanted: bool) -> None:
        """Have the modem offer V.34 in the next call, where the profile knows how, or no more."""
        allowed = wanted and self._fax_class == "1.0" and bool(self.profile.v34_command)
        if allowed or self._v34_allowed:
            self._link.allow_v34(allowed)
        self._v34_allowed = allowed

    @property
    def _setup(self) -> Class2Setup | None:
        """The preparations that the classes need in which the modem speaks T.30 itself."""
        dialect = DIALECTS.get(self._fax_class)
        if dialect is None:
            return None
        setup = Class2Setup(self._engine, self.profile, dialect, self._addressed)
        if self._most is not None:
            setup.most = self._most
        return setup

    @property
    def _judge(self) -> Judge | None:
        return self._setup.judge if self._setup is not None else None

    def _set_up(self, setup: Class2Setup, station: Station, offer: Numbers) -> None:
        """Tell the modem of the next call, and to forget a poll of the last one."""
        if self._polls:
            setup.poll_no_more()
            self._polls = False
        setup.before_call(station, offer)

    def _line(
        self,
        offer: Numbers | None,
        keep: Callable[[KeepPage], bool] | None,
        on_progress: Callable[[float], None] | None,
        limit: float,
    ) -> Class1Line | Class2Line:
        dialect = DIALECTS.get(self._fax_class)
        if dialect is None or offer is None:
            return Class1Line(self._engine, self.profile, keep, on_progress, limit)
        return Class2Line(self._engine, self.profile, dialect, offer, keep, on_progress, limit)

    def _v34_line(
        self,
        rates: tuple[int, int],
        keep: Callable[[KeepPage], bool] | None,
        on_progress: Callable[[float], None] | None,
        limit: float,
        *,
        calling: bool,
    ) -> V34Line:
        return V34Line(
            self._engine,
            self.profile,
            rates,
            calling=calling,
            keep=keep,
            on_progress=on_progress,
            limit=limit,
        )

    def _allowed(self, speeds: frozenset[int]) -> frozenset[int]:
        return speeds & frozenset(self.profile.rungs) if self.profile.rungs else speeds

    def _try_call(self, call: Callable[[], DialOutcome]) -> DialOutcome:
        """A modem that fails once something was dialled is an outcome, too."""
        began = self.port.now()
        try:
            return call()
        except ModemError as error:
            return DialOutcome(HangupStatus.EQUIPMENT, str(error), self.port.now() - began)

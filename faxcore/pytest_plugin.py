"""For pytest: simulated modems, lines and pairs as fixtures, and real modems by ``--modem``.

sim_modem     a simulated modem on a pseudo terminal, for any program that opens serial ports
fax_line      a simulated modem and what answers it, in virtual time, for faxcore's own drivers
modem_pair    two simulated modems on one exchange and one virtual clock
real_modem    the port and the number of ``--modem PORT --call NUMBER``; skipped without them

Each of the first three is a function that makes as many as a test wants, and takes them away again.
Nothing of faxcore but this file is imported before a test asks for a fixture.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from faxcore.profiles import ModemProfile
    from faxcore.sim import Caller, Note, ReceivedPage, Scenario, SimModem
    from faxcore.t30.document import CallOptions, FaxDocument
    from faxcore.transport.shared_time import SharedTime
    from faxcore.transport.virtual_port import VirtualPort
    from faxcore.workbench.loop_pair import PairCall
    from faxcore.workbench.sim_terminal import ModemTerminal


@dataclass(frozen=True, slots=True)
class TerminalModem:
    """A simulated modem on the terminal ``name``. What happened to it is in ``modem``."""

    name: str
    modem: SimModem
    terminal: ModemTerminal


@dataclass(frozen=True, slots=True)
class FaxLine:
    """A simulated modem behind ``port``, in virtual time."""

    port: VirtualPort
    modem: SimModem

    @property
    def received(self) -> tuple[ReceivedPage, ...]:
        """The pages as the far end decoded them."""
        return self.modem.received

    @property
    def notes(self) -> list[Note]:
        """What the judge holds against the computer; empty after a correct call."""
        return self.modem.notes


@dataclass(frozen=True, slots=True)
class ModemPair:
    """Two simulated modems, each of which reaches the other by any number.

    ``time.ports`` are theirs; each port wants a thread of its own. ``call()`` takes care of that,
    and makes one call: afterwards both ports are closed.
    """

    time: SharedTime
    modems: tuple[SimModem, SimModem]

    def call(self, document: FaxDocument, options: CallOptions | None = None) -> PairCall:
        """Send a document from the first to the second."""
        from faxcore.workbench.loop_pair import call_each_other  # noqa: PLC0415

        ports, (first, second) = self.time.ports, self.modems
        return call_each_other(
            ports[0], first.profile, ports[1], second.profile, document, options=options
        )


@dataclass(frozen=True, slots=True)
class RealModem:
    """A modem that is really there, and a number that a fax machine answers."""

    port: str
    number: str


class MakesTerminal(Protocol):
    """What ``sim_modem`` is."""

    def __call__(
        self,
        far: Scenario | str = "normal",
        *,
        profile: ModemProfile | str | None = None,
        caller: Caller | None = None,
        pace: float = 1.0,
    ) -> TerminalModem:
        """A modem that lives ``pace`` times as fast as the clock."""
        ...


class MakesLine(Protocol):
    """What ``fax_line`` is."""

    def __call__(
        self,
        far: Scenario | str = "normal",
        *,
        profile: ModemProfile | str | None = None,
        caller: Caller | None = None,
        latency_s: float = 0.0,
    ) -> FaxLine:
        """A line whose computer is ``latency_s`` late at every turn."""
        ...


class MakesPair(Protocol):
    """What ``modem_pair`` is."""

    def __call__(
        self,
        first: ModemProfile | str | None = None,
        second: ModemProfile | str | None = None,
    ) -> ModemPair:
        """Two modems that are like these profiles."""
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--modem`` and ``--call``."""
    group = parser.getgroup("faxcore", "fax modems")
    group.addoption("--modem", metavar="PORT", help="a real fax modem, for tests marked hardware")
    group.addoption("--call", metavar="NUMBER", help="a fax machine's number; it will be called")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    text = "hardware: makes real calls; skipped without --modem and --call"
    config.addinivalue_line("markers", text)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a real modem, unless there is one."""
    if config.getoption("--modem") and config.getoption("--call"):
        return
    skip = pytest.mark.skip(reason="needs --modem PORT and --call NUMBER")
    for item in items:
        if item.get_closest_marker("hardware") is not None:
            item.add_marker(skip)


@pytest.fixture
def sim_modem() -> Iterator[MakesTerminal]:
    """Makes simulated modems on pseudo terminals; all are gone at the test's end."""
    with contextlib.ExitStack() as stack:

        def make(
            far: Scenario | str = "normal",
            *,
            profile: ModemProfile | str | None = None,
            caller: Caller | None = None,
            pace: float = 1.0,
        ) -> TerminalModem:
            from faxcore.workbench.sim_terminal import ModemTerminal  # noqa: PLC0415

            modem = _modem(far, profile, caller)
            terminal = stack.enter_context(ModemTerminal(modem, pace=pace))
            return TerminalModem(terminal.name, modem, terminal)

        yield make


@pytest.fixture
def fax_line() -> Iterator[MakesLine]:
    """Makes lines in virtual time; all are closed at the test's end."""
    with contextlib.ExitStack() as stack:

        def make(
            far: Scenario | str = "normal",
            *,
            profile: ModemProfile | str | None = None,
            caller: Caller | None = None,
            latency_s: float = 0.0,
        ) -> FaxLine:
            from faxcore.transport.virtual_port import VirtualPort  # noqa: PLC0415

            modem = _modem(far, profile, caller)
            port = stack.enter_context(contextlib.closing(VirtualPort(modem, latency_s)))
            return FaxLine(port, modem)

        yield make


@pytest.fixture
def modem_pair() -> Iterator[MakesPair]:
    """Makes pairs of modems; their ports are closed at the test's end."""
    with contextlib.ExitStack() as stack:

        def make(
            first: ModemProfile | str | None = None,
            second: ModemProfile | str | None = None,
        ) -> ModemPair:
            from faxcore.profiles import as_profile  # noqa: PLC0415
            from faxcore.sim.joined import joined_modems  # noqa: PLC0415
            from faxcore.transport.shared_time import SharedTime  # noqa: PLC0415

            modems = joined_modems(as_profile(first), as_profile(second))
            time = SharedTime(modems)
            for port in time.ports:
                stack.enter_context(contextlib.closing(port))
            return ModemPair(time, modems)

        yield make


@pytest.fixture
def real_modem(request: pytest.FixtureRequest) -> RealModem:
    """The modem of ``--modem`` and the number of ``--call``."""
    port, number = request.config.getoption("--modem"), request.config.getoption("--call")
    if not (port and number):
        pytest.skip("needs --modem PORT and --call NUMBER")
    return RealModem(str(port), str(number))


def _modem(
    far: Scenario | str, profile: ModemProfile | str | None, caller: Caller | None
) -> SimModem:
    from faxcore.profiles import as_profile  # noqa: PLC0415
    from faxcore.sim import SimModem, scenario  # noqa: PLC0415

    end = scenario(far) if isinstance(far, str) else far
    return SimModem(end, profile=as_profile(profile), caller=caller)

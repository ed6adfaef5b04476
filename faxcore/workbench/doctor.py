"""Examines a modem: a probe, and the same page sent in each kind of class that it has.

The page goes to a number, to another modem of ours (on one exchange with the first, or both of them
simulated and then joined), or to the far end that a simulated modem brings along.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

from faxcore.errors import ModemError, SettingsError
from faxcore.ports import is_virtual, open_port
from faxcore.profiles import ModemProfile, as_profile
from faxcore.sim.joined import joined_modems
from faxcore.sim.url import is_sim, parse_sim_url
from faxcore.t30.document import Station
from faxcore.transport.port import Interrupted, Port
from faxcore.transport.replay import is_replay
from faxcore.transport.shared_time import SharedTime
from faxcore.transport.watched import WatchedPort
from faxcore.workbench.doctor_report import Diagnosis, DoctorCall, diagnose
from faxcore.workbench.loop_calls import SheetCaller, Told
from faxcore.workbench.loop_pair import call_each_other
from faxcore.workbench.probe import facts_of, probe
from faxcore.workbench.probe_recommend import adapted
from faxcore.workbench.probe_report import ProbeReport
from faxcore.workbench.probe_speed import Opener
from faxcore.workbench.test_sheet import draw_sheet, sheet_document

_KINDS = (("1.0", "1"), ("2.1", "2.0", "2"))
"""T.30 by this computer, T.30 by the modem: of each kind the best that works is tried."""

_STATIONS = (Station("1"), Station("2"))


@dataclass(frozen=True, slots=True)
class Target:
    """Where the page goes: ``number`` to dial, ``called`` the port that answers, "" for another's.

    Raises SettingsError for what cannot be.
    """

    url: str
    number: str = ""
    called: str = ""

    def __post_init__(self) -> None:
        if not self.called:
            return
        if is_sim(self.url) is not is_sim(self.called):
            raise SettingsError(
                f"{self.url} and {self.called}: a simulated modem is on no telephone line with a "
                "real one; both must be simulated, or neither"
            )
        if is_sim(self.url) and not (is_virtual(self.url) and is_virtual(self.called)):
            raise SettingsError("two simulated modems are joined in virtual time: without pace=")
        if not is_sim(self.url) and not self.number:
            raise SettingsError(f"--with {self.called}: --call tells under which number it is")

    @property
    def has_call(self) -> bool:
        """Whether a call can be made at all."""
        return bool(self.number or self.called or is_sim(self.url))


class LentPort(WatchedPort):
    """A port that is opened once for several uses: a transcript goes on where it was left."""

    def close(self) -> None:
        """Give it back; its owner closes it."""


def examine(
    url: str,
    *,
    number: str = "",
    called: str = "",
    profile: ModemProfile | str | None = None,
    off_hook: bool = True,
    observe: Told | None = None,
    cancel: threading.Event | None = None,
    opener: Opener = open_port,
) -> Diagnosis:
    """Probe a modem, let it send, and say what is to be thought of it.

    Raises SettingsError for targets that cannot be, ModemError where no modem answers or one
    falls silent before anything was dialled. ``cancel`` ends a call with DCN.
    """
    target = Target(url, number, called)
    tell = observe or (lambda text: None)
    stop = cancel or threading.Event()

    kept: dict[str, Port] = {}

    def opened(where: str, like: ModemProfile) -> Port:
        if not is_replay(where):
            return WatchedPort(opener(where, like), stop)
        port = kept.get(where) or opener(where, like)
        return LentPort(kept.setdefault(where, port), stop)

    try:
        report = probe(url, profile=profile, off_hook=off_hook, observe=observe, opener=opened)
        calls = []
        if target.has_call and report.working:
            for each in _classes(report):
                suited = _suited(report, profile, each)
                tell(f"sending a page in class {each}")
                calls.append(_call(target, suited, opened, tell))
    except Interrupted:
        raise ModemError(f"{url}: the examination was cancelled") from None
    finally:
        for port in kept.values():
            port.close()
    return diagnose(report, calls)


def _classes(report: ProbeReport) -> Iterator[str]:
    for kind in _KINDS:
        best = next((name for name in kind if name in report.working), None)
        if best is not None:
            yield best


def _suited(
    report: ProbeReport, profile: ModemProfile | str | None, fax_class: str
) -> ModemProfile:
    """The profile asked for, or the recommended one with what was measured."""
    chosen = as_profile(profile or report.recommendation.profile or None)
    if profile is None:
        chosen = adapted(chosen, facts_of(report))
    return replace(chosen, fax_class=fax_class)


def _call(target: Target, profile: ModemProfile, opener: Opener, tell: Told) -> DoctorCall:
    if target.called:
        return _pair_call(target, profile, opener)
    with contextlib.closing(opener(target.url, profile)) as port:
        made = SheetCaller(port, profile, target.number or "1", observe=tell).call()
    return DoctorCall(profile.fax_class, made.call)


def _pair_call(target: Target, profile: ModemProfile, opener: Opener) -> DoctorCall:
    heading = ("faxcore test sheet", f"class {profile.fax_class}", "from one modem to another")
    with contextlib.ExitStack() as stack:
        port, called, other = _pair(target, profile, opener, stack)
        made = call_each_other(
            port,
            profile,
            called,
            other,
            sheet_document(heading),
            number=target.number or "1",
            stations=_STATIONS,
        )
    sheet = draw_sheet(heading)
    identical = [page == sheet for page in made.pages] == [True] if made.pages else None
    return DoctorCall(profile.fax_class, made.sent, made.received, identical)


def _pair(
    target: Target, profile: ModemProfile, opener: Opener, stack: contextlib.ExitStack
) -> tuple[Port, Port, ModemProfile]:
    """Both ports, open, and what the called modem is like; they are closed at the end."""
    if is_sim(target.url):
        first, second = (parse_sim_url(url).modem().profile for url in (target.url, target.called))
        time = SharedTime(joined_modems(first, second))
        return time.ports[0], time.ports[1], second
    other = as_profile(None)
    called = stack.enter_context(contextlib.closing(opener(target.called, other)))
    port = stack.enter_context(contextlib.closing(opener(target.url, profile)))
    return port, called, other

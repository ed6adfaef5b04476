"""What a modem on a port is and can do: everything is tried, nothing only believed.

Theory of operation. AT at one speed after another until the modem answers; then questions (who it
is, which classes), each class selected and read back; the time of answers; and, off hook for some
ten seconds, the commands that exist only there, and flow control by overrun. At the end the modem
is reset and on hook again, and the port is given back, whatever happened on the way.
"""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace

from faxcore.errors import ModemError
from faxcore.modem.link import CLASSES_1, AtLink
from faxcore.ports import open_port
from faxcore.profiles import ModemProfile, as_profile, load_profile, profile_names
from faxcore.workbench.overrun import Flow, FlowTest, try_flow
from faxcore.workbench.probe_ask import Asker, Trial
from faxcore.workbench.probe_classes import FAX_CLASSES, bit_order, claimed_classes, try_class
from faxcore.workbench.probe_recommend import Facts, recommend
from faxcore.workbench.probe_report import ClassTest, Latency, ProbeReport
from faxcore.workbench.probe_speed import Opener, find_modem, try_speeds, why_no_speed

IDENTITY = ("ATI", "ATI3", "ATI4", "ATI6", "AT+GMI", "AT+GMM", "AT+GMR", "AT+FMI?", "AT+FMM?",
            "AT+FMR?")  # fmt: skip
"""V.250 6.1 and T.31 8.1; ATI3 to ATI6 are what makers made of them."""

_PLAIN = "ATE0V1Q0"
_SETUP = ("ATX4", "ATS0=0", "ATS7=60", "ATM0")
_LATENCIES = 20
_PAUSE_MS = 500
_RESET_LOOKS, _RESET_LOOK_S = 10, 0.5
_ON_HOOK = FlowTest(Flow.UNTESTED, "the modem was to stay on hook")

Told = Callable[[str], None]


def probe(
    url: str,
    *,
    profile: ModemProfile | str | None = None,
    off_hook: bool = True,
    observe: Told | None = None,
    opener: Opener = open_port,
    profiles: Sequence[ModemProfile] | None = None,
) -> ProbeReport:
    """Find out about the modem on a port.

    ``profile`` gives the speed that is tried first and the flow control of the port. ``off_hook``
    allows to take the telephone line for some ten seconds. ``observe`` is told each step.
    ``profiles`` are those that can be recommended, in place of all there are. Raises ModemError
    with one sentence where no modem answers, or one falls silent.
    """
    tell = observe or _nothing
    tell(f"looking for a modem on {url}")
    port, found = find_modem(url, as_profile(profile), opener)
    with contextlib.closing(port):
        asker = Asker(port)
        pause_ms, deaf_ms = _make_plain(asker, found)
        tell("asking who it is")
        identity = _identify(asker)
        tell("selecting each fax class")
        classes = _classes(asker)
        tell("timing its answers")
        latency = _latency(asker)
        flow = _ON_HOOK
        if off_hook:
            tell("off hook: pouring in more than it can buffer")
            flow = _flow(asker, classes, url, found)
        _leave(asker, found)
    tell("trying other speeds")
    speeds = try_speeds(url, found, opener)
    known = profiles if profiles is not None else [load_profile(name) for name in profile_names()]
    report = ProbeReport(
        port=url,
        baud=found.baud,
        stop_bits=found.stop_bits,
        identity=identity,
        classes=classes,
        latency=latency,
        pause_ms=pause_ms,
        deaf_ms=deaf_ms,
        flow=flow,
        bit_order=bit_order(classes),
        speeds=speeds,
        recommendation=recommend(Facts("", ()), ()),
    )
    return replace(report, recommendation=recommend(facts_of(report), known))


def ask_who(url: str, opener: Opener = open_port) -> str:
    """Whether a modem answers on a port, in one line. Raises ModemError where none does."""
    port, found = find_modem(url, as_profile(None), opener)
    with contextlib.closing(port):
        asker = Asker(port)
        name = asker.ask("ATI3").text or asker.ask("ATI").text
        speed = "" if why_no_speed(url) else f" at {found.baud} bit/s"
    return f"answers AT{speed}" + (f": {name}" if name else "")


def facts_of(report: ProbeReport) -> Facts:
    """What a recommendation goes by."""
    first = next((each for each in report.classes if each.works and each.sends), None)
    silence = report.flow.trial("AT+FTS")
    tried_frs = report.flow.trial("AT+FRS")
    return Facts(
        text=report.identity_text,
        classes=report.working,
        sends=first.sends if first is not None else (),
        baud=report.baud,
        stop_bits=report.stop_bits,
        times_silence=silence.ok if silence is not None else None,
        stands_frs=not report.flow.left_class if tried_frs is not None else None,
        flow=report.flow.flow,
        flow_cure=report.flow.cure,
        pause_ms=report.pause_ms,
        deaf_ms=report.deaf_ms,
        loses_early=report.flow.loses_early,
    )


def _nothing(text: str) -> None:
    """Nobody listens."""


def _make_plain(asker: Asker, profile: ModemProfile) -> tuple[int, int]:
    """Reset, no echo, words; the pause in ms that commands need, and the modem's deafness.

    A modem that is silent may miss commands right behind an answer; or it is in data or frames
    still, and woken as ``AtLink`` wakes it.
    """
    pause_ms = deaf_ms = 0
    if not asker.ask("ATZ").ok:
        asker.slow_down(_PAUSE_MS / 1000)
        if asker.ask("ATZ").ok:
            pause_ms = _PAUSE_MS
        else:
            AtLink(asker.engine, profile).reset()
    began = asker.port.now()
    for _ in range(_RESET_LOOKS):
        if asker.is_there(_RESET_LOOK_S):
            break
        deaf_ms = round((asker.port.now() - began) * 1000)
    asker.ask(_PLAIN)
    for command in _SETUP:
        asker.ask(command)
    return pause_ms, deaf_ms


def _identify(asker: Asker) -> tuple[Trial, ...]:
    return tuple(asker.ask(command) for command in IDENTITY)


def _classes(asker: Asker) -> tuple[ClassTest, ...]:
    """Every class that is claimed, and the fax classes that are not; class 0 at the end."""
    claimed = claimed_classes(asker)
    tests = [try_class(asker, name, name in claimed) for name in FAX_CLASSES]
    asker.ask("AT+FCLASS=0")
    return tuple(tests)


def _latency(asker: Asker) -> Latency:
    times = [asker.ask("AT").seconds * 1000 for _ in range(_LATENCIES)]
    return Latency(
        round(min(times), 2), round(statistics.median(times), 2), round(max(times), 2), len(times)
    )


def _flow(
    asker: Asker, classes: tuple[ClassTest, ...], url: str, profile: ModemProfile
) -> FlowTest:
    chosen = next((each for each in classes if each.works and each.name in CLASSES_1), None)
    if chosen is None:
        return FlowTest(Flow.UNTESTED, "without a class 1, flow control shows in a call only")
    asker.ask(f"AT+FCLASS={chosen.name}")
    if profile.flow_command:
        asker.ask(profile.flow_command)
    pseudo = why_no_speed(url).startswith("a pseudo terminal")
    return try_flow(asker, frozenset(chosen.sends), pseudo=pseudo)


def _leave(asker: Asker, profile: ModemProfile) -> None:
    """As it was found: reset. A modem that does not take that is left with a mark."""
    try:
        asker.engine.command(profile.reset, profile.command_seconds)
    except ModemError as error:
        asker.port.mark(f"leaving: {error}")

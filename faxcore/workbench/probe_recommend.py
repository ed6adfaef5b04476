"""Which profile suits a modem: by what was found out, then by what it says of itself.

Theory of operation. A profile that contradicts what was measured is out, whatever the modem calls
itself. Among the rest the profile whose ``identifies`` matches most of the modem's own words is
taken; one that any modem matches is the last resort. Where all are out, a profile is drafted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from faxcore.modem.link import CLASSES_1
from faxcore.profiles import FlowLost, ModemProfile, SilenceBy
from faxcore.workbench.overrun import Flow
from faxcore.workbench.probe_report import Recommendation

PREFERRED = ("1.0", "1", "2.1", "2.0", "2")
"""The classes in the order in which they serve best: T.30 in our own hands first."""

_DEAF_STEP_MS = 500


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured; None = not known. ``text`` is all that the modem says of itself."""

    text: str
    classes: tuple[str, ...]
    sends: tuple[int, ...] = ()
    baud: int = 115200
    stop_bits: int = 1
    times_silence: bool | None = None
    """``+FTS`` is obeyed."""

    stands_frs: bool | None = None
    """``+FRS`` leaves the modem in its class."""

    flow: Flow = Flow.UNTESTED
    pause_ms: int = 0
    """Commands sooner behind an answer are missed."""

    deaf_ms: int = 0
    """So long the modem answers nothing behind a reset, known to half a second."""

    flow_cure: str = ""
    """The command behind which flow control holds, where it does not by itself."""

    loses_early: bool = False
    """Fast data right behind CONNECT are lost."""


def recommend(facts: Facts, profiles: Sequence[ModemProfile]) -> Recommendation:
    """The profile that suits best, or a draft."""
    if not facts.classes:
        return Recommendation("", ("the modem selects no fax class: it is no fax modem",))
    ranked = sorted(
        ((_likeness(profile, facts.text), profile) for profile in profiles),
        key=lambda each: (-each[0][0], _rank(each[1], facts)),
    )
    reasons: list[str] = []
    for (length, matched), profile in ranked:
        if length < 0:
            continue
        against = contradictions(profile, facts)
        if against:
            reasons += [f"not {profile.name}: {each}" for each in against] if length else []
            continue
        return Recommendation(profile.name, (*_reasons(profile, facts, matched), *reasons))
    found = contradictions(_nearest(facts, profiles), facts) if profiles else ()
    return Recommendation("", ("no profile fits: " + "; ".join(found), *reasons), _draft(facts))


def contradictions(profile: ModemProfile, facts: Facts) -> tuple[str, ...]:
    """What was measured that this profile does not say."""
    found = []
    if profile.fax_class not in {"auto", *facts.classes}:
        found.append(f"class {profile.fax_class} is not selected")
    if facts.stop_bits > profile.stop_bits:
        found.append(f"nothing is answered that comes with {profile.stop_bits} stop bit")
    if facts.pause_ms and not profile.command_pause_ms:
        found.append("a command right behind an answer is missed")
    if facts.deaf_ms > profile.reset_delay_ms + _DEAF_STEP_MS:
        found.append(f"behind a reset the modem is deaf for {facts.deaf_ms} ms")
    ours = profile.fax_class in {"auto", *CLASSES_1}
    if ours and facts.times_silence is False and profile.silence_by is SilenceBy.MODEM:
        found.append("+FTS is refused")
    if ours and facts.stands_frs is False and profile.wait_frs:
        found.append("the modem leaves its class at +FRS")
    if ours and facts.loses_early and not profile.carrier_delay_ms:
        found.append("data right behind CONNECT are lost")
    missing = sorted(set(profile.rungs) - set(facts.sends)) if facts.sends else []
    if ours and missing:
        found.append(f"+FTM={missing[0]} is not offered")
    if facts.flow is Flow.BY_XOFF and not profile.flow_command and profile.flow != "software":
        found.append("the modem uses XON/XOFF")
    if facts.flow is Flow.LOST and facts.flow_cure and not profile.flow_command:
        found.append("flow control has to be switched on")
    return tuple(found)


def adapted(profile: ModemProfile, facts: Facts) -> ModemProfile:
    """A profile with what was measured put in: what the draft says, ready for use."""
    if facts.times_silence is False:
        profile = replace(profile, silence_by=SilenceBy.COMPUTER)
    if facts.stands_frs is False:
        profile = replace(profile, wait_frs=False)
    if facts.loses_early and not profile.carrier_delay_ms:
        profile = replace(profile, carrier_delay_ms=500)
    if facts.flow_cure and not profile.flow_command:
        profile = replace(profile, flow_command=facts.flow_cure, flow_lost=FlowLost.CLASS)
    delay_ms = max(profile.reset_delay_ms, facts.deaf_ms)
    pause_ms = max(profile.command_pause_ms, facts.pause_ms)
    return replace(
        profile,
        baud=facts.baud,
        stop_bits=max(profile.stop_bits, facts.stop_bits),
        reset_delay_ms=delay_ms,
        command_pause_ms=pause_ms,
    )


def _likeness(profile: ModemProfile, text: str) -> tuple[int, str]:
    """How much of the modem's words a profile knows, and those; -1 = none of them."""
    best = (-1, "")
    for pattern in profile.identifies:
        match = re.search(pattern, text, re.IGNORECASE)
        if match is not None and len(match[0]) > best[0]:
            best = (len(match[0]), match[0])
    return best


def _rank(profile: ModemProfile, facts: Facts) -> tuple[int, int, str]:
    """Profiles of the same likeness: by class, then the plainest, then by name."""
    order = [each for each in PREFERRED if each in facts.classes]
    known = profile.fax_class in order
    return order.index(profile.fax_class) if known else len(order), len(profile.name), profile.name


def _reasons(profile: ModemProfile, facts: Facts, matched: str) -> list[str]:
    reasons = [f"the modem calls itself {matched!r}"] if matched else []
    chosen = profile.fax_class
    works = ", ".join(facts.classes)
    reasons.append(f"class {chosen} is among those that it selects ({works})")
    if chosen in {"auto", *CLASSES_1} and facts.times_silence:
        reasons.append("+FTS is obeyed")
    return reasons


def _nearest(facts: Facts, profiles: Sequence[ModemProfile]) -> ModemProfile:
    """The profile that anybody would begin with: one for any modem, of the best class."""
    return min(profiles, key=lambda each: ("" not in each.identifies, _rank(each, facts)))


def _draft(facts: Facts) -> str:
    """A profile in TOML of what was measured."""
    best = next((each for each in PREFERRED if each in facts.classes), facts.classes[0])
    model = facts.text.partition(";")[0].strip()
    notes = ["Measured by faxcore modem probe; to be tried in calls."]
    lines = ['inherits = "generic-class1"', f'fax_class = "{best}"', f"baud = {facts.baud}"]
    if facts.stop_bits > 1:
        notes.append("stop_bits: with one, AT was not answered.")
        lines.append(f"stop_bits = {facts.stop_bits}")
    if facts.times_silence is False:
        notes.append("silence_by: +FTS was refused.")
        lines.append('silence_by = "computer"')
    if facts.stands_frs is False:
        notes.append("wait_frs: the modem left its class at +FRS.")
        lines.append("wait_frs = false")
    if facts.loses_early:
        notes.append("carrier_delay_ms: fast data right behind CONNECT were lost.")
        lines.append("carrier_delay_ms = 500")
    if facts.pause_ms:
        notes.append("command_pause_ms: a command right behind an answer was missed.")
        lines.append(f"command_pause_ms = {facts.pause_ms}")
    if facts.deaf_ms:
        notes.append("reset_delay_ms: so long AT was not answered behind ATZ.")
        lines.append(f"reset_delay_ms = {facts.deaf_ms}")
    if facts.flow_cure:
        notes.append("flow_command: without it flow control did not hold, with it it did.")
        lines += [f"flow_command = {_quoted(facts.flow_cure)}", 'flow_lost = "class"']
    told = "\n".join(f"  {_quoted(note)}," for note in notes)
    head = [f"description = {_quoted(model or 'A modem that says nothing of itself')}"]
    head += [f"notes = [\n{told}\n]"]
    head += [f"identifies = [{_quoted(re.escape(model))}]"] if model else []
    return "\n".join([*head, "", *lines, ""])


def _quoted(text: str) -> str:
    """A TOML string; what cannot be printed is left out."""
    plain = "".join(each for each in text if each.isprintable())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'

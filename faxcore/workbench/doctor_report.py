"""From what was measured to a verdict in plain words: pure functions on a probe and some calls.

Every finding carries its evidence: what was said to the modem and what came, or what was counted.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faxcore.t30.result import CallResult, HangupStatus
from faxcore.workbench.overrun import Flow, FlowTest
from faxcore.workbench.probe_report import ProbeReport

_SLOW_MS = 50.0
_LONGEST_GAP_MS = 95.0
"""75 ms +- 20 between two signals of one station (T.30 5.3.6)."""

NO_CALL = {
    HangupStatus.BUSY, HangupStatus.NO_ANSWER, HangupStatus.NO_DIALTONE, HangupStatus.VOICE,
    HangupStatus.BLACKLISTED, HangupStatus.GLARE, HangupStatus.NO_LOOP_CURRENT,
    HangupStatus.CANCELLED, HangupStatus.NO_CARRIER, HangupStatus.ANSWERED_NO_FAX,
    HangupStatus.NO_RING, HangupStatus.PHASE_A, HangupStatus.T1_EXPIRED,
}  # fmt: skip
"""Ends of a call that say nothing of how the modem faxes."""


class Grade(enum.Enum):
    """How much a finding weighs."""

    GOOD = "good"
    DOUBT = "doubt"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, and the lines that show it."""

    grade: Grade
    text: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoctorCall:
    """One call of the examination. ``identical`` says whether the page arrived pixel for pixel.

    ``received`` and ``identical`` are None where the called machine is not ours.
    """

    fax_class: str
    sent: CallResult
    received: CallResult | None = None
    identical: bool | None = None

    @property
    def ok(self) -> bool:
        """Whether the page arrived, as far as can be known."""
        theirs = self.received is None or self.received.ok
        return self.sent.ok and theirs and self.identical is not False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole examination. ``fit`` is None where no call told."""

    port: str
    probe: ProbeReport
    calls: tuple[DoctorCall, ...]
    findings: tuple[Finding, ...]
    fit: bool | None
    verdict: str


def diagnose(probe: ProbeReport, calls: Sequence[DoctorCall]) -> Diagnosis:
    """The verdict, and what it rests on."""
    findings = [*_of_commands(probe), *_of_flow(probe.flow)]
    for call in calls:
        findings += _of_call(call)
    fit, verdict = _verdict(probe, calls, findings)
    return Diagnosis(probe.port, probe, tuple(calls), tuple(findings), fit, verdict)


def _verdict(
    probe: ProbeReport, calls: Sequence[DoctorCall], findings: Sequence[Finding]
) -> tuple[bool | None, str]:
    if not probe.working:
        return False, "This is no fax modem: it selects none of the fax classes."
    bad = [each for each in findings if each.grade is Grade.BAD]
    good = [call.fax_class for call in calls if call.ok]
    failed = [call.fax_class for call in calls if not call.ok]
    if not calls:
        text = "The modem was asked and not called: name --with or --call for a verdict on faxing."
        return (False, f"{bad[0].text} {text}") if bad else (None, text)
    if not good:
        told = [call for call in calls if call.sent.status not in NO_CALL]
        if not told:
            return None, f"No call came about: {calls[0].sent.status.sentence}."
        return False, "This modem is not fit for faxing as it is: no page arrived."
    where = " and ".join(f"class {each}" for each in good)
    if failed:
        others = " and ".join(f"class {each}" for each in failed)
        return True, f"This modem is fit for faxing in {where}, not in {others}: use {good[0]}."
    if bad:
        return False, f"Pages arrive in {where}, but not to be relied upon: {bad[0].text}"
    doubts = any(each.grade is Grade.DOUBT for each in findings)
    rest = ", with what is noted below" if doubts else ""
    return True, f"This modem is fit for faxing in {where}{rest}."


def _of_commands(probe: ProbeReport) -> Iterator[Finding]:
    for each in probe.classes:
        shown = tuple(f"{trial.command} -> {trial.result}" for trial in each.tried[:2])
        if each.claimed and not each.works:
            yield Finding(Grade.BAD, f"Class {each.name} is claimed and not selected.", shown)
        elif each.works:
            claim = "" if each.claimed else ", though +FCLASS=? does not name it"
            yield Finding(Grade.GOOD, f"Class {each.name} is selected{claim}.", shown)
    latency = probe.latency
    if latency.median_ms > _SLOW_MS:
        text = "The modem, or the way to it, is slow: silences between signals get too long."
        told = f"AT -> OK after {latency.median_ms} ms (median of {latency.count})"
        yield Finding(Grade.DOUBT, text, (told,))
    found = probe.recommendation
    if found.profile:
        yield Finding(Grade.GOOD, f"The profile {found.profile} suits it.", found.reasons)
    elif probe.working:
        text = "No profile suits it as it is; a draft is what the calls were made with."
        yield Finding(Grade.DOUBT, text, found.reasons)


def _of_flow(flow: FlowTest) -> Iterator[Finding]:
    shown: tuple[str, ...] = (flow.text,)
    if flow.octets:
        shown = (f"{flow.octets} octets at once -> OK after {flow.seconds} s", *shown)
    if flow.cure:
        text = f"Flow control holds with {flow.cure} only: the profile needs it as flow_command."
        yield Finding(Grade.DOUBT, text, shown)
    elif flow.flow is Flow.LOST:
        text = "Flow control does not hold: pages will lose rows."
        yield Finding(Grade.BAD, text, shown)
    elif flow.flow is Flow.BY_XOFF:
        text = "The modem uses XON/XOFF, which eats octets of pages and frames."
        yield Finding(Grade.BAD, text, shown)
    elif flow.flow is Flow.UNTESTED:
        yield Finding(Grade.DOUBT, "Flow control was not tested.", shown)
    else:
        yield Finding(Grade.GOOD, "Flow control holds.", shown)
    if flow.loses_early:
        text = "Data right behind CONNECT are lost: the profile needs carrier_delay_ms."
        yield Finding(Grade.DOUBT, text, shown)


def _of_call(call: DoctorCall) -> Iterator[Finding]:
    sent, name = call.sent, f"Class {call.fax_class}"
    under = sent.parameters
    how = f"{under.rung.name}, {under.coding.value.upper()}" if under is not None else "no session"
    shown = (f"{sent.status.sentence}" + (f" ({sent.text})" if sent.text else ""), how)
    if call.identical is False:
        text = f"{name}: the page arrived, but not as it was sent; the order of bits may be wrong."
        yield Finding(Grade.BAD, text, (*shown, "received page and sent page differ"))
    elif call.ok:
        pixels = ", pixel for pixel" if call.identical else ""
        text = f"{name}: the page arrived{pixels}, in {sent.seconds:.1f} s."
        yield Finding(Grade.GOOD, text, shown)
    elif sent.status in NO_CALL:
        yield Finding(Grade.DOUBT, f"{name}: the call did not come about.", shown)
    else:
        told = call.received
        other = (f"the called modem: {told.text or told.status.sentence}",) if told else ()
        yield Finding(Grade.BAD, f"{name}: the page did not arrive.", (*shown, *other))
    yield from _of_line(call)
    yield from _of_time(call)


def _of_line(call: DoctorCall) -> Iterator[Finding]:
    refused = sum(page.rtn + page.ppr for page in call.sent.pages)
    if call.sent.trainings > 1 or refused:
        told = f"{call.sent.trainings} trainings, {refused} pages or blocks asked for again"
        text = f"Class {call.fax_class}: the line, or a modem's ear, is not good."
        yield Finding(Grade.DOUBT, text, (told,))


def _of_time(call: DoctorCall) -> Iterator[Finding]:
    timing = call.sent.timing
    if timing is None or call.fax_class not in {"1", "1.0"}:
        return
    gap, ahead = timing.longest_gap_ms, timing.least_ahead_ms
    if gap is not None and gap > _LONGEST_GAP_MS:
        text = f"Class {call.fax_class}: this computer, or the way to the modem, is too slow."
        told = f"a silence of {gap:.0f} ms, 75 +- 20 are due (T.30 5.3.6)"
        yield Finding(Grade.DOUBT, text, (told,))
    if ahead is not None and ahead <= 0:
        text = f"Class {call.fax_class}: the modem ran out of data in mid-page."
        yield Finding(Grade.BAD, text, (f"this computer was {-ahead:.0f} ms late",))

"""Named far ends: what answers a call, what it can do, and how it misbehaves.

A scenario bends a correct receiver in one place: its judgement of training and pages
(``reception``), or the operations it performs (``deviate``, a procedure around the procedure).
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from faxcore.errors import SettingsError
from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.ecm import block_burst, read_burst
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import Heard, LineOp, Procedure, ReceivePage, SendFrames, Silence
from faxcore.t30.modulation import Modulation, Rung
from faxcore.t30.reception import FairReception, Reception
from faxcore.t30.result import CallResult


class Answer(enum.Enum):
    """What happens at the other end of the line."""

    FAX = "a fax machine answers"
    BUSY = "the number is busy"
    NO_ANSWER = "it rings for ever"
    NO_DIALTONE = "the line is dead"
    VOICE = "a person answers"
    DEAF_MODEM = "our own modem never says how the call went"


Deviation = Callable[[Procedure[CallResult]], Procedure[CallResult]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One far end. ``cut_after`` drops the line after so many octets of the n-th fast carrier."""

    name: str
    description: str
    answer: Answer = Answer.FAX
    capabilities: Capabilities = field(default_factory=Capabilities)
    reception: Callable[[], Reception] = FairReception
    deviate: Deviation | None = None
    cut_after: tuple[int, int] | None = None


class _RefuseTraining(FairReception):
    """Says FTT to the first ``times`` training checks."""

    def __init__(self, times: int) -> None:
        self._left = times

    def training_ok(self, rung: Rung, octets: bytes) -> bool:
        self._left -= 1
        return self._left < 0 and super().training_ok(rung, octets)


class _RefusePage(FairReception):
    """Says ``answer`` to page ``number`` the first ``times`` times."""

    def __init__(self, number: int, times: int, answer: FCF = FCF.RTN) -> None:
        self._number, self._left, self._answer = number, times, answer

    def page_answer(self, number: int, octets: bytes, parameters: SessionParameters) -> FCF:
        if number == self._number and self._left > 0:
            self._left -= 1
            return self._answer
        return super().page_answer(number, octets, parameters)


class _Busy(FairReception):
    """Puts its first answer to an error-correction block off, ``times`` times (RNR)."""

    def __init__(self, times: int) -> None:
        self._left = times

    def busy(self) -> bool:
        self._left -= 1
        return self._left >= 0


def _mute_after(command: FCF) -> Deviation:
    """From the first ``command`` on the receiver says nothing any more."""

    def deviate(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
        mute = False
        op = next(procedure)
        while True:
            heard = yield Silence(0) if mute and isinstance(op, SendFrames) else op
            mute = mute or _has(heard, command)
            try:
                op = procedure.send(heard)
            except StopIteration as stop:
                return _result(stop)

    return deviate


def _answer_with(
    command: FCF, answer: FCF, times: int = 1, damage: Deviation | None = None
) -> Deviation:
    """The first ``times`` answers to ``command`` are replaced by ``answer``."""

    def deviate(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
        procedure = damage(procedure) if damage is not None else procedure
        left, due = times, False
        op: LineOp = next(procedure)
        while True:
            if due and left and isinstance(op, SendFrames):
                op, due, left = SendFrames((Frame(answer),)), False, left - 1
            heard = yield op
            due = due or _has(heard, command)
            try:
                op = procedure.send(heard)
            except StopIteration as stop:
                return _result(stop)

    return deviate


def _damage_bursts(spoil: Callable[[int, dict[int, bytes]], dict[int, bytes]]) -> Deviation:
    """What each error-correction burst brings is changed: ``spoil`` gets its count and frames."""

    def deviate(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
        bursts = 0
        op: LineOp = next(procedure)
        while True:
            heard = yield op
            if isinstance(op, ReceivePage) and heard.done:
                frames = spoil(bursts, read_burst(heard.octets))
                block = [frames.get(n, b"") for n in range(max(frames, default=-1) + 1)]
                heard = replace(heard, octets=block_burst(block, frames.keys(), 14400))
                bursts += 1
            try:
                op = procedure.send(heard)
            except StopIteration as stop:
                return _result(stop)

    return deviate


def _lose_in_first(bursts: int) -> Deviation:
    """In the first bursts every third frame is damaged."""
    return _damage_bursts(
        lambda count, frames: {n: f for n, f in frames.items() if count >= bursts or n % 3}
    )


def _lose_frame_0(count: int, frames: dict[int, bytes]) -> dict[int, bytes]:
    """Frame 0 is damaged whenever other frames come with it."""
    return {n: f for n, f in frames.items() if n or len(frames) == 1}


def _has(heard: Heard, kind: FCF) -> bool:
    return any(frame.kind is kind for frame in heard.frames)


def _result(stop: StopIteration) -> CallResult:
    result: CallResult = stop.value
    return result


_V29 = frozenset({Modulation.V27TER, Modulation.V29})
_V27TER = frozenset({Modulation.V27TER})
_COARSE = frozenset({Resolution.COARSE})

_ECM = Capabilities(ecm=True, codings=frozenset(Coding))

_ALL = (
    Scenario("normal", "a fax machine with V.17 that takes every page"),
    Scenario("busy", "the number is busy", Answer.BUSY),
    Scenario("no-answer", "nobody answers", Answer.NO_ANSWER),
    Scenario("no-dialtone", "there is no dial tone", Answer.NO_DIALTONE),
    Scenario("voice", "a person answers and no fax tone comes", Answer.VOICE),
    Scenario("deaf-modem", "the modem never reports on the call", Answer.DEAF_MODEM),
    Scenario("ftt-twice", "two training checks fail", reception=lambda: _RefuseTraining(2)),
    Scenario("ftt-always", "every training check fails", reception=lambda: _RefuseTraining(99)),
    Scenario("rtn-page-2", "page 2 is refused once", reception=lambda: _RefusePage(2, 1)),
    Scenario("rtn-always", "page 1 is refused every time", reception=lambda: _RefusePage(1, 99)),
    Scenario("rtp-page-1", "RTP after page 1", reception=lambda: _RefusePage(1, 1, FCF.RTP)),
    Scenario("dcn-after-dis", "DCN in answer to DCS", deviate=_answer_with(FCF.DCS, FCF.DCN)),
    Scenario("crp-once", "the first MPS must be repeated", deviate=_answer_with(FCF.MPS, FCF.CRP)),
    Scenario("drops-in-page", "the line drops in the middle of page 1", cut_after=(2, 2000)),
    Scenario("silent-after-eop", "the last page is never answered", deviate=_mute_after(FCF.EOP)),
    Scenario("silent-after-mps", "page 1 is never answered", deviate=_mute_after(FCF.MPS)),
    Scenario("pin-page-1", "page 1 is refused, an operator is wanted",
             deviate=_answer_with(FCF.MPS, FCF.PIN)),
    Scenario("ecm", "error correction, every coding", capabilities=_ECM),
    Scenario("ecm-64", "error correction, frames of 64 octets preferred",
             capabilities=replace(_ECM, small_frames=True)),
    Scenario("ecm-damage-once", "a third of the frames of the first burst are damaged",
             capabilities=_ECM, deviate=_lose_in_first(1)),
    Scenario("ecm-damage-5", "a third of the frames of five bursts are damaged",
             capabilities=_ECM, deviate=_lose_in_first(5)),
    Scenario("ecm-damage-always", "no burst ever brings a frame", capabilities=_ECM,
             deviate=_damage_bursts(lambda count, frames: {})),
    Scenario("ecm-frame-0", "frame 0 never comes with others", capabilities=_ECM,
             deviate=_damage_bursts(_lose_frame_0)),
    Scenario("ecm-busy", "a receiver that is not ready, twelve times", capabilities=_ECM,
             reception=lambda: _Busy(12)),
    Scenario("ecm-busy-always", "a receiver that is never ready", capabilities=_ECM,
             reception=lambda: _Busy(999)),
    Scenario("ecm-silent-after-pps", "no block is ever answered", capabilities=_ECM,
             deviate=_mute_after(FCF.PPS)),
    Scenario("ecm-ctr-dcn", "DCN in answer to CTC", capabilities=_ECM,
             deviate=_answer_with(FCF.CTC, FCF.DCN, damage=_lose_in_first(99))),
    Scenario("cannot-receive", "a machine without paper",
             capabilities=Capabilities(can_receive=False)),
    Scenario("v29", "a machine of the nineties: V.29, 10 ms a line",
             capabilities=Capabilities(modulations=_V29, scan_time_ms=(10, 10))),
    Scenario("v27ter", "a machine of the eighties: V.27ter, coarse, 20 ms a line, A4",
             capabilities=Capabilities(modulations=_V27TER, resolutions=_COARSE,
                                       scan_time_ms=(20, 20), unlimited_length=False)),
    Scenario("slow-printer", "a machine that needs 40 ms a line, 20 when fine",
             capabilities=Capabilities(scan_time_ms=(40, 20), codings=frozenset(
                 {Coding.MH, Coding.MR}))),
)  # fmt: skip

SCENARIOS: dict[str, Scenario] = {each.name: each for each in _ALL}


def scenario(name: str) -> Scenario:
    """A scenario by name; SettingsError names those there are."""
    try:
        return SCENARIOS[name]
    except KeyError:
        known = ", ".join(SCENARIOS)
        raise SettingsError(f"no simulated far end named {name!r}; there are {known}") from None

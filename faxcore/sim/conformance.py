"""Far ends that differ from a correct one in one answer, as conformance suites have them (TSB-85).

Theory of operation. Most are families, and their names say what they do:

    ANSWER-to-COMMAND           the first answer to COMMAND is another one
    ANSWER-to-every-COMMAND     and so is every one after it

ANSWER is ``silence``, ``damage`` (the right frame with a wrong FCS), ``crp``, ``nonsense`` (a frame
that answers no such command), ``dcn``, ``pip``, ``pin``, ``rtp`` or ``rtn``; COMMAND is ``dcs``,
``mps``, ``eom``, ``eop``, ``pps-null`` to ``pps-eop``, ``eor-null`` to ``eor-eop``, ``ctc`` or
``rr``. A far end does what makes a caller come to that command: it damages frames where CTC or EOR
is to come, and is not ready where RR is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from faxcore.sim.bends import (
    ALWAYS,
    Deviation,
    answer_late,
    answers,
    both,
    damaged,
    lose_all,
    lose_in_first,
    not_ready_for,
    says,
    silence,
    spoil_bursts,
)
from faxcore.sim.far_end import Scenario
from faxcore.sim.receptions import Busy, NeverReady, RefusePage, RefuseTraining
from faxcore.t4 import Coding
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.frames import FCF, Frame, encode_id
from faxcore.t30.line import SendFrames
from faxcore.t30.modulation import FALLBACK, Modulation

ENDS = ("mps", "eom", "eop")
PPS = ("pps-null", "pps-mps", "pps-eom", "pps-eop")
EOR = ("eor-null", "eor-mps", "eor-eom", "eor-eop")
COMMANDS = ("dcs", *ENDS, *PPS, *EOR, "ctc", "rr")

DIS_OCTETS = (*range(17), 30, 100)
"""Lengths of DIS; T.30 has 3 to 16 octets, and strangers send what they like."""

_ECM = Capabilities(ecm=True, codings=frozenset({Coding.MH}), small_frames=True)
_ECM_2400 = replace(_ECM, modulations=frozenset({Modulation.V27TER}), slow_v27ter_only=True)
_BAD_BURSTS = 4
_DIS_IN_TWICE_T2 = 5
_SLOW_ANSWER_MS = 2300
_NSF = Frame(FCF.NSF, bytes((0xAD, 0x00, 0x55, *range(40))), final=False)

_ANSWERS = {
    "crp": Frame(FCF.CRP),
    "nonsense": Frame(FCF.CFR),
    "dcn": Frame(FCF.DCN),
    "pip": Frame(FCF.PIP),
    "pin": Frame(FCF.PIN),
}
_REPEATED = ("silence", "damage", "crp", "nonsense")
"""What may come once, and may come every time."""


def _capabilities(command: str) -> Capabilities:
    if command in EOR:
        return _ECM_2400
    return _ECM if command in {*PPS, "ctc", "rr"} else Capabilities()


def _leading_to(command: str) -> Deviation | None:
    """What makes a caller come to the command."""
    if command == "ctc":
        return spoil_bursts(lose_in_first(_BAD_BURSTS))
    return spoil_bursts(lose_in_first(ALWAYS)) if command in EOR else None


def _far_end(
    name: str, description: str, command: str, bend: Deviation, times: int = 1
) -> Scenario:
    """A far end; where EOM is not answered, no DIS follows the answer either."""
    lead = _leading_to(command)
    if "eom" in command:
        bend = both(says("DIS", silence, after=1, times=2 * times), bend)
    return Scenario(
        name,
        description,
        capabilities=_capabilities(command),
        reception=lambda: Busy(int(command == "rr")),
        deviate=both(lead, bend) if lead is not None else bend,
    )


def _answer(answer: str, command: str, times: int) -> Deviation:
    if answer in {"silence", "damage"}:
        return answers(command.upper(), silence if answer == "silence" else damaged, times)
    frame = Frame(FCF.MCF) if (answer, command) == ("nonsense", "dcs") else _ANSWERS[answer]
    return answers(command.upper(), frame, times)


def _families() -> Iterator[Scenario]:
    for command in COMMANDS:
        for answer in _REPEATED:
            once, every = f"{answer}-to-{command}", f"{answer}-to-every-{command}"
            told = f"{answer} in answer to {command.upper()}"
            yield _far_end(once, told, command, _answer(answer, command, 1))
            bend = _answer(answer, command, ALWAYS)
            yield _far_end(every, f"always {told}", command, bend, ALWAYS)
        name = f"dcn-to-{command}"
        told = f"DCN in answer to {command.upper()}"
        yield _far_end(name, told, command, _answer("dcn", command, 1))
    for command in (*ENDS, *PPS, "rr", *EOR):
        for answer in ("pip", "pin"):
            if (answer, command[:3]) != ("pip", "eor"):
                told = f"{answer.upper()} in answer to {command.upper()}"
                yield _far_end(f"{answer}-to-{command}", told, command, _answer(answer, command, 1))


def _refusals() -> Iterator[Scenario]:
    """RTP and RTN are the receiver's own judgement: it trains again."""
    for command, page in (("mps", 1), ("eom", 1), ("eop", 3)):
        for answer in (FCF.RTP, FCF.RTN):
            name, told = f"{answer.name.lower()}-to-{command}", f"{answer.name} after page {page}"
            yield Scenario(name, told, reception=_refuse(page, 1, answer))
        name = f"rtn-to-every-{command}"
        yield Scenario(name, f"page {page} is refused", reception=_refuse(page, 99, FCF.RTN))


def _refuse(page: int, times: int, answer: FCF) -> Callable[[], RefusePage]:
    return lambda: RefusePage(page, times, answer)


def _dis(change: Callable[[Frame], tuple[Frame, ...]]) -> Deviation:
    return says("DIS", lambda op: SendFrames((*op.frames[:-1], *change(op.frames[-1]))))


def _of_octets(count: int) -> Callable[[Frame], tuple[Frame, ...]]:
    """DIS cut to so many octets, or drawn out to as many by octets that say nothing."""

    def change(dis: Frame) -> tuple[Frame, ...]:
        fif = bytearray(dis.fif.ljust(count, b"\0")[:count])
        for place in range(2, count - 1):
            fif[place] |= 0x80
        return (Frame(dis.fcf, bytes(fif)),)

    return change


def _identities() -> Iterator[Scenario]:
    # fmt: off
    for count in DIS_OCTETS:
        yield Scenario(
            f"dis-of-{count}", f"a DIS of {count} octets", deviate=_dis(_of_octets(count))
        )
    yield Scenario("nsf", "NSF and SEP before DIS",
                   deviate=_dis(lambda dis: (_NSF, Frame(FCF.SEP, encode_id("1"), False), dis)))
    yield Scenario("dis-damaged-once", "the first DIS has a wrong FCS",
                   deviate=says("DIS", damaged, 1))
    yield Scenario("dis-damaged", "every DIS has a wrong FCS", deviate=says("DIS", damaged))
    yield Scenario("dcn-for-dis", "DCN in place of DIS",
                   deviate=_dis(lambda dis: (Frame(FCF.DCN),)))
    yield Scenario("babble-for-dis", "CRP in place of every DIS",
                   deviate=_dis(lambda dis: (Frame(FCF.CRP),)))
    yield Scenario("half-a-dis", "CSI, no frame behind it, and then nothing more",
                   deviate=both(says("DIS", silence, after=1),
                                says("DIS", lambda op: SendFrames(op.frames[:-1]), 1)))
    yield Scenario("dis-to-dcs", "DIS in answer to the first DCS",
                   deviate=answers("DCS", Frame(FCF.DIS, Capabilities().encode())))
    yield Scenario("dis-to-every-dcs", "DIS in answer to every DCS",
                   deviate=answers("DCS", Frame(FCF.DIS, Capabilities().encode()), ALWAYS))
    yield Scenario("dtc-to-dcs", "DTC in answer to the first DCS",
                   deviate=answers("DCS", Frame(FCF.DTC, Capabilities().encode())))
    yield Scenario("dtc-to-every-dcs", "DTC in answer to every DCS",
                   deviate=answers("DCS", Frame(FCF.DTC, Capabilities().encode()), ALWAYS))
    # fmt: on


def _others() -> Iterator[Scenario]:
    # fmt: off
    for count in range(1, len(FALLBACK)):
        yield Scenario(f"ftt-{count}", f"{count} training checks fail",
                       reception=_refuse_training(count))
    for count in range(1, 6):
        yield Scenario(f"ppr-{count}", f"{count} bursts in need of correction",
                       capabilities=_ECM, deviate=spoil_bursts(lose_in_first(count)))
    for seconds in (59, 61):
        yield Scenario(f"not-ready-{seconds}", f"RNR for {seconds} s", capabilities=_ECM,
                       deviate=not_ready_for(seconds))
    yield Scenario("never-ready", "RNR before every answer", capabilities=_ECM,
                   reception=NeverReady)
    yield Scenario("never-ready-damaged", "RNR before every answer, and damage for ever",
                   capabilities=_ECM_2400, reception=NeverReady,
                   deviate=spoil_bursts(lose_in_first(ALWAYS)))
    yield Scenario("never-ready-lost", "RNR before every answer, and no frame ever comes",
                   capabilities=_ECM_2400, reception=NeverReady, deviate=spoil_bursts(lose_all))
    yield Scenario("lost", "no frame ever comes, at the lowest rate", capabilities=_ECM_2400,
                   deviate=spoil_bursts(lose_all))
    yield Scenario("dis-to-eom", "DIS in place of the answer to EOM",
                   deviate=answers("EOM", silence))
    yield Scenario("slow-answers", "every answer comes 2.3 s late",
                   deviate=answer_late(_SLOW_ANSWER_MS))
    yield Scenario("waits-for-dcs", "after EOM and RTN it waits for DCS",
                   reception=_refuse(1, 1, FCF.RTN),
                   deviate=says("DIS", silence, _DIS_IN_TWICE_T2, after=1))
    # fmt: on


def _refuse_training(times: int) -> Callable[[], RefuseTraining]:
    return lambda: RefuseTraining(times)


CONFORMANCE: dict[str, Scenario] = {
    each.name: each
    for family in (_families(), _refusals(), _identities(), _others())
    for each in family
}
"""All of them by name."""

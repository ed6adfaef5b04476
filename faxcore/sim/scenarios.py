"""Named far ends: what answers a call, what it can do, and how it misbehaves.

A scenario bends a correct receiver in one place: its judgement of training and pages
(``reception``), or the operations it performs (``deviate``, a procedure around the procedure).
"""

from __future__ import annotations

from dataclasses import replace

from faxcore.errors import SettingsError
from faxcore.sim.bends import (
    answers,
    both,
    lose_all,
    lose_frame_0,
    lose_in_first,
    mute_after,
    spoil_bursts,
)
from faxcore.sim.conformance import CONFORMANCE
from faxcore.sim.far_end import Answer, Scenario
from faxcore.sim.polled_station import HeldDocument
from faxcore.sim.receptions import Busy, RefusePage, RefuseTraining
from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.frames import FCF
from faxcore.t30.modulation import Modulation

__all__ = ["SCENARIOS", "Answer", "Scenario", "scenario"]


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
    Scenario("ftt-twice", "two training checks fail", reception=lambda: RefuseTraining(2)),
    Scenario("ftt-always", "every training check fails", reception=lambda: RefuseTraining(99)),
    Scenario("rtn-page-2", "page 2 is refused once", reception=lambda: RefusePage(2, 1)),
    Scenario("rtn-always", "page 1 is refused every time", reception=lambda: RefusePage(1, 99)),
    Scenario("rtp-page-1", "RTP after page 1", reception=lambda: RefusePage(1, 1, FCF.RTP)),
    Scenario("dcn-after-dis", "DCN in answer to DCS", deviate=answers("DCS", FCF.DCN)),
    Scenario("crp-once", "the first MPS must be repeated", deviate=answers("MPS", FCF.CRP)),
    Scenario("drops-in-page", "the line drops in the middle of page 1", cut_after=(2, 2000)),
    Scenario("silent-after-eop", "the last page is never answered", deviate=mute_after("EOP")),
    Scenario("silent-after-mps", "page 1 is never answered", deviate=mute_after("MPS")),
    Scenario("pin-page-1", "page 1 is refused, an operator is wanted",
             deviate=answers("MPS", FCF.PIN)),
    Scenario("addressed", "a subaddress and a password are taken",
             capabilities=Capabilities(subaddress=True, password=True)),
    Scenario("ecm", "error correction, every coding", capabilities=_ECM),
    Scenario("ecm-64", "error correction, frames of 64 octets preferred",
             capabilities=replace(_ECM, small_frames=True)),
    Scenario("ecm-damage-once", "a third of the frames of the first burst are damaged",
             capabilities=_ECM, deviate=spoil_bursts(lose_in_first(1))),
    Scenario("ecm-damage-5", "a third of the frames of five bursts are damaged",
             capabilities=_ECM, deviate=spoil_bursts(lose_in_first(5))),
    Scenario("ecm-damage-always", "no burst ever brings a frame", capabilities=_ECM,
             deviate=spoil_bursts(lose_all)),
    Scenario("ecm-frame-0", "frame 0 never comes with others", capabilities=_ECM,
             deviate=spoil_bursts(lose_frame_0)),
    Scenario("ecm-busy", "a receiver that is not ready, twelve times", capabilities=_ECM,
             reception=lambda: Busy(12)),
    Scenario("ecm-busy-always", "a receiver that is never ready", capabilities=_ECM,
             reception=lambda: Busy(999)),
    Scenario("ecm-silent-after-pps", "no block is ever answered", capabilities=_ECM,
             deviate=mute_after("PPS")),
    Scenario("ecm-ctr-dcn", "DCN in answer to CTC", capabilities=_ECM,
             deviate=both(spoil_bursts(lose_in_first(99)), answers("CTC", FCF.DCN))),
    Scenario("cannot-receive", "a machine without paper",
             capabilities=Capabilities(can_receive=False)),
    Scenario("v29", "a machine of the nineties: V.29, 10 ms a line",
             capabilities=Capabilities(modulations=_V29, scan_time_ms=(10, 10))),
    Scenario("v27ter", "a machine of the eighties: V.27ter, coarse, 20 ms a line, A4",
             capabilities=Capabilities(modulations=_V27TER, resolutions=_COARSE,
                                       scan_time_ms=(20, 20), unlimited_length=False)),
    Scenario("v34", "a machine with V.34 (experimental) and error correction", capabilities=_ECM,
             v34=(28800, 1200)),
    Scenario("polled", "two pages are held ready to be polled", held=HeldDocument()),
    Scenario("polled-ecm", "the same with error correction", capabilities=_ECM,
             held=HeldDocument()),
    Scenario("polled-selective", "pages are held ready for who says 42 (SEP) and 1234 (PWD)",
             held=HeldDocument(selective="42", password="1234")),
    Scenario("polled-empty", "a machine that can be polled and holds nothing ready",
             held=HeldDocument(0)),
    Scenario("slow-printer", "a machine that needs 40 ms a line, 20 when fine",
             capabilities=Capabilities(scan_time_ms=(40, 20), codings=frozenset(
                 {Coding.MH, Coding.MR}))),
)  # fmt: skip

SCENARIOS: dict[str, Scenario] = {each.name: each for each in _ALL}


def scenario(name: str) -> Scenario:
    """A scenario by name, those of ``conformance`` included; SettingsError names the others."""
    found = SCENARIOS.get(name) or CONFORMANCE.get(name)
    if found is None:
        known = ", ".join(SCENARIOS)
        raise SettingsError(f"no simulated far end named {name!r}; there are {known}")
    return found

"""Named calling stations: what they send to a modem that is called, and how they misbehave.

A caller bends a correct sender in one place: what it has to send, or the operations it performs
(``deviate``, a procedure around the procedure).
"""

from __future__ import annotations

from dataclasses import replace

from faxcore.errors import SettingsError
from faxcore.sim.calling_bends import be_deaf_after, spoil_page, spoil_training
from faxcore.sim.calling_conformance import CALLING_CONFORMANCE
from faxcore.sim.calling_station import Caller, CallerKind
from faxcore.t4 import Coding, Resolution
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.frames import FCF, X_BIT, Frame
from faxcore.t30.line import Procedure, SendFrames, SendPage, Silence
from faxcore.t30.modulation import FALLBACK, Modulation
from faxcore.t30.result import CallResult, HangupStatus

__all__ = ["CALLERS", "MAX_PAGES", "Caller", "CallerKind", "caller"]

MAX_PAGES = 999
_SILENT_MS = 120_000


def caller(name: str, pages: int = 1) -> Caller:
    """A caller by its name, those of ``calling_conformance`` included."""
    kind = CALLERS.get(name) or CALLING_CONFORMANCE.get(name)
    if kind is None:
        known = ", ".join(CALLERS)
        raise SettingsError(f"no simulated caller named {name!r}; there are {known}")
    if not 1 <= pages <= MAX_PAGES:
        raise SettingsError(f"a simulated caller sends 1 to {MAX_PAGES} pages, not {pages}")
    return kind.caller(pages)


def _hang_up_in_page(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
    """Half a page, and then the receiver goes down."""
    op = next(procedure)
    while not isinstance(op, SendPage):
        op = procedure.send((yield op))
    procedure.close()
    yield replace(op, octets=op.octets[: len(op.octets) // 2])
    return CallResult(HangupStatus.ABORTED, text="the caller hung up in the middle of a page")


def _never_send(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
    """Somebody who says nothing, and stays for two minutes."""
    procedure.close()
    yield Silence(_SILENT_MS)
    return CallResult(HangupStatus.ABORTED, text="the caller never sent anything")


def _disconnect_after_dis(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
    """DCN in answer to the first frames."""
    yield next(procedure)
    procedure.close()
    yield Silence()
    yield SendFrames((Frame(FCF.DCN | X_BIT),))
    return CallResult(HangupStatus.ABORTED, text="the caller did not like what it heard")


_V27TER = tuple(rung for rung in FALLBACK if rung.modulation is Modulation.V27TER)
_V29 = tuple(rung for rung in FALLBACK if rung.modulation is not Modulation.V17)
_ALL_CODINGS = tuple(Coding)
_CORRECTED = CallOptions()

_KINDS = (
    CallerKind("normal", "a fax machine with V.17 that sends fine pages in MH"),
    CallerKind("coarse", "coarse pages", resolutions=(Resolution.COARSE,)),
    CallerKind("superfine", "superfine pages", resolutions=(Resolution.SUPERFINE,)),
    CallerKind("mr", "pages in MR", codings=(Coding.MR,)),
    CallerKind("ecm", "error correction, MMR", codings=_ALL_CODINGS, options=_CORRECTED),
    CallerKind("ecm-64", "error correction in frames of 64 octets", codings=(Coding.MMR,),
               options=CallOptions(small_frames=True)),
    CallerKind("ecm-noise", "error correction, and one frame of the first burst is damaged",
               codings=(Coding.MH,), options=_CORRECTED, deviate=spoil_page(1, 700)),
    CallerKind("v34", "a machine with V.34 (experimental)", codings=_ALL_CODINGS,
               options=_CORRECTED, v34=(28800, 1200)),
    CallerKind("v29", "a machine without V.17", ladder=_V29),
    CallerKind("slow", "a machine with V.27ter only", ladder=_V27TER),
    CallerKind("mixed", "fine and coarse pages in turn: EOM between them",
               resolutions=(Resolution.FINE, Resolution.COARSE)),
    CallerKind("addressed", "a machine that names the sub-address 12 where it is taken",
               station=Station("+1 555 0199", subaddress="12")),
    CallerKind("bad-training-twice", "two training checks are damaged",
               deviate=spoil_training(2)),
    CallerKind("bad-page-once", "the first page is damaged, and sent again",
               deviate=spoil_page(1, 16)),
    CallerKind("repeats-mps", "it does not hear the first MCF", deviate=be_deaf_after("MPS")),
    CallerKind("repeats-dcs", "it does not hear the first CFR", deviate=be_deaf_after("DCS")),
    CallerKind("repeats-eop", "it does not hear the last MCF", deviate=be_deaf_after("EOP")),
    CallerKind("hangs-up-in-page", "it hangs up in the middle of page 1",
               deviate=_hang_up_in_page),
    CallerKind("never-sends", "nobody speaks", deviate=_never_send),
    CallerKind("dcn-after-dis", "DCN in answer to DIS", deviate=_disconnect_after_dis),
)  # fmt: skip

CALLERS: dict[str, CallerKind] = {kind.name: kind for kind in _KINDS}

"""Named calling stations: what they send to a modem that is called, and how they misbehave.

A caller bends a correct sender in one place: what it has to send, or the operations it performs
(``deviate``, a procedure around the procedure).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from faxcore.errors import SettingsError
from faxcore.sim.bends import Bend, Deviation, bent
from faxcore.sim.numbered_page import numbered_page
from faxcore.t4 import Coding, Resolution, encode_page
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.frames import FCF, X_BIT, Frame
from faxcore.t30.line import (
    Ended,
    LineOp,
    Procedure,
    ReceiveFrames,
    SendFrames,
    SendPage,
    SendTraining,
    Silence,
)
from faxcore.t30.modulation import FALLBACK, TCF_SECONDS, Modulation, Rung
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.t30.sender import send_document
from faxcore.t30.timers import T4
from faxcore.t30.walk import frame_name

MAX_PAGES = 999
_SILENT_MS = 120_000
_STATION = Station("+1 555 0123")
_PLAIN = CallOptions(ecm=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """A station that calls: its document, its identity, what it allows, its rates in order."""

    document: FaxDocument
    station: Station = _STATION
    options: CallOptions = _PLAIN
    ladder: Sequence[Rung] = FALLBACK
    deviate: Deviation | None = None

    def procedure(self) -> Procedure[CallResult]:
        """What it does from the moment of being answered."""
        procedure = send_document(self.document, self.station, self.ladder, self.options)
        return self.deviate(procedure) if self.deviate is not None else procedure


@dataclass(frozen=True, slots=True)
class CallerKind:
    """A caller by name. Its pages take turns through ``resolutions``."""

    name: str
    description: str
    resolutions: tuple[Resolution, ...] = (Resolution.FINE,)
    codings: tuple[Coding, ...] = (Coding.MH,)
    options: CallOptions = _PLAIN
    ladder: Sequence[Rung] = field(default=FALLBACK)
    deviate: Deviation | None = None

    def resolution(self, number: int) -> Resolution:
        """That of page ``number``, counted from 1."""
        return self.resolutions[(number - 1) % len(self.resolutions)]

    def caller(self, pages: int) -> Caller:
        """Such a caller, with so many pages to send."""
        document = FaxDocument(tuple(self._page(number) for number in range(1, pages + 1)))
        return Caller(document, _STATION, self.options, self.ladder, self.deviate)

    def _page(self, number: int) -> FaxPage:
        bitmap = numbered_page(number, self.resolution(number))
        return FaxPage(tuple(encode_page(bitmap, coding) for coding in self.codings))


def caller(name: str, pages: int = 1) -> Caller:
    """A caller by its name; SettingsError names those there are."""
    if name not in CALLERS:
        known = ", ".join(CALLERS)
        raise SettingsError(f"no simulated caller named {name!r}; there are {known}")
    if not 1 <= pages <= MAX_PAGES:
        raise SettingsError(f"a simulated caller sends 1 to {MAX_PAGES} pages, not {pages}")
    return CALLERS[name].caller(pages)


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


def be_deaf_after(command: str) -> Deviation:
    """The first answer to ``command`` is not heard: it comes again when T4 is over."""

    def deviate(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
        asked = deaf = False
        op = next(procedure)
        while True:
            if asked and not deaf and isinstance(op, ReceiveFrames):
                deaf = True
                heard = replace((yield Silence(round(T4 * 1000))), ended=Ended.TIMEOUT)
            else:
                heard = yield op
            if isinstance(op, SendFrames):
                asked = asked or command in {frame_name(op.frames[-1]), op.frames[-1].name}
            try:
                op = procedure.send(heard)
            except StopIteration as stop:
                result: CallResult = stop.value
                return result

    return deviate


class _SpoilTraining(Bend):
    def __init__(self, times: int) -> None:
        self._left = times

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendTraining) or self._left == 0:
            return op
        self._left -= 1
        octets = b"\0\0\0\x40" * round(op.rung.bits_per_second * TCF_SECONDS / 32)
        return SendPage(op.rung, octets, 0, long_train=True)


def _spoil_training(times: int) -> Deviation:
    """The first training checks arrive full of errors."""
    return bent(lambda: _SpoilTraining(times))


class _SpoilPage(Bend):
    def __init__(self, times: int, every: int) -> None:
        self._left, self._every = times, every

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendPage) or self._left == 0:
            return op
        self._left -= 1
        octets, every = bytearray(op.octets), self._every
        octets[every::every] = bytes(octet ^ 0xFF for octet in octets[every::every])
        return replace(op, octets=bytes(octets))


def _spoil_page(times: int, every: int) -> Deviation:
    """In the first pages, or bursts of frames, one octet of so many is turned over."""
    return bent(lambda: _SpoilPage(times, every))


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
               codings=(Coding.MH,), options=_CORRECTED, deviate=_spoil_page(1, 700)),
    CallerKind("v29", "a machine without V.17", ladder=_V29),
    CallerKind("slow", "a machine with V.27ter only", ladder=_V27TER),
    CallerKind("mixed", "fine and coarse pages in turn: EOM between them",
               resolutions=(Resolution.FINE, Resolution.COARSE)),
    CallerKind("bad-training-twice", "two training checks are damaged",
               deviate=_spoil_training(2)),
    CallerKind("bad-page-once", "the first page is damaged, and sent again",
               deviate=_spoil_page(1, 16)),
    CallerKind("repeats-mps", "it does not hear the first MCF", deviate=be_deaf_after("MPS")),
    CallerKind("repeats-dcs", "it does not hear the first CFR", deviate=be_deaf_after("DCS")),
    CallerKind("repeats-eop", "it does not hear the last MCF", deviate=be_deaf_after("EOP")),
    CallerKind("hangs-up-in-page", "it hangs up in the middle of page 1",
               deviate=_hang_up_in_page),
    CallerKind("never-sends", "nobody speaks", deviate=_never_send),
    CallerKind("dcn-after-dis", "DCN in answer to DIS", deviate=_disconnect_after_dis),
)  # fmt: skip

CALLERS: dict[str, CallerKind] = {kind.name: kind for kind in _KINDS}

"""One modem sends to another: both are ours, so that what arrives can be held against what went.

Each modem has a thread: the one that is called answers in a thread of its own, the caller is driven
by ours. The ports may be real ones on one exchange, or two simulated modems on a shared clock.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from faxcore.errors import ModemError
from faxcore.modem.driver import FaxModem
from faxcore.profiles import ModemProfile
from faxcore.t4 import Coding, PageBitmap, Resolution
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, FaxDocument, Station
from faxcore.t30.line import KeepPage
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.transport.port import Interrupted, Port

RING_S = 90.0
"""How long the called modem waits for the first ring: the other is made ready and dials."""

_JOIN_S = 300.0
_OFFERED = (Resolution.COARSE, Resolution.FINE, Resolution.SUPERFINE)


@dataclass(frozen=True, slots=True)
class PairCall:
    """One call between two modems of ours: both results, and the pages as they arrived."""

    sent: CallResult
    received: CallResult
    pages: tuple[PageBitmap, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether both ends say that every page arrived."""
        return self.sent.ok and self.received.ok


@dataclass(slots=True)
class Answering:
    """The called modem: answers one call in a thread of its own."""

    port: Port
    profile: ModemProfile
    station: Station = field(default_factory=Station)
    ecm: bool = True
    pages: list[PageBitmap] = field(default_factory=list)
    result: CallResult | None = None
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to wait for a call."""
        self._thread = threading.Thread(target=self._run, name="called modem", daemon=True)
        self._thread.start()

    def finish(self) -> CallResult:
        """Wait for the end of the call that was answered."""
        if self._thread is not None:
            self._thread.join(_JOIN_S)
        return self.result or CallResult(HangupStatus.EQUIPMENT, text="the called modem hangs")

    def stop(self) -> None:
        """No call will come."""
        self.port.interrupt()

    def _run(self) -> None:
        try:
            with FaxModem(self.port, self.profile) as modem:
                self.result = self._take(modem)
        except Interrupted:
            self.result = CallResult(HangupStatus.NO_RING, text="no call came")
        except ModemError as error:
            self.result = CallResult(HangupStatus.EQUIPMENT, text=str(error))

    def _take(self, modem: FaxModem) -> CallResult:
        modem.prepare()
        if not modem.wait_for_ring(RING_S):
            return CallResult(HangupStatus.NO_RING, text=f"no ring within {RING_S:.0f} s")
        return modem.receive(self._offer(modem), self.station, self._keep)

    def _offer(self, modem: FaxModem) -> Capabilities:
        codings = frozenset(Coding) if self.ecm else frozenset({Coding.MH, Coding.MR})
        return Capabilities(
            modulations=modem.receivable(),
            resolutions=frozenset(_OFFERED),
            codings=codings,
            ecm=self.ecm,
        )

    def _keep(self, op: KeepPage) -> bool:
        self.pages.append(op.decoded.bitmap)
        return True


def call_each_other(
    caller: Port,
    caller_profile: ModemProfile,
    called: Port,
    called_profile: ModemProfile,
    document: FaxDocument,
    *,
    number: str = "1",
    stations: tuple[Station, Station] = (Station("1"), Station("2")),
    options: CallOptions | None = None,
) -> PairCall:
    """Send a document from one modem to the other. Both ports are closed at the end.

    ``number`` is the one under which the second is reached. Raises ModemError where the calling
    modem failed before anything was dialled; what else goes wrong is in the results.
    """
    chosen = options or CallOptions()
    answering = Answering(called, called_profile, stations[1], chosen.ecm)
    answering.start()
    try:
        with FaxModem(caller, caller_profile) as modem:
            sent = modem.send(document, number, stations[0], options=chosen)
            if sent.status in _NEVER_RANG:
                answering.stop()
    except BaseException:
        answering.stop()
        answering.finish()
        raise
    received = answering.finish()
    return PairCall(sent, received, tuple(answering.pages))


_NEVER_RANG = {
    HangupStatus.NO_DIALTONE,
    HangupStatus.BUSY,
    HangupStatus.DIAL_REFUSED,
    HangupStatus.BLACKLISTED,
    HangupStatus.NO_LOOP_CURRENT,
}
"""Ends of dialling after which nobody need wait for a ring."""

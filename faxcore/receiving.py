"""``receive_fax()``: from a ringing telephone to pages on disk and one honest result.

Theory of operation. The modem is made ready and asked what it can receive; a call is waited for and
answered; each page becomes a TIFF file, synchronized to the disk, *before* the caller is told that
it arrived. Up to the moment of answering what goes wrong is an exception; afterwards it is a value
in the result.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from faxcore.errors import SettingsError
from faxcore.inbox import Inbox
from faxcore.modem.choice import choose_profile
from faxcore.modem.driver import FaxModem
from faxcore.modem.number import dial_string
from faxcore.ports import is_virtual, open_port
from faxcore.profiles import ModemProfile
from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import ANYTHING, Poll, Station
from faxcore.t30.frames import FCF, decode_id
from faxcore.t30.line import Heard, KeepPage, LineOp, ReceivePage
from faxcore.t30.modulation import Modulation
from faxcore.t30.progress import Listener, Narrator, Phase, Progress
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.transport.port import Interrupted

Observer = Callable[[Progress], None]

_SIMULATED_WAIT_S = 120.0
"""In virtual time nobody can wait until somebody cancels: by then a simulated caller has rung."""

_RING_GAP_S = 10.0
"""A telephone rings every 3 to 6 s; one that is silent for longer has stopped."""

RESOLUTIONS = (
    Resolution.COARSE, Resolution.FINE, Resolution.SUPERFINE,
    Resolution.R300X300, Resolution.R408X391, Resolution.R400X400,
)  # fmt: skip
"""What can be offered; with the finest go all before it."""

WIDTHS = (1728, 2048, 2432)
"""Pels at 8 pels/mm of pages of 215, 255 and 303 mm (A4, B4, A3)."""


@dataclass(frozen=True, slots=True)
class ReceivedFax:
    """What ``receive_fax`` answers.

    ``ok`` means that the caller came to the end of its document and every page of it is kept.
    ``pages`` are the files of the pages that were kept, in order; ``document`` is all of them in
    one file, None where there is none. ``answered`` is False where no call was answered: the
    ``reason`` is then ``no_ring``, or ``cancelled``. ``call`` has the report of every page.
    ``polled``: we called; a far end that holds nothing ready is ``nothing_to_poll``.
    """

    call: CallResult
    pages: tuple[Path, ...] = ()
    document: Path | None = None
    transcript: Path | None = None
    answered: bool = True
    notes: tuple[str, ...] = ()
    polled: bool = False

    @property
    def ok(self) -> bool:
        """Whether a whole document came, and every page of it was confirmed."""
        return self.call.ok and self.call.status is HangupStatus.NORMAL

    @property
    def status(self) -> HangupStatus:
        """How the call ended."""
        return self.call.status

    @property
    def reason(self) -> str:
        """A stable word for programs."""
        if self.status is HangupStatus.NORMAL and not self.ok:
            return "bad_page"
        if self._holds_nothing:
            return "nothing_to_poll"
        return self.status.reason

    @property
    def text(self) -> str:
        """A sentence for people: what happened, and where."""
        if not self.answered or self._holds_nothing:
            return self.call.text
        sentence, detail = self.status.sentence, self.call.text
        return f"{sentence} ({detail})" if detail and detail != sentence else sentence

    @property
    def _holds_nothing(self) -> bool:
        return self.polled and self.status is HangupStatus.CANNOT_RECEIVE

    @property
    def remote_id(self) -> str:
        """Who the caller says that it is (TSI), "" where it does not."""
        return self.call.remote_id

    @property
    def pages_confirmed(self) -> int:
        """How many pages were kept whole and confirmed to the caller."""
        return self.call.count(PageOutcome.CONFIRMED)


def receive_fax(
    port: str = "sim://?caller=normal",
    *,
    keep: str | Path,
    station_id: str = "",
    rings: int = 1,
    wait: float | None = None,
    profile: ModemProfile | str | None = None,
    modem_class: str | None = None,
    finest: Resolution = Resolution.SUPERFINE,
    widest: int = 1728,
    ecm: bool = True,
    addressed: bool = False,
    poll: str = "",
    selective: str = "",
    password: str = "",
    observe: Observer | None = None,
    cancel: threading.Event | None = None,
    transcript: str | Path | None = None,
    timeout: float | None = None,
) -> ReceivedFax:
    """Wait for a call, answer it, and take the fax that comes; or call, and fetch one.

        from pathlib import Path
        from faxcore.receiving import receive_fax

        fax = receive_fax("/dev/ttyACM0", keep=Path("in"), station_id="+1 555 0100", wait=600)
        print(fax.remote_id, fax.document) if fax.ok else print(fax.reason)

    ``port``
        Where the modem is, as for ``send_fax``; ``sim://?caller=normal&pages=2`` is a simulated
        modem that is called.
    ``keep``
        The folder for the pages: ``page-001.tif`` and so on (mode 0600), each written and
        synchronized before the caller is told that it arrived, and ``fax.tif`` with all of them.
        A folder in which there is a fax already is refused: nothing that was received is replaced.
    ``station_id``
        Our identity on the line (CSI): at most 20 digits, blanks and ``+ - .``.
    ``rings``
        The ring at which to answer, from 1.
    ``wait``
        How long to wait for a call, in seconds; None waits until ``cancel``, in virtual time
        two minutes.
    ``finest``, ``widest``, ``ecm``
        What is offered: the finest resolution (COARSE, FINE, SUPERFINE, R300X300, R408X391,
        R400X400), the widest page (1728, 2048 or 2432 pels at 8 pels/mm), and error correction,
        without which there is no MMR. Modulations are those of the modem (``+FRM=?``).
    ``addressed``
        Whether a sub-address (SUB) is asked for: it is in ``call.subaddress``, and in the file
        ``subaddress`` of the folder before the first page is confirmed. A modem of class 2 has no
        word for it.
    ``poll``
        The number to dial, in place of waiting for a call: the fax that is held ready there is
        fetched (polling). ``selective`` (SEP) tells it from others that may be held there,
        ``password`` (PWD) goes to a far end that asks for one: at most 20 digits, blanks, ``#``
        and ``*`` each.
    ``observe``, ``cancel``, ``transcript``, ``profile``, ``modem_class``
        As for ``send_fax``.
    ``timeout``
        The longest time, in seconds, from answering or dialling to hanging up.

    Raises SettingsError or ModemError before a call was answered, and nothing afterwards.
    """
    station = Station(station_id)
    if rings < 1:
        raise SettingsError(f"rings {rings}: a call is answered at the first ring or later")
    if wait is not None and not 0 <= wait < math.inf:
        raise SettingsError(f"wait {wait}: a number of seconds is expected")
    if finest not in RESOLUTIONS:
        names = ", ".join(each.name for each in RESOLUTIONS)
        raise SettingsError(f"finest {finest.name}: one of {names} is expected")
    if widest not in WIDTHS:
        raise SettingsError(f"widest {widest}: 1728, 2048 or 2432 pels are expected")
    asked = Poll(selective, password)
    if poll:
        dial_string(poll)
    elif asked != ANYTHING:
        raise SettingsError("a selective address or a password without a number to poll")
    wanted = choose_profile(profile, modem_class)
    inbox = Inbox(Path(keep))
    listener = Listener(observe)
    stop = cancel or threading.Event()
    path = Path(transcript) if transcript is not None else None
    with FaxModem(open_port(port, wanted, record=path), wanted) as modem:
        modem.prepare()
        offered = capabilities(modem.receivable(), finest, widest, ecm=ecm)
        offered = replace(offered, subaddress=addressed)
        taking = _Taking(modem, offered, station, inbox, listener, stop, timeout)
        if poll:
            call = taking.fetch(poll, asked)
        else:
            unanswered = _wait_for_call(modem, rings, _patience(port, wait), stop, listener)
            if unanswered is not None:
                return ReceivedFax(
                    unanswered, transcript=path, answered=False, notes=listener.notes
                )
            call = taking.answer()
    document = inbox.bind()
    notes = (*inbox.notes, *listener.notes)
    return ReceivedFax(call, tuple(inbox.pages), document, path, notes=notes, polled=bool(poll))


def capabilities(
    modulations: frozenset[Modulation], finest: Resolution, widest: int = 1728, *, ecm: bool
) -> Capabilities:
    """What is offered in DIS; a modem without V.27ter and V.29 cannot say V.17 (T.30 table 2)."""
    if not modulations:
        raise SettingsError("+FRM=?: the modem receives no modulation at all its rates")
    if Modulation.V17 in modulations and modulations != frozenset(Modulation):
        modulations -= {Modulation.V17}
    codings = frozenset(Coding) if ecm else frozenset({Coding.MH, Coding.MR})
    return Capabilities(
        modulations=modulations,
        resolutions=frozenset(RESOLUTIONS[: RESOLUTIONS.index(finest) + 1]),
        widths=tuple(width for width in WIDTHS if width <= widest),
        codings=codings,
        ecm=ecm,
    )


def _patience(port: str, wait: float | None) -> float:
    if wait is not None:
        return wait
    return _SIMULATED_WAIT_S if is_virtual(port) else math.inf


def _wait_for_call(
    modem: FaxModem,
    rings: int,
    wait: float,
    stop: threading.Event,
    listener: Listener,
) -> CallResult | None:
    """Wait for the ring at which to answer; a result where none came."""
    now = modem.port.now
    until = now() + wait
    heard = 0
    listener(Progress(Phase.DIAL, f"waiting for a call at {modem.port.name}", at=now()))
    try:
        while heard < rings:
            left = until - now()
            patience = left if heard == 0 else min(left, _RING_GAP_S)
            if left > 0 and modem.wait_for_ring(patience, stop):
                heard += 1
                listener(Progress(Phase.DIAL, f"ring {heard}", at=now()))
            elif left <= 0 or now() >= until:
                return CallResult(HangupStatus.NO_RING, text=f"no call came within {wait:.0f} s")
            else:
                heard = 0
    except Interrupted:
        return CallResult(HangupStatus.CANCELLED, text="cancelled before a call was answered")
    return None


@dataclass(frozen=True, slots=True)
class _Taking:
    """One call in which pages come; every line operation is told to the listener."""

    modem: FaxModem
    offered: Capabilities
    station: Station
    inbox: Inbox
    listener: Listener
    stop: threading.Event
    timeout: float | None

    def answer(self) -> CallResult:
        """Answer the call that rings."""
        self._tell("answering")
        result = self.modem.receive(
            self.offered,
            self.station,
            self.inbox.keep,
            observe=self._observer(),
            cancel=self.stop,
            timeout=self.timeout,
        )
        return self._over(result)

    def fetch(self, number: str, poll: Poll) -> CallResult:
        """Call, and poll."""
        self._tell(f"dialling {number}")
        result = self.modem.poll(
            number,
            self.offered,
            self.station,
            self.inbox.keep,
            poll=poll,
            observe=self._observer(),
            cancel=self.stop,
            timeout=self.timeout,
        )
        return self._over(result)

    def _tell(self, text: str) -> None:
        self.listener(Progress(Phase.DIAL, text, at=self.modem.port.now()))

    def _observer(self) -> Callable[[LineOp, Heard | None], None]:
        now, narrator = self.modem.port.now, Narrator(0)

        def observe(op: LineOp, heard: Heard | None) -> None:
            for frame in heard.frames if heard is not None else ():
                if frame.kind is FCF.SUB:
                    self.inbox.note_address(decode_id(frame.fif))
            told = narrator.tell(op, heard, now())
            if told is None:
                told = _told_of_page(op, heard, len(self.inbox.pages), now())
            if told is not None:
                self.listener(told)

        return observe

    def _over(self, result: CallResult) -> CallResult:
        kept, now = len(self.inbox.pages), self.modem.port.now()
        self.listener(Progress(Phase.DONE, result.status.sentence, kept, at=now))
        return result


def _told_of_page(op: LineOp, heard: Heard | None, kept: int, at: float) -> Progress | None:
    """What a narrator of sent pages does not tell: that one comes in, and that it is safe."""
    if isinstance(op, ReceivePage) and heard is None:
        rate = op.rung.bits_per_second
        text = f"receiving page {kept + 1} at {op.rung.name}"
        return Progress(Phase.PAGE, text, kept + 1, rate=rate, at=at)
    if isinstance(op, KeepPage) and heard is not None and heard.done:
        return Progress(Phase.CONFIRM, f"page {op.number} is kept", op.number, at=at)
    return None

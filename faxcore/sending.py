"""``send_fax()``: from a message and a number to one honest result.

Theory of operation. Three steps, in this order: the message becomes pages, coded in every form that
the far end may ask for, in a worker process (``prepare``); the port is opened and the modem made
ready; the number is dialled, and from then on this process only moves octets. Up to the moment of
dialling what goes wrong is an exception; afterwards it is a value in the result.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from faxcore.errors import ContentError, SettingsError
from faxcore.modem.choice import choose_profile
from faxcore.modem.driver import FaxModem
from faxcore.modem.number import dial_string
from faxcore.ports import check_address, open_port
from faxcore.profiles import ModemProfile
from faxcore.render import (
    AUTO_TONE,
    Attachment,
    Content,
    CoverFields,
    RenderedDocument,
    RenderProgress,
    Tone,
    WarmWorker,
    render_content,
)
from faxcore.t4 import Coding, Resolution
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.line import Heard, LineOp
from faxcore.t30.progress import Listener, Narrator, Phase, Progress
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.t30.sender import DEFAULT_OPTIONS

Observer = Callable[[Progress], None]

_RESOLUTIONS = {
    Resolution.FINE: (Resolution.FINE, Resolution.COARSE),
    Resolution.COARSE: (Resolution.COARSE,),
}
"""What a page is rendered at: fine pages have a coarse form for far ends that know no other."""


@dataclass(frozen=True, slots=True)
class PreparedFax:
    """A message ready to be sent, any number of times: the last CPU work is done.

    ``rendered`` has the PDF and every page's codings, ``document`` what a call needs of them.
    """

    rendered: RenderedDocument
    document: FaxDocument

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return len(self.rendered.pages)


@dataclass(frozen=True, slots=True)
class FaxResult:
    """What ``send_fax`` answers.

    ``ok`` means that the far end confirmed every page, and nothing else does. ``reason`` is a
    stable word (``ok``, ``busy``, ``no_answer``, ``page_unanswered`` ...), ``text`` a sentence.
    ``pages`` is how many the document has; ``pages_confirmed`` counts those sent now and
    confirmed, ``pages_uncertain`` those that went out and were never answered: they may have been
    printed. ``call`` has the report of every page; ``transcript`` is where the octets are.
    """

    number: str
    call: CallResult
    pages: int
    transcript: Path | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether every page was confirmed."""
        return self.call.ok

    @property
    def status(self) -> HangupStatus:
        """How the call ended."""
        return self.call.status

    @property
    def reason(self) -> str:
        """A stable word for programs."""
        return self.call.status.reason

    @property
    def text(self) -> str:
        """A sentence for people: what happened, and where."""
        sentence = self.call.status.sentence
        detail = self.call.text
        return f"{sentence} ({detail})" if detail and detail != sentence else sentence

    @property
    def pages_confirmed(self) -> int:
        """How many pages the far end confirmed."""
        return self.call.count(PageOutcome.CONFIRMED)

    @property
    def pages_uncertain(self) -> int:
        """How many pages went out and were never answered."""
        return self.call.count(PageOutcome.UNCERTAIN)


def prepare(
    content: Content,
    *,
    header: str | None = "auto",
    resolution: Resolution = Resolution.FINE,
    tone: Tone | str = AUTO_TONE,
    observe: Observer | None = None,
    cancel: threading.Event | None = None,
    warm: WarmWorker | None = None,
    codings: tuple[Coding, ...] = tuple(Coding),
) -> PreparedFax:
    """Render and encode a message, in a worker process.

    ``header`` is the line at the top of every page: ``"auto"``, a text with tokens (see
    ``render_content``), or None; ``tone`` is how grey becomes black and white (see ``send_fax``).
    ``warm`` is a worker that is kept for message after message (see ``render_content``).
    ``codings`` are those that are wanted: all for a call, one for a file.
    Raises ContentError for what cannot be faxed.
    """
    if resolution not in _RESOLUTIONS:
        raise SettingsError(f"a fax is sent coarse or fine, not {resolution.name.lower()}")

    def report(step: RenderProgress) -> None:
        if observe is not None:
            observe(Progress(Phase.RENDER, step.text, step.page, step.pages))

    rendered = render_content(
        content,
        header=header,
        resolutions=_RESOLUTIONS[resolution],
        tone=tone,
        observe=report,
        cancel=cancel.is_set if cancel is not None else None,
        warm=warm,
        codings=codings,
    )
    pages = tuple(FaxPage(page.codings) for page in rendered.pages)
    return PreparedFax(rendered, FaxDocument(pages))


def send_fax(
    to: str,
    content: Content | PreparedFax | str | Path | Sequence[Path],
    *,
    port: str = "sim://",
    header: str | None = "auto",
    station_id: str = "",
    subaddress: str = "",
    password: str = "",
    resolution: Resolution | str = Resolution.FINE,
    tone: Tone | str = AUTO_TONE,
    profile: ModemProfile | str | None = None,
    modem_class: str | None = None,
    options: CallOptions = DEFAULT_OPTIONS,
    first_page: int = 1,
    observe: Observer | None = None,
    cancel: threading.Event | None = None,
    transcript: str | Path | None = None,
    timeout: float | None = None,
) -> FaxResult:
    """Send one fax to one number, and wait until it is known what became of every page.

        from pathlib import Path
        from faxcore import send_fax

        result = send_fax("+44 20 7946 0000", Path("letter.pdf"), port="/dev/ttyACM0",
                          station_id="+1 555 0100")
        if not result.ok:
            print(result.reason, result.pages_confirmed, "of", result.pages)

    ``to``
        The number as people write it. Blanks, dots, hyphens, slashes and brackets are left out;
        any other character that is not for dialling is refused by name.
    ``content``
        A ``str`` is the text of the message; a ``Path``, or several, are files to send (PDF, TIFF,
        PNG, JPEG, GIF, BMP, WebP, HTML, CSV, text); a ``Content`` can have a cover page, a body
        and attachments; a ``PreparedFax`` (from ``prepare()``) has been rendered before.
    ``port``
        Where the modem is: a serial device, ``rfc2217://host:port``, ``socket://host:port``, or
        ``sim://``, a simulated modem in virtual time, with which a call takes milliseconds.
        ``sim://?far=busy`` plays another far end; ``sim://?pace=real`` takes the time of a call.
    ``header``
        The line at the top of every page: ``"auto"``, a text with ``$[DATE] $[FROM] $[PAGE]`` and
        other tokens, or None for none: a TIFF that is a fax page already then goes out as it is.
    ``station_id``
        Our identity on the line (TSI): at most 20 digits, blanks and ``+ - .``.
    ``subaddress``, ``password``
        SUB and PWD, at most 20 digits, blanks, ``#`` and ``*`` each: sent to a far end that says it
        takes them, and to no other.
    ``resolution``
        ``Resolution.FINE`` or ``COARSE``, or their names. A fine page is sent coarse to a far end
        that knows no better; ``result.call.pages[i].parameters`` says how each page went out.
    ``tone``
        How grey becomes black and white: ``"auto"`` (each part of a page as suits it), ``"text"``,
        ``"photo"``, ``"threshold:N"``, ``"dither"``, or ``"fast"`` (photographs coarse and short).
    ``profile``, ``modem_class``
        What the modem is like: a profile's name or a ``ModemProfile``; and the fax class to use in
        place of the profile's: "1", "1.0", "2", "2.0", "2.1", or "auto", the best it offers.
    ``options``
        What this call may use: ``CallOptions(ecm=False, fastest=9600)`` is for a line on which
        error correction or the higher rates have failed.
    ``first_page``
        Begin with this page of the document, to resume a call that broke off after some.
    ``observe``
        Called with a ``Progress`` at every step, in the thread that called ``send_fax``. It must be
        quick: the modem waits for it. When it raises, the call goes on without it, because a
        result must not be lost for a display; ``result.notes`` then tells what it raised.
    ``cancel``
        A ``threading.Event``. When another thread sets it, the call is ended with DCN within about
        half a second and the result says ``cancelled``.
    ``transcript``
        A file that gets every octet to and from the modem, with times (mode 0600).
    ``timeout``
        The longest time, in seconds, from dialling to hanging up.

    Raises ContentError, SettingsError or ModemError before anything was dialled. Once a number was
    dialled it raises nothing for what the far end, the line or the modem do: see ``FaxResult``.
    """
    station = check_call(to, station_id, subaddress, password)
    wanted = choose_profile(profile, modem_class)
    check_address(port)
    stop = cancel or threading.Event()
    listener = Listener(observe)
    try:
        fax = _prepared(
            content,
            to,
            header,
            resolution=_resolution(resolution),
            tone=Tone.of(tone),
            observe=listener,
            cancel=stop,
        )
    except ContentError:
        if stop.is_set():
            return _never_dialled(to)
        raise
    document = _from_page(fax, first_page)
    path = Path(transcript) if transcript is not None else None
    with FaxModem(open_port(port, wanted, record=path), wanted) as modem:
        call = _call(
            modem,
            to,
            document,
            station,
            pages=fax.pages,
            listener=listener,
            stop=stop,
            options=options,
            timeout=timeout,
        )
    return FaxResult(to, call, fax.pages, path, (*fax.rendered.notes, *listener.notes))


def check_call(to: str, station_id: str = "", subaddress: str = "", password: str = "") -> Station:
    """Refuse a number or a station id that cannot be used, before any work is done for it."""
    dial_string(to)
    return Station(station_id, subaddress, password)


def _call(
    modem: FaxModem,
    to: str,
    document: FaxDocument,
    station: Station,
    *,
    pages: int,
    listener: Listener,
    stop: threading.Event,
    options: CallOptions,
    timeout: float | None,
) -> CallResult:
    """Dial and send; every line operation is told to the listener."""
    now = modem.port.now
    narrator = Narrator(pages)

    def observe(op: LineOp, heard: Heard | None) -> None:
        told = narrator.tell(op, heard, now())
        if told is not None:
            listener(told)

    text = f"setting up the modem at {modem.port.name} and dialling {to}"
    listener(Progress(Phase.DIAL, text, pages=pages, at=now()))
    result = modem.send(
        document,
        to,
        station,
        options=options,
        observe=observe,
        on_progress=lambda share: listener(narrator.sending(share, now())),
        cancel=stop,
        timeout=timeout,
    )
    listener(Progress(Phase.DONE, result.status.sentence, pages=pages, at=now()))
    return result


def _resolution(resolution: Resolution | str) -> Resolution:
    if isinstance(resolution, Resolution):
        return resolution
    try:
        return Resolution[resolution.upper()]
    except KeyError:
        raise SettingsError(f"resolution {resolution!r}: coarse or fine is expected") from None


def _prepared(
    content: Content | PreparedFax | str | Path | Sequence[Path],
    to: str,
    header: str | None,
    *,
    resolution: Resolution,
    tone: Tone,
    observe: Observer,
    cancel: threading.Event,
) -> PreparedFax:
    if isinstance(content, PreparedFax):
        return content
    if not isinstance(content, Content):
        content = _as_content(content, to)
    return prepare(
        content, header=header, resolution=resolution, tone=tone, observe=observe, cancel=cancel
    )


def _as_content(content: str | Path | Sequence[Path], to: str) -> Content:
    fields = CoverFields(datetime.now().astimezone(), recipient_number=to)
    if isinstance(content, str):
        return Content(fields, body=content)
    paths = [content] if isinstance(content, Path) else list(content)
    if not paths:
        raise ContentError("there is nothing to send")
    return Content(fields, attachments=tuple(Attachment.from_path(path) for path in paths))


def _from_page(fax: PreparedFax, first_page: int) -> FaxDocument:
    if not 1 <= first_page <= fax.pages:
        raise SettingsError(f"first page {first_page}: the document has {fax.pages} pages")
    return FaxDocument(fax.document.pages[first_page - 1 :], first_page)


def _never_dialled(to: str) -> FaxResult:
    """The result of a fax that was cancelled while it was still being rendered."""
    call = CallResult(HangupStatus.CANCELLED, text="cancelled before dialling")
    return FaxResult(to, call, 0)

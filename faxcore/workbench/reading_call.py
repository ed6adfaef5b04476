"""What a recorded call was about: number, stations, session and pages, to be made once more."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from faxcore.errors import SettingsError
from faxcore.modem.driver import POLLING, POLLING_ONE
from faxcore.modem.t32 import RATES, Numbers, capabilities_of, parse_numbers
from faxcore.profiles import ModemProfile, load_profile, profile_names
from faxcore.t4 import EncodedPage, PageBitmap, Resolution, encode_page, reverse_bits
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Poll, Station
from faxcore.t30.ecm import PartialPage, read_burst
from faxcore.t30.frames import FCF, Frame, decode_id
from faxcore.t30.modulation import V27TER_2400, v34_rung
from faxcore.transport.transcript import Direction
from faxcore.workbench.evidence_pages import is_training
from faxcore.workbench.evidence_reports import page_command
from faxcore.workbench.evidence_steps import StepMaker
from faxcore.workbench.reading import Reader
from faxcore.workbench.reading_pages import form_of_frames, form_of_page
from faxcore.workbench.reading_parts import Segment, Sort

_NAMED = re.compile(r'AT(\+FLID|\+FLI|\+FSA|\+FPW|\+FPA)="([^"]*)"', re.IGNORECASE)
_POLL = re.compile(r"AT\+FSPL?=1", re.IGNORECASE)
_SOME = "0"
"""What stands for a selective address that was never said."""

_SAID = {"+FLID": "id", "+FLI": "id", "+FSA": "subaddress", "+FPW": "password"}
_POLLED = {"+FPA": "selective", "+FPW": "password"}
_OFFER = re.compile(r"AT\+F(DCC|CC)=([0-9A-Fa-f,]+)", re.IGNORECASE)
_ADDRESSED = re.compile(r"AT\+FAP=1,0,0", re.IGNORECASE)
_DIAL = re.compile(r"ATD[TP]?(.+)", re.IGNORECASE)
_ENDS = frozenset({FCF.MPS, FCF.EOM, FCF.EOP, FCF.PRI_MPS, FCF.PRI_EOM, FCF.PRI_EOP})
_DLE_ENDS = {0x2C: FCF.MPS, 0x3B: FCF.EOM, 0x2E: FCF.EOP}
_T32 = frozenset({"2.0", "2.1"})


@dataclass(slots=True)
class RecordedCall:
    """What one side of a call brought to it.

    ``pages`` has the forms of each page that was sent, by its number; ``follows`` is the command
    behind the last of them; ``asks_speeds`` whether the modem was asked what it receives;
    ``refuses`` whether a received page was not kept; ``poll`` what was polled.
    """

    profile: ModemProfile
    calling: bool | None = None
    number: str = ""
    poll: Poll | None = None
    station: Station = field(default_factory=Station)
    options: CallOptions = field(default_factory=CallOptions)
    capabilities: Capabilities | None = None
    pages: dict[int, list[EncodedPage]] = field(default_factory=dict)
    session: SessionParameters | None = None
    follows: FCF | None = None
    asks_speeds: bool = False
    refuses: bool = False
    interrupted: bool = False

    def document(self) -> FaxDocument:
        """The pages, with a blank one for one that was still to come."""
        session = self.session or SessionParameters(V27TER_2400)
        pages = [FaxPage(tuple(self.pages[each])) for each in sorted(self.pages)]
        if not pages or self.follows is FCF.MPS:
            pages.append(FaxPage((_blank(session),)))
        elif self.follows is FCF.EOM:
            pages.append(FaxPage((_blank(replace(session, resolution=_other(session))),)))
        return FaxDocument(tuple(pages))


def recorded_call(path: Path) -> RecordedCall:
    """Read a transcript for what was brought to its call. Raises SettingsError for no call."""
    reader = Reader(path)
    collector = _Collector(RecordedCall(_profile(reader.field("profile"))))
    maker = collector.maker
    for piece in reader:
        collector.take(maker.segmenter.feed(piece))
    collector.take(maker.segmenter.finish())
    call = collector.finish()
    if call.calling is None:
        raise SettingsError(f"transcript {path}: there is no call in it")
    return call


class _Collector:
    """Goes through the segments and keeps what the computer brought."""

    def __init__(self, call: RecordedCall) -> None:
        self.call = call
        self.maker = StepMaker()
        self._frames: dict[int, dict[int, dict[int, bytes]]] = defaultdict(dict)
        self._under: dict[int, SessionParameters] = {}
        self._burst: dict[int, bytes] = {}
        self._kept = False

    def take(self, segments: list[Segment]) -> None:
        """Some more segments."""
        for segment in segments:
            if segment.sort is Sort.MARK:
                self._mark(segment.text)
            elif segment.sort is Sort.COMMAND:
                self._command(segment.text)
            elif segment.sort is Sort.FRAME:
                self._frame(segment)
            elif segment.sort is Sort.DATA and segment.direction is Direction.TO_MODEM:
                self._data(segment)
            self.maker.feed([segment])

    def finish(self) -> RecordedCall:
        """All that was brought."""
        call = self.call
        call.calling = self.maker.session.calling
        call.session = call.session or self.maker.session.parameters
        call.profile = replace(call.profile, fax_class=self.maker.segmenter.fax_class or "1")
        for page, blocks in self._frames.items():
            octets = b"".join(
                blocks[block].get(number, b"")
                for block in sorted(blocks)
                for number in range(max(blocks[block], default=-1) + 1)
            )
            call.pages.setdefault(page, []).append(form_of_frames(octets, self._under[page]))
        return call

    def _mark(self, text: str) -> None:
        self.call.interrupted = self.call.interrupted or text == "interrupted"
        self._kept = text.startswith("KeepPage")
        if text in {POLLING, POLLING_ONE}:
            self.call.poll = Poll(_SOME if text == POLLING_ONE else "")

    def _command(self, text: str) -> None:
        call = self.call
        if named := _NAMED.fullmatch(text):
            self._named(named[1].upper(), named[2])
        elif _POLL.fullmatch(text):
            call.poll = call.poll or Poll()
        elif offer := _OFFER.fullmatch(text):
            self._offer(offer[2])
        elif _ADDRESSED.fullmatch(text) and call.capabilities is not None:
            call.capabilities = replace(call.capabilities, subaddress=True)
        elif dialled := _DIAL.fullmatch(text):
            call.number = dialled[1]
        elif text.upper() == "AT+FRM=?":
            call.asks_speeds = True
        elif follows := page_command(text.upper().removeprefix("AT")):
            self._ended(FCF[follows.replace("-", "_")])

    def _named(self, name: str, text: str) -> None:
        call = self.call
        if call.poll is not None and name in _POLLED:
            call.poll = replace(call.poll, **{_POLLED[name]: text})
        elif name in _SAID:
            call.station = replace(call.station, **{_SAID[name]: text})

    def _offer(self, text: str) -> None:
        base = 16 if self.maker.segmenter.fax_class in _T32 else 10
        numbers = parse_numbers(text, base) or Numbers()
        self.call.capabilities = capabilities_of(numbers, numbers)
        rate = RATES[min(numbers.br, len(RATES) - 1)]
        self.call.options = CallOptions(ecm=bool(numbers.ec), fastest=rate)

    def _frame(self, segment: Segment) -> None:
        frame = Frame.parse(segment.payload)
        if frame is None or segment.direction is not Direction.TO_MODEM:
            return
        call, kind = self.call, frame.kind
        if kind in {FCF.TSI, FCF.CSI, FCF.CIG}:
            call.station = replace(call.station, id=decode_id(frame.fif))
        elif kind is FCF.SUB:
            call.station = replace(call.station, subaddress=decode_id(frame.fif))
        elif kind is FCF.PWD:
            call.station = replace(call.station, password=decode_id(frame.fif))
        elif kind in {FCF.SEP, FCF.PWD_POLL}:
            name = {FCF.SEP: "selective", FCF.PWD_POLL: "password"}[FCF(kind or 0)]
            call.poll = replace(call.poll or Poll(), **{name: decode_id(frame.fif)})
        elif kind in {FCF.DIS, FCF.DTC}:
            call.capabilities = Capabilities.decode(frame.fif)
        elif kind is FCF.DCS and call.session is None:
            self._first_session(SessionParameters.decode(frame.fif))
        elif kind in _ENDS:
            self._ended(kind)
        elif kind is FCF.PPS:
            self._block(PartialPage.decode(frame.fif))
        elif kind is FCF.RTN:
            call.refuses = call.refuses or self._kept

    def _first_session(self, session: SessionParameters | None) -> None:
        if session is not None and self.maker.session.v34_rate:  # what it says of ECM goes unsaid
            v34 = v34_rung(self.maker.session.v34_rate)
            self.call.session = replace(session, rung=v34, ecm=True)
            self.call.options = CallOptions(small_frames=session.frame_octets == 64)
        elif session is not None:
            self.call.session = session
            self.call.options = CallOptions(
                ecm=session.ecm or self.call.options.ecm,
                fastest=session.rung.bits_per_second,
                small_frames=session.ecm and session.frame_octets == 64,
            )

    def _ended(self, kind: FCF | None) -> None:
        plain = {FCF.PRI_MPS: FCF.MPS, FCF.PRI_EOM: FCF.EOM, FCF.PRI_EOP: FCF.EOP}
        self.call.follows = plain.get(kind, kind) if kind is not None else None

    def _block(self, part: PartialPage | None) -> None:
        if part is None:
            return
        self._frames[part.page + 1].setdefault(part.block, {}).update(self._burst)
        if (under := self.maker.session.parameters) is not None:
            self._under.setdefault(part.page + 1, under)
        self._burst = {}
        self._ended(part.end)

    def _data(self, segment: Segment) -> None:
        session = self.maker.session
        under = session.parameters or self.call.session
        payload = segment.payload
        if under is None or is_training(payload, session, segment):
            return
        octets = reverse_bits(payload)
        if under.ecm and segment.speed:
            self._burst = read_burst(octets)
            return
        form = form_of_page(octets, under, complete=segment.complete)
        forms = self.call.pages.setdefault(session.page, [])
        known = {(each.coding, each.resolution, each.width) for each in forms}
        if (form.coding, form.resolution, form.width) not in known:
            forms.append(form)
        self.call.follows = _DLE_ENDS.get(segment.end, self.call.follows)


def _profile(name: str) -> ModemProfile:
    return load_profile(name if name in profile_names() else "generic-class1")


def _blank(session: SessionParameters) -> EncodedPage:
    """A white page of one row."""
    image = PageBitmap.from_array([[0] * session.width], session.resolution)
    return encode_page(image, session.coding)


def _other(session: SessionParameters) -> Resolution:
    """A resolution that needs another DCS."""
    return Resolution.FINE if session.resolution is Resolution.COARSE else Resolution.COARSE

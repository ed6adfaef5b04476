"""A transcript that can be posted: numbers, names, texts and pages become stand-ins.

Theory of operation. The transcript is taken apart into segments; each is written anew by a rule
that says what may stay; the new octets are dealt out over the moments of the old ones. Frames get
their check sums anew, and pages stay pages of the same form, so that the file still replays and
still shows what went wrong. At the end the result is searched for what must not be in it, in every
writing: that finds a hole in the rules before somebody else does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from faxcore.errors import SettingsError
from faxcore.modem.stuffing import stuff
from faxcore.modem.v34_codes import hidden, shielded
from faxcore.t4 import EncodedPage, reverse_bits
from faxcore.t30 import hdlc
from faxcore.t30.capabilities import SessionParameters
from faxcore.t30.ecm import PartialPage, read_burst
from faxcore.t30.frames import FCF, Frame, fcs
from faxcore.transport.transcript import Direction, Entry, format_entry, format_head
from faxcore.workbench.evidence_pages import RUNG_BY_SPEED, is_training
from faxcore.workbench.evidence_steps import StepMaker
from faxcore.workbench.reading import Piece, Reader
from faxcore.workbench.reading_parts import Segment, Sort
from faxcore.workbench.redact_names import StandIns
from faxcore.workbench.redact_pages import (
    Sending,
    broken_page,
    burst_of,
    framed_page,
    has_end,
    is_refusable,
    page_for,
    refused_page,
    sent_page,
)
from faxcore.workbench.redact_search import check_nothing_remains
from faxcore.workbench.redact_words import (
    learn_from_frame,
    learn_from_line,
    redacted_frame,
    redacted_head,
    redacted_line,
    redacted_mark,
)

MAX_OCTETS = 1 << 25
_REFUSED_SHARE = 0.15
_NOT_ZERO = 0x55


@dataclass(slots=True)
class _Page:
    """What is known of one page of the call before its stand-in is made."""

    most: int = 0
    under: SessionParameters | None = None
    blocks: dict[int, int] = field(default_factory=dict)
    form: EncodedPage | None = None
    framed: list[list[bytes]] | None = None


@dataclass(slots=True)
class _Data:
    """A segment of fast data: which page, which block, under what."""

    page: int
    block: int
    under: SessionParameters | None
    training: bool
    octets: bytes


def redact(path: Path, out: Path) -> tuple[str, ...]:
    """Write what may be posted of ``path`` to ``out``; notes on what was left out.

    Raises SettingsError for no transcript, for one that is too long, and where something of the
    original would remain; nothing is written then.
    """
    reader = Reader(path)
    pieces, octets = [], 0
    for piece in reader:
        octets += len(piece.entry.data)
        if octets > MAX_OCTETS:
            raise SettingsError(f"transcript {path}: more than {MAX_OCTETS} octets")
        pieces.append(piece)
    if reader.cut_short:
        raise SettingsError(f"transcript {path}: it is too long to be redacted")
    redactor = _Redactor(pieces)
    entries = redactor.entries()
    check_nothing_remains(path, entries, redactor.names.originals)
    head = format_head(redacted_head(reader.head))
    text = head + "".join(format_entry(each) for each in entries)
    out.write_text(text, encoding="utf-8", newline="\n")
    left_out = f"{reader.left_out} lines that could not be read are left out"
    return (left_out,) if reader.left_out else ()


class _Redactor:
    """One transcript on its way."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.names = StandIns()
        self._pieces = pieces
        self._segments: list[Segment] = []
        self._data: dict[int, _Data] = {}
        self._pages: dict[int, _Page] = defaultdict(_Page)
        self._waiting: list[int] = []
        self._carries_fcs = False
        maker = StepMaker()
        for piece in pieces:
            self._look_at(maker.segmenter.feed(piece), maker)
        self._look_at(maker.segmenter.finish(), maker)

    # what is there

    def _look_at(self, segments: list[Segment], maker: StepMaker) -> None:
        """Learn names and the measures of pages."""
        for segment in segments:
            place = len(self._segments)
            self._segments.append(segment)
            if segment.sort in {Sort.COMMAND, Sort.LINE, Sort.KEYS}:
                learn_from_line(segment.text, self.names)
            elif segment.sort is Sort.FRAME:
                self._look_at_frame(segment)
            elif segment.sort is Sort.DATA:
                self._look_at_data(place, segment, maker)
            maker.feed([segment])

    def _look_at_frame(self, segment: Segment) -> None:
        octets = segment.payload
        if segment.direction is Direction.FROM_MODEM:
            sound = fcs(octets[:-2]) == octets[-2:]
            self._carries_fcs = self._carries_fcs or sound
            octets = octets[:-2] if sound else octets
        learn_from_frame(octets, self.names)
        frame = Frame.parse(octets)
        if frame is not None and frame.kind is FCF.PPS:
            self._block_ends(PartialPage.decode(frame.fif))

    def _look_at_data(self, place: int, segment: Segment, maker: StepMaker) -> None:
        session, payload = maker.session, segment.payload
        under = session.parameters
        training = is_training(payload, session, segment)
        data = _Data(session.page, 0, under, training, b"" if training else reverse_bits(payload))
        self._data[place] = data
        if training or under is None:
            return
        if under.ecm and segment.speed:
            self._waiting.append(place)
            return
        page = self._pages[data.page]
        page.most = max(page.most, len(payload))
        page.under = page.under or under

    def _block_ends(self, part: PartialPage | None) -> None:
        """PPS says which block of which page the burst before it was."""
        waiting, self._waiting = self._waiting, []
        if part is None:
            return
        for place in waiting:
            data = self._data[place]
            data.page, data.block = part.page + 1, part.block
            page = self._pages[data.page]
            page.under = page.under or data.under
            there = max(read_burst(data.octets), default=-1) + 1
            count = page.blocks.get(part.block)
            page.blocks[part.block] = max(count or part.frames, there)

    # what is written

    def entries(self) -> list[Entry]:
        """The transcript anew."""
        by_line: dict[int, list[bytes]] = defaultdict(list)
        asked = ""
        for place, segment in enumerate(self._segments):
            if segment.sort is Sort.COMMAND:
                asked = segment.text.upper().removeprefix("AT")
            if segment.sort is not Sort.MARK:
                _deal_out(segment, self._anew(place, segment, asked), by_line)
        return _joined(
            Entry(piece.entry.at, Direction.MARK, text=redacted_mark(piece.entry.text))
            if piece.entry.direction is Direction.MARK
            else Entry(piece.entry.at, piece.entry.direction, b"".join(by_line[piece.line]))
            for piece in self._pieces
        )

    def _anew(self, place: int, segment: Segment, asked: str) -> bytes:
        if segment.sort in {Sort.COMMAND, Sort.LINE, Sort.KEYS}:
            return redacted_line(bytes(segment.raw), self.names, asked)
        end = bytes(segment.raw[-2:]) if segment.complete else b""
        if segment.sort is Sort.CHANNEL:
            return bytes(segment.raw)
        if segment.sort is Sort.FRAME:
            hide = hidden if segment.v34 else stuff
            return hide(self._frame(segment)) + end
        data = self._data[place]
        octets = self._training(segment) if data.training else self._page(segment, data)
        if segment.v34:
            return self._v34_data(segment, octets)
        if segment.complete or segment.direction is Direction.FROM_MODEM:
            return stuff(octets) + end
        return _cut(stuff(octets + bytes(len(segment.raw))), len(segment.raw))

    def _v34_data(self, segment: Segment, octets: bytes) -> bytes:
        """A page as frames; those from the modem with their FCS."""
        received = segment.direction is Direction.FROM_MODEM
        frames = hdlc.frames_in(reverse_bits(octets))
        made = b"".join(shielded(each + fcs(each) if received else each) for each in frames)
        return made if segment.complete else _cut(made + bytes(len(segment.raw)), len(segment.raw))

    def _frame(self, segment: Segment) -> bytes:
        octets = segment.payload
        if segment.direction is Direction.TO_MODEM:
            return redacted_frame(octets, self.names, sound=segment.complete)
        if len(octets) > 2 and fcs(octets[:-2]) == octets[-2:]:
            made = redacted_frame(octets[:-2], self.names, sound=True)
            return made + fcs(made)
        if not self._carries_fcs:
            return redacted_frame(octets, self.names, sound=False)
        made = redacted_frame(octets[:-2], self.names, sound=False)
        return made + bytes(each ^ 0xFF for each in fcs(made))

    def _training(self, segment: Segment) -> bytes:
        """Zeros stay zeros, and damage stays where it was."""
        return bytes(_NOT_ZERO if each else 0 for each in segment.payload)

    def _page(self, segment: Segment, data: _Data) -> bytes:
        """The stand-in for one sending, in the bit order of the port."""
        under, page = data.under, self._pages[data.page]
        if under is None or page.under is None:
            return bytes(len(data.octets))
        if under.ecm and segment.speed:
            return reverse_bits(self._burst(data, page, under, _rate(segment, under)))
        turned = False
        if segment.direction is Direction.FROM_MODEM and _is_bad(data.octets, under):
            turned = not segment.speed and not _is_bad(reverse_bits(data.octets), under)
            if not turned:
                return refused_page(len(data.octets))
        if page.form is None or page.form.coding is not under.coding:
            received = segment.direction is Direction.FROM_MODEM
            broken = segment.speed and not received and _is_bad(data.octets, under)
            page.form = (broken_page if broken else page_for)(page.most, under)
        ended = has_end(data.octets, under.coding)
        rate = _rate(segment, under)
        sending = Sending(len(data.octets), under, rate, segment.complete, ended)
        made = sent_page(page.form, sending)
        return made if turned else reverse_bits(made)

    def _burst(self, data: _Data, page: _Page, under: SessionParameters, rate: int) -> bytes:
        if page.framed is None:
            page.framed = framed_page(max(1, sum(page.blocks.values())), under)
        block = page.framed[data.block] if data.block < len(page.framed) else []
        return burst_of(block, read_burst(data.octets).keys(), rate)


def _is_bad(octets: bytes, under: SessionParameters) -> bool:
    """Whether a receiver would refuse this page. Some class 2 modems turn received octets round."""
    return is_refusable(octets, under, _REFUSED_SHARE)


def _cut(stuffed: bytes, length: int) -> bytes:
    """So many octets, for a modem counts them when the line drops; no half of a doubled DLE."""
    kept = stuffed[:length]
    half = (len(kept) - len(kept.rstrip(b"\x10"))) % 2
    return kept[:-1] + b"\0" if half else kept


def _rate(segment: Segment, under: SessionParameters) -> int:
    """The rate of a carrier, which CTC may have changed without a DCS."""
    rung = RUNG_BY_SPEED.get(segment.speed, under.rung)
    return rung.bits_per_second


def _deal_out(segment: Segment, octets: bytes, by_line: dict[int, list[bytes]]) -> None:
    """The new octets over the lines of the old ones, in proportion."""
    total = sum(part.octets for part in segment.parts)
    given = before = 0
    for part in segment.parts:
        given += part.octets
        until = len(octets) * given // total if total else len(octets)
        by_line[part.line].append(octets[before:until])
        before = until


def _joined(entries: Iterable[Entry]) -> list[Entry]:
    """Octets of the same moment and direction as one entry; nothing where nothing is left."""
    joined: list[Entry] = []
    for entry in entries:
        last = joined[-1] if joined else None
        if entry.direction is not Direction.MARK and not entry.data:
            continue
        if (
            last is not None
            and entry.direction is last.direction is not Direction.MARK
            and entry.at == last.at
        ):
            joined[-1] = Entry(last.at, last.direction, last.data + entry.data)
        else:
            joined.append(entry)
    return joined

"""From segments to steps: what each stretch of octets says in the language of T.30."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from faxcore.modem.results import DIAL_FINAL, FINAL, Code, is_unasked, parse_number, parse_word
from faxcore.modem.v34_codes import CONTROL, EOT, PRIMARY, RETRAIN, told_rates
from faxcore.t30.frames import FCF, Frame, fcs
from faxcore.transport.transcript import Direction
from faxcore.workbench.evidence import MAX_STEPS, Kind, Record, Step, Way
from faxcore.workbench.evidence_frames import frame_fields, session_fields
from faxcore.workbench.evidence_pages import DLE_FOLLOWS, data_step
from faxcore.workbench.evidence_reports import page_command, report_steps
from faxcore.workbench.evidence_state import Session
from faxcore.workbench.reading import MAX_OCTETS, Reader, printable
from faxcore.workbench.reading_parts import Segment, Sort
from faxcore.workbench.reading_segments import Segmenter

_KEYS = {0x18: "CAN", 0x12: "DC2", 0x11: "XON", 0x13: "XOFF", 0x10: "DLE"}
_CHANNEL_CODES = {
    PRIMARY: "primary channel", CONTROL: "control channel", RETRAIN: "control channel retrained",
    EOT: "end of the call",
}  # fmt: skip
_SENT = frozenset({Kind.FRAME, Kind.TRAINING, Kind.PAGE})
_BY_DIAL = DIAL_FINAL | FINAL


def read_steps(path: Path, most_steps: int = MAX_STEPS, most_octets: int = MAX_OCTETS) -> Record:
    """Read a transcript, whatever state it is in. Raises SettingsError where it is none at all."""
    reader = Reader(path, most_octets)
    maker = StepMaker()
    steps: list[Step] = []
    complaints: list[str] = []
    for piece in reader:
        steps += maker.feed(maker.segmenter.feed(piece))
        if len(steps) >= most_steps:
            complaints.append(f"more than {most_steps} steps, the rest is not read")
            break
    steps += maker.finish()
    return Record(
        path=path,
        head=reader.head,
        steps=tuple(steps),
        fax_class=maker.segmenter.fax_class,
        complaints=(*reader.complaints, *complaints),
        left_out=reader.left_out,
    )


class StepMaker:
    """Feed it segments in order; it gives the steps that are over.

    A step stays open until the result code came that belongs to it, or something else began.
    """

    def __init__(self) -> None:
        self.segmenter = Segmenter()
        self.session = Session()
        self._steps: list[Step] = []
        self._open: int | None = None
        self._last_word = 0.0
        self._bare: Frame | None = None
        self._carries_fcs = False

    def feed(self, segments: Iterable[Segment]) -> list[Step]:
        """The steps that these segments end."""
        for segment in segments:
            self._take(segment)
            if segment.direction is Direction.FROM_MODEM:
                self._last_word = max(self._last_word, segment.ended)
        return self._drain()

    def finish(self) -> list[Step]:
        """The rest, once the transcript is over."""
        self.feed(self.segmenter.finish())
        self._open = None
        return self._drain()

    def _drain(self) -> list[Step]:
        count = len(self._steps) if self._open is None else self._open
        done, self._steps = self._steps[:count], self._steps[count:]
        self._open = None if self._open is None else 0
        return done

    def _take(self, segment: Segment) -> None:
        if segment.sort is Sort.MARK:
            text = printable(segment.text)
            self._add(_step(Kind.MARK, Way.LOCAL, segment, name="mark", text=text))
        elif segment.sort is Sort.COMMAND:
            self._command(segment)
        elif segment.sort is Sort.KEYS:
            self._keys(segment)
        elif segment.sort is Sort.LINE:
            self._line(segment)
        elif segment.sort is Sort.FRAME:
            self._frame(segment)
        elif segment.sort is Sort.CHANNEL:
            self._channel(segment)
        else:
            step = data_step(segment, self.session, self._reaction(segment))
            self._begin(step)
            if segment.v34:  # no result code follows
                self._open = None
            if segment.end in DLE_FOLLOWS:
                self._say(DLE_FOLLOWS[segment.end], Way.OUT, segment)

    # what the computer says

    def _command(self, segment: Segment) -> None:
        name = printable(segment.text.upper().removeprefix("AT"), 60)
        step = _step(Kind.COMMAND, Way.LOCAL, segment, name=name or "AT")
        self._begin(replace(step, reaction_s=self._reaction(segment)))
        if name[:1] == "D":
            self.session.calling = True
        elif name == "A":
            self.session.calling = False
        elif name in {"+FSPL=1", "+FSP=1"}:
            self.session.polls = True
        if follows := page_command(name):
            self._say(follows, Way.OUT, segment)

    def _keys(self, segment: Segment) -> None:
        name = " ".join(_KEYS.get(each, f"{each:02X}") for each in segment.raw[:8])
        if name != "DC2":
            self._begin(_step(Kind.COMMAND, Way.LOCAL, segment, name=name))

    def _reaction(self, segment: Segment) -> float:
        """How late the computer was. Of V.34 that is not known: nothing tells that it listens."""
        if segment.v34:
            return 0.0
        return max(0.0, segment.began - self._last_word) if self._last_word else 0.0

    # what the modem says

    def _line(self, segment: Segment) -> None:
        text = printable(segment.text)
        if (rates := told_rates((text,))) is not None:
            self.session.v34_rate = rates[0]
        if _is_rubbish(segment.raw):
            shown = printable(segment.raw[:16].hex(" "))
            self._add(_step(Kind.NOISE, Way.LOCAL, segment, name="noise", text=shown))
            return
        if not text or self._is_echo(text):
            return
        reports = report_steps(segment, text, self.session)
        if reports is not None:
            for report in reports:
                self._add(report)
            return
        code = parse_word(text) or (None if self.segmenter.in_words else parse_number(text))
        if (code is Code.RING and not self._is_dialling()) or (code is None and is_unasked(text)):
            self._add(_step(Kind.REPORT, Way.LOCAL, segment, name=printable(text.split(":")[0])))
        elif code in _BY_DIAL:
            self._result(code, text, segment)
        elif self._open is not None:
            step = self._steps[self._open]
            if len(step.fields) < 40:
                self._steps[self._open] = replace(step, fields=(*step.fields, ("answer", text)))
        elif code is None:
            self._add(_step(Kind.NOISE, Way.LOCAL, segment, name="noise", text=text))

    def _is_echo(self, text: str) -> bool:
        if self._open is None or self._steps[self._open].kind is not Kind.COMMAND:
            return False
        bare = text.upper()
        return bare.startswith("AT") and bare.endswith(self._steps[self._open].name)

    def _is_dialling(self) -> bool:
        return self._open is not None and self._steps[self._open].name[:1] == "D"

    def _result(self, code: Code, text: str, segment: Segment) -> None:
        if self._open is None:
            self._add(_step(Kind.REPORT, Way.LOCAL, segment, name=text))
            return
        place, self._open = self._open, None
        step = self._steps[place]
        bad = code in {Code.ERROR, Code.NO_CARRIER, Code.FCERROR}
        step = replace(step, result=text, last_line=segment.last_line)
        if step.kind is not Kind.PAGE or step.way is Way.OUT:
            step = replace(step, ended=segment.ended)
        if step.kind in _SENT and step.way is Way.OUT:
            step = replace(step, ok=step.ok and not bad)
        elif step.kind is Kind.FRAME:
            step = self._judged(step, code)
        self._steps[place] = step
        self._follow_page(step, code, segment)

    def _follow_page(self, step: Step, code: Code, segment: Segment) -> None:
        """In class 2.0 the answer for a page is OK or ERROR, and may have been told before."""
        if step.kind is not Kind.PAGE or step.field("follows") == "" or self.session.status:
            return
        if code is Code.OK and self.session.hung_up in {None, 0}:
            self._say("MCF", Way.IN, segment, "told by OK")
        elif code is Code.ERROR:
            self._say("RTN", Way.IN, segment, "told by ERROR")

    # frames

    def _frame(self, segment: Segment) -> None:
        payload = segment.payload
        out = segment.direction is Direction.TO_MODEM
        self._bare = None
        if out:
            frame = Frame.parse(payload) if segment.complete else None
        else:
            sound = len(payload) > 4 and fcs(payload[:-2]) == payload[-2:]
            self._carries_fcs = self._carries_fcs or sound
            frame = Frame.parse(payload[:-2]) if sound else None
            self._bare = Frame.parse(payload) if not sound else None
        if out and payload == b"":
            return
        way = Way.OUT if out else Way.IN
        step = _step(Kind.FRAME, way, segment, name="damaged frame", octets=len(payload))
        step = replace(step, ok=False, reaction_s=self._reaction(segment) if out else 0.0)
        self._begin(self._named(step, frame) if frame is not None else step)
        if segment.v34:
            self._open = None

    def _channel(self, segment: Segment) -> None:
        """A code of V.34's: what chooses or tells of a channel; rates say nothing new."""
        name = _CHANNEL_CODES.get(segment.end)
        if name is not None:
            if segment.direction is Direction.TO_MODEM:
                text = f"we ask for: {name}"
                self._add(_step(Kind.MARK, Way.LOCAL, segment, name="mark", text=text))
            else:
                self._add(_step(Kind.REPORT, Way.LOCAL, segment, name=name))

    def _judged(self, step: Step, code: Code) -> Step:
        """What the modem thinks of a frame; one that hands over no FCS must be believed."""
        bare, self._bare = self._bare, None
        if step.ok or bare is None:
            return step
        if code is Code.OK and not self._carries_fcs:
            return self._named(step, bare)
        return replace(step, fields=(("looks like", bare.name),)) if bare.kind else step

    def _named(self, step: Step, frame: Frame) -> Step:
        name = frame.name
        self.session.frame(frame, step.way)
        final = () if frame.final else (("more", "follow"),)
        text = "" if frame.kind is not None else "a frame that T.30 does not know"
        fields = frame_fields(frame)
        if frame.kind is FCF.DCS and self.session.v34_rate:
            fields = session_fields(self.session.parameters)
        return replace(step, name=name, text=text, fields=fields + final, ok=True)

    def _say(self, name: str, way: Way, segment: Segment, text: str = "") -> None:
        """A frame that a modem of the class 2 family said or heard for us."""
        self.session.frame(Frame(FCF[name.replace("-", "_")]), way)
        step = _step(Kind.FRAME, way, segment, name=name, text=text)
        self._add(replace(step, at=segment.ended))

    def _begin(self, step: Step) -> None:
        """A step that a result code will end; what was open stays without."""
        self._open = len(self._steps)
        self._steps.append(step)

    def _add(self, step: Step) -> None:
        """A step that is whole."""
        self._steps.append(step)


def _is_rubbish(raw: bytes | bytearray) -> bool:
    """Whether most of a line is nothing that a modem says; XON and the like may be in it."""
    odd = sum(octet >= 0x7F for octet in raw)
    return odd * 3 > len(raw)


def _step(
    kind: Kind, way: Way, segment: Segment, *, name: str, text: str = "", octets: int = 0
) -> Step:
    began = segment.ended if segment.sort is Sort.LINE else segment.began
    return Step(
        kind, way, began, segment.ended, segment.line, segment.last_line, name, text, octets=octets
    )

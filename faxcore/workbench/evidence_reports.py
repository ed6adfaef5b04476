"""The reports of modems of the class 2 family as steps (SP-2388-A 5; T.32 8.4)."""

from __future__ import annotations

import re
from dataclasses import replace

from faxcore.modem.dialect import ETX_ENDS, PAGE_STATUS, hangup_status
from faxcore.modem.t32 import SCAN_TIMES, parse_numbers, session_of
from faxcore.t4 import Resolution
from faxcore.t30.frames import FCF, Frame
from faxcore.workbench.evidence import Kind, Step, Way
from faxcore.workbench.evidence_frames import report_fields
from faxcore.workbench.evidence_state import Session
from faxcore.workbench.reading import printable
from faxcore.workbench.reading_parts import Segment

_REPORT = re.compile(r"\+?(F[A-Z]{1,4})(?::\s*(.*))?")
_FET = re.compile(r"\+FET=(\d)")
_T32 = frozenset({"FIS", "FCS", "FPS", "FHS"})
_SESSIONS = {"FDIS": "DIS", "FIS": "DIS", "FDCS": "DCS", "FCS": "DCS", "FDTC": "DTC", "FTC": "DTC"}
_IDENTITIES = {"FCSI": "CSI", "FCI": "CSI", "FTSI": "TSI", "FTI": "TSI"}
_STATUS = frozenset({"FPTS", "FPS"})
_HANGUP = frozenset({"FHNG", "FHS"})
_OTHERS = {
    "FCON": "connected", "FCO": "connected", "FNSF": "NSF", "FNF": "NSF",
    "FPOLL": "poll offer", "FPO": "poll offer", "FVOICE": "voice", "FVO": "voice",
}  # fmt: skip
_FOLLOWS = {number: kind.name for kind, number in ETX_ENDS.items()} | {
    3: "PRI-MPS", 4: "PRI-EOM", 5: "PRI-EOP",
}  # fmt: skip


def page_command(name: str) -> str:
    """What ``+FET=n`` says of the page that it ends, "" for another command."""
    match = _FET.fullmatch(name)
    return _FOLLOWS.get(int(match[1]), "") if match else ""


def report_steps(segment: Segment, text: str, session: Session) -> list[Step] | None:
    """The steps that a report stands for; None where the line is no report."""
    match = _REPORT.fullmatch(text)
    if match is None:
        return None
    name, rest = match[1], match[2] or ""
    step = Step(
        Kind.REPORT, Way.LOCAL, segment.ended, segment.ended, segment.line, segment.last_line, name
    )
    if name in _SESSIONS and rest:
        return [_session(step, _SESSIONS[name], rest, 16 if name in _T32 else 10, session)]
    if name in _IDENTITIES:
        way = Way.IN
        identity = printable(rest.strip().strip('"').strip(), 40)
        fields = (("identity", identity),)
        return [replace(step, kind=Kind.FRAME, way=way, name=_IDENTITIES[name], fields=fields)]
    if name in _STATUS and rest:
        return _status(step, rest, session)
    if name in _HANGUP:
        return [_hang_up(step, rest, session)]
    if name == "FET" and rest[:1].isdigit():
        follows = _FOLLOWS.get(int(rest[0]), "MPS")
        session.frame(Frame(FCF[follows.replace("-", "_")]), Way.IN)
        command = replace(step, kind=Kind.FRAME, way=Way.IN, name=follows)
        answer, session.answer = session.answer, None
        return [command] if answer is None else [command, _answered(answer, session)]
    if name not in _OTHERS:
        return None
    return [replace(step, name=_OTHERS[name], text=printable(rest))]


def _session(step: Step, name: str, rest: str, base: int, session: Session) -> Step:
    fields = report_fields(name, rest, base)
    numbers = parse_numbers(rest, base)
    if name == "DIS" and numbers is not None:
        session.far_scan_ms = SCAN_TIMES[min(numbers.st, len(SCAN_TIMES) - 1)]
    if name == "DCS" and numbers is not None:
        agreed = session_of(numbers, ecm=bool(numbers.ec))
        coarse, fine = session.far_scan_ms
        scan = coarse if agreed.resolution is Resolution.COARSE else fine
        session.parameters = replace(agreed, scan_time_ms=0 if agreed.ecm else scan)
    way = Way.OUT if name == "DCS" and session.sending else Way.IN
    rate = next((value for key, value in fields if key == "rate"), "")
    if name == "DCS":
        session.rate = int(rate) if rate else session.rate
    return replace(step, kind=Kind.FRAME, way=way, name=name, fields=fields, text="as reported")


def _answered(answer: Step, session: Session) -> Step:
    """What was said for a received page, in its place behind the command."""
    session.frame(Frame(FCF[answer.name]), Way.OUT)
    return answer


def _status(step: Step, rest: str, session: Session) -> list[Step]:
    digits = re.match(r"\(?(\d)", rest)
    kind = PAGE_STATUS.get(int(digits[1])) if digits else None
    way = Way.OUT if session.sending is False else Way.IN
    session.status = rest[:8] or "told"
    if kind is None:
        fields = (("page status", printable(rest, 40)),)
        return [replace(step, name="page given up", fields=fields, ok=False)]
    told = replace(step, kind=Kind.FRAME, way=way, name=kind.name, text="as reported")
    if way is Way.OUT:
        session.answer = told
        return []
    session.frame(Frame(kind), way)
    return [told]


def _hang_up(step: Step, rest: str, session: Session) -> Step:
    status = hangup_status(rest)
    digits = re.match(r"\s*([0-9A-Fa-f]{1,4})", rest)
    session.hung_up = int(digits[1], 16) if digits else None
    fields = (("code", printable(rest.strip(), 12)), ("status", status.name))
    return replace(step, name="hang-up", text=status.sentence, fields=fields, ok=not status)

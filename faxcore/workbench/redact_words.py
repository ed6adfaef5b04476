"""What is said in words, redacted: commands, answers, frames, marks, the head of the file.

The rule is a list of what may stay, not of what must go: words that this module does not know lose
their letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from faxcore.modem.results import is_unasked, parse_number, parse_word
from faxcore.profiles import profile_names
from faxcore.t30.frames import FCF, Frame
from faxcore.workbench.explain_rules import Layer
from faxcore.workbench.redact_names import StandIns, masked, without_long_digits

_DIAL = re.compile(r"(\s*AT[^D\"+=]{0,40}D[TPL]?)(.+)", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r'"([^"]*)"?')
_COMMAND = re.compile(r"\s*AT[A-Z0-9&\\%*#=?,.:+\-!$@/(); ]*", re.IGNORECASE)
_VALUE = re.compile(r"(?<==)[^=;]*[A-Za-z]{3}[^=;]*")
_REPORT = re.compile(r"\+?F[A-Z0-9]{1,5}[:=]? ?[0-9A-Fa-f,.()\- ]{0,80}")
_RANGES, _APART = re.compile(r"\([^)]*\)"), re.compile(r"\d[ .-]+\d+[^,]*")
"""A range in brackets is no number that somebody has; digits apart, 555 7654, may be one."""

_NUMBERS = re.compile(r"[0-9.,()\-: ]{1,120}")
_NAMED = re.compile(r"(\+?F(?:CSI|CI|TSI|TI|CIG|PI|SA|PW|LID|LI|PA)[:=] ?)(.*)", re.IGNORECASE)
_SAID_IDENTITY = re.compile(r'(\+F(?:LID|LI|SA|PW|PA|CIG|PI)=)([^;"?]+)', re.IGNORECASE)
_DIAL_BEHIND = re.compile(r"(?<=[;0-9])(D[TP]?)([ 0-9.()/,*#+W!@-]{4,})", re.IGNORECASE)
"""Without quotes, and a dial command behind another in its line."""

_SPACED = re.compile(r"[0-9](?:[ .()/-]*[0-9]){6,}")
_MAKER = re.compile(r"(\+F(MFR|MDL|REV|MI|MM|MR)|\+GM[IMR]|I[0-9]?)\??", re.IGNORECASE)
_MARKS = re.compile(
    r"SendFrames( [A-Z0-9x-]{2,8}){0,8}|(Silence|ReceiveFrames within) [0-9.]{1,6} m?s"
    r"|(SendTraining|ReceiveTraining|ReceivePage) at [0-9]{4,5} V\.[0-9a-z]{2,5}"
    r"|(SendPage|KeepPage) [0-9]{1,3}, [0-9]{1,8} octets( at [0-9]{4,5} V\.[0-9a-z]{2,5})?"
    r"|control ((dtr|rts|send_break|flow|baud|stop_bits)=[a-z0-9]{1,8} ?){0,6}"
    r"(: this port has no such line)?"
    r"|interrupted|cancelled|\+F[A-Z]{2,6}[=?0-9A-F,.]{0,24} was refused"
    r"|no XON came before the page|the page came in the other bit order than the profile says"
    r"|carrier detect is (on|off)|polling( one document)?"
)
_PHRASES = re.compile(
    r"went away|no such device|input/output error|device disconnected|port was closed"
    r"|no modem answers|took no more|hanging up|aborting|waking",
    re.IGNORECASE,
)
_IDENTITIES = frozenset(
    {FCF.TSI, FCF.CSI, FCF.CIG, FCF.SUB, FCF.PWD, FCF.PWD_POLL, FCF.SEP, FCF.PSA}
)
_CONTENT = {FCF.DIS: 16, FCF.DTC: 16, FCF.DCS: 16, FCF.PPS: 4, FCF.EOR: 1, FCF.PPR: 32, FCF.CTC: 2}
"""Frames whose information names nobody, and how much of it there can be."""

_MAKERS = frozenset({FCF.NSF, FCF.NSC, FCF.NSS})
_MAKER_OCTETS = 3
_TEXT = re.compile(rb"[0-9+*# A-Za-z]{5}")
_CLASSES = frozenset({"1", "1.0", "2", "2.0", "2.1"})
_KEPT_CONTROLS = frozenset(b"\r\n\x11\x12\x13\x18\x10\x03")


def learn_from_line(text: str, names: StandIns) -> None:
    """Learn the numbers and names of a command, an echo or a report."""
    if dial := _DIAL.fullmatch(text):
        names.learn(_digits(dial[2]))
    for quoted in _QUOTED.findall(text):
        names.learn(quoted)
    if named := _NAMED.fullmatch(text.strip()):
        names.learn(named[2])
    if _COMMAND.fullmatch(text):
        for said in _SAID_IDENTITY.finditer(text):
            names.learn(said[2])
        for behind in _DIAL_BEHIND.finditer(text):
            names.learn(_digits(behind[2]))
    if is_unasked(text) and "=" in text:
        names.learn(text.partition("=")[2])


def learn_from_frame(octets: bytes, names: StandIns) -> None:
    """Learn the identity in a frame."""
    frame = Frame.parse(octets)
    if frame is not None and frame.kind in _IDENTITIES:
        names.learn(_identity(frame.fif))


def redacted_line(raw: bytes, names: StandIns, asked: str) -> bytes:
    """Octets that are words, either way. ``asked`` is the command that they may answer."""
    text = raw.decode("latin-1")
    lead = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    core = text[lead:end]
    if not core:
        return _controls(text)
    if any(each >= "\x7f" for each in core):
        return _noise(raw)
    return _controls(text[:lead]) + _words(core, names, asked) + _controls(text[end:])


def _controls(text: str) -> bytes:
    return bytes(each for each in text.encode("latin-1") if each in _KEPT_CONTROLS or each == 0x20)


def _noise(raw: bytes) -> bytes:
    """What is no text: that it was none, and how long it was."""
    return bytes(each if each in _KEPT_CONTROLS else 0xFF if each >= 0x7F else 0x78 for each in raw)


def _words(text: str, names: StandIns, asked: str) -> bytes:
    """A core without blanks around it; XON and the like may be in it."""
    clean = "".join(each for each in text if each >= " " or ord(each) in _KEPT_CONTROLS)
    bare = "".join(each for each in clean if each >= " ")
    made = _redacted(bare, names, asked)
    if bare and bare in clean:
        return clean.replace(bare, made).encode("latin-1")
    rest = "".join(each for each in clean if each < " ")
    return (rest + made).encode("latin-1")


def _redacted(text: str, names: StandIns, asked: str) -> str:
    if dial := _DIAL.fullmatch(text):
        return without_long_digits(dial[1]) + _dial_string(dial[2], names)
    if '"' in text:
        shown = _QUOTED.sub(lambda match: _requoted(match, names), text)
        outside = _QUOTED.split(text)[0]
        known = _COMMAND.fullmatch(outside) or _REPORT.fullmatch(outside) or not outside
        return shown if known else masked(text)
    if named := _NAMED.fullmatch(text):
        return named[1] + names.of(named[2])
    if parse_word(text) is not None and len(text) < 40:
        return _without_spaced(without_long_digits(text))
    if parse_number(text) is not None or text == "":
        return text
    if _COMMAND.fullmatch(text):
        return _command(text, names)
    if _REPORT.fullmatch(text):
        in_hex = text.upper().removeprefix("+").startswith(("FNSF", "FNF", "FHR", "FHT"))
        like_a_number = _APART.search(_RANGES.sub("", text))
        return masked(text) if in_hex or like_a_number else without_long_digits(text)
    if _NUMBERS.fullmatch(text) and asked.startswith("+F") and asked.endswith("?"):
        return without_long_digits(text)
    if _MAKER.fullmatch(asked):
        return without_long_digits(text)
    if text == "RING":
        return text
    return masked(text)


def _command(text: str, names: StandIns) -> str:
    said = _SAID_IDENTITY.search(text) or _DIAL_BEHIND.search(text)
    if said:
        text = _SAID_IDENTITY.sub(lambda match: match[1] + names.of(match[2]), text)
        return _DIAL_BEHIND.sub(lambda match: match[1] + _dial_string(match[2], names), text)
    return _without_spaced(without_long_digits(_VALUE.sub(lambda match: masked(match[0]), text)))


def _without_spaced(text: str) -> str:
    """A technical text, its numbers with blanks and the like in them made zeros."""
    return _SPACED.sub(lambda match: masked(match[0]), text)


def _requoted(match: re.Match[str], names: StandIns) -> str:
    end = '"' if match[0].endswith('"') and len(match[0]) > 1 else ""
    return f'"{names.of(match[1])}{end}'


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isascii() and each.isdigit())


def _dial_string(text: str, names: StandIns) -> str:
    own = iter(names.of(_digits(text)))
    return "".join(
        next(own) if each.isascii() and each.isdigit() else each if each in "+*#,WwTtPp!@; .-()/"
        else "x"
        for each in text
    )  # fmt: skip


def redacted_frame(octets: bytes, names: StandIns, *, sound: bool) -> bytes:
    """A frame without FCS; of one that came damaged nothing is left but its length and kind."""
    frame = Frame.parse(octets)
    if frame is None or len(octets) < 3:
        return bytes((0xFF, 0x03, 0x00)[: len(octets)]) + bytes(max(0, len(octets) - 3))
    head, fif = octets[:3], octets[3:]
    if frame.kind in _IDENTITIES:
        return head + _other_identity(fif, names)
    if frame.kind in _MAKERS:
        return head + fif[:_MAKER_OCTETS] + bytes(max(0, len(fif) - _MAKER_OCTETS))
    kept = _CONTENT.get(frame.kind, 0) if frame.kind is not None else 0
    if not sound and _TEXT.search(fif):
        kept = 0
    return head + fif[:kept] + bytes(max(0, len(fif) - kept))


def _identity(fif: bytes) -> str:
    return bytes(each if 0x20 <= each < 0x7F else 0x20 for each in fif)[::-1].decode("ascii")


def _other_identity(fif: bytes, names: StandIns) -> bytes:
    return names.of(_identity(fif))[::-1].encode("ascii")


def redacted_mark(text: str) -> str:
    """A mark of the driver's; of another only what went wrong with a port."""
    if _MARKS.fullmatch(text):
        return text
    phrases = list(dict.fromkeys(match[0] for match in _PHRASES.finditer(text)))
    return ", ".join(phrases) if phrases else "(redacted)"


def redacted_head(head: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields that name nobody, and that the rest was redacted."""
    known = {
        "source": {"recorded", "by hand"},
        "profile": set(profile_names()),
        "class": set(_CLASSES),
        "layer": {each.value for each in Layer},
    }
    kept = [(key, value) for key, value in head if value in known.get(key, set())]
    return [*kept, ("redacted", "numbers, names, texts and pages are stand-ins")]

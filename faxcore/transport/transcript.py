r"""Transcripts: what crossed a port, and when, as text that a person can read and we can replay.

    faxcore transcript 1
    source: recorded
    port: /dev/ttyUSB0
    profile: generic-class1

    0.000 # Silence(ms=75)
    0.001 > "AT+FTS=7\r"
    0.073 < "\r\nOK\r\n"
    1.250 > 2700 x 00
    1.250 > hex 10 03

A line is a moment in seconds, a direction (``>`` to the modem, ``<`` from it, ``#`` a mark) and
what went: quoted text with ``\r \n \" \\ \xHH``, a run of one octet, hexadecimal or base64,
whichever reads best. The form is lossless; only how octets were grouped may change. The source is
``recorded`` or ``by hand``: whoever reads must know whether a modem really said so.
"""

from __future__ import annotations

import base64
import binascii
import enum
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faxcore.errors import SettingsError

_TITLE = "faxcore transcript 1"
_RUN = 16
"""So many equal octets are written as a run."""

_MAX_RUN = 1 << 24
_HEX_OCTETS = 24
_BASE64_OCTETS = 72
_ESCAPES = {0x0D: r"\r", 0x0A: r"\n", 0x22: r"\"", 0x5C: r"\\"}
_UNESCAPES = {text[1]: octet for octet, text in _ESCAPES.items()}
_LINE = re.compile(r"(\d+\.\d+) ([<>#]) ?(.*)")
_RUN_FORM = re.compile(r"([0-9]{1,12}) x ([0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|(.))|([^\\"])')


CARRIER_MARK = {True: "carrier detect is on", False: "carrier detect is off"}
"""The marks that tell what a port said of carrier detect: a replay says it again."""


class Direction(enum.Enum):
    """Which way an entry went."""

    TO_MODEM = ">"
    FROM_MODEM = "<"
    MARK = "#"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened at ``at`` seconds: octets one way, or a mark's text."""

    at: float
    direction: Direction
    data: bytes = b""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole transcript. ``head`` are its fields as written, ``source``, ``port``, ``profile``."""

    head: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]

    def field(self, name: str) -> str:
        """A field of the head, "" where it is missing."""
        return next((value for key, value in self.head if key == name), "")


def format_head(fields: Iterable[tuple[str, str]]) -> str:
    """The head of a transcript with its empty line."""
    lines = [_TITLE, *(f"{key}: {_one_line(value)}" for key, value in fields), "", ""]
    return "\n".join(lines)


def format_entry(entry: Entry) -> str:
    """An entry as one line or, for long data, several of the same moment."""
    start = f"{entry.at:.3f} {entry.direction.value}"
    if entry.direction is Direction.MARK:
        return f"{start} {_one_line(entry.text)}\n"
    return "".join(f"{start} {form}\n" for form in _forms(entry.data))


def read_transcript(path: Path) -> Transcript:
    """Read a transcript file. Raises SettingsError that names the line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"transcript {path}: {error}") from error
    if lines[0] != _TITLE:
        raise SettingsError(f"transcript {path}: the first line is not {_TITLE!r}")
    end = lines.index("") if "" in lines else len(lines)
    head = tuple(_parse_field(line) for line in lines[1:end])
    entries = []
    for number, line in enumerate(lines[end:], end + 1):
        try:
            entries += [parse_entry(line)] if line else []
        except ValueError as error:
            raise SettingsError(f"transcript {path}, line {number}: {error}") from error
    return Transcript(head, tuple(entries))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _forms(data: bytes) -> Iterator[str]:
    """Long runs of one octet apart, the rest in the form that suits it."""
    rest = bytearray()
    for octet, group in itertools.groupby(data):
        count = sum(1 for _ in group)
        if count < _RUN:
            rest += bytes([octet]) * count
            continue
        yield from _plain_forms(bytes(rest))
        rest.clear()
        yield f"{count} x {octet:02X}"
    yield from _plain_forms(bytes(rest))


def _plain_forms(data: bytes) -> Iterator[str]:
    readable = sum(0x20 <= octet < 0x7F or octet in _ESCAPES for octet in data)
    if not data:
        return
    if readable * 4 >= len(data) * 3:
        yield '"' + "".join(_escape(octet) for octet in data) + '"'
    elif len(data) <= _HEX_OCTETS:
        yield f"hex {data.hex(' ')}"
    else:
        for start in range(0, len(data), _BASE64_OCTETS):
            chunk = data[start : start + _BASE64_OCTETS]
            yield f"base64 {base64.b64encode(chunk).decode('ascii')}"


def _escape(octet: int) -> str:
    if octet in _ESCAPES:
        return _ESCAPES[octet]
    return chr(octet) if 0x20 <= octet < 0x7F else f"\\x{octet:02X}"


def _parse_field(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip(), value.strip()


def parse_entry(line: str) -> Entry:
    """One line of a transcript, without its end. Raises ValueError that says what is wrong."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"expected a moment, <, > or #, and what went, found {line[:60]!r}")
    at, direction, form = float(match[1]), Direction(match[2]), match[3]
    if direction is Direction.MARK:
        return Entry(at, direction, text=form)
    return Entry(at, direction, _parse_form(form))


def _parse_form(form: str) -> bytes:
    kind, _, rest = form.partition(" ")
    if len(form) > 1 and form[0] == form[-1] == '"':
        return _unescape(form[1:-1])
    if kind == "hex":
        return bytes.fromhex(rest)
    if kind == "base64":
        try:
            return base64.b64decode(rest, validate=True)
        except binascii.Error as error:
            raise ValueError(f"bad base64: {error}") from error
    if (run := _RUN_FORM.fullmatch(form)) and int(run[1]) <= _MAX_RUN:
        return bytes.fromhex(run[2]) * int(run[1])
    raise ValueError(f"expected quoted text, hex, base64 or a run, found {form[:60]!r}")


def _unescape(text: str) -> bytes:
    if "\\" not in text and '"' not in text:
        return text.encode("latin-1")
    data = bytearray()
    position = 0
    while position < len(text):
        match = _ESCAPE.match(text, position)
        if match is None or (match[2] is not None and match[2] not in _UNESCAPES):
            raise ValueError(f"bad escape at {text[position : position + 4]!r}")
        if match[1] is not None:
            data.append(int(match[1], 16))
        else:
            data += bytes([_UNESCAPES[match[2]]]) if match[2] else match[3].encode("latin-1")
        position = match.end()
    return bytes(data)

"""Reading transcripts that nobody vouches for: whole, cut off, damaged, hostile, huge.

``read_transcript`` refuses a file with one bad line; a technician's file deserves better. Here a
line that is none is left out and counted, time never goes back, and what is read has an end: a
hostile file must cost neither memory nor hours. Nothing of a file is kept but the line at hand.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from faxcore.errors import SettingsError
from faxcore.transport.transcript import Direction, Entry, parse_entry

TITLE = b"faxcore transcript 1"
MAX_LINE = 1 << 16
"""Octets of a line; those that are recorded have fewer than 2,000."""

MAX_LINES = 3_000_000
MAX_OCTETS = 1 << 26
"""999 pages of 60,000 octets have fewer."""

MAX_HEAD = 64
MAX_COMPLAINTS = 20
LATEST_S = 1e7
"""Four months: no call is longer."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a transcript: its number in the file, from 1, and what it says."""

    line: int
    entry: Entry


class Reader:
    """The pieces of a transcript file, one by one.

    ``head`` are its fields as written. ``complaints`` says what was wrong, the first few times;
    ``left_out`` how many lines were no lines of a transcript, ``cut_short`` whether it is longer
    than what is read of it. Raises SettingsError where the file
    cannot be opened or is no transcript at all.
    """

    def __init__(self, path: Path, most_octets: int = MAX_OCTETS) -> None:
        self.path = path
        self._most_octets = most_octets
        self.complaints: list[str] = []
        self.left_out = 0
        self.cut_short = False
        try:
            with path.open("rb") as file:
                self.head, self._begins = _read_head(path, file)
        except OSError as error:
            raise SettingsError(f"transcript {path}: {error.strerror or error}") from error

    def field(self, name: str) -> str:
        """A field of the head, "" where it is missing."""
        return next((value for key, value in self.head if key == name), "")

    def __iter__(self) -> Iterator[Piece]:
        """Every readable line, in the order of the file."""
        now = 0.0
        octets = 0
        try:
            with self.path.open("rb") as file:
                for number, line in _lines(file, self._begins):
                    entry = self._entry(number, line)
                    if entry is None:
                        continue
                    if entry.at < now:
                        self._complain(number, f"time goes back from {now:.3f} to {entry.at:.3f} s")
                        entry = replace(entry, at=now)
                    now = entry.at
                    octets += len(entry.data)
                    if octets > self._most_octets or number > MAX_LINES:
                        self.cut_short = True
                        self._complain(number, "the transcript is too long, the rest is not read")
                        return
                    yield Piece(number, entry)
        except OSError as error:
            raise SettingsError(f"transcript {self.path}: {error.strerror or error}") from error

    def _entry(self, number: int, line: bytes) -> Entry | None:
        text = line.rstrip(b"\r\n")
        if not text:
            return None
        try:
            if len(text) >= MAX_LINE:
                raise ValueError(f"a line of more than {MAX_LINE} octets")
            entry = parse_entry(text.decode("utf-8"))
            if not (math.isfinite(entry.at) and entry.at <= LATEST_S):
                raise ValueError("a moment that no call has")
        except ValueError as error:
            self.left_out += 1
            self._complain(number, printable(str(error), 120))
            return None
        return entry

    def _complain(self, number: int, text: str) -> None:
        if len(self.complaints) < MAX_COMPLAINTS:
            self.complaints.append(f"line {number}: {text}")


def printable(text: str, most: int = 200) -> str:
    """Text out of a transcript, fit for a terminal: no control characters, and no more than so."""
    begins = text[: most + 1]
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in begins)
    return shown if len(shown) <= most else shown[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def is_octets(entry: Entry) -> bool:
    """Whether something crossed the port, in contrast to a mark."""
    return entry.direction is not Direction.MARK


def _read_head(path: Path, file: BinaryIO) -> tuple[tuple[tuple[str, str], ...], int]:
    """The fields, and the number of the first line behind them."""
    lines = _lines(file, 1)
    _, title = next(lines, (1, b""))
    if title.rstrip(b"\r\n") != TITLE:
        raise SettingsError(f"transcript {path}: the first line is not {TITLE.decode()!r}")
    fields: list[tuple[str, str]] = []
    for number, line in itertools.islice(lines, MAX_HEAD):
        text = line.rstrip(b"\r\n").decode("utf-8", "replace")
        if not text:
            return tuple(fields), number + 1
        key, colon, value = text.partition(":")
        if not colon or key[:1].isdigit():
            return tuple(fields), number
        fields.append((printable(key.strip(), 40), printable(value.strip())))
    return tuple(fields), 2 + len(fields)


def _lines(file: BinaryIO, begins: int) -> Iterator[tuple[int, bytes]]:
    """Numbered lines, each of at most MAX_LINE octets; the rest of a longer one is skipped."""
    for number in itertools.count(1):
        line = file.readline(MAX_LINE)
        if not line:
            return
        end = line
        while end and not end.endswith(b"\n"):
            end = file.readline(MAX_LINE)
        if number >= begins:
            yield number, line

"""The search for what must not remain in a redacted transcript, in every way of writing it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from faxcore.errors import SettingsError
from faxcore.t4 import reverse_bits
from faxcore.transport.transcript import Direction, Entry
from faxcore.workbench.redact_names import core_of

SHORTEST = 5
"""Shorter numbers cannot be told from the digits of commands."""


def writings(core: str) -> tuple[bytes, ...]:
    """How a number or name may be written: plain, reversed, bit for bit, as hexadecimal text."""
    plain = core.encode("ascii", "replace")
    both = (plain, plain[::-1])
    four = (*both, *(reverse_bits(each) for each in both))
    hexadecimal = [each.hex() for each in four]
    return (*four, *(text.encode() for each in hexadecimal for text in (each, each.upper())))


def check_nothing_remains(path: Path, entries: Iterable[Entry], originals: Iterable[str]) -> None:
    """Raise SettingsError where an original is still there."""
    streams = {each: bytearray() for each in Direction}
    for entry in entries:
        streams[entry.direction] += entry.data or entry.text.encode() + b"\n"
    wanted = [each for each in originals if len(each) >= SHORTEST]
    for stream in streams.values():
        octets = bytes(stream)
        bare = octets.translate(None, b" +-.()")
        for core in wanted:
            if any(writing in octets or writing in bare for writing in writings(core_of(core))):
                raise SettingsError(
                    f"transcript {path}: a number or name of it would remain; nothing was written"
                )

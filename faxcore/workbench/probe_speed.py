"""Finds the modem on a port: at which speeds it answers AT, or what there is in its place."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from faxcore.errors import NoReply
from faxcore.ports import open_port
from faxcore.profiles import ModemProfile
from faxcore.transport.port import LineState, Port

SPEEDS = (115200, 57600, 38400, 19200, 9600, 230400)
"""Bits per second, in the order in which they are tried: the profile's own first, then these."""

_TRIES = 2
_PATIENCE_S = 0.8
_MOST_STOP_BITS = 2
_MOST_HEARD = 4096
_SHOWN = 32
_ANSWER = re.compile(rb"(^|[\r\n])(OK|ERROR|0|4)\r")
_LEAVE_DATA = b"\x18\x10\x03\r"
"""CAN, DLE ETX and a carriage return: out of fax data, out of frames, out of dialling."""

_FOREIGN: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\$G[A-Z]{4},"), "a satellite receiver (NMEA 0183)"),
    (re.compile(rb"login: ?$|[Pp]assword: ?$"), "a terminal server or a console with a login"),
    (re.compile(rb"not found|[$#>] $"), "a command line of another computer"),
    (re.compile(rb"^(\x18?(\x10\x03)?\r*AT\r*)+$"), "a loopback plug, or a modem that only echoes"),
)
"""What is known by what it says."""

Opener = Callable[[str, ModemProfile], Port]


@dataclass(frozen=True, slots=True)
class SpeedTest:
    """At which speeds a modem answered; ``reason`` says why none could be tried, else ""."""

    answers: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()
    reason: str = ""


def why_no_speed(url: str) -> str:
    """Why the speed of a port means nothing; "" where it does."""
    if url.startswith("rfc2217://"):
        return ""
    if "://" in url:
        return f"{url.partition(':')[0]}:// has no line speed"
    if os.path.realpath(url).startswith("/dev/pts/"):
        return "a pseudo terminal has no line speed"
    return ""


def find_modem(
    url: str, profile: ModemProfile, opener: Opener = open_port
) -> tuple[Port, ModemProfile]:
    """Open a port at the first speed at which AT is answered; the profile has that speed then.

    It has two stop bits where a modem answers with them alone. The port is the caller's to close.
    Raises NoReply with what was heard in an answer's place, and PortError where the port cannot be
    opened; the port is closed then.
    """
    tried: list[int] = []
    heard: list[bytes] = []
    for baud in _speeds(url, profile.baud):
        at_speed = replace(profile, baud=baud)
        tried.append(baud)
        with contextlib.ExitStack() as stack:
            port = opener(url, at_speed)
            stack.callback(port.close)
            answered, said = _says_ok(port, widened=True)
            if answered:
                stop_bits = _stop_bits_needed(port, at_speed.stop_bits)
                stack.pop_all()
                return port, replace(at_speed, stop_bits=stop_bits)
            heard.append(said)
    at = "" if why_no_speed(url) else f" at {', '.join(map(str, tried))} bit/s"
    raise NoReply(f"{url}: no modem answers AT{at}; {_describe(heard)}")


def try_speeds(url: str, profile: ModemProfile, opener: Opener = open_port) -> SpeedTest:
    """Ask for OK at every speed, one after the other. Nobody else may have the port open."""
    reason = why_no_speed(url)
    if reason:
        return SpeedTest(reason=reason)
    answers: list[int] = []
    silent: list[int] = []
    for baud in sorted(_speeds(url, profile.baud)):
        with contextlib.closing(opener(url, replace(profile, baud=baud))) as port:
            (answers if _says_ok(port)[0] else silent).append(baud)
    return SpeedTest(tuple(answers), tuple(silent))


def _speeds(url: str, first: int) -> Sequence[int]:
    if why_no_speed(url):
        return (first,)
    return (first, *(baud for baud in SPEEDS if baud != first))


def _stop_bits_needed(port: Port, stop_bits: int) -> int:
    """Back from two stop bits to one, where the modem answers so too."""
    if stop_bits == _MOST_STOP_BITS or not port.control(LineState(stop_bits=stop_bits)):
        return stop_bits
    if _says_ok(port)[0]:
        return stop_bits
    port.control(LineState(stop_bits=_MOST_STOP_BITS))
    _says_ok(port)  # what follows finds the modem as it is found elsewhere: right behind an answer
    return _MOST_STOP_BITS


def _says_ok(port: Port, *, widened: bool = False) -> tuple[bool, bytes]:
    """Whether AT is answered, and all that was heard; a modem may first have to learn the speed.

    ``widened``: the second time with two stop bits, which do no harm where one is enough.
    """
    heard = bytearray()
    for attempt in range(_TRIES):
        if attempt and widened:
            port.control(LineState(stop_bits=_MOST_STOP_BITS))
        until = port.now() + _PATIENCE_S
        command = (_LEAVE_DATA if attempt else b"") + b"AT\r"
        port.write(command, until)
        while len(heard) < _MOST_HEARD and (data := port.read(until)):
            heard += data
            if _ANSWER.search(heard):
                return True, bytes(heard)
    return False, bytes(heard)


def _describe(heard: Sequence[bytes]) -> str:
    """What was heard in place of an answer, in one clause."""
    said = max(heard, key=len)
    if not said:
        return "nothing is heard at all: no power, no cable, or another device"
    for pattern, kind in _FOREIGN:
        if any(pattern.search(each) for each in heard):
            return f"it looks like {kind}: {_shown(said)}"
    readable = sum(0x20 <= octet < 0x7F or octet in b"\r\n" for octet in said)
    if readable * 4 < len(said) * 3:
        return f"noise is heard ({len(said)} octets): another speed, or no modem"
    return f"something else is heard: {_shown(said)}"


def _shown(said: bytes) -> str:
    return repr(said[:_SHOWN].decode("latin-1"))

"""Receiving with a Class 1 modem: frames, and data from a fast carrier (T.31 8.3.2, 8.3.4).

Modems say CONNECT to a carrier, and some to any carrier. One that finds that it was no frame, or
no data, takes it back with a result code and without DLE ETX. A frame begins with 0xFF, which no
result code does, so the two can be told apart.
"""

from __future__ import annotations

import math
import re

from faxcore.errors import NoReply, UnexpectedReply
from faxcore.modem.at import Reply
from faxcore.modem.carriers import ENDS, Carriers, State
from faxcore.modem.results import Code
from faxcore.modem.stuffing import Unstuffer

FRAME_HEARD_S = 5.0
"""From CONNECT, which comes with the first flag, to the end of the frame (T.30 5.3.1)."""

_RESULT_S = 5.0
_SILENT_S = 10.0
"""A fast carrier that brings nothing for so long is none."""

_ASK_AGAIN_S = 0.1
"""So soon a modem that knows nothing of a carrier is asked again; no silence of T.30's."""

_MAX_FRAME = 512
_FRAMES_INSTEAD = frozenset({"+FRH:3", "+FRH: 3"})
_IN_FRAME = re.compile(rb"[\r\n]*(NO ?CARRIER|\+FCERROR|ERROR|OK|[034])[\r\n]")
_IN_DATA = re.compile(rb"[\r\n]*(NO ?CARRIER|\+FCERROR|ERROR|OK)[\r\n]")


def receive_frame(
    carriers: Carriers, until: float, *, doubled: bool = True
) -> tuple[Code, bytes] | None:
    """Listen for one frame: the modem's verdict and the octets, b"" where none came.

    The verdict is NO CARRIER, too, where a modem gives none because noise keeps the carrier up.
    None at ``until``: the modem has been told to stop listening. A frame that has begun by then
    may end. ``doubled`` is ``ModemProfile.doubles_dle``.
    """
    until = min(until, carriers.limit)
    if carriers.state is not State.LISTENING:
        reply = _listen(carriers, "AT+FRH=3", until)
        if reply is None:
            return None
        if reply.code is not Code.CONNECT:
            return reply.code, b""
        until = min(max(until, carriers.now() + FRAME_HEARD_S), carriers.limit)
    unstuffer = Unstuffer(doubled=doubled)
    octets = _collect(carriers, unstuffer, until, _MAX_FRAME, _IN_FRAME)
    if octets is None:
        carriers.stop_listening()
        return None
    try:
        return _verdict(carriers, "+FRH=3, the frame's end").code, octets
    except NoReply:
        carriers.stop_listening()
        return Code.NO_CARRIER, octets


def receive_data(
    carriers: Carriers, speed: int, within_s: float, most: int, longest_s: float
) -> tuple[Code, bytes] | None:
    """Take fast data (``+FRM``) until its carrier drops; None where none began in time.

    The code is NO CARRIER or OK behind data, +FCERROR where another carrier was heard, CONNECT
    where the carrier was still there after ``longest_s``. A modem with adaptive reception says
    ``+FRH:3`` to frames in place of data, and listens to the frames already (T.31 8.5.1).
    """
    until = carriers.now() + within_s
    while True:
        reply = _listen(carriers, f"AT+FRM={speed}", min(until, carriers.limit))
        if reply is None or reply.code is Code.FCERROR:
            return None if reply is None else (reply.code, b"")
        if reply.code is Code.CONNECT and _FRAMES_INSTEAD.intersection(reply.lines):
            return Code.FCERROR, b""
        if reply.code is Code.CONNECT:
            latest = carriers.now() + longest_s
            octets = _collect(carriers, Unstuffer(), latest, most, _IN_DATA, _SILENT_S)
            if octets is None:
                carriers.stop_listening()
                if carriers.now() >= latest:
                    return Code.CONNECT, b""
                raise UnexpectedReply(f"+FRM={speed}: CONNECT, and then no end of the data")
            verdict = _verdict(carriers, f"+FRM={speed}, the data's end")
            if octets or verdict.code is Code.FCERROR:
                return verdict.code, octets
        reply.expect(Code.NO_CARRIER, Code.OK, Code.CONNECT)
        if not may_ask_again(carriers, until):
            return None


def may_ask_again(carriers: Carriers, until: float) -> bool:
    """Whether time remains; a modem that answers at once is asked ten times a second."""
    carriers.check_limit()
    left = until - carriers.now()
    if left > 0:
        carriers.engine.pause(min(_ASK_AGAIN_S, left))
    return left > _ASK_AGAIN_S


def _listen(carriers: Carriers, command: str, until: float) -> Reply | None:
    """Ask for a carrier; after CONNECT the state is LISTENING, after other codes COMMAND."""
    carriers.recover()
    carriers.engine.ask(command)
    carriers.state, carriers.sent_last = State.LISTENING, False
    reply = carriers.reply_or_none(until)
    if reply is None:
        carriers.stop_listening()
    elif reply.code is not Code.CONNECT:
        carriers.state = State.COMMAND
    return reply


def _collect(
    carriers: Carriers,
    unstuffer: Unstuffer,
    until: float,
    most: int,
    code: re.Pattern[bytes],
    silent_s: float = math.inf,
) -> bytes | None:
    """Data up to DLE ETX, at most ``most`` octets of it.

    None at ``until``, at the limit, or when nothing came for ``silent_s``.
    """
    data = bytearray()
    while not unstuffer.ended:
        piece = carriers.engine.read_data(min(until, carriers.now() + silent_s, carriers.limit))
        if not piece:
            return None
        data += unstuffer.feed(piece)
        if len(data) < _MAX_FRAME and code.match(data):
            carriers.engine.unread(bytes(data) + unstuffer.rest)
            return b""
        del data[most:]
    carriers.engine.unread(unstuffer.rest)
    return bytes(data)


def _verdict(carriers: Carriers, what: str) -> Reply:
    """The result code behind DLE ETX."""
    carriers.engine.expect_more(what)
    reply = carriers.engine.reply(carriers.now() + _RESULT_S, ENDS)
    carriers.state = State.COMMAND
    return reply

"""Sending with a Class 1 modem: bursts of frames, data on a fast carrier (T.31 8.3.1, 8.3.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from faxcore.errors import NoReply, UnexpectedReply
from faxcore.modem.at import Reply
from faxcore.modem.carriers import ENDS, Carriers, State
from faxcore.modem.results import Code
from faxcore.modem.stuffing import DLE, stuff
from faxcore.t30.frames import Frame

CARRIER_S = 10.0
"""CONNECT after ``+FTH`` or ``+FTM``: the longest training lasts 1.4 s."""

_CHUNK = 1024
_SLICE_S = 1.0


def send_burst(carriers: Carriers, frames: Sequence[Frame]) -> Reply:
    """Send frames in one burst; the reply to the last: OK, or NO CARRIER on a lost line."""
    with carriers.engine.uninterrupted():
        for frame in frames:
            reply = _start_frames(carriers) or _send_frame(carriers, frame)
            if reply.code is Code.NO_CARRIER:
                carriers.state = State.COMMAND
                return reply
        if reply.code is Code.CONNECT:  # it took the last for a non-final one
            reply = carriers.end_frame(b"", "no frame")
        carriers.state, carriers.sent_last = State.COMMAND, True
        return reply.expect(Code.OK)


def _start_frames(carriers: Carriers) -> Reply | None:
    """Raise the V.21 carrier unless it is up; a reply only where the line is lost."""
    if carriers.state is State.SENDING_FRAMES:
        return None
    carriers.recover()
    reply = carriers.engine.command("AT+FTH=3", CARRIER_S)
    if reply.code is Code.NO_CARRIER:
        return reply
    reply.expect(Code.CONNECT)
    carriers.state = State.SENDING_FRAMES
    return None


def _send_frame(carriers: Carriers, frame: Frame) -> Reply:
    """One frame; CONNECT asks for the next, OK says that the carrier is down."""
    reply = carriers.end_frame(stuff(frame.octets), frame.name)
    if reply.code is Code.OK:
        carriers.state = State.COMMAND
    return reply.expect(Code.OK, Code.CONNECT, Code.NO_CARRIER)


def start_data(carriers: Carriers, speed: int, delay_ms: int) -> Reply:
    """Raise a fast carrier (``+FTM``): CONNECT, or NO CARRIER on a lost line.

    ``delay_ms`` is waited for modems that say CONNECT before their training ends.
    """
    with carriers.engine.uninterrupted():
        carriers.recover()
        reply = carriers.engine.command(f"AT+FTM={speed}", CARRIER_S)
        if reply.expect(Code.CONNECT, Code.NO_CARRIER).code is Code.CONNECT:
            carriers.state, carriers.sent_last = State.SENDING_DATA, True
            carriers.dle_is_half = False
            carriers.engine.pause(delay_ms / 1000)
        return reply


def write_data(
    carriers: Carriers,
    octets: bytes,
    bits_per_second: int,
    progress: Callable[[float], None] | None = None,
) -> Reply | None:
    """Give data to the modem as it takes them; a reply only where one came before their end.

    Modems with deep buffers take a page at once and answer minutes later, so the wait is as long
    as the data at its rate, and half as long again, and a minute.
    """
    carriers.let_flow()
    data = stuff(octets)
    deadline = _deadline(carriers, octets, bits_per_second)
    sent = 0
    while sent < len(data):
        until = min(deadline, carriers.now() + _SLICE_S, carriers.limit)
        sent += carriers.engine.write(data[sent : sent + _CHUNK], until)
        carriers.all_given = sent == len(data)
        carriers.dle_is_half = trailing_dles(data, sent) % 2 == 1
        if progress is not None:
            progress(sent / len(data))
        early = carriers.reply_or_none(carriers.now())
        if early is not None:
            return early
        carriers.check_limit()
        if carriers.now() >= deadline:
            raise NoReply(f"the modem took {sent} of {len(data)} octets, and then no more")
    return None


def _deadline(carriers: Carriers, octets: bytes, bits_per_second: int) -> float:
    return carriers.now() + len(octets) * 8 / bits_per_second * 1.5 + 60.0


def send_data(
    carriers: Carriers,
    octets: bytes,
    bits_per_second: int,
    progress: Callable[[float], None] | None = None,
) -> Reply:
    """Send data on the fast carrier and drop it: OK, or NO CARRIER on a lost line."""
    deadline = _deadline(carriers, octets, bits_per_second)
    carriers.engine.expect_more("fast data")
    early = write_data(carriers, octets, bits_per_second, progress)
    if early is not None:
        carriers.state = State.COMMAND
        if early.code is Code.OK:
            raise UnexpectedReply("fast data: the modem ran dry, for this computer was too slow")
        return early.expect(Code.NO_CARRIER)
    carriers.end_data()
    reply = carriers.engine.reply(min(deadline, carriers.limit), ENDS)
    carriers.state = State.COMMAND
    return reply.expect(Code.OK, Code.NO_CARRIER)


def trailing_dles(data: bytes, end: int) -> int:
    """How many DLE in a row end the first ``end`` octets."""
    count = 0
    while count < end and data[end - 1 - count] == DLE:
        count += 1
    return count

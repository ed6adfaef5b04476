"""Drives a passive modem by the real clock, on a file descriptor that another program talks to.

The other end of ``pump()`` is a pseudo terminal or a socket: a foreign fax program, or our own
driver through ``SerialPort``. What the modem has no room for is not read, so that the kernel's
buffer fills up and the program is held back, as hardware flow control would.
"""

from __future__ import annotations

import errno
import os
import select
import time

from faxcore.transport.port import Dce

_CHUNK = 4096
_BACKLOG = 1 << 16
"""So much that nobody reads may wait; a modem drops the rest, as a real one overruns."""

_MAX_WAIT_S = 0.5
_NO_ROOM_WAIT_S = 0.005
_GONE = {errno.EIO, errno.EBADF, errno.ECONNRESET, errno.EPIPE}


def pump(
    dce: Dce, fd: int, *, stop: int, pace: float = 1.0, keep_after_hangup: bool = False
) -> None:
    """Let ``dce`` live on ``fd`` until ``stop``, another descriptor, becomes readable.

    ``pace`` is how many seconds of the modem's time pass in one of ours. Returns also when the
    other end goes away, unless ``keep_after_hangup``: on a pseudo terminal another program may
    open it later.
    """
    os.set_blocking(fd, False)
    start = time.monotonic()
    unsent = bytearray()
    while True:
        now = (time.monotonic() - start) * pace
        unsent += dce.take(now)[: _BACKLOG - len(unsent)]
        room = dce.room(now)
        wait = _wait_s(dce.due(), now, pace, room)
        readers = [stop, fd] if room > 0 else [stop]
        readable, writable, _ = select.select(readers, [fd] if unsent else [], [], wait)
        if stop in readable:
            return
        try:
            if writable:
                del unsent[: os.write(fd, unsent)]
            if fd in readable:
                data = os.read(fd, min(room, _CHUNK))
                if not data:
                    return
                dce.feed(data, (time.monotonic() - start) * pace)
        except BlockingIOError:
            continue
        except OSError as error:
            if error.errno not in _GONE:
                raise
            if not keep_after_hangup:
                return
            select.select([stop], [], [], _MAX_WAIT_S / 10)


def _wait_s(due: float | None, now: float, pace: float, room: int) -> float:
    """How long, in our seconds, nothing can happen without an octet from outside."""
    longest = _MAX_WAIT_S if room > 0 else _NO_ROOM_WAIT_S
    if due is None:
        return longest
    return min(max(due - now, 0.0) / pace, longest)

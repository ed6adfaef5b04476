"""What a request may take, and reading its body within that: size before content, and patience."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

UNPROVEN_OCTETS = 1 << 20
"""Who sends more than this has to show who he is before the rest is kept."""

_AT_A_TIME = 256 << 10
"""So many octets are gathered before they are handed on: fewer steps for a large body."""


class TooLarge(Exception):
    """A request, or a part of it, is larger than it may be; the text says so."""

    def __init__(self, what: str, octets: int) -> None:
        super().__init__(f"{what} is larger than {octets >> 20} MB")


class TooSlow(Exception):
    """A body came in too slowly."""

    def __init__(self) -> None:
        super().__init__("the request did not come in time")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take: octets, seconds for its body, seconds between two pieces of it.

    ``held_octets`` is what of it may be held in memory: all but an attachment that goes to the disk
    as it comes.
    """

    body_octets: int = 192 << 20
    held_octets: int = 24 << 20
    body_seconds: float = 120.0
    piece_seconds: float = 15.0


async def pieces(request: Request, limits: Limits, octets: int) -> AsyncIterator[bytes]:
    """The body of a request in pieces, ``octets`` at the most.

    Raises TooLarge, TooSlow, or ClientDisconnect.
    """
    told = request.headers.get("content-length", "0")
    if told.isascii() and told.isdigit() and int(told) > octets:
        raise TooLarge("the request", octets)
    gathered, came, end = bytearray(), 0, time.monotonic() + limits.body_seconds
    more = True
    while more:
        left = min(limits.piece_seconds, end - time.monotonic())
        try:
            event = await asyncio.wait_for(request.receive(), max(left, 0.001))
        except TimeoutError as error:
            raise TooSlow from error
        if event["type"] == "http.disconnect":
            raise ClientDisconnect
        gathered += event.get("body", b"")
        came += len(event.get("body", b""))
        if came > octets:
            raise TooLarge("the request", octets)
        more = event.get("more_body", False)
        if len(gathered) >= _AT_A_TIME or not more:
            yield bytes(gathered)
            gathered.clear()


async def read_body(
    request: Request, limits: Limits, enter: Callable[[], Awaitable[object]]
) -> bytes:
    """A body that is held in memory; ``enter`` is asked once, when it is large.

    Raises as ``pieces``, and what ``enter`` raises for somebody who may not send so much.
    """
    body, entered = bytearray(), False
    async for piece in pieces(request, limits, limits.held_octets):
        body += piece
        if len(body) > UNPROVEN_OCTETS and not entered:
            await enter()
            entered = True
    return bytes(body)

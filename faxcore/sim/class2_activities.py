"""What a simulated modem of class 2, 2.0 or 2.1 is doing between two commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from faxcore.sim.activities import DLE, ETX, Activity, Modem
from faxcore.sim.class2_words import Words
from faxcore.t30.frames import FCF

_DC2, _CAN = 0x12, 0x18
_END_OF_DLE = {0x2C: FCF.MPS, 0x3B: FCF.EOM, 0x2E: FCF.EOP}


class PageDesk(Protocol):
    """Who takes and gives the pages."""

    words: Words

    def page_given(self, octets: bytes, following: FCF | None, now: float) -> None:
        """The computer has ended its page."""
        ...

    def page_stopped(self, now: float) -> None:
        """No more data of the page came, for longer than the modem waits."""
        ...

    def give_page(self, octets: bytes, status: int, following: FCF, now: float) -> None:
        """The computer asks for the page."""
        ...

    def abandon(self, now: float) -> None:
        """The computer wants no more of it."""
        ...


class Busy(Activity):
    """The station is at work; an octet of the computer's breaks it off."""

    def __init__(self, modem: Modem, abandon: Callable[[float], None]) -> None:
        super().__init__(modem)
        self._abandon = abandon

    def feed(self, data: bytes, now: float) -> None:
        """Any octet."""
        self._abandon(now)


class HangingUp(Activity):
    """``+FK``: it takes a moment."""

    def __init__(self, modem: Modem, then: Callable[[float], None], until: float) -> None:
        super().__init__(modem)
        self._then, self._until = then, until

    def advance(self, now: float) -> None:
        """Done when it is time."""
        if now >= self._until:
            self._then(self._until)

    def due(self, now: float) -> float | None:
        """That time."""
        return self._until


class TakingPage(Activity):
    """Behind CONNECT: page data up to DLE and what ends them; CAN gives the page up.

    The modem hangs up when its buffer has been empty for ``patience_s``.
    """

    def __init__(
        self, modem: Modem, desk: PageDesk, now: float, bits_per_second: int, patience_s: float
    ) -> None:
        super().__init__(modem)
        self._patience = patience_s
        self._desk = desk
        self._octets = bytearray()
        self._escaped = False
        self._octet_seconds = 8 / bits_per_second
        self._sent_until = now
        self._buffer = modem.profile.buffer_octets

    def feed(self, data: bytes, now: float) -> None:
        """Octets of the page."""
        self._sent_until = max(self._sent_until, now) + len(data) * self._octet_seconds
        for octet in data:
            if not self._escaped:
                if octet == DLE:
                    self._escaped = True
                else:
                    self._octets.append(octet)
                continue
            self._escaped = False
            if octet == DLE:
                self._octets.append(DLE)
            elif octet == ETX:
                self._end(None, now)
                return
            elif octet in _END_OF_DLE and self._desk.words.hexadecimal:
                self._end(_END_OF_DLE[octet], now)
                return

    def _end(self, following: FCF | None, now: float) -> None:
        octets = bytes(self._octets)
        if octets.endswith(bytes((_CAN,))) and following is None:
            self.modem.finish(now, "OK")
            return
        self._desk.page_given(octets, following, now)

    def advance(self, now: float) -> None:
        """Enough of waiting."""
        if now >= self._sent_until + self._patience:
            self._desk.page_stopped(self._sent_until + self._patience)

    def room(self, now: float) -> int:
        """What the buffer still takes; the line empties it."""
        queued = max(0.0, self._sent_until - now)
        return max(0, self._buffer - round(queued / self._octet_seconds))

    def due(self, now: float) -> float | None:
        """When the buffer is half empty, when it is empty, and when it has been so for too long."""
        half_empty = self._sent_until - self._buffer / 2 * self._octet_seconds
        moments = (half_empty, self._sent_until, self._sent_until + self._patience)
        return next((moment for moment in moments if moment > now), None)


class GivingPage(Activity):
    """Behind CONNECT to ``+FDR``: the page goes to the computer once it says DC2."""

    def __init__(
        self, modem: Modem, desk: PageDesk, octets: bytes, status: int, following: FCF
    ) -> None:
        super().__init__(modem)
        self._desk, self._page = desk, (octets, status, following)

    def feed(self, data: bytes, now: float) -> None:
        """DC2, or CAN."""
        if _DC2 in data:
            self._desk.give_page(*self._page, now)
        elif _CAN in data:
            self._desk.abandon(now)

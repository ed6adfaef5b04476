"""``+FTM`` in a simulated modem: a fast carrier is raised, and octets go out on it (T.31 8.3.3).

What the computer gives goes into a buffer that the line empties at its rate. A buffer that runs dry
in a page is held against the computer.
"""

from __future__ import annotations

from faxcore.sim.activities import IDLE_SECONDS, Activity, Modem, Unstuffer
from faxcore.sim.judge import Fault
from faxcore.sim.telephone import Carrier
from faxcore.sim.telephone_signals import Signal


class SendingFast(Activity):
    """``+FTM``: training, then the computer's octets as they are (T.31 8.3.3)."""

    def __init__(self, modem: Modem, signal: Signal, now: float, cut_after: int | None) -> None:
        super().__init__(modem)
        self._carrier: Carrier = self.phone.begin(self.phone.near, signal, now)
        self._unstuffer = Unstuffer(modem.settings)
        self._octet_seconds = 8 / signal.bits_per_second
        self._sent_until = self._carrier.data_from
        self._begun = self._over = False
        self._fed_at = now
        self._cut_after = cut_after
        self._deaf_until = now + modem.profile.carrier_delay_ms / 1000
        self._buffer = modem.profile.buffer_octets
        modem.connect(now)

    def feed(self, data: bytes, now: float) -> None:
        """Page octets; DLE ETX ends the page."""
        if self._over:
            text = "octets while the end of the page is still going out"
            self.modem.note(now, Fault.COMMAND_IN_DATA, len(data), text)
            return
        octets, self._over, rest = self._unstuffer.feed(data)
        self._fed_at = now
        if now < self._deaf_until:
            octets = b""
        if octets and self._begun and now > self._sent_until:
            self._repeat_zeros(now)
        self._carrier.octets += octets
        start = max(self._sent_until, now) if octets else self._sent_until
        self._sent_until = start + len(octets) * self._octet_seconds
        self._begun = self._begun or bool(octets)
        if self._over and rest:
            self.feed(rest, now)

    def drain(self, now: float) -> None:
        """Notice that the line drops, that the page is out, or that octets are missing."""
        cut_at = self._cut_moment()
        if cut_at is not None and now >= cut_at:
            self.phone.hang_up(cut_at)
            self.modem.finish(cut_at, "NO CARRIER")
        elif self._over and now >= self._ok_at:
            self._carrier.ended = self._sent_until
            self.modem.finish(self._ok_at, "OK")
        elif now > self._sent_until and self._begun:
            self._run_dry(now)
        elif now >= self._sent_until + IDLE_SECONDS:
            self._end(self._sent_until + IDLE_SECONDS, "ERROR")

    def _repeat_zeros(self, now: float) -> None:
        gap = now - self._sent_until
        if any(self._carrier.octets):
            text = f"zeros sent for {gap:.3f} s for want of octets"
            self.modem.note(now, Fault.UNDERRUN, gap, text)
        self._carrier.octets += bytes(round(gap / self._octet_seconds))

    def _cut_moment(self) -> float | None:
        if self._cut_after is None or len(self._carrier.octets) < self._cut_after:
            return None
        left = len(self._carrier.octets) - self._cut_after
        return self._sent_until - left * self._octet_seconds

    def _run_dry(self, now: float) -> None:
        """T.31 8.3.3: zeros are repeated while the last octet was one; else the carrier ends."""
        dry_from = self._sent_until
        if self._carrier.octets[-1] != 0:
            self.modem.note(dry_from, Fault.UNDERRUN, now - dry_from, "no octets in mid-page")
            self._end(dry_from, "OK")
        elif now - dry_from >= IDLE_SECONDS:
            self._end(dry_from + IDLE_SECONDS, "ERROR")

    @property
    def _ok_at(self) -> float:
        """When OK is said to the end of the data: when they are out, or too early."""
        early = self._sent_until - self.modem.profile.early_ok_ms / 1000
        return min(max(early, self._fed_at), self._sent_until)

    def _end(self, at: float, result: str) -> None:
        self._carrier.ended = at
        self.modem.finish(at, result)

    def due(self, now: float) -> float:
        """When OK is due; before the end of the data, when the buffer has room, or is empty."""
        cut_at = self._cut_moment()
        if cut_at is not None:
            return cut_at
        if self._over:
            return max(self._ok_at, now)
        half_empty = self._sent_until - self._buffer / 2 * self._octet_seconds
        for moment in (half_empty, self._sent_until, self._sent_until + IDLE_SECONDS):
            if moment > now:
                return moment
        return now

    def calm_until(self, now: float) -> float | None:
        """A buffer that is dry is no fault yet, but it is at any moment after."""
        return self.due(now) if self._over else min(self.due(now), self._sent_until)

    def room(self, now: float) -> int:
        """What the buffer still takes."""
        queued = max(0.0, self._sent_until - max(now, self._carrier.data_from))
        return max(0, self._buffer - round(queued / self._octet_seconds))

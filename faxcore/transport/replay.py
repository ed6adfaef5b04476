"""A recorded transcript as a modem: it says what was said then, when it was said.

Theory of operation. The transcript is a script of two parts. What the computer said must be said
again, octet by octet; how octets are grouped does not matter. What the modem said follows as long
after the computer's last octet as it did then. The computer is never faster than it was: what it
has to say is held back until the recorded moment, as flow control would, so that a call replays in
the same time as well. One that says something else, or speaks where the modem did, has left the
recorded path: TranscriptMismatch.

Carrier detect is what the marks say of it at this place.

Untidy: of other modem lines a transcript says nothing, and an interruption cannot be replayed, for
it came from somebody else. A driver that had sent a page too slowly by the real clock, so that the
modem gave the page up between two octets, may say some more of it in the replay.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from faxcore.errors import SettingsError, TranscriptMismatch
from faxcore.transport.port import LineState
from faxcore.transport.transcript import (
    CARRIER_MARK,
    Direction,
    Entry,
    Transcript,
    read_transcript,
)

SCHEME = "replay"
_EARLY_S = 0.25
"""A computer that is early by this much is held back; by more, it is taken at its word."""

_FULL_S = 1.9
"""So long a modem that says nothing may have held the computer up, because its buffer was full."""

_SHOWN = 24
_MAX_PACE = 1000.0


class TranscriptDce:
    """The modem of ``transcript``; ``name`` is how messages call it.

    ``finished`` says whether all of it was played.
    """

    def __init__(self, transcript: Transcript, name: str = "transcript") -> None:
        self._entries: list[Entry] = []
        self._carrier: dict[int, deque[bool]] = {}
        self._read(transcript.entries)
        self._name = name
        self._place = 0
        self._got = 0
        self._octets = 0
        self._shift = 0.0
        self._now = 0.0
        self._mismatch: TranscriptMismatch | None = None

    def _read(self, entries: Sequence[Entry]) -> None:
        """Keep what was said, and the answers about carrier detect by their places in it."""
        said = {text: on for on, text in CARRIER_MARK.items()}
        for entry in entries:
            if entry.direction is not Direction.MARK:
                self._entries.append(entry)
            elif entry.text in said:
                self._carrier.setdefault(len(self._entries), deque()).append(said[entry.text])

    @property
    def finished(self) -> bool:
        """Whether all of the transcript was played."""
        return self._place == len(self._entries)

    def feed(self, data: bytes, now: float) -> None:
        """See ``Dce.feed``. Raises TranscriptMismatch, the same one from then on."""
        self._now = now
        if self._mismatch is not None:
            raise self._mismatch
        while data:
            entry = self._current
            if entry is None or entry.direction is not Direction.TO_MODEM:
                raise self._differs(data)
            wanted = entry.data[self._got :]
            count = min(len(wanted), len(data))
            if data[:count] != wanted[:count]:
                raise self._differs(data)
            self._got += count
            self._octets += count
            data = data[count:]
            if self._got == len(entry.data):
                self._shift = now - entry.at
                self._advance()

    def take(self, now: float) -> bytes:
        """See ``Dce.take``."""
        self._now = now
        said = bytearray()
        while self._speaks and self._moment <= now:
            said += self._entries[self._place].data
            self._advance()
        return bytes(said)

    def due(self) -> float | None:
        """See ``Dce.due``: what the modem says next, or when the computer may go on."""
        if self._current is None or (not self._speaks and self._moment <= self._now):
            return None
        return self._moment

    def room(self, now: float) -> int:
        """See ``Dce.room``: what the computer had said by this moment."""
        self._now = now
        entry = self._current
        if entry is None:
            return 1
        if self._speaks:
            return 0 if self._moment - now <= _FULL_S else 1
        if self._moment > now:
            return 0 if self._holds(now) else len(entry.data) - self._got
        open_, place = len(entry.data) - self._got, self._place + 1
        while place < len(self._entries):
            entry = self._entries[place]
            if entry.direction is not Direction.TO_MODEM or entry.at + self._shift > now:
                break
            open_ += len(entry.data)
            place += 1
        return open_

    def control(self, now: float, state: LineState) -> None:
        """See ``Dce.control``: nothing was recorded of them."""

    def carrier(self) -> bool | None:
        """See ``Dce.carrier``: as it was told here; None where it was not asked for."""
        told = self._carrier.get(self._place)
        return told.popleft() if told else None

    @property
    def _current(self) -> Entry | None:
        return None if self.finished else self._entries[self._place]

    @property
    def _speaks(self) -> bool:
        """Whether the modem's words are next."""
        return not self.finished and self._entries[self._place].direction is Direction.FROM_MODEM

    @property
    def _moment(self) -> float:
        """When the next entry is due."""
        return self._entries[self._place].at + self._shift

    def _holds(self, now: float) -> bool:
        """Whether the computer, early as it is, waits until the recorded moment.

        It does so while it goes on, as it did then; where it begins, only if it is a little early.
        """
        before = self._entries[self._place - 1].direction if self._place else Direction.FROM_MODEM
        begins = before is Direction.FROM_MODEM
        return self._got == 0 and (not begins or self._moment - now <= _EARLY_S)

    def _advance(self) -> None:
        self._place += 1
        self._got = 0

    def _differs(self, data: bytes) -> TranscriptMismatch:
        """The first octet that is not as recorded, and what was to come."""
        entry = self._current
        if entry is None:
            wanted = "nothing more, the transcript is over"
            same = 0
        elif entry.direction is Direction.FROM_MODEM:
            wanted = f"the modem to say {entry.data[:_SHOWN]!r} at {self._moment:.3f} s"
            same = 0
        else:
            expected = entry.data[self._got :]
            pairs = zip(expected, data, strict=False)
            same = next(place for place, (one, other) in enumerate(pairs) if one != other)
            wanted = f"{expected[same : same + _SHOWN]!r}"
        self._mismatch = TranscriptMismatch(
            f"{self._name}: octet {self._octets + same + 1} to the modem, at {self._now:.3f} s: "
            f"expected {wanted}, got {data[same : same + _SHOWN]!r}"
        )
        return self._mismatch


def is_replay(url: str) -> bool:
    """Whether this address means a transcript."""
    return url.lower().startswith(f"{SCHEME}://")


def parse_replay_url(url: str) -> tuple[TranscriptDce, float | None]:
    """The modem that ``replay://FILE?pace=real`` means, and its pace; None = virtual time."""
    parts = urlsplit(url)
    values = dict(parse_qsl(parts.query, keep_blank_values=True))
    if values.keys() - {"pace"}:
        raise SettingsError(f"{url}: nothing but ?pace= goes behind the file")
    path = Path(parts.netloc + parts.path)
    dce = TranscriptDce(read_transcript(path), f"transcript {path}")
    if "pace" not in values:
        return dce, None
    try:
        pace = 1.0 if values["pace"] == "real" else float(values["pace"])
    except ValueError:
        pace = 0.0
    if not 0 < pace <= _MAX_PACE:
        raise SettingsError(f"{url}: pace must be real, or over 0 and at most {_MAX_PACE:.0f}")
    return dce, pace

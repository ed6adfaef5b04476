"""A V.34 fax call on a modem of class 1.0 as a line of procedures (T.31 Annex B, T.30 Annex F).

Experimental: it has met no real modem, only the simulated one.

Theory of operation. After ``+F34:`` and CONNECT there are no commands any more. The modems keep two
channels: the control channel, both ways at once, for what is V.21 elsewhere; and the primary one
for pages, which the sender selects and leaves again (DLE codes, ``v34_codes``). There are no
silences, no training checks, and a page is always sent with error correction: of the burst that a
procedure makes, the modem is given the frames alone, for flags and FCS are its own business.

When the control channel is retrained, what was on it is lost. A command whose answer we wait for is
then said again by us, and costs the procedure no try.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence

from faxcore.errors import ModemError, NoReply
from faxcore.modem.at import AtEngine
from faxcore.modem.carriers import Carriers, State
from faxcore.modem.keeping import keep_page
from faxcore.modem.modem_line import ModemLine
from faxcore.modem.stuffing import DLE
from faxcore.modem.transmitter import trailing_dles
from faxcore.modem.v34_codes import (
    CONTROL,
    EOT,
    PRIMARY,
    RETRAIN,
    Came,
    Reader,
    Sort,
    control_rate,
    primary_rate,
    shielded,
)
from faxcore.profiles import ModemProfile
from faxcore.t30 import hdlc
from faxcore.t30.frames import Frame, fcs
from faxcore.t30.line import (
    Ended,
    Heard,
    KeepPage,
    LineOp,
    ReceiveFrames,
    ReceivePage,
    SendFrames,
    SendPage,
)
from faxcore.t30.result import CallResult
from faxcore.transport.port import Interrupted

_CHANNEL_S = 60.0
"""How long a channel may take to be there; a retrain is in it."""

_NEXT_FRAME_S = 3.0
_MAX_RETRAINS = 5
_MOST_FRAMES = 1024
"""Of one burst; a block has 256, some may come twice, and RCP."""

_MAX_PAGE_SECONDS = 1800

_RELEASE_S = 10.0
_SLICE_S, _CHUNK = 1.0, 1024


class _LineOver(Exception):
    """The modem has told of the end of the call."""


class V34Line(ModemLine):
    """Performs line operations in a call of which the modem said ``+F34:``.

    ``rates`` are those of the primary and the control channel, in bit/s; ``calling`` whether the
    commands are ours. The other arguments are those of ``Class1Line``.
    """

    def __init__(
        self,
        engine: AtEngine,
        profile: ModemProfile,
        rates: tuple[int, int],
        *,
        calling: bool,
        keep: Callable[[KeepPage], bool] | None = None,
        on_progress: Callable[[float], None] | None = None,
        limit: float = math.inf,
    ) -> None:
        carriers = Carriers(engine, software_flow=profile.flow == "software")
        super().__init__(engine, carriers, limit)
        self._profile = profile
        self.rates = rates
        self._calling = calling
        self._keep = keep
        self._on_progress = on_progress
        self._reader = Reader()
        self._pending: deque[Came] = deque()
        self._channel = 0
        self._said: tuple[Frame, ...] = ()
        self._said_until = 0.0
        self._over = self._half = self._sends_page = False

    def connected(self, lines: Sequence[str] = ()) -> None:
        """Nothing is to be done: what the modem says next tells of the control channel."""

    dialled = answered = connected

    def verdict(self, result: CallResult) -> CallResult:
        """The result of the procedure, to which this line has nothing to add."""
        return result

    def release(self) -> None:
        """End the call (DLE EOT): behind it the modem takes commands again."""
        if self._over:
            return
        self._over = True
        try:
            with self._engine.uninterrupted():
                self._engine.expect_more("the end of the call (DLE EOT)")
                self._engine.write_all(bytes((DLE, EOT)), self._now() + _RELEASE_S)
                self._engine.reply(self._now() + _RELEASE_S)
        except Interrupted:
            return  # raised at the end of what was finished
        except ModemError as error:
            self._engine.port.mark(f"hanging up: {error}")  # the hang-up has stronger means

    def _perform(self, op: LineOp, began: float) -> Heard:
        try:
            return self._have_done(op, began)
        except _LineOver:
            self._over = True
            return self._heard(Ended.NO_CARRIER, began, text="the modem told of the call's end")

    def _have_done(self, op: LineOp, began: float) -> Heard:
        if isinstance(op, KeepPage):
            return keep_page(self._keep, op, began, self._now)
        if self._over:
            raise _LineOver
        if self._channel == 0:
            self._await(CONTROL)
        if isinstance(op, SendFrames):
            self._say(op.frames)
        elif isinstance(op, ReceiveFrames):
            return self._receive_frames(op, began)
        elif isinstance(op, SendPage):
            self._send_page(op)
        elif isinstance(op, ReceivePage):
            return self._receive_page(op, began)
        return self._heard(Ended.DONE, began)

    # The control channel.

    def _say(self, frames: tuple[Frame, ...]) -> None:
        self._said = frames
        data = b"".join(shielded(frame.octets) for frame in frames)
        self._engine.write_all(data, self._now() + _CHANNEL_S)
        bits = sum(8 * (len(frame.octets) + 3) for frame in frames)
        self._said_until = max(self._now(), self._said_until) + bits / self.rates[1]

    def _receive_frames(self, op: ReceiveFrames, began: float) -> Heard:
        frames: list[Frame] = []
        damaged = retrains = 0
        until = max(began, self._said_until) + op.within_s
        while (came := self._next(until)) is not None:
            if came.code == RETRAIN:
                retrains += 1
                self._await(CONTROL)
                if self._calling and self._said and retrains <= _MAX_RETRAINS:
                    self._engine.port.mark("the control channel was retrained; said once more")
                    self._say(self._said)
                if retrains <= _MAX_RETRAINS:
                    until = max(self._now(), self._said_until) + op.within_s
            if came.sort is Sort.CODE or self._channel != CONTROL:
                continue
            frame = self._control_frame(came)
            damaged += frame is None
            until = min(until, self._now() + _NEXT_FRAME_S)
            if frame is not None:
                frames.append(frame)
                if frame.final:
                    self._said = ()
                    return Heard(Ended.DONE, began, self._now(), tuple(frames), damaged)
        text = f"no final frame within {self._now() - began:.1f} s"
        return Heard(Ended.TIMEOUT, began, self._now(), tuple(frames), damaged, text=text)

    def _control_frame(self, came: Came) -> Frame | None:
        octets = self._checked(came)
        return Frame.parse(octets) if octets is not None else None

    def _checked(self, came: Came) -> bytes | None:
        """A frame's octets without FCS; None for a damaged one."""
        if came.sort is not Sort.FRAME:
            return None
        if not self._profile.frames_carry_fcs:
            return came.octets
        whole = fcs(came.octets[:-2]) == came.octets[-2:]
        return came.octets[:-2] if whole else None

    # The primary channel.

    def _send_page(self, op: SendPage) -> None:
        self._said, self._sends_page, self._half = (), True, False
        self._engine.write_all(bytes((DLE, PRIMARY)), self._now() + _CHANNEL_S)
        self._await(PRIMARY)
        self._carriers.let_flow()  # what is said both ways hides XON and XOFF
        data = b"".join(shielded(frame) for frame in hdlc.frames_in(op.octets))
        deadline = self._now() + len(data) * 8 / self.rates[0] * 1.5 + _CHANNEL_S
        sent = 0
        while sent < len(data):
            until = min(deadline, self._now() + _SLICE_S, self._carriers.limit)
            sent += self._engine.write(data[sent : sent + _CHUNK], until)
            self._half = trailing_dles(data, sent) % 2 == 1
            if self._on_progress is not None:
                self._on_progress(sent / len(data))
            self._carriers.check_limit()
            self._listen()
            if sent < len(data) and self._now() >= deadline:
                raise NoReply(f"the modem took {sent} of {len(data)} octets, and then no more")
        self._engine.write_all(bytes((DLE, CONTROL)), deadline)
        self._await(CONTROL, max(_CHANNEL_S, deadline - self._now()))
        self._page_is_out()

    def _page_is_out(self) -> None:
        self._sends_page, self._carriers.state = False, State.COMMAND

    def _listen(self) -> None:
        """Take what the modem says while a page goes out; only the end of the call matters."""
        data = self._engine.read_data(self._now())
        for came in self._reader.feed(data):
            if came.code == EOT:
                raise _LineOver
            self._pending.append(came)

    def _receive_page(self, op: ReceivePage, began: float) -> Heard:
        """The frames of a burst. A frame of the control channel in its place is left for later."""
        frames: list[bytes] = []
        until = max(began, self._said_until) + op.within_s
        latest = self._now() + _MAX_PAGE_SECONDS
        comes = self._channel == PRIMARY
        while self._now() < latest and (came := self._next(min(until, latest))) is not None:
            if came.code in {PRIMARY, CONTROL}:
                if comes and came.code == CONTROL:
                    return self._heard(Ended.DONE, began, octets=hdlc.burst(frames, 1))
                comes = came.code == PRIMARY
            elif came.sort is not Sort.CODE and not comes:
                self._pending.appendleft(came)
                return self._heard(Ended.OTHER_CARRIER, began, text="a frame came, and no page")
            elif (octets := self._checked(came)) is not None and len(frames) < _MOST_FRAMES:
                frames.append(octets)
            if comes:
                until = self._now() + _CHANNEL_S
        what = "no end of the page" if comes else "no page"
        text = f"{what} within {self._now() - began:.1f} s"
        return self._heard(Ended.TIMEOUT, began, text=text)

    # Both.

    def _await(self, channel: int, within_s: float = _CHANNEL_S) -> None:
        """Wait for a channel and for the rate that it has."""
        until = self._now() + within_s
        tells_rate = control_rate if channel == CONTROL else primary_rate
        while (came := self._next(until)) is not None:
            if self._channel == channel and tells_rate(came.code):
                return
        name = "control" if channel == CONTROL else "primary"
        raise NoReply(f"the {name} channel of V.34 was not there within {within_s:.0f} s")

    def _next(self, until: float) -> Came | None:
        """The next thing that the modem says; None at ``until``."""
        while not self._pending:
            data = self._engine.read_data(min(until, self._carriers.limit))
            if not data:
                self._carriers.check_limit()
                return None
            self._pending += self._reader.feed(data)
        came = self._pending.popleft()
        if came.code == EOT:
            raise _LineOver
        if came.code in {PRIMARY, CONTROL}:
            self._channel = came.code
        primary, control = self.rates
        self.rates = primary_rate(came.code) or primary, control_rate(came.code) or control
        return came

    def _recover(self) -> None:
        """Back to the control channel, from the midst of a page; so DCN can follow.

        The far end's page is waited over: until it ends there is no other channel.
        """
        if self._over or (self._channel != PRIMARY and not self._sends_page):
            return
        try:
            if self._sends_page:
                half = bytes((DLE,)) if self._half else b""
                end = half + shielded(b"") + bytes((DLE, CONTROL))
                self._engine.write_all(end, self._now() + _CHANNEL_S)
            self._await(CONTROL)
            self._page_is_out()
        except _LineOver:
            self._over = True

    def _heard(self, ended: Ended, began: float, *, octets: bytes = b"", text: str = "") -> Heard:
        return Heard(ended, began, self._now(), octets=octets, text=text)

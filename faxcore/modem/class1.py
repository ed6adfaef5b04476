"""A modem of service class 1 or 1.0 as the line of T.30 procedures (T.31 8, T.30 5)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from faxcore.modem.at import AtEngine, Reply
from faxcore.modem.carriers import Carriers, State
from faxcore.modem.keeping import keep_page
from faxcore.modem.modem_line import ModemLine
from faxcore.modem.receiver import may_ask_again, receive_data, receive_frame
from faxcore.modem.results import Code
from faxcore.modem.transmitter import send_burst, send_data, start_data
from faxcore.profiles import ModemProfile, SilenceBy
from faxcore.t4 import reverse_bits
from faxcore.t30.frames import Frame, fcs
from faxcore.t30.line import (
    Ended,
    Heard,
    KeepPage,
    LineOp,
    ReceiveFrames,
    ReceivePage,
    ReceiveTraining,
    SendFrames,
    SendPage,
    SendTraining,
    Silence,
)
from faxcore.t30.modulation import TCF_SECONDS, Rung
from faxcore.t30.result import CallResult

NOMINAL_GAP_MS = 75
"""What a procedure asks for; the profile says what this modem must be told to make it so."""

_NEXT_FRAME_S = 3.0
"""How long the next frame of a burst may take to begin."""

_LONGEST_BURST_S = 30.0
"""A burst of frames is shorter, each of them at most 3 s; what is damaged for longer is noise."""

_UNTOLD_CARRIER_S = 2.0
"""A caller that did not hear our answer repeats its command 1.1 s after it or later; its preamble
lasts 1 s. Data that were to come began long before."""

_MAX_PAGE_SECONDS = 1800
_MAX_TRAINING_SECONDS = 10

_CLOSING_FLAGS_MS = 54
"""Two flags at 300 bit/s: so long the far end still sends when its frame was handed over; +FRS
would wait for their end."""


class Class1Line(ModemLine):
    """Performs line operations on a modem that has been dialled or has answered.

    ``keep`` makes a received page durable and says whether it did. ``on_progress`` is told, while
    a page goes out, which share of it the modem has taken. ``limit`` is the moment at which the
    call must end. ``perform()`` never raises for the line: a modem that fails once answers
    EQUIPMENT from then on.
    """

    def __init__(
        self,
        engine: AtEngine,
        profile: ModemProfile,
        keep: Callable[[KeepPage], bool] | None = None,
        on_progress: Callable[[float], None] | None = None,
        limit: float = math.inf,
    ) -> None:
        super().__init__(engine, Carriers(engine, software_flow=profile.flow == "software"), limit)
        self._profile = profile
        self._keep = keep
        self._on_progress = on_progress

    def dialled(self, lines: Sequence[str] = ()) -> None:
        """The modem said CONNECT to a dial command: it is listening for frames already."""
        self._carriers.state = State.LISTENING

    def answered(self, lines: Sequence[str] = ()) -> None:
        """The modem said CONNECT to ``ATA``: it sends flags and waits for frames of ours."""
        self._carriers.state = State.SENDING_FRAMES

    def verdict(self, result: CallResult) -> CallResult:
        """The result of the procedure, to which a modem of these classes has nothing to add."""
        return result

    def release(self) -> None:
        """Nothing: DCN was the last."""

    def _perform(self, op: LineOp, began: float) -> Heard:
        if isinstance(op, SendFrames):
            return self._heard(send_burst(self._carriers, op.frames), began)
        if isinstance(op, ReceiveFrames):
            return self._receive_frames(op, began)
        if isinstance(op, Silence):
            return self._be_silent(op, began)
        if isinstance(op, SendTraining):
            zeros = bytes(round(op.rung.bits_per_second * TCF_SECONDS / 8))
            return self._send_data(op.rung.long_train, zeros, op.rung, None, began)
        if isinstance(op, SendPage):
            data = reverse_bits(op.octets)
            return self._send_data(op.speed, data, op.rung, self._on_progress, began)
        if isinstance(op, ReceiveTraining):
            return self._receive_data(op, op.rung.long_train, _MAX_TRAINING_SECONDS, began)
        if isinstance(op, ReceivePage):
            return self._receive_data(op, op.speed, _MAX_PAGE_SECONDS, began)
        return keep_page(self._keep, op, began, self._now)

    def _send_data(
        self,
        speed: int,
        octets: bytes,
        rung: Rung,
        progress: Callable[[float], None] | None,
        began: float,
    ) -> Heard:
        reply = start_data(self._carriers, speed, self._profile.carrier_delay_ms)
        if reply.code is Code.CONNECT:
            reply = send_data(self._carriers, octets, rung.bits_per_second, progress)
            if self._profile.early_ok_ms:
                self._engine.pause(self._profile.early_ok_ms / 1000)
        return self._heard(reply, began)

    def _receive_data(
        self, op: ReceiveTraining | ReceivePage, speed: int, longest_s: int, began: float
    ) -> Heard:
        told = self._profile.says_fcerror
        within_s = op.within_s if told else min(op.within_s, _UNTOLD_CARRIER_S)
        most = op.rung.bits_per_second * longest_s // 8
        got = receive_data(self._carriers, speed, within_s, most, longest_s)
        if got is None and not told:
            text = f"+FRM={speed}: nothing within {within_s:.1f} s, perhaps another carrier"
            return Heard(Ended.OTHER_CARRIER, began, self._now(), text=text)
        if got is None:
            text = f"+FRM={speed}: no carrier within {within_s:.1f} s"
            return Heard(Ended.TIMEOUT, began, self._now(), text=text)
        code, octets = got
        if code is Code.CONNECT:
            text = f"+FRM={speed}: a carrier of more than {longest_s} s"
            return Heard(Ended.TIMEOUT, began, self._now(), text=text)
        if code is Code.FCERROR:
            text = f"+FRM={speed}: another carrier was heard"
            return Heard(Ended.OTHER_CARRIER, began, self._now(), text=text)
        return Heard(Ended.DONE, began, self._now(), octets=reverse_bits(octets))

    def _receive_frames(self, op: ReceiveFrames, began: float) -> Heard:
        """One burst. A modem that loses a carrier before its first frame is asked again.

        NO CARRIER or ERROR straight after ``+FRH=3`` is no hang-up: a carrier that was none of
        ours has ended, or a modem says CONNECT to any carrier and takes it back.
        """
        frames: list[Frame] = []
        damaged = 0
        until = began + op.within_s
        latest = until + _LONGEST_BURST_S
        doubled = self._profile.doubles_dle
        while (got := receive_frame(self._carriers, until, doubled=doubled)) is not None:
            code, octets = got
            if octets:
                frame = self._check_frame(code, octets)
                if frame is None:
                    damaged += 1
                else:
                    frames.append(frame)
                    if frame.final:
                        return Heard(Ended.DONE, began, self._now(), tuple(frames), damaged)
                until = min(self._now() + _NEXT_FRAME_S, latest)
            elif code is Code.NO_CARRIER and (frames or damaged):
                text = "+FRH=3: the carrier dropped before a final frame"
                return Heard(
                    Ended.NO_CARRIER, began, self._now(), tuple(frames), damaged, text=text
                )
            elif not may_ask_again(self._carriers, until):
                break
        text = f"+FRH=3: no final frame within {self._now() - began:.1f} s"
        return Heard(Ended.TIMEOUT, began, self._now(), tuple(frames), damaged, text=text)

    def _check_frame(self, code: Code, octets: bytes) -> Frame | None:
        """The frame, its FCS verified and taken off where the modem hands it over (T.31 8.3.4).

        A modem that says NO CARRIER behind a frame has not judged it; its FCS does.
        """
        if not self._profile.frames_carry_fcs:
            return Frame.parse(octets) if code is Code.OK else None
        if code not in {Code.OK, Code.NO_CARRIER}:
            return None
        if fcs(octets[:-2]) != octets[-2:]:
            return None
        return Frame.parse(octets[:-2])

    def _be_silent(self, op: Silence, began: float) -> Heard:
        ms = max(0, op.ms - NOMINAL_GAP_MS + self._profile.gap_ms)
        after_theirs = not self._carriers.sent_last
        by_computer = self._profile.silence_by is SilenceBy.COMPUTER
        if by_computer or (after_theirs and not self._profile.wait_frs):
            self._carriers.pause(ms + _CLOSING_FLAGS_MS * after_theirs)
            return Heard(Ended.DONE, began, self._now())
        reply = self._carriers.silence(ms)
        if reply is None:
            text = "+FRS: the far end did not fall silent"
            return Heard(Ended.TIMEOUT, began, self._now(), text=text)
        return self._heard(reply, began)

    def _heard(self, reply: Reply, began: float) -> Heard:
        """A reply that is OK, or NO CARRIER."""
        if reply.code is Code.OK:
            return Heard(Ended.DONE, began, self._now())
        text = f"{reply.command}: {reply.line} after {reply.seconds:.1f} s"
        return Heard(Ended.NO_CARRIER, began, self._now(), text=text)

    def _recover(self) -> None:
        self._carriers.recover()

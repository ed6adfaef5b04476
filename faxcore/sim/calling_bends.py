"""How a correct caller is bent: what it does not hear, and what it sends badly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from faxcore.sim.bends import Bend, DamagedFrame, Deviation, bent
from faxcore.t4 import Coding, EncodedPage, PageBitmap, decode_octets, encode_page, tables
from faxcore.t30.frames import FCF, X_BIT, Frame
from faxcore.t30.line import (
    Ended,
    LineOp,
    Procedure,
    ReceiveFrames,
    SendFrames,
    SendPage,
    SendTraining,
    Silence,
)
from faxcore.t30.modulation import TCF_SECONDS
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.t30.timers import T1, T2, T4
from faxcore.t30.walk import frame_name

_WIDTH = 1728
_FOR_EVER_S, _PAUSE_S = 300.0, 1.0
_SHORT = PageBitmap.from_array(np.zeros((1, 1024), np.bool_))


def be_deaf_after(command: str, times: int = 1) -> Deviation:
    """The first answer to each of ``times`` commands is not heard: they come again after T4."""

    def deviate(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
        left, asked, again = times, False, False
        op = next(procedure)
        while True:
            if asked and left and isinstance(op, ReceiveFrames):
                asked, again, left = False, True, left - 1
                heard = replace((yield Silence(round(T4 * 1000))), ended=Ended.TIMEOUT)
            else:
                heard = yield op
            if isinstance(op, SendFrames):
                named = command in {frame_name(op.frames[-1]), op.frames[-1].name}
                asked, again = named and not again, again and not named
            try:
                op = procedure.send(heard)
            except StopIteration as stop:
                result: CallResult = stop.value
                return result

    return deviate


class _SpoilTraining(Bend):
    def __init__(self, times: int) -> None:
        self._left = times

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendTraining) or self._left == 0:
            return op
        self._left -= 1
        octets = b"\0\0\0\x40" * round(op.rung.bits_per_second * TCF_SECONDS / 32)
        return SendPage(op.rung, octets, 0, long_train=True)


def spoil_training(times: int) -> Deviation:
    """The first training checks arrive full of errors."""
    return bent(lambda: _SpoilTraining(times))


class _SpoilPage(Bend):
    def __init__(self, times: int, every: int) -> None:
        self._left, self._every = times, every

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendPage) or self._left == 0:
            return op
        self._left -= 1
        octets, every = bytearray(op.octets), self._every
        octets[every::every] = bytes(octet ^ 0xFF for octet in octets[every::every])
        return replace(op, octets=bytes(octets))


def spoil_page(times: int, every: int) -> Deviation:
    """In the first pages, or bursts of frames, one octet of so many is turned over."""
    return bent(lambda: _SpoilPage(times, every))


PageChange = Callable[[SendPage], LineOp]
"""What is sent in place of a page."""


class _ChangePages(Bend):
    def __init__(self, change: PageChange, times: int) -> None:
        self._change, self._left = change, times

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendPage) or self._left == 0:
            return op
        self._left -= 1
        return self._change(op)


def change_pages(change: PageChange, times: int) -> Deviation:
    """The first pages, or bursts of frames, are changed."""
    return bent(lambda: _ChangePages(change, times))


class _EachPageOnce(Bend):
    def __init__(self, change: PageChange) -> None:
        self._change, self._seen = change, set[int]()

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendPage) or op.number in self._seen:
            return op
        self._seen.add(op.number)
        return self._change(op)


def each_page_once(change: PageChange) -> Deviation:
    """Each page is changed the first time that it is sent."""
    return bent(lambda: _EachPageOnce(change))


def bad_rows(count: int) -> PageChange:
    """So many rows of an MH page, spread over it, have too few pels."""

    def change(op: SendPage) -> LineOp:
        bitmap = decode_octets(op.octets, Coding.MH, _WIDTH).bitmap
        rows, short = _row_bits(encode_page(bitmap)), _row_bits(encode_page(_SHORT))[0]
        for number in range(count):
            rows[(2 * number + 1) * len(rows) // (2 * count)] = short
        bits = np.concatenate([_bits_of(tables.EOL), *rows, _bits_of(tables.EOL * 5)])
        return replace(op, octets=np.packbits(bits).tobytes())

    return change


def _bits_of(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("ascii"), np.uint8) - ord("0")


def _row_bits(page: EncodedPage) -> list[NDArray[np.uint8]]:
    """The bits of each row, its EOL included."""
    ends = np.cumsum(page.row_bits.astype(np.int64))
    bits = np.unpackbits(np.frombuffer(page.data, np.uint8))[: int(ends[-1])]
    return np.split(bits, ends[:-1])


def long_line(seconds: float) -> PageChange:
    """The first line of a page is drawn out by fill."""
    return lambda op: replace(
        op, octets=bytes(round(seconds * op.rung.bits_per_second / 8)) + op.octets
    )


def no_page(op: LineOp) -> LineOp:
    """Silence, for longer than T2."""
    return Silence(round(1000 * (T2 + T4)))


class _NoTraining(Bend):
    def __init__(self, change: Callable[[LineOp], LineOp]) -> None:
        self._change, self._sent = change, False

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendTraining) or self._sent:
            return op
        self._sent = True
        return self._change(op)


def no_training(change: Callable[[LineOp], LineOp]) -> Deviation:
    """Something else follows the first DCS."""
    return bent(lambda: _NoTraining(change))


def _say_for_ever(*frames: Frame) -> Deviation:
    """So long as anybody listens."""

    def deviate(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
        procedure.close()
        count = 0
        heard = yield ReceiveFrames(T1)
        while heard.ended is not Ended.NO_CARRIER and heard.at < _FOR_EVER_S:
            yield Silence()
            yield SendFrames((frames[count % len(frames)],))
            heard = yield ReceiveFrames(_PAUSE_S)
            count += 1
        return CallResult(HangupStatus.ABORTED, text="nobody listens any more")

    return deviate


_CFR, _DAMAGED_CFR = Frame(FCF.CFR | X_BIT), DamagedFrame(FCF.CFR | X_BIT)
babble = _say_for_ever(_CFR)
damaged_for_ever = _say_for_ever(_DAMAGED_CFR)
babble_and_damaged = _say_for_ever(_CFR, _DAMAGED_CFR)

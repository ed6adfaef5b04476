"""What the simulator holds against a computer: notes, each with its moment and its measure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from faxcore.sim.telephone_signals import MAX_FRAME_SECONDS
from faxcore.t4 import Coding, DecodedPage, minimum_row_bits
from faxcore.t30.capabilities import SessionParameters


class Fault(enum.Enum):
    """What can be wrong with a call."""

    SHORT_SILENCE = "silence too short"
    LATE = "silence too long"
    COLLISION = "both stations send"
    UNDERRUN = "data underrun"
    LONG_FRAME = "frame over 3 s"
    WRONG_FILL = "rows shorter than the minimum scan line time"
    BAD_ROWS = "undecodable rows"
    COMMAND_IN_DATA = "octets given while data is due"
    LOST_FRAME = "a frame went by unheard"
    LOST_PAGE = "a fast carrier went by unheard"
    NO_RTC = "a page without its end"
    LATE_ANSWER = "the answer to a command came too late"


@dataclass(frozen=True, slots=True)
class Note:
    """One fault. ``at`` is its moment in s, ``amount`` its measure: seconds, rows, octets."""

    at: float
    fault: Fault
    amount: float
    text: str


def judge_frame(at: float, seconds: float) -> list[Note]:
    """A frame must not last longer than 3 s + 15 % (T.30 5.3.1)."""
    if seconds <= MAX_FRAME_SECONDS:
        return []
    return [Note(at, Fault.LONG_FRAME, seconds, f"a frame of {seconds:.2f} s")]


def judge_page(at: float, page: DecodedPage, parameters: SessionParameters) -> list[Note]:
    """Rows must decode, and must last the minimum scan line time, fill included (T.4 4.1.3)."""
    notes = []
    if page.bad_rows:
        text = f"{page.bad_rows} of {page.bitmap.height} rows cannot be decoded"
        notes.append(Note(at, Fault.BAD_ROWS, page.bad_rows, text))
    if parameters.coding is not Coding.MMR:
        rate = parameters.rung.bits_per_second
        needed = minimum_row_bits(rate, parameters.scan_time_ms)
        measured = page.row_bits[page.row_bits > 0]
        short = int(np.count_nonzero(measured < needed))
        if short:
            text = f"{short} rows under {needed} bits ({parameters.scan_time_ms} ms at {rate})"
            notes.append(Note(at, Fault.WRONG_FILL, short, text))
    return notes

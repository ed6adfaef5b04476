"""What went over a fast carrier: the training check, a page, a block of a page."""

from __future__ import annotations

from faxcore.t4 import decode_octets, reverse_bits
from faxcore.t4.account import EndedBy
from faxcore.t30.ecm import read_burst
from faxcore.t30.modulation import RUNGS, v34_rung
from faxcore.transport.transcript import Direction
from faxcore.workbench.evidence import Kind, Step, Way
from faxcore.workbench.evidence_state import Session
from faxcore.workbench.reading_parts import Segment

RUNG_BY_SPEED = {speed: rung for rung in RUNGS for speed in (rung.long_train, rung.short_train)}
DLE_FOLLOWS = {0x2C: "MPS", 0x3B: "EOM", 0x2E: "EOP"}
"""What ends a page in class 2.0 (T.32 8.3.3.7)."""

_MAX_BURST = 1 << 17
"""Octets of error-correction data that are looked into; a block has 75,000."""

_MAX_DECODED, _MAX_PAGE = 30, 1 << 20
"""So many pages of so many octets are decoded; more would take its time."""


def data_step(segment: Segment, session: Session, reaction_s: float) -> Step:
    """The step of some fast data."""
    out = segment.direction is Direction.TO_MODEM
    payload = segment.payload
    rung = v34_rung(segment.speed) if segment.v34 else RUNG_BY_SPEED.get(segment.speed)
    rate = rung.bits_per_second if rung is not None else session.rate
    if rung is not None:
        session.rate = rate
    training = is_training(payload, session, segment)
    fields = [("rate", str(rate) if rate else "unknown")]
    if rung is not None:
        fields.append(("modulation", rung.modulation.value))
    fields.append(("seconds", f"{_seconds(segment, rate):.1f}"))
    if training:
        fields.append(("zeros", f"{_zeros(payload):.0%}"))
    else:
        session.status = ""
        fields += _page_fields(payload, session, segment)
    return Step(
        Kind.TRAINING if training else Kind.PAGE,
        Way.OUT if out else Way.IN,
        segment.began,
        segment.ended,
        segment.line,
        segment.last_line,
        "TCF" if training else f"page {session.page}",
        fields=tuple(fields),
        octets=len(payload),
        ok=segment.complete,
        reaction_s=reaction_s if out else 0.0,
        starved_s=_starved(segment, rate) if out else 0.0,
    )


def _seconds(segment: Segment, rate: int) -> float:
    """How long the data took on the line; what goes out waits in the modem's buffer before."""
    if segment.direction is Direction.TO_MODEM and segment.complete and rate:
        return len(segment.payload) * 8 / rate
    return segment.ended - segment.began


def is_training(payload: bytes, session: Session, segment: Segment) -> bool:
    """Whether fast data is a training check and no page."""
    if not segment.speed:
        return False
    if segment.direction is Direction.TO_MODEM:
        return _zeros(payload) > 1 - 1e-9
    return session.training_due or _zeros(payload) > 1 - 1e-9


def _zeros(payload: bytes) -> float:
    return payload.count(0) / len(payload) if payload else 1.0


def _page_fields(payload: bytes, session: Session, segment: Segment) -> list[tuple[str, str]]:
    under = session.parameters
    fields = [("coding", under.coding.name)] if under is not None else []
    if under is not None and under.ecm and segment.speed:
        frames = read_burst(reverse_bits(payload[:_MAX_BURST]))
        fields.append(("frames", str(len(frames))))
    elif segment.speed:
        fields += _rows(payload, session, segment)
    if segment.end in DLE_FOLLOWS:
        fields.append(("follows", DLE_FOLLOWS[segment.end]))
    return fields


def _rows(payload: bytes, session: Session, segment: Segment) -> list[tuple[str, str]]:
    """How many rows a page has, how many of them are broken, and whether its end is there."""
    under = session.parameters
    if under is None or session.decoded >= _MAX_DECODED or len(payload) > _MAX_PAGE:
        return []
    session.decoded += 1
    page = decode_octets(reverse_bits(payload), under.coding, under.width, under.resolution)
    fields = [("rows", str(page.bitmap.height)), ("bad rows", str(page.bad_rows))]
    if segment.complete and page.ended_by is EndedBy.END_OF_DATA:
        fields.append(("end", "missing"))
    return fields


def _starved(segment: Segment, rate: int) -> float:
    """For how long the modem had nothing to send, at least, in the middle of a page.

    What had been given to it by a moment is compared with what it could have sent by then.
    """
    if not rate:
        return 0.0
    given, worst = 0, 0.0
    for part in segment.parts:
        given += part.octets
        worst = max(worst, part.at - segment.began - given * 8 / rate)
    return worst

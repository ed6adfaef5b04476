"""Phases C and D of a sender with error correction: T.30 Annex A, figures A-7 to A-9.

A block is sent, asked for (PPS), and its missing frames are sent again until nothing is missing.
After every fourth refusal the sender either goes on, perhaps slower (CTC), or gives the block up
(EOR). A far end that is busy (RNR) is asked again (RR) for as long as T5.

Some receivers refuse a block of which they miss no frame (HylaFAX met them). That is no
confirmation: they are asked again, and at the fourth time told by EOR that nothing more will come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from faxcore.t4 import EncodedPage
from faxcore.t30.call import Call, CallEnded, Reply, ask, command, hear
from faxcore.t30.ecm import (
    PartialPage,
    block_burst,
    blocks,
    can_miss_frames,
    coded_octets,
    requested,
)
from faxcore.t30.frames import FCF, X_BIT
from faxcore.t30.line import Procedure, SendPage, Silence
from faxcore.t30.negotiation import step_down
from faxcore.t30.post_message import Verdict, dcn_ended, no_answer
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.t30.timers import MAX_PPR, T5

_ANSWERS = {FCF.MCF, FCF.PPR, FCF.RNR, FCF.PIP, FCF.PIN, FCF.DCN}
_MAX_RR, _MAX_RR_DUPLEX = 60, 2000
"""More answers RNR than this cannot come within T5, at 300 bit/s and in V.34's control channel."""


@dataclass(slots=True)
class _Block:
    """One block on its way."""

    number: int
    frames: Sequence[bytes]
    end: FCF | None
    missing: list[int]
    refusals: int = 0
    fewest: int = 256
    long_train: bool = False


def send_page_with_correction(
    call: Call, index: int, form: EncodedPage, end: FCF
) -> Procedure[Verdict]:
    """Send page ``index`` block by block; ``end`` is what follows it."""
    size = call.agreed.frame_octets
    data = blocks(coded_octets(form), size)
    call.report(index, sendings=call.reports[index].sendings + 1, octets=0)
    lost = False
    for number, frames in enumerate(data):
        last = number == len(data) - 1
        block = _Block(number, frames, end if last else None, list(range(len(frames))))
        lost |= not (yield from _send_block(call, index, block))
    outcome = PageOutcome.DOUBTFUL if lost else PageOutcome.CONFIRMED
    call.report(index, outcome=outcome)
    return Verdict.GO_ON


def _send_block(call: Call, index: int, block: _Block) -> Procedure[bool]:
    """One block until it is confirmed (True) or given up with frames missing (False)."""
    while True:
        yield from _send_burst(call, index, block)
        pps = PartialPage(block.end, index, block.number, len(block.missing))
        reply = yield from ask(command(FCF.PPS, pps.encode()), _ANSWERS)
        reply = yield from wait_while_busy(call, reply)
        kind = reply.kind
        if kind in {FCF.MCF, FCF.PIP}:
            return True
        if kind is not FCF.PPR or reply.frame is None:
            raise _ended(call, index, block, reply)
        block.missing = requested(reply.frame.fif, len(block.frames))
        call.report(index, ppr=call.reports[index].ppr + 1)
        if block.missing:
            call.report(index, outcome=PageOutcome.UNSENT)
        block.refusals += 1
        if block.refusals % MAX_PPR == 0 and not (yield from _go_on(call, index, block)):
            return not block.missing


def _send_burst(call: Call, index: int, block: _Block) -> Procedure[None]:
    number = call.reports[index].number
    parameters = call.agreed
    rung = call.current_rung
    octets = block_burst(block.frames, block.missing, rung.bits_per_second)
    yield from hear(Silence())
    call.report(index, parameters=replace(parameters, rung=rung))
    is_last = call.is_last_part(index)
    op = SendPage(rung, octets, number, block.long_train, is_last, is_burst=True)
    heard = yield from hear(op)
    block.long_train = False
    if not heard.done:
        text = f"page {number}, block {block.number}: {heard.text or heard.ended.value}"
        raise CallEnded(HangupStatus.PHASE_C, text, farewell=False)
    sent = call.reports[index].octets + len(octets)
    whole = block.end is not None
    outcome = PageOutcome.UNCERTAIN if whole else call.reports[index].outcome
    call.report(index, octets=sent, outcome=outcome)


def wait_while_busy(call: Call, reply: Reply) -> Procedure[Reply]:
    """RNR: ask again with RR until something else comes, at most for T5 (T.30 A.5.4.1)."""
    waited = 0.0
    for _ in range(_MAX_RR_DUPLEX if call.options.v34_rate else _MAX_RR):
        if reply.kind is not FCF.RNR or waited > T5:
            break
        began = reply.at
        reply = yield from ask(command(FCF.RR), _ANSWERS | {FCF.ERR})
        waited += reply.at - began
    if reply.kind is FCF.RNR:
        raise CallEnded(HangupStatus.PHASE_D, f"the far end was not ready for {T5:.0f} s (RNR)")
    return reply


def _ended(call: Call, index: int, block: _Block, reply: Reply) -> CallEnded:
    """How the call ends when a block has no answer that lets it go on."""
    number = call.reports[index].number
    end = block.end or FCF.PPS
    if reply.kind is FCF.DCN:
        return dcn_ended(end, number)
    if reply.kind is FCF.PIN:
        call.report(index, outcome=PageOutcome.DOUBTFUL)
        text = f"the far end refused page {number} and wants an operator (PIN)"
        return CallEnded(HangupStatus.OPERATOR_WANTED, text)
    return no_answer(end, reply, number)


def _go_on(call: Call, index: int, block: _Block) -> Procedure[bool]:
    """After the fourth PPR: CTC while there is progress or a lower rate, else EOR or the end."""
    if not block.missing:
        yield from _end_of_retransmission(call, index, block)
        return False
    lower = step_down(call.ladder, call.current_rung)
    progress = len(block.missing) < block.fewest
    block.fewest = min(block.fewest, len(block.missing))
    if progress and call.options.v34_rate:  # there is no CTC; the channel adapts by itself (F.3.4)
        return True
    if progress or lower is not None:
        yield from _continue_to_correct(call, index, block)
        return True
    if can_miss_frames(call.agreed.coding, len(block.missing), len(block.frames)):
        yield from _end_of_retransmission(call, index, block)
        return False
    call.report(index, outcome=PageOutcome.DOUBTFUL)
    text = f"page {call.reports[index].number}: {len(block.missing)} frames never got through"
    raise CallEnded(HangupStatus.PAGE_REJECTED, text)


def _continue_to_correct(call: Call, index: int, block: _Block) -> Procedure[None]:
    """CTC with the next lower rate that both sides have, until CTR (T.30 A.4.3)."""
    call.rung = step_down(call.ladder, call.current_rung) or call.rung
    rate = replace(call.agreed, rung=call.current_rung).encode()[1] & 0x3C
    reply = yield from ask(command(FCF.CTC, bytes((0, rate))), {FCF.CTR, FCF.DCN})
    if reply.kind is not FCF.CTR:
        raise _ended(call, index, block, reply)
    block.long_train = True


def _end_of_retransmission(call: Call, index: int, block: _Block) -> Procedure[None]:
    """EOR: the frames that are missing stay so; ERR answers it (T.30 A.4.3)."""
    if block.missing:
        call.report(index, outcome=PageOutcome.DOUBTFUL)
    end = block.end | X_BIT if block.end is not None else 0
    reply = yield from ask(command(FCF.EOR, bytes((end,))), {FCF.ERR, FCF.RNR, FCF.PIN, FCF.DCN})
    reply = yield from wait_while_busy(call, reply)
    if reply.kind is not FCF.ERR:
        raise _ended(call, index, block, reply)

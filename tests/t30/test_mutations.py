"""Frames and modem lines that nobody should send: no exception, bounded work, no false success.

Without FAXCORE_CALLS=all some thousands are tried; with it a million frames and lines, and 100,000
calls of the procedures against a far end that says anything at any time.
"""

import os
import random
from itertools import pairwise

import pytest

from faxcore.modem.results import is_unasked, parse_number, parse_word
from faxcore.t4 import Coding
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import Station
from faxcore.t30.ecm import PartialPage, page_request, read_burst, requested
from faxcore.t30.ecm_receiver import CorrectedPage, commanded_rung
from faxcore.t30.frames import FCF, X_BIT, Frame, decode_id, encode_id
from faxcore.t30.line import (
    Ended,
    Heard,
    KeepPage,
    ReceiveFrames,
    ReceivePage,
    ReceiveTraining,
    SendFrames,
    Silence,
    run,
)
from faxcore.t30.modulation import V17_14400
from faxcore.t30.receiver import receive_document
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.t30.sender import send_document
from faxcore.t30.walk import frame_name
from tests.documents import document

ALL = os.environ.get("FAXCORE_CALLS") == "all"
FRAMES = 900_000 if ALL else 4_000
LINES = 100_000 if ALL else 2_000
CALLS = 50_000 if ALL else 300
MOST_OPERATIONS = 30_000
ECM = Capabilities(ecm=True, codings=frozenset(Coding), subaddress=True, password=True)
SEEDS = (
    Frame(FCF.DIS, Capabilities().encode()),
    Frame(FCF.DIS, ECM.encode()),
    Frame(FCF.CSI, encode_id("+1 555 0100"), final=False),
    Frame(FCF.NSF, bytes(range(40)), final=False),
    Frame(FCF.DCS | X_BIT, SessionParameters(V17_14400).encode()),
    Frame(FCF.DCS | X_BIT, SessionParameters(V17_14400, ecm=True, coding=Coding.MMR).encode()),
    Frame(FCF.PPR, page_request(range(0, 256, 3))),
    Frame(FCF.PPS | X_BIT, PartialPage(FCF.EOP, 0, 0, 20).encode()),
    Frame(FCF.CTC | X_BIT, b"\0\x24"),
    Frame(FCF.EOR | X_BIT, bytes((FCF.EOP,))),
)


def mutated(dice, octets):
    """Octets changed, left out, doubled, put in."""
    out = bytearray(octets)
    for _ in range(dice.randrange(1, 6)):
        place = dice.randrange(len(out) + 1)
        what = dice.randrange(5)
        if what == 0 and place < len(out):
            out[place] ^= 1 << dice.randrange(8)
        elif what == 1:
            del out[place : place + dice.randrange(1, 9)]
        elif what == 2:
            out[place:place] = dice.randbytes(dice.randrange(1, 9))
        elif what == 3 and place < len(out):
            out[place] = dice.randrange(256)
        else:
            out += out[place:]
    return bytes(out[:600])


def test_any_frame_can_be_read():
    dice = random.Random(1)
    read = 0
    for number in range(FRAMES):
        frame = Frame.parse(mutated(dice, SEEDS[number % len(SEEDS)].octets))
        if frame is None:
            continue
        read += 1
        far = Capabilities.decode(frame.fif)
        assert far.widths
        assert far.octets <= len(frame.fif)
        parameters = SessionParameters.decode(frame.fif)
        if parameters is not None:
            assert SessionParameters.decode(parameters.encode()) is not None
        pps = PartialPage.decode(frame.fif)
        assert pps is None or 1 <= pps.frames <= 256
        assert len(requested(frame.fif, 256)) <= 256
        assert decode_id(frame.fif).isprintable()
        commanded_rung(frame.fif)
        assert frame_name(frame)
    assert read > FRAMES // 4


def test_any_burst_can_be_read():
    dice = random.Random(2)
    page = CorrectedPage()
    for _ in range(FRAMES // 200):
        octets = dice.randbytes(dice.randrange(2000)) + b"\x7e" * dice.randrange(9)
        page.take(octets)
        assert set(read_burst(octets)) <= set(range(256))


WORDS = (b"OK", b"CONNECT", b"NO CARRIER", b"+FCERROR", b"RING", b"DELAYED 00:01:00", b"3", b"+F4")


def test_any_line_of_a_modem_can_be_read():
    dice = random.Random(3)
    for number in range(LINES):
        line = mutated(dice, WORDS[number % len(WORDS)] + b"\r\n").decode("latin-1")
        parse_word(line)
        parse_number(line)
        is_unasked(line)


class AnyLine:
    """A line on which anything is heard, what fits more often than what does not."""

    def __init__(self, dice, likely):
        self.dice, self.likely = dice, likely
        self.now, self.operations = 0.0, 0
        self.kept, self.confirmed, self.asked = 0, 0, None
        self.said = []

    def perform(self, op):
        self.operations += 1
        assert self.operations < MOST_OPERATIONS, "the procedure does not end"
        began, self.now = self.now, self.now + 0.075 if isinstance(op, Silence) else self.now + 1.0
        if isinstance(op, SendFrames):
            self.said.append(op.frames[-1].kind)
        if isinstance(op, ReceiveFrames):
            return self._frames(op, began)
        if isinstance(op, KeepPage):
            kept = self.dice.random() < 0.95
            self.kept += kept
            return Heard(Ended.DONE if kept else Ended.REFUSED, began, self.now)
        if isinstance(op, ReceiveTraining | ReceivePage):
            return self._fast(op, began)
        lost = self.dice.random() < 0.005
        return Heard(Ended.NO_CARRIER if lost else Ended.DONE, began, self.now)

    def _frames(self, op, began):
        if self.dice.random() < 0.1:
            self.now = began + op.within_s
            return Heard(Ended.TIMEOUT, began, self.now)
        if self.dice.random() < 0.1:
            return Heard(Ended.NO_CARRIER, began, self.now, damaged=1)
        frame = self._frame()
        done = Ended.DONE if frame.final else Ended.NO_CARRIER
        return Heard(done, began, self.now, (frame,))

    def _frame(self):
        dice = self.dice
        if dice.random() < 0.1:
            frame = Frame.parse(mutated(dice, dice.choice(SEEDS).octets))
            if frame is not None:
                return frame
        kind = dice.choice(self.likely)
        fif = next((seed.fif for seed in SEEDS if seed.kind is kind), b"")
        if kind is FCF.PPS:
            end = dice.choice([None, FCF.MPS, FCF.EOM, FCF.EOP])
            fif = PartialPage(end, dice.randrange(3), dice.randrange(3), dice.randrange(9)).encode()
        return Frame(kind, fif, final=dice.random() < 0.97)

    def _fast(self, op, began):
        chance = self.dice.random()
        if chance < 0.1:
            self.now = began + op.within_s
            return Heard(Ended.TIMEOUT, began, self.now)
        if chance < 0.3:
            return Heard(Ended.OTHER_CARRIER, began, self.now)
        octets = bytes(2700) if isinstance(op, ReceiveTraining) else self.dice.randbytes(300)
        return Heard(Ended.DONE, began, self.now, octets=octets)


ANSWERS = tuple(
    FCF[name]
    for name in (
        "DIS CFR CFR CFR MCF MCF MCF RTP RTN FTT PIP PIN PPR RNR ERR CTR CRP DCN CSI".split()
    )
)
COMMANDS = tuple(
    FCF[name] for name in "DCS DCS MPS MPS EOP EOM PPS PPS EOR CTC RR CRP DCN TSI PRI_EOP".split()
)
DOCUMENT = document(3, 20)
GOOD = {FCF.MCF, FCF.RTP, FCF.PIP, FCF.PPR, FCF.ERR}


@pytest.mark.parametrize("share", range(4))
def test_a_sender_ends_whatever_it_hears(share):
    for seed in range(share, CALLS, 4):
        line = AnyLine(random.Random(seed), ANSWERS)
        answered = []

        def observe(op, heard, answered=answered):
            if isinstance(op, ReceiveFrames) and heard is not None and heard.done:
                answered.append(heard.frames[-1].kind)

        result = run(send_document(DOCUMENT, Station("1")), line, observe)
        confirmed = result.count(PageOutcome.CONFIRMED)
        assert confirmed <= sum(kind in GOOD for kind in answered)
        assert len(result.pages) >= 3
        assert result.text or result.status is HangupStatus.NORMAL
        assert all(each.outcome is not PageOutcome.UNSENT for each in result.pages) or result.text


@pytest.mark.parametrize("share", range(4))
def test_a_receiver_ends_whatever_it_hears(share):
    for seed in range(share, CALLS, 4):
        line = AnyLine(random.Random(seed), COMMANDS)
        heard_of = []

        def observe(op, heard, heard_of=heard_of):
            if heard is not None and isinstance(op, KeepPage):
                heard_of.append("kept" if heard.done else "refused")
            if heard is not None and isinstance(op, SendFrames):
                heard_of.append(op.frames[-1].kind)

        result = run(receive_document(ECM, Station("1")), line, observe)
        assert sum(page.octets > 0 for page in result.pages) == line.kept
        for before, after in pairwise(heard_of):
            assert (before == "refused") <= (after in {FCF.RTN, FCF.PIN})

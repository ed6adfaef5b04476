"""Random noise, on the cable to the modem and on the telephone line: no hang, no false success.

Without FAXCORE_CALLS=all a few calls of each kind are played; with it 10,000 in all.
"""

import random
from dataclasses import replace
from functools import partial

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.sim import SimModem, caller, scenario
from faxcore.sim.bends import Bend, DamagedFrame, bent, both
from faxcore.t30.document import Station
from faxcore.t30.line import Ended, ReceiveFrames, SendFrames, SendPage
from faxcore.t30.result import PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.calls.played import ALL_CALLS, DOCUMENTS, OFFERED, PROFILE, decode_received, sent_bitmaps
from tests.calls.test_truth import Noisy

CONFIRMED = PageOutcome.CONFIRMED
EACH = 850 if ALL_CALLS else 12
"""Calls of each of eight kinds."""

LONGEST = 1500.0
FAR_ENDS = ("normal", "ecm-64", "v29", "rtn-page-2", "ppr-1", "never-ready", "ftt-1", "rtp-to-mps")
CALLING = ("normal", "ecm-64", "mixed", "ecm-noise", "fair-mps", "pri-mps", "deaf-after-rr", "v29")


class NoisyLine(Bend):
    """A line on which frames come damaged or not at all, and octets of the fast carrier change."""

    def __init__(self, dice, rate):
        self.dice, self.rate = dice, rate

    def say(self, op):
        if isinstance(op, SendFrames):
            return SendFrames(tuple(self._spoilt(frame) for frame in op.frames))
        if isinstance(op, SendPage):
            return replace(op, octets=self._flipped(op.octets))
        return op

    def hear(self, op, heard):
        if isinstance(op, ReceiveFrames):
            good = tuple(each for each in heard.frames if self.dice.random() > self.rate)
            lost = len(heard.frames) - len(good)
            whole = not lost or (good and good[-1].final)
            ended = heard.ended if whole else Ended.NO_CARRIER
            return replace(heard, ended=ended, frames=good, damaged=heard.damaged + lost)
        return replace(heard, octets=self._flipped(heard.octets)) if heard.octets else heard

    def _spoilt(self, frame):
        if self.dice.random() > self.rate:
            return frame
        return DamagedFrame(frame.fcf, frame.fif, frame.final)

    def _flipped(self, octets):
        changed = bytearray(octets)
        for _ in range(int(self.dice.expovariate(1 / (1 + 50 * self.rate)))):
            changed[self.dice.randrange(len(changed))] ^= 1 << self.dice.randrange(8)
        return bytes(changed)


def line_noise(deviate, dice, rate):
    noise = bent(lambda: NoisyLine(dice, rate))
    return both(deviate, noise) if deviate is not None else noise


def begin_noise(noisy, dice):
    """From one octet in 100,000 to every third."""
    noisy.rate = 10 ** dice.uniform(-5, -0.5)


def bounded(port):
    assert port.now() < LONGEST + 120, "the call did not end"


def check_sent(result, modem):
    confirmed = [page.outcome is CONFIRMED for page in result.pages]
    arrived = len(modem.received)
    assert result.ok is all(confirmed)
    assert sum(confirmed) <= arrived
    known = sum(page.outcome is not PageOutcome.UNSENT for page in result.pages)
    assert arrived <= known


@pytest.mark.parametrize("far", FAR_ENDS[:4])
def test_a_noisy_cable_while_sending(far):
    for seed in range(EACH):
        dice = random.Random(f"{far} {seed}")
        modem = SimModem(scenario(far))
        noisy = Noisy(modem, seed, 1e-12)
        port = VirtualPort(noisy)
        fax = FaxModem(port, PROFILE)
        fax.prepare()
        begin_noise(noisy, dice)
        result = fax.send(DOCUMENTS["mps"], "1", Station("+44 1"), timeout=LONGEST)
        bounded(port)
        assert result.count(CONFIRMED) <= len(modem.received)


def receive(port, begin=lambda: None):
    """A call that comes in, noisy from ``begin()`` on; the result and the pages kept."""
    kept = []

    def keep(op):
        kept.append(op)
        return True

    fax = FaxModem(port, PROFILE)
    fax.prepare()
    assert fax.wait_for_ring(60)
    begin()
    result = fax.receive(OFFERED, Station("+1 2"), keep, timeout=LONGEST)
    bounded(port)
    assert len(result.pages) == len(kept)
    return result, kept


@pytest.mark.parametrize("name", CALLING[:4])
def test_a_noisy_cable_while_receiving(name):
    for seed in range(EACH // 2):
        noisy = Noisy(SimModem(caller=caller(name, 2)), seed, 1e-12)
        receive(VirtualPort(noisy), partial(begin_noise, noisy, random.Random(f"{name} {seed}")))


@pytest.mark.parametrize("far", FAR_ENDS)
def test_a_noisy_line_while_sending(far):
    for seed in range(EACH // 2):
        dice = random.Random(f"line {far} {seed}")
        end = scenario(far)
        rate = 10 ** dice.uniform(-2.5, -0.3)
        modem = SimModem(replace(end, deviate=line_noise(end.deviate, dice, rate)))
        port = VirtualPort(modem)
        fax = FaxModem(port, PROFILE)
        result = fax.send(DOCUMENTS["mps"], "1", Station("+44 1"), timeout=LONGEST)
        bounded(port)
        check_sent(result, modem)
        if result.ok and result.parameters.ecm:
            assert [each.bitmap for each in modem.received] == sent_bitmaps("mps")


@pytest.mark.parametrize("name", CALLING)
def test_a_noisy_line_while_receiving(name):
    for seed in range(EACH // 4):
        dice = random.Random(f"line {name} {seed}")
        calling = caller(name, 2)
        rate = 10 ** dice.uniform(-2.5, -0.3)
        modem = SimModem(caller=replace(calling, deviate=line_noise(calling.deviate, dice, rate)))
        result, kept = receive(VirtualPort(modem))
        told = sum(each.outcome is CONFIRMED for each in modem.far_result.pages)
        assert told <= len(kept)
        if result.ok and result.parameters.ecm:
            widths = {decode_received(op.octets, op.parameters).width for op in kept}
            assert widths == {1728}

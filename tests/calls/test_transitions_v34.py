"""The charts of V.34 against the calls of this suite, both ways, as in ``test_transitions``."""

import functools
import threading
from dataclasses import replace

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import CALLERS, SCENARIOS, SimModem, caller, scenario
from faxcore.sim.calling_conformance import CALLING_CONFORMANCE
from faxcore.sim.conformance import CONFORMANCE
from faxcore.sim.far_end import Answer
from faxcore.sim.played_end import play
from faxcore.sim.receptions import NeverReady
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.ecm import block_burst
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import Ended, SendFrames, SendPage, run
from faxcore.t30.modulation import v34_rung
from faxcore.t30.receiver import receive_document
from faxcore.t30.reception import FairReception
from faxcore.t30.sender import send_document
from faxcore.t30.transitions_v34 import V34_RECEIVER, V34_SENDER
from faxcore.t30.walk import Walk
from faxcore.transport.virtual_port import VirtualPort
from tests.calls.played import DOCUMENTS, OFFERED, watched
from tests.calls.test_conformance import kind
from tests.calls.test_transitions import ALL_DOCUMENTS, ENOUGH, Gone, share_taken, unknown_steps
from tests.t30.script import ScriptedLine
from tests.t30.test_correcting_receiver import BURST, DCS_ECM, FRAMES, REPEATED, eor, pps
from tests.t30.test_receiver import Receiving

V34 = load_profile("generic-class1.0-v34")
RATES = (28800, 1200)
SIGNALS = ("damaged-every-dcs", "babble-for-dcs", "noise-for-dcs", "babble-and-noise")
DEAD_AFTER = 140
"""So many octets to the modem are more than its preparation, and less than any call."""

HOLES = block_burst(FRAMES, [0, 2], RATES[0])
CHARTS = pytest.mark.parametrize("chart", [V34_SENDER, V34_RECEIVER], ids=lambda chart: chart.name)
SENDING = [
    name
    for name in (*SCENARIOS, *CONFORMANCE)
    if scenario(name).answer is Answer.FAX and scenario(name).held is None
]


def send(name, document):
    """A document is sent in V.34; the steps of both ends."""
    near, far = Walk(), Walk()
    end = scenario(name)
    modem = SimModem(replace(end, v34=RATES, deviate=watched(end.deviate, far)), profile=V34)
    with FaxModem(VirtualPort(modem), V34) as fax:
        fax.send(DOCUMENTS[document], "1", Station("+44 1"), observe=near.tell)
    return near.close(), far.close() if modem.far_result is not None else tuple(far.steps)


def receive(name, kept=True):
    """The caller of this name calls in V.34; the steps of both ends."""
    near, far = Walk(), Walk()
    calling = caller(name, 3)
    modem = SimModem(
        caller=replace(calling, v34=RATES, deviate=watched(calling.deviate, far)), profile=V34
    )
    judge = NeverReady() if name.endswith("-rr") else FairReception()
    with FaxModem(VirtualPort(modem), V34) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        fax.receive(OFFERED, Station("+1 2"), lambda op: kept, observe=near.tell, judge=judge)
    return near.close(), far.close() if modem.far_result is not None else tuple(far.steps)


def signals(name):
    """A caller and a receiver in V.34 without modems between them, of whom no page is sent."""
    way = Walk()
    receiver = receive_document(OFFERED, Station(), None, v34_rung(RATES[0]))
    play(caller(name, 1).procedure(RATES[0]), watched(None, way)(receiver))
    return way.close()


def talked_to(answers, pages=()):
    """A receiver in V.34 against a scripted caller."""
    way = Walk()
    line = Receiving(answers, pages)
    run(receive_document(OFFERED, Station(), None, v34_rung(RATES[0])), line, way.tell)
    return way.close()


def listened_to(answers):
    """A sender in V.34 against a scripted far end."""
    way = Walk()
    options = CallOptions(v34_rate=RATES[0])
    run(
        send_document(DOCUMENTS["eop"], Station(), options=options), ScriptedLine(answers), way.tell
    )
    return way.close()


def broken_off(sending, at=(), end=None, octets=10**9):
    """A call in V.34 that is ended ``at`` an operation by ``end(modem, now, cancel)``."""
    way, cancel = Walk(), threading.Event()

    def observe(op, heard):
        way.tell(op, heard)
        if isinstance(op, at) and heard is None:
            end(modem, fax.port.now(), cancel)

    modem = SimModem("v34", caller=None if sending else caller("v34", 1), profile=V34)
    with FaxModem(Gone(modem, octets), V34) as fax:
        fax.prepare()
        if sending:
            fax.send(DOCUMENTS["null"], "1", Station(), observe=observe, cancel=cancel)
        else:
            assert fax.wait_for_ring(60)
            fax.receive(OFFERED, Station(), lambda op: True, observe=observe, cancel=cancel)
    return way.close()


def is_cancelled(modem, now, cancel):
    cancel.set()


def drops(modem, now, cancel):
    modem.telephone.hang_up(now)


BROKEN = Frame(FCF.MCF, final=False)
"""The beginning of a burst whose end is damaged."""

STRAY = FCF.CFR
"""A frame that no station has a use for where it comes."""

DIALOGUES = {
    "nobody": [],
    "noise": [BROKEN] * 60,
    "babble": [STRAY] * 60,
    "noise at the end": [Ended.TIMEOUT] * 8 + [BROKEN] * 9,
    "babble at the end": [Ended.TIMEOUT] * 8 + [STRAY] * 9,
    "babble, and then nobody": [Ended.TIMEOUT] * 8 + [STRAY],
    "noise after the page": [DCS_ECM, pps(FCF.EOP), BROKEN, FCF.DCN],
    "babble after the page": [DCS_ECM, pps(FCF.EOP), STRAY, FCF.DCN],
    "noise after eor": [DCS_ECM, pps(FCF.EOP), eor(FCF.EOP), BROKEN, FCF.DCN],
    "babble after eor": [DCS_ECM, pps(FCF.EOP), eor(FCF.EOP), STRAY, FCF.DCN],
}
"""What callers say to our receiver."""


@functools.cache
def steps():
    """(chart, step, name of the call) for all calls."""
    taken = []

    def note(name, chart, walked):
        taken.extend((chart, step, name) for step in walked)

    for name in SENDING:
        every = name in ALL_DOCUMENTS or name.endswith("-rr")
        for document in DOCUMENTS if every else (kind(name),):
            near, far = send(name, document)
            note(name, V34_SENDER, near)
            note(f"{name}, the far end", V34_RECEIVER, far)
    calls = [(name, True) for name in (*CALLERS, *CALLING_CONFORMANCE)]
    for name, kept in (*calls, ("ecm", False)):
        near, far = receive(name, kept)
        note(name, V34_RECEIVER, near)
        note(f"{name}, the caller", V34_SENDER, far)
    for name in SIGNALS:
        note(f"{name}, signals", V34_RECEIVER, signals(name))
    for name, said in DIALOGUES.items():
        holes = [HOLES, REPEATED] if "eor" in name else [BURST]
        note(name, V34_RECEIVER, talked_to(said, holes))
    note("babble", V34_SENDER, listened_to([STRAY] * 60))
    note("the line drops", V34_SENDER, broken_off(True, SendPage, drops))
    for chart, sending in ((V34_SENDER, True), (V34_RECEIVER, False)):
        note("cancelled", chart, broken_off(sending, SendFrames, is_cancelled))
        note("dead modem", chart, broken_off(sending, octets=DEAD_AFTER))
    return tuple(taken)


@CHARTS
def test_every_step_of_a_call_is_in_the_chart(chart):
    assert unknown_steps(chart, steps()) == set()


@CHARTS
def test_nearly_every_step_of_the_chart_is_taken_by_a_call(chart):
    assert share_taken(chart, steps()) >= ENOUGH

"""The charts of T.30 against the calls of this suite, both ways.

Every step that a call takes is in the chart, at both ends of it; and of the chart's steps the calls
take nearly all. What is walked is printed with ``pytest -rP``.
"""

import functools
import threading

import pytest

from faxcore.errors import PortError
from faxcore.modem.driver import FaxModem
from faxcore.sim import CALLERS, SCENARIOS, SimModem, caller
from faxcore.sim.calling_conformance import CALLING_CONFORMANCE
from faxcore.sim.conformance import CONFORMANCE
from faxcore.sim.played_end import play
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import ANYTHING, Poll, Station
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import Ended, ReceiveFrames, SendFrames, run
from faxcore.t30.modulation import V17_14400
from faxcore.t30.polling import poll_document
from faxcore.t30.receiver import receive_document
from faxcore.t30.transitions import POLLER, RECEIVER, SENDER
from faxcore.t30.walk import Walk
from faxcore.transport.virtual_port import VirtualPort
from tests.calls.played import DOCUMENTS, OFFERED, PROFILE, receive, send, watched
from tests.calls.test_conformance import kind
from tests.t30.test_correcting_receiver import DCS_ECM, REPEATED, eor, pps
from tests.t30.test_receiver import Receiving, coded

ENOUGH = 0.98
ALL_DOCUMENTS = {
    "never-ready", "never-ready-damaged", "never-ready-lost", "lost", "ppr-4", "ppr-5", "pip-to-rr",
}  # fmt: skip
SIGNALS = (
    "damaged-dcs",
    "damaged-every-dcs",
    "babble-for-dcs",
    "noise-for-dcs",
    "babble-and-noise",
)
"""Callers that are also played without modems, where a damaged burst ends at once."""


class Gone(VirtualPort):
    """A port that goes away when so many octets have been written."""

    def __init__(self, dce, octets):
        super().__init__(dce)
        self.left = octets

    def write(self, data, until):
        self.left -= len(data)
        if self.left < 0:
            raise PortError("the device went away")
        return super().write(data, until)


def stopped(sending, cancel=None, octets=10**9):
    """A call that is cancelled at its third listening, or whose modem dies."""
    way, heard_of = Walk(), 0

    def observe(op, heard):
        nonlocal heard_of
        way.tell(op, heard)
        heard_of += isinstance(op, ReceiveFrames | SendFrames) and heard is None
        if cancel is not None and heard_of == 4:
            cancel.set()

    modem = SimModem(caller=None if sending else caller("normal", 1))
    port = Gone(modem, octets)
    fax = FaxModem(port, PROFILE)
    fax.prepare()
    if sending:
        fax.send(DOCUMENTS["mps"], "1", Station(), observe=observe, cancel=cancel)
    else:
        assert fax.wait_for_ring(60)
        fax.receive(OFFERED, Station(), lambda op: True, observe=observe, cancel=cancel)
    return way.close()


def signals(name):
    """A caller and a receiver without modems between them; the receiver's steps."""
    way = Walk()
    play(caller(name, 1).procedure(), watched(None, way)(receive_document(OFFERED, Station())))
    return way.close()


def gives_up_a_lost_page():
    """A caller of whose page before EOM no frame came: our sender never gives that up."""
    way = Walk()
    line = Receiving([DCS_ECM, pps(FCF.EOM), eor(FCF.EOM), FCF.DCN], [b"", REPEATED])
    run(receive_document(OFFERED, Station()), line, way.tell)
    return way.close()


@functools.cache
def steps():
    """(chart, step, name of the call) for all calls."""
    taken = []

    def note(name, chart, walked):
        taken.extend((chart, step, name) for step in walked)

    for name in (*SCENARIOS, *CONFORMANCE):
        for document in DOCUMENTS if name in ALL_DOCUMENTS else (kind(name),):
            call = send(name, document)
            note(name, SENDER, call.steps)
            note(f"{name}, the far end", RECEIVER, call.far_steps)
    calls = [(name, True) for name in (*CALLERS, *CALLING_CONFORMANCE)]
    for name, kept in (*calls, ("normal", False), ("ecm", False)):
        call = receive(name, kept=kept)
        note(name, RECEIVER, call.steps)
        note(f"{name}, the caller", SENDER, call.far_steps)
    for name in SIGNALS:
        note(f"{name}, signals", RECEIVER, signals(name))
    note("lost before EOM", RECEIVER, gives_up_a_lost_page())
    for chart, sending in ((SENDER, True), (RECEIVER, False)):
        note("cancelled", chart, stopped(sending, threading.Event()))
        note("dead modem", chart, stopped(sending, octets=150))
    return tuple(taken)


def polls(answers, pages=(), poll=ANYTHING):
    """A station that polls, against a script."""
    way = Walk()
    line = Receiving(answers, pages)
    run(poll_document(OFFERED, Station(), poll), line, way.tell)
    return way.close()


def polled(name, cancel=None, octets=10**9):
    """A call that polls, through a modem; cancelled at DTC, or with a modem that dies."""
    way = Walk()

    def observe(op, heard):
        way.tell(op, heard)
        if cancel is not None and isinstance(op, SendFrames) and heard is None:
            cancel.set()

    fax = FaxModem(Gone(SimModem(name), octets), PROFILE)
    fax.prepare()
    fax.poll("1", OFFERED, Station(), lambda op: True, observe=observe, cancel=cancel)
    return way.close()


@functools.cache
def polling_steps():
    """(chart, step, name of the call) of the calls that poll."""
    dis = Frame(FCF.DIS, Capabilities(has_document=True).encode())
    dcs = Frame(FCF.DCS, SessionParameters(V17_14400).encode())
    broken = Frame(FCF.MCF, final=False)
    page = coded(1)
    ended = [dcs, FCF.EOM]
    rest = [FCF.EOP, FCF.DCN]
    calls = {
        "polled": polled("polled"),
        "polled-ecm": polled("polled-ecm"),
        "polled-empty": polled("polled-empty"),
        "cancelled": polled("polled", threading.Event()),
        "dead modem": polled("polled", octets=100),
        "no sep": polls([dis], poll=Poll("1")),
        "nothing": polls([]),
        "dcn": polls([FCF.DCN]),
        "noise": polls([broken, FCF.MCF] * 30),
        "noise to the end": polls([broken] * 60),
        "another frame to the end": polls([FCF.MCF] * 60),
        "silence after dtc": polls([dis]),
        "noise after dtc": polls([dis, broken, broken, broken]),
        "mcf after dtc": polls([dis, FCF.MCF, FCF.MCF, FCF.MCF]),
        "dis again": polls([dis, dis, dis, dis]),
        "dcn after dtc": polls([dis, FCF.DCN]),
        "dis after eom": polls([dis, *ended, dis, dcs, *rest], [page, page]),
        "dcs after eom": polls([dis, *ended, dcs, *rest], [page, page]),
        "silence after eom": polls([dis, *ended, Ended.TIMEOUT, dcs, *rest], [page, page]),
    }
    return tuple((step, name) for name, walked in calls.items() for step in walked)


def test_every_step_of_a_poll_is_in_its_chart_or_the_receivers():
    unknown = {
        (step, name)
        for step, name in polling_steps()
        if not POLLER.find(step) and not RECEIVER.find(step)
    }
    assert unknown == set()


def test_every_step_of_the_polling_chart_is_taken_by_a_call():
    taken = {POLLER.find(step) for step, _ in polling_steps()}
    assert POLLER.steps() - taken == set()


def unknown_steps(chart, taken):
    """The steps, with what took them, that the chart lacks."""
    return {(step, name) for where, step, name in taken if where is chart and not chart.find(step)}


def share_taken(chart, taken):
    """How many of the chart's steps were taken; those that were not are printed."""
    missing = chart.steps() - {chart.find(step) for where, step, _ in taken if where is chart}
    print(f"{chart.name}: {len(chart.steps()) - len(missing)} of {len(chart.steps())} steps taken")
    for step in sorted(missing, key=str):
        print(f"  never taken: {step.at}: {step.heard} -> {step.then}")
    return 1 - len(missing) / len(chart.steps())


@pytest.mark.parametrize("chart", [SENDER, RECEIVER], ids=lambda chart: chart.name)
def test_every_step_of_a_call_is_in_the_chart(chart):
    assert unknown_steps(chart, steps()) == set()


@pytest.mark.parametrize("chart", [SENDER, RECEIVER], ids=lambda chart: chart.name)
def test_nearly_every_step_of_the_chart_is_taken_by_a_call(chart):
    assert share_taken(chart, steps()) >= ENOUGH

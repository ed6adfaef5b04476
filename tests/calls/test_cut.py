"""The line is cut after every octet of a call; a small model foretells what becomes of every page.

Theory of operation. A call without a cut is played once, and every octet that crosses the port is
counted, either way. Of that call the model knows only the telephone line: which carrier of ours had
begun after so many octets, and when each frame of the far end was through. From this alone:

    a page is CONFIRMED    once MCF for its last block has been on the line to its end
    a page is UNCERTAIN    once the carrier with the last of it has begun, and until then: a modem
                           does not notice that a line is dead, nor does the sender
    a page is UNSENT       before that, and again when the far end asks for frames of it

Then the same call is played with the line cut after the n-th octet, for every n in the control
phases and some within page data. Without FAXCORE_CALLS=all a sample of them is played.
"""

import functools
import random
from dataclasses import dataclass

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.sim import SimModem, scenario
from faxcore.t30.document import Station
from faxcore.t30.line import SendPage
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.calls.played import ALL_CALLS, DOCUMENTS, PROFILE

CONFIRMED, UNSENT = PageOutcome.CONFIRMED, PageOutcome.UNSENT
UNCERTAIN = PageOutcome.UNCERTAIN
PAGES = 3
SAMPLE, IN_DATA = 24, 8
CALLS = [
    ("normal", "mps"),
    ("normal", "eom"),
    ("ecm-64", "null"),
    ("ppr-1", "null"),
    ("ecm", "eom"),
]
"""Far end and document: with and without error correction, blocks, PPR, a change of format."""

EDGE = 24
"""So many octets at the edges of page data count as control: +FTM, CONNECT, DLE ETX, OK."""

PPS, PPR, MCF = 0xBE, 0xBC, 0x8C


class Cut:
    """A modem whose line is cut after so many octets from and to the computer; None: never."""

    def __init__(self, modem, after=None):
        self.modem, self.after, self.count = modem, after, 0
        self.now = 0.0
        self.phone = None
        self.moments = []
        self.begun = {}

    def __getattr__(self, name):
        return getattr(self.modem, name)

    def feed(self, data, now):
        left = self.after - self.count if self.after is not None else len(data)
        if 0 < left < len(data):
            self.modem.feed(data[:left], now)
            self._crossed(left, now)
            data = data[left:]
        self.modem.feed(data, now)
        self._crossed(len(data), now)

    def take(self, now):
        data = self.modem.take(now)
        self._crossed(len(data), now)
        return data

    def _crossed(self, octets, now):
        before, self.count = self.count, self.count + octets
        self.phone = self.modem.telephone or self.phone
        if self.after is None:
            self._note(octets, now)
        elif before < self.after <= self.count and self.modem.telephone is not None:
            self.modem.telephone.hang_up(now)

    def _note(self, octets, now):
        """A carrier begins with the last octet of a command."""
        self.moments += [now] * octets
        for number in range(len(self.phone.near) if self.phone is not None else 0):
            self.begun.setdefault(number, self.count)


@dataclass(frozen=True)
class Event:
    """What the model knows: page data from an octet on, or an answer from a moment on."""

    what: str
    after_octet: int = 0
    at: float = 0.0
    last_block: bool = True


@dataclass(frozen=True)
class Clean:
    """A call without a cut."""

    events: tuple[Event, ...]
    moments: tuple[float, ...]
    control: tuple[int, ...]
    data: tuple[int, ...]


def play(far, document, after=None, observe=None):
    """One call; the result and the modem, which ``observe`` is given, too."""
    cut = Cut(SimModem(scenario(far)), after)
    with FaxModem(VirtualPort(cut), PROFILE) as fax:
        told = functools.partial(observe, cut) if observe is not None else None
        result = fax.send(DOCUMENTS[document], "1", Station("+44 1"), observe=told)
    return result, cut


@functools.cache
def clean(far, document):
    """The call as it is without a cut."""
    edges = []

    def observe(modem, op, heard):
        if isinstance(op, SendPage):
            edges.append(modem.count)

    result, modem = play(far, document, observe=observe)
    assert result.ok
    spans = zip(edges[::2], edges[1::2], strict=True)
    inside = {each for began, ended in spans for each in range(began + EDGE, ended - EDGE)}
    first = modem.begun[0]
    octets = range(first, modem.count + 1)
    return Clean(
        tuple(line_events(modem)),
        tuple(modem.moments),
        tuple(each for each in octets if each not in inside),
        tuple(each for each in octets if each in inside),
    )


def line_events(modem):
    """Bursts and answers, in the order of the line."""
    phone = modem.phone
    events = []
    for number, carrier in enumerate(phone.near):
        if carrier.signal.modulation is not None and any(carrier.octets):
            following = [f.octets for each in phone.near[number + 1 :] for f in each.frames]
            command = following[0]
            last = command[2] & 0xFE != PPS or command[3] != 0
            events.append((carrier.began, Event("burst", modem.begun[number], last_block=last)))
    for carrier in phone.far:
        for frame in carrier.frames:
            what = {PPR: "PPR", MCF: "MCF"}.get(frame.octets[2])
            if what is not None:
                events.append((frame.done_at, Event(what, at=frame.done_at)))
    return [event for _, event in sorted(events, key=lambda each: each[0])]


def foretold(call, after):
    """What the model says of every page when the line is cut after so many octets."""
    moment = call.moments[after - 1]
    outcomes, page, last = [UNSENT] * PAGES, 0, False
    for event in call.events:
        if event.what == "burst":
            if event.after_octet > after:
                break
            last = event.last_block
            outcomes[page] = UNCERTAIN if last else UNSENT
        elif event.at > moment:
            break
        elif event.what == "PPR":
            outcomes[page] = UNSENT
        elif last:
            outcomes[page] = CONFIRMED
            page, last = page + 1, False
    return outcomes


def places(call):
    """After which octets the line is cut."""
    dice = random.Random(30)
    data = dice.sample(call.data, min(200 if ALL_CALLS else IN_DATA, len(call.data)))
    return [*(call.control if ALL_CALLS else dice.sample(call.control, SAMPLE)), *data]


@pytest.mark.parametrize(("far", "document"), CALLS)
def test_a_cut_ends_as_the_model_foretells(far, document):
    call = clean(far, document)
    for after in places(call):
        result, cut = play(far, document, after)
        told = [each.outcome for each in result.pages]
        assert told == foretold(call, after), f"cut after octet {after}: {result.text}"
        assert len(cut.modem.received) >= told.count(CONFIRMED)
        assert (result.status is HangupStatus.NORMAL) <= result.ok
    print(f"{far}, {document}: {len(places(call))} cuts, {len(call.control)} octets of control")


@pytest.mark.parametrize(("far", "document"), CALLS)
def test_the_model_knows_the_call_without_a_cut(far, document):
    call = clean(far, document)
    assert foretold(call, len(call.moments)) == [CONFIRMED] * PAGES
    assert foretold(call, call.control[0]) == [UNSENT] * PAGES
    assert sum(event.what == "burst" for event in call.events) >= PAGES

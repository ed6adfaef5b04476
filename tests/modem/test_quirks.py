"""The quirks of Class 1 modems that a profile can name: calls fail without the cure, not with it.

The simulated modem misbehaves as its profile says. A driver that is told nothing of it (the plain
profile) must fail, or the test of the cure would prove nothing. Where the cure is always on, the
test sees to it that the modem did misbehave.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from faxcore.errors import ModemError
from faxcore.modem.driver import FaxModem
from faxcore.profiles import FalseCarrier, FlowLost, ModemProfile, SilenceBy, load_profile
from faxcore.sim import CALLERS, SCENARIOS, SimModem, caller
from faxcore.sim.receptions import RefuseTraining
from faxcore.t4 import Coding, PageBitmap, encode_page
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.ecm import block_burst, read_burst
from faxcore.t30.line import Procedure, ReceivePage, SendPage
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.transport.port import LineState
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import bitmap, document

PLAIN = load_profile("generic-class1")
HERE = Station("+1 555 0199")
FLOW = "AT&H1&R2"


class Modem(SimModem):
    """Keeps what it said, and what was said to it."""

    said = b""
    heard = b""
    on_hearing: tuple[bytes, Callable[[], None]] | None = None

    def feed(self, data: bytes, now: float) -> None:
        self.heard += data
        if self.on_hearing is not None and self.on_hearing[0] in data:
            then, self.on_hearing = self.on_hearing[1], None
            then()
        super().feed(data, now)

    def take(self, now: float) -> bytes:
        said = super().take(now)
        self.said += said
        return said


@dataclass(frozen=True)
class Quirk:
    """What a profile says of a modem, the call in which it shows, and what is wrong without it."""

    number: str
    like: ModemProfile
    call: str = "send"
    unaware: ModemProfile = PLAIN
    """The driver's profile without the cure."""

    def __str__(self) -> str:
        return self.number


AT_19200 = replace(PLAIN, baud=19200)
LIKE_ROCKWELL = replace(
    AT_19200, answering_baud=19200, flow_lost=FlowLost.ANSWER, flow_command=FLOW
)
NOT_7200 = (24, 48, 96, 97, 98, 121, 122, 145, 146)

SWITCHED = (
    Quirk(
        "6 7200 is told of and refused",
        replace(PLAIN, rungs=NOT_7200, false_rungs=(72, 73, 74)),
        "slower",
    ),
    Quirk("7 frames without FCS", replace(PLAIN, frames_carry_fcs=False)),
    Quirk(
        "8a software flow control by itself",
        replace(PLAIN, flow_lost=FlowLost.CLASS, flow_command=FLOW),
    ),
    Quirk("8b +FRS resets", replace(PLAIN, wait_frs=False)),
    Quirk("8c OK too early", replace(PLAIN, early_ok_ms=250)),
    Quirk("9 no +FTS, no +FRS", replace(PLAIN, silence_by=SilenceBy.COMPUTER)),
    Quirk("12 CONNECT before the training's end", replace(PLAIN, carrier_delay_ms=400)),
    Quirk("14 no +FCERROR behind a page", replace(PLAIN, says_fcerror=False), "repeats-mps"),
    Quirk("17a the port goes to 19200", replace(PLAIN, baud=19200, answering_baud=19200), "normal"),
    Quirk("17b XON/XOFF when it answers", LIKE_ROCKWELL, "normal", AT_19200),
    Quirk("27 deaf after a reset", replace(PLAIN, reset_delay_ms=8000)),
    Quirk(
        "33 flow control lost with each call",
        replace(PLAIN, flow_lost=FlowLost.CALL, flow_command=FLOW),
        "twice",
        replace(PLAIN, flow_lost=FlowLost.CLASS, flow_command=FLOW),
    ),
    Quirk("34 DLE is not doubled", replace(PLAIN, doubles_dle=False), "ppr"),
)


def _lose_frames(procedure: Procedure[CallResult]) -> Procedure[CallResult]:
    """Frames 4, 12, 20 ... of the first burst are lost, so that PPR is full of 0x10."""
    op, bursts = next(procedure), 0
    while True:
        heard = yield op
        if isinstance(op, ReceivePage) and heard.done:
            bursts += 1
            frames = read_burst(heard.octets)
            block = [frames[number] for number in range(len(frames))] if bursts == 1 else []
            kept = [number for number in range(len(block)) if number % 8 != 4]
            octets = block_burst(block, kept, 14400) if block else heard.octets
            heard = replace(heard, octets=octets)
        try:
            op = procedure.send(heard)
        except StopIteration as stop:
            result: CallResult = stop.value
            return result


ASKS_FOR_FRAMES_IN_0X10 = replace(
    SCENARIOS["ecm"],
    capabilities=Capabilities(ecm=True, small_frames=True),
    deviate=_lose_frames,
)

FAR_ENDS = {
    "ppr": ASKS_FOR_FRAMES_IN_0X10,
    "slower": replace(SCENARIOS["normal"], reception=lambda: RefuseTraining(4)),
}


def all_arrived(quirk: Quirk, profile: ModemProfile) -> bool:
    """Whether a driver with ``profile`` brings every pixel over with such a modem."""
    if quirk.call in CALLERS:
        return _receives(quirk, profile)
    modem = Modem(FAR_ENDS.get(quirk.call, SCENARIOS["normal"]), profile=quirk.like)
    calls = 2 if quirk.call == "twice" else 1
    with FaxModem(VirtualPort(modem), profile) as fax:
        try:
            results = [fax.send(document(2, 400), "1", HERE) for _ in range(calls)]
        except ModemError:
            return False
    sent = [bitmap(1, 400), bitmap(2, 400)] * calls
    came = [page.bitmap for page in modem.received]
    return all(each.ok for each in results) and came == sent and modem.notes == []


def _receives(quirk: Quirk, profile: ModemProfile) -> bool:
    modem = Modem(profile=quirk.like, caller=caller(quirk.call, 2))
    kept = []
    port = VirtualPort(modem, opened=LineState(baud=profile.baud))
    with FaxModem(port, profile) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60.0)
        result = fax.receive(Capabilities(), HERE, lambda op: kept.append(op) or True)
    return result.ok and len(kept) == 2 and modem.far_result is not None and modem.far_result.ok


@pytest.mark.parametrize("quirk", SWITCHED, ids=str)
def test_with_its_profile_every_page_arrives(quirk: Quirk) -> None:
    assert all_arrived(quirk, quirk.like)


@pytest.mark.parametrize("quirk", SWITCHED, ids=str)
def test_without_the_cure_it_fails(quirk: Quirk) -> None:
    assert not all_arrived(quirk, quirk.unaware)


def test_the_plain_driver_is_right_with_a_plain_modem() -> None:
    """What fails above fails for the quirk, and not for the call."""
    for call in ("send", "slower", "twice", "ppr", "normal", "repeats-dcs", "repeats-mps"):
        assert all_arrived(Quirk("none", PLAIN, call), PLAIN), call


ALWAYS = {
    "10 CONNECT to noise": replace(PLAIN, false_carriers=FalseCarrier.CONNECT),
    "11 NO CARRIER at once": replace(PLAIN, false_carriers=FalseCarrier.NO_CARRIER),
    "18 an answer in two parts": replace(PLAIN, answers_in_parts=True),
    "30 brackets": replace(PLAIN, answers_in_brackets=True),
    "37 two answers to a reset": replace(PLAIN, reset_answers=2),
}
SEEN = {
    "10": b"CONNECT\r\n\r\nNO CARRIER",
    "11": b"\r\nNO CARRIER\r\n",
    "18": b"\r\nFAX\r\n",
    "30": b"\r\n(0,1)\r\n",
    "37": b"\r\nOK\r\n\r\nOK\r\n",
}


def signals(profile: ModemProfile, latency_s: float) -> tuple[Modem, CallResult, list[bytes]]:
    """A call by the plain driver, and the signals that it sent on the line."""
    modem = Modem("crp-once", profile=profile)
    with FaxModem(VirtualPort(modem, latency_s), PLAIN) as fax:
        result = fax.send(document(2, 400), "1", HERE)
    return modem, result, re.findall(rb"\+FT[HM]=\d+", modem.heard)


@pytest.mark.parametrize("latency_s", [0.0, 0.05])
@pytest.mark.parametrize("number", ALWAYS)
def test_what_is_always_cured_needs_no_word(number: str, latency_s: float) -> None:
    """Not a frame is sent twice for it, and no rate is given away."""
    modem, result, sent = signals(ALWAYS[number], latency_s)
    assert result.ok, result.text
    assert [page.bitmap for page in modem.received] == [bitmap(1, 400), bitmap(2, 400)]
    assert SEEN[number[:2]] in modem.said
    assert sent == signals(PLAIN, latency_s)[2]


@pytest.mark.parametrize("fax_class", ["1", "2"])
@pytest.mark.parametrize("told", [False, True])
def test_17_what_it_did_when_it_answered_spoils_no_page_that_it_sends(
    fax_class: str, told: bool
) -> None:
    like = replace(LIKE_ROCKWELL, fax_class=fax_class)
    modem = Modem(profile=like, caller=caller("normal", 1))
    profile = like if told else replace(AT_19200, fax_class=fax_class)
    with FaxModem(VirtualPort(modem), profile) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60.0)
        fax.receive(Capabilities(), HERE, lambda op: True)
        result = fax.send(document(2, 400), "1", HERE)
    arrived = [page.bitmap for page in modem.received] == [bitmap(1, 400), bitmap(2, 400)]
    assert (result.ok and arrived) == told


def test_17_cancelling_while_the_flow_control_is_put_right_leaves_no_call() -> None:
    modem = Modem(profile=LIKE_ROCKWELL, caller=caller("normal", 1))
    with FaxModem(VirtualPort(modem), LIKE_ROCKWELL) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60.0)
        modem.on_hearing = b"\x10\x03", fax.cancel
        result = fax.receive(Capabilities(), HERE, lambda op: True)
    assert result.status is HangupStatus.CANCELLED
    assert modem.telephone is None


@pytest.mark.parametrize("told", [False, True])
def test_14_no_fcerror_in_place_of_a_training_check_is_waited_over(told: bool) -> None:
    quirk = Quirk("14", replace(PLAIN, says_fcerror=False), "repeats-dcs")
    assert all_arrived(quirk, quirk.like if told else PLAIN)


def test_21_ok_in_place_of_no_carrier_is_no_connection() -> None:
    modem = Modem("voice", profile=replace(PLAIN, ok_for_no_carrier=True))
    with FaxModem(VirtualPort(modem), PLAIN) as fax:
        result = fax.send(document(1), "1", HERE)
    assert (result.status.reason, result.ok) == ("no_carrier", False)
    assert b"NO CARRIER" not in modem.said


def test_21_ok_in_place_of_no_carrier_behind_data_ends_them() -> None:
    quirk = Quirk("21", replace(PLAIN, ok_for_no_carrier=True), "repeats-mps")
    assert all_arrived(quirk, PLAIN)


def test_35_a_page_that_is_swallowed_at_once_is_waited_for() -> None:
    """More than two minutes at 2400 bit/s pass between the last octet and its OK."""
    noise = np.random.default_rng(7).random((260, 1728)) < 0.1
    page = FaxPage((encode_page(PageBitmap.from_array(noise), Coding.MH),))
    modem = Modem(profile=replace(PLAIN, buffer_octets=1 << 20))
    shares: list[tuple[float, float]] = []
    ends: list[float] = []

    def observe(op: object, heard: object) -> None:
        if isinstance(op, SendPage):
            ends.append(fax.port.now())

    with FaxModem(VirtualPort(modem), PLAIN) as fax:
        result = fax.send(
            FaxDocument((page,)),
            "1",
            HERE,
            options=CallOptions(fastest=2400),
            observe=observe,
            on_progress=lambda share: shares.append((share, fax.port.now())),
        )
    assert result.ok, result.text
    swallowed = shares[-1][1]
    assert shares[-1][0] == 1.0
    assert swallowed - ends[0] < 1
    assert ends[1] - swallowed > 120

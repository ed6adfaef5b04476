from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxcore.errors import CommandRefused, NumberRefused, PortError, UnexpectedReply
from faxcore.modem.driver import FaxModem
from faxcore.profiles import ModemProfile
from faxcore.sim.modem import SimModem
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t30.document import FaxDocument, FaxPage, Station
from faxcore.t30.line import Heard, LineOp, SendPage
from faxcore.t30.modulation import FALLBACK, V27TER_2400, V27TER_4800, V29_7200, V29_9600
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.transport.port import LineState
from faxcore.transport.virtual_port import VirtualPort

from .script import ScriptDce

OK = b"\r\nOK\r\n"
PROFILE = ModemProfile("test", init=("ATE0V1Q0X4",))
HERE = Station("+1 555 0199")
NUMBER = "555-0100"


def document(pages: int = 2) -> FaxDocument:
    pixels = np.zeros((300, 1728), bool)
    pixels[50:250, 100:1600:7] = True
    form = encode_page(PageBitmap.from_array(pixels, Resolution.FINE), Coding.MH)
    return FaxDocument(tuple(FaxPage((form,)) for _ in range(pages)))


def preparing(speeds: bytes = b"24,48,72,96") -> list[tuple[bytes, bytes]]:
    return [
        (b"ATZ\r", OK),
        (b"AT\r", OK),
        (b"ATE0V1Q0X4\r", OK),
        (b"AT+FCLASS=?\r", b"\r\n0,1\r\n" + OK),
        (b"AT+FCLASS=1\r", OK),
        (b"AT+FTM=?\r", b"\r\n" + speeds + b"\r\n" + OK),
    ]


def outcomes(result: CallResult) -> list[PageOutcome]:
    return [page.outcome for page in result.pages]


@pytest.mark.parametrize("latency_s", [0.0, 0.02, 0.1])
def test_sends_a_document(latency_s: float) -> None:
    modem = SimModem()
    with FaxModem(VirtualPort(modem, latency_s), PROFILE) as fax:
        result = fax.send(document(), NUMBER, HERE)
    assert result.status is HangupStatus.NORMAL
    assert outcomes(result) == [PageOutcome.CONFIRMED] * 2
    assert len(modem.received) == 2
    assert modem.dialled == ["5550100"]
    assert result.seconds > 20


def test_a_bad_number_raises_and_nothing_is_said() -> None:
    modem = ScriptDce([])
    with pytest.raises(NumberRefused):
        FaxModem(VirtualPort(modem), PROFILE).send(document(), "555\n", HERE)
    assert modem.heard == b""


def test_a_modem_that_cannot_fax_raises_before_dialling() -> None:
    modem = ScriptDce([*preparing()[:3], (b"AT+FCLASS=?\r", b"\r\nERROR\r\n")])
    with pytest.raises(CommandRefused):
        FaxModem(VirtualPort(modem), PROFILE).send(document(), NUMBER, HERE)
    assert b"ATD" not in modem.heard


def test_a_modem_without_usable_carriers_raises_before_dialling() -> None:
    fax = FaxModem(VirtualPort(ScriptDce(preparing(b"3,200"))), PROFILE)
    with pytest.raises(UnexpectedReply, match=r"no carrier that can be used, got 3, 200"):
        fax.prepare()


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        ("1", b"0,1,1.0", "1"),
        ("1.0", b'"0,1,1.0,2"', "1.0"),
        ("auto", b"(0,1,1.0,2.1)", "1.0"),
        ("auto", b"0,1,2", "1"),
        ("auto", b"", "1"),
    ],
)
def test_the_class_is_chosen_by_profile_and_modem(wanted: str, offered: bytes, chosen: str) -> None:
    wishes = [(b"AT+FAR=1\r", OK), (b"AT+FDD=1\r", b"\r\nERROR\r\n")] if chosen == "1.0" else []
    modem = ScriptDce(
        [
            *preparing()[:3],
            (b"AT+FCLASS=?\r", b"\r\n" + offered + b"\r\n" + OK),
            (b"AT+FCLASS=" + chosen.encode() + b"\r", OK),
            *wishes,
            preparing()[-1],
        ]
    )
    profile = replace(PROFILE, fax_class=wanted, class_1_0=("AT+FAR=1", "AT+FDD=1"))
    fax = FaxModem(VirtualPort(modem), profile)
    fax.prepare()
    assert modem.finished
    assert fax.fax_class == chosen


def test_a_class_that_the_modem_has_not_is_named() -> None:
    modem = ScriptDce([*preparing()[:3], (b"AT+FCLASS=?\r", b"\r\n0,1,2\r\n" + OK)])
    fax = FaxModem(VirtualPort(modem), replace(PROFILE, fax_class="1.0"))
    with pytest.raises(UnexpectedReply, match=r"expected class 1\.0 among them, got 0, 1, 2"):
        fax.prepare()


def test_the_ladder_is_what_modem_and_profile_have() -> None:
    fax = FaxModem(VirtualPort(ScriptDce(preparing())), PROFILE)
    fax.prepare()
    assert fax.ladder == (V29_9600, V29_7200, V27TER_4800, V27TER_2400)
    limited = FaxModem(VirtualPort(ScriptDce(preparing())), replace(PROFILE, rungs=(24, 48, 145)))
    limited.prepare()
    assert limited.ladder == (V27TER_4800, V27TER_2400)
    full = FaxModem(VirtualPort(SimModem()), PROFILE)
    full.prepare()
    assert full.ladder == FALLBACK


def test_cancelling_before_dialling_dials_nothing() -> None:
    modem = SimModem()
    fax = FaxModem(VirtualPort(modem), PROFILE)
    fax.cancel()
    result = fax.send(document(), NUMBER, HERE)
    assert result.status is HangupStatus.CANCELLED
    assert outcomes(result) == [PageOutcome.UNSENT] * 2
    assert modem.dialled == []
    assert fax.send(document(), NUMBER, HERE).ok


def stop_in_page(number: int, stop: Callable[[], None]) -> Callable[[LineOp, Heard | None], None]:
    def observe(op: LineOp, heard: Heard | None) -> None:
        if isinstance(op, SendPage) and op.number == number and heard is None:
            stop()

    return observe


@pytest.mark.parametrize("by_event", [False, True])
def test_cancelling_in_a_page_says_dcn_and_keeps_what_is_known(by_event: bool) -> None:
    modem = SimModem()
    event = threading.Event()
    fax = FaxModem(VirtualPort(modem), PROFILE)
    stop = event.set if by_event else fax.cancel
    result = fax.send(document(), NUMBER, HERE, observe=stop_in_page(2, stop), cancel=event)
    assert result.status is HangupStatus.CANCELLED
    assert outcomes(result) == [PageOutcome.CONFIRMED, PageOutcome.UNSENT]
    assert modem.far is not None
    assert modem.telephone is None, "the line is released"


def test_a_call_over_its_time_ends_with_dcn() -> None:
    modem = SimModem()
    fax = FaxModem(VirtualPort(modem), PROFILE)
    result = fax.send(document(9), NUMBER, HERE, timeout=60.0)
    assert result.status is HangupStatus.TIME_LIMIT
    assert 0 < result.count(PageOutcome.CONFIRMED) < 9
    assert fax.port.now() < 70.0
    assert modem.telephone is None


def test_a_port_that_goes_away_in_mid_call_keeps_the_pages_confirmed() -> None:
    port = VirtualPort(SimModem())
    read = port.read

    def gone(until: float) -> bytes:
        raise PortError("sim://: the device went away")

    def break_it() -> None:
        port.read = gone  # type: ignore[method-assign]

    fax = FaxModem(port, PROFILE)
    result = fax.send(document(), NUMBER, HERE, observe=stop_in_page(2, break_it))
    assert read is not port.read
    assert result.status is HangupStatus.EQUIPMENT
    assert "went away" in result.text
    assert outcomes(result) == [PageOutcome.CONFIRMED, PageOutcome.UNSENT]


def test_a_port_that_goes_away_in_dialling_is_a_result() -> None:
    port = VirtualPort(SimModem())
    fax = FaxModem(port, PROFILE)
    fax.prepare()
    port.close()
    result = fax.send(document(), NUMBER, HERE)
    assert result.status is HangupStatus.EQUIPMENT
    assert "closed" in result.text


def test_progress_rises_to_the_whole_of_each_page() -> None:
    shares: list[float] = []
    FaxModem(VirtualPort(SimModem()), PROFILE).send(
        document(), NUMBER, HERE, on_progress=shares.append
    )
    ends = [at for at, share in enumerate(shares) if share == 1.0]
    assert len(ends) == 2
    first = shares[: ends[0] + 1]
    assert first == sorted(first)


def test_an_observer_that_fails_leaves_the_line_released() -> None:
    modem = SimModem()

    def fail() -> None:
        raise ZeroDivisionError

    fax = FaxModem(VirtualPort(modem), PROFILE)
    with pytest.raises(ZeroDivisionError):
        fax.send(document(), NUMBER, HERE, observe=stop_in_page(1, fail))
    assert modem.telephone is None


def test_two_calls_on_one_modem() -> None:
    modem = SimModem()
    with FaxModem(VirtualPort(modem), PROFILE) as fax:
        assert fax.send(document(1), NUMBER, HERE).ok
        assert fax.send(document(1), NUMBER, HERE).ok
    assert len(modem.dialled) == 2


class Chopped:
    """A modem whose octets arrive in pieces of any size, a millisecond apart."""

    def __init__(self, modem: SimModem, sizes: list[int]) -> None:
        self._modem = modem
        self._sizes = itertools.cycle(sizes)
        self._waiting = b""
        self._free_at = 0.0

    def feed(self, data: bytes, now: float) -> None:
        self._modem.feed(data, now)

    def due(self) -> float | None:
        if self._waiting:
            return self._free_at
        return self._modem.due()

    def take(self, now: float) -> bytes:
        self._waiting += self._modem.take(now)
        if not self._waiting or now < self._free_at:
            return b""
        size = next(self._sizes)
        piece, self._waiting = self._waiting[:size], self._waiting[size:]
        self._free_at = now + 0.001
        return piece

    def room(self, now: float) -> int:
        return self._modem.room(now)

    def control(self, now: float, state: LineState) -> None:
        self._modem.control(now, state)

    def carrier(self) -> bool | None:
        return self._modem.carrier()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_any_chunking_leaves_the_call_as_it_is(sizes: list[int]) -> None:
    modem = SimModem()
    result = FaxModem(VirtualPort(Chopped(modem, sizes)), PROFILE).send(document(), NUMBER, HERE)
    assert result.status is HangupStatus.NORMAL, result.text
    assert outcomes(result) == [PageOutcome.CONFIRMED] * 2

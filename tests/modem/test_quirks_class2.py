"""The quirks of modems of class 2, 2.0 and 2.1: calls fail without the cure, not with it.

As in ``test_quirks``: the simulated modem misbehaves as its profile says, and a driver that is told
nothing of it must fail, or the test of the cure would prove nothing.
"""

from __future__ import annotations

import operator
import os
import re
import termios
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from faxcore.errors import ModemError
from faxcore.modem.driver import FaxModem
from faxcore.ports import open_port
from faxcore.profiles import ModemProfile, PageEnd, load_profile
from faxcore.sim import SCENARIOS, SimModem, caller, numbered_page
from faxcore.sim.bends import Bend, bent
from faxcore.sim.far_end import Scenario
from faxcore.t4 import Coding, Resolution, decode_page, encode_page
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import FaxDocument, FaxPage, Station
from faxcore.t30.frames import FCF
from faxcore.t30.line import Heard, LineOp, SendFrames
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.transport.port import LineState
from faxcore.transport.virtual_port import VirtualPort
from tests.calls.played import DOCUMENTS, decode_received
from tests.documents import bitmap, document

CLASS_1 = load_profile("generic-class1")
CLASS_2 = replace(CLASS_1, fax_class="2")
T32 = replace(CLASS_1, fax_class="2.0")
HERE = Station("+1 555 0199")
NO_MR = "(0,1),(0-5),(0-2),(0-2),(0),(0),(0),(0-7)"
NO_MMR = "(0,1),(0-5),(0-2),(0-2),(0,1),(0,1),(0),(0-7)"
IN_HEX = "(0,1,10),(0-5),(0-2),(0-2),(0),(0,1),(0),(0-7)"
MR_FAR = replace(
    SCENARIOS["normal"], capabilities=Capabilities(codings=frozenset({Coding.MH, Coding.MR}))
)
SUPERFINE_FAR = replace(
    SCENARIOS["normal"], capabilities=Capabilities(resolutions=frozenset(Resolution))
)


class Modem(SimModem):
    """Keeps what it said, and what was said to it."""

    said = b""
    heard = b""

    def feed(self, data: bytes, now: float) -> None:
        self.heard += data
        super().feed(data, now)

    def take(self, now: float) -> bytes:
        said = super().take(now)
        self.said += said
        return said


@dataclass(frozen=True)
class Quirk:
    """What a profile says of a modem, and the far end at which it shows; None = one that calls."""

    number: str
    like: ModemProfile
    far: Scenario | None = SCENARIOS["normal"]
    document: Callable[[], FaxDocument] = lambda: document(2, 400)

    def __str__(self) -> str:
        return f"{self.number} in class {self.like.fax_class}"

    @property
    def unaware(self) -> ModemProfile:
        """The driver's profile without the cure."""
        return replace(CLASS_1, fax_class=self.like.fax_class)


def coarse() -> FaxDocument:
    """One coarse page."""
    return FaxDocument((FaxPage((encode_page(bitmap(1, 400, Resolution.COARSE), Coding.MH),)),))


def superfine() -> FaxDocument:
    """One page, to be had superfine and fine."""
    forms = (bitmap(1, 400, Resolution.SUPERFINE), bitmap(1, 400))
    return FaxDocument((FaxPage(tuple(encode_page(each, Coding.MH) for each in forms)),))


SWITCHED = (
    Quirk("3 no RTC", replace(T32, page_end=PageEnd.NONE)),
    Quirk("3 no RTC", replace(CLASS_2, page_end=PageEnd.NONE)),
    Quirk("5 the highest rate is the lowest", replace(T32, names_the_rate=False), SCENARIOS["v29"]),
    Quirk(
        "5 the highest rate is the lowest", replace(CLASS_2, names_the_rate=False), SCENARIOS["v29"]
    ),
    Quirk("13 hexadecimal", replace(CLASS_2, number_base=16, false_capabilities=IN_HEX),
          SUPERFINE_FAR, superfine),
    Quirk("13 MMR is corrupted", replace(T32, capabilities=NO_MMR), SCENARIOS["ecm"]),
    Quirk("14 MMR is corrupted", replace(CLASS_2, capabilities=NO_MMR), SCENARIOS["ecm"]),
    Quirk("15 too slow a port", replace(CLASS_2, baud=57600, least_baud=57600)),
    Quirk("17 the port goes to 19200", replace(CLASS_2, baud=19200, answering_baud=19200), None),
    Quirk("22 sessions before dialling", replace(CLASS_2, session_before_dialling=True),
          document=coarse),
    Quirk("22 sessions before dialling, pages of two kinds",
          replace(CLASS_2, session_before_dialling=True), document=lambda: DOCUMENTS["eom"]),
    Quirk("23 garbage for RTC", replace(CLASS_2, page_end=PageEnd.GARBAGE)),
    Quirk("24 MR is corrupted", replace(CLASS_2, capabilities=NO_MR), MR_FAR),
    Quirk("25 garbage in fill", replace(CLASS_2, bit_order=2), None),
    Quirk("29 pauses", replace(CLASS_2, command_pause_ms=500)),
    Quirk("29 two stop bits", replace(CLASS_2, stop_bits=2)),
    Quirk("29 pauses", replace(T32, command_pause_ms=500)),
    Quirk("32 too slow a port", replace(CLASS_1, baud=57600, least_baud=57600)),
)  # fmt: skip


def all_arrived(quirk: Quirk, profile: ModemProfile) -> bool:
    """Whether a driver with ``profile`` brings every pixel over with such a modem."""
    if quirk.far is None:
        return _receives(quirk.like, profile)
    modem = Modem(quirk.far, profile=quirk.like)
    pages = quirk.document()
    try:
        with FaxModem(_opened(modem, _baud(quirk, profile), profile), profile) as fax:
            result = fax.send(pages, "1", HERE)
    except ModemError:
        return False
    sent = [[decode_page(each) for each in page.choices] for page in pages.pages]
    came = [page.bitmap for page in modem.received]
    arrived = len(came) == len(sent) and all(map(operator.contains, sent, came))
    return result.ok and arrived and modem.notes == []


def _baud(quirk: Quirk, profile: ModemProfile) -> int:
    """The plain driver's port is slow where that matters."""
    return profile.baud if profile == quirk.like else 38400


def _opened(modem: Modem, baud: int, profile: ModemProfile) -> VirtualPort:
    return VirtualPort(modem, opened=LineState(baud=baud, stop_bits=profile.stop_bits))


def _receives(like: ModemProfile, profile: ModemProfile) -> bool:
    modem = Modem(profile=like, caller=caller("normal", 2))
    kept = []

    def keep(op):
        kept.append(decode_received(op.octets, op.parameters))
        return True

    with FaxModem(_opened(modem, profile.baud, profile), profile) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60.0)
        result = fax.receive(Capabilities(), HERE, keep)
    sent = [numbered_page(number, Resolution.FINE) for number in (1, 2)]
    return result.ok and kept == sent


@pytest.mark.parametrize("quirk", SWITCHED, ids=str)
def test_with_its_profile_every_page_arrives(quirk: Quirk) -> None:
    assert all_arrived(quirk, quirk.like)


@pytest.mark.parametrize("quirk", SWITCHED, ids=str)
def test_without_the_cure_it_fails(quirk: Quirk) -> None:
    assert not all_arrived(quirk, quirk.unaware)


@pytest.mark.parametrize("quirk", SWITCHED, ids=str)
def test_what_fails_without_the_cure_works_on_a_modem_without_the_quirk(quirk: Quirk) -> None:
    """What fails above fails for the quirk, and not for the call."""
    assert all_arrived(replace(quirk, like=quirk.unaware), quirk.unaware)


ALWAYS = {
    "4 reports without a plus sign": replace(T32, reports_lack_plus=True),
    "4 commands that are refused": replace(
        T32, refuses=("+FNR", "+FBO", "+FCR", "+FPP", "+FCT", "+FCQ", "+FIE", "+FLI")
    ),
    "6 the far end's scan time is not heeded": replace(T32, heeds_scan_time=False),
    "21 a false answer to +FDCC": replace(CLASS_2, false_capabilities="+FDCC: AT&T (C) 1993"),
    "31 error correction by another number": replace(
        CLASS_2, false_capabilities="(0,1),(0-5),(0-2),(0-2),(0-3),(0,1),(0),(0-7)"
    ),
    "OK before CONNECT in class 2": replace(CLASS_2, ok_before_connect=True),
    "OK before CONNECT in class 2.0": replace(T32, ok_before_connect=True),
}
SEEN = {
    "4 r": rb"\r\nFCS:",
    "4 c": rb"\r\nERROR\r\n",
    "6 t": rb"\+FIS:[^\r]*,5\r",
    "21 ": rb"1993",
    "31 ": rb"\+FDCS:[^\r]*,2,0,0\r",
    "OK ": rb"\r\nOK\r\n\r\n\+F(D?CS):",
}


class _InsistsOnItsScanTime(Bend):
    """Says DIS again to a command that leaves too little time for a row (quirk 6)."""

    def __init__(self) -> None:
        self._dis: SendFrames | None = None
        self._refuses = False

    def say(self, op: LineOp) -> LineOp:
        if not isinstance(op, SendFrames):
            return op
        if op.frames[-1].kind is FCF.DIS:
            self._dis = op
        if self._refuses and op.frames[-1].kind is FCF.CFR and self._dis is not None:
            return self._dis
        return op

    def hear(self, op: LineOp, heard: Heard) -> Heard:
        for frame in heard.frames:
            if frame.kind is FCF.DCS and (agreed := SessionParameters.decode(frame.fif)):
                self._refuses = agreed.scan_time_ms < 20
        return heard


INSISTS = replace(
    SCENARIOS["ecm"],
    capabilities=Capabilities(scan_time_ms=(20, 20)),
    deviate=bent(_InsistsOnItsScanTime),
)


def far_end_for(number: str) -> Scenario:
    if number.startswith("6"):
        return INSISTS
    return SCENARIOS["ecm" if number.startswith("31") else "normal"]


@pytest.mark.parametrize("number", ALWAYS)
def test_what_is_always_cured_needs_no_word(number: str) -> None:
    like = ALWAYS[number]
    unaware = replace(CLASS_1, fax_class=like.fax_class)
    modem = Modem(far_end_for(number), profile=like)
    with FaxModem(VirtualPort(modem), unaware) as fax:
        result = fax.send(document(2, 400), "1", HERE)
    assert result.ok, result.text
    assert [page.bitmap for page in modem.received] == [bitmap(1, 400), bitmap(2, 400)]
    assert modem.notes == []
    assert re.search(SEEN[number[:3]], modem.said)


def test_6_a_far_end_that_insists_refuses_a_modem_that_is_told_of_no_scan_time() -> None:
    """Or the test of the cure would prove nothing."""

    class Forgetful(Modem):
        def feed(self, data: bytes, now: float) -> None:
            super().feed(re.sub(rb"(\+FIS=[0-9A-F,]*),5\r", rb"\1,0\r", data), now)

    modem = Forgetful(INSISTS, profile=replace(T32, heeds_scan_time=False))
    with FaxModem(VirtualPort(modem), T32) as fax:
        result = fax.send(document(1, 400), "1", HERE)
    assert result.status is HangupStatus.DIS_REPEATED
    assert [page.outcome for page in result.pages] == [PageOutcome.UNSENT]


@pytest.mark.parametrize("fax_class", ["2", "2.0"])
@pytest.mark.parametrize("msb_first", [False, True])
@pytest.mark.parametrize("believed", [False, True])
def test_1_and_2_received_pages_are_read_in_whichever_bit_order(
    fax_class: str, msb_first: bool, believed: bool
) -> None:
    plain = replace(CLASS_1, fax_class=fax_class)
    assert _receives(
        replace(plain, receives_msb_first=msb_first), replace(plain, receives_msb_first=believed)
    )


def test_4_a_decimal_count_of_rows_hides_no_status() -> None:
    assert _receives(replace(T32, decimal_status=True), T32)


def test_26_without_xon_the_page_goes_after_two_seconds_and_at_once_where_that_is_known() -> None:
    like = replace(CLASS_2, waits_for_xon=False)

    def seconds(profile: ModemProfile) -> float:
        modem = Modem(profile=like)
        with FaxModem(VirtualPort(modem), profile) as fax:
            result = fax.send(document(2, 400), "1", HERE)
        assert result.ok
        assert b"\x11" not in modem.said
        return result.seconds

    assert 2.0 < seconds(CLASS_2) - seconds(like) <= 2 * 2.0, "some of it while a page goes out"


def test_a_modem_that_hangs_up_without_a_status_leaves_the_last_page_inferred() -> None:
    modem = Modem(profile=replace(CLASS_2, tells_last_status=False))
    with FaxModem(VirtualPort(modem), CLASS_2) as fax:
        result = fax.send(document(2, 400), "1", HERE)
    outcomes = [page.outcome for page in result.pages]
    assert outcomes == [PageOutcome.CONFIRMED, PageOutcome.INFERRED]
    assert not result.ok


def test_29_and_dcd_the_port_has_its_stop_bits_and_ignores_carrier_detect() -> None:
    master, slave = os.openpty()
    try:
        for stop_bits in (1, 2):
            profile = replace(CLASS_2, stop_bits=stop_bits, flow="none")
            port = open_port(os.ttyname(slave), profile)
            control = termios.tcgetattr(slave)[2]
            port.close()
            assert bool(control & termios.CSTOPB) == (stop_bits == 2)
            assert control & termios.CLOCAL
    finally:
        os.close(master)
        os.close(slave)


def test_29_a_modem_that_wants_pauses_misses_a_quick_command() -> None:
    modem = Modem(profile=replace(CLASS_2, command_pause_ms=500))
    modem.feed(b"AT\r", 0.0)
    modem.feed(b"AT\r", 0.4)
    modem.feed(b"AT\r", 0.6)
    assert modem.take(1.0).count(b"OK") == 2


class Starving(Modem):
    """Its cable gives way in the midst of the first page: no more page data come in."""

    starved = False
    hung_up_at = 0.0

    def feed(self, data: bytes, now: float) -> None:
        takes_page = b"CONNECT\r\n" in self.said
        if takes_page and not self.starved:
            super().feed(data[: len(data) // 2], now)
            self.starved = True
        elif not takes_page or self.hung_up_at:
            super().feed(data, now)

    def take(self, now: float) -> bytes:
        said = super().take(now)
        if re.search(rb"\+FHNG|\+FHS", said):
            self.hung_up_at = now
        return said


@pytest.mark.parametrize("like", [CLASS_2, T32], ids=["2", "2.0"])
def test_a_modem_that_gets_no_more_page_data_hangs_up_and_no_page_counts_as_sent(
    like: ModemProfile,
) -> None:
    modem = Starving(profile=like)
    with FaxModem(VirtualPort(modem), like) as fax:
        result = fax.send(document(2, 400), "1", HERE)
    assert modem.hung_up_at
    assert not result.ok
    assert {page.outcome for page in result.pages} == {PageOutcome.UNSENT}
    assert result.status is HangupStatus.PHASE_C, result.text


@pytest.mark.parametrize(
    ("like", "told", "seconds"),
    [
        (CLASS_2, b"AT+FPHCTO=50\r", 5.0),
        (CLASS_2, b"AT\r", 3.0),
        (T32, b"AT+FCT=A\r", 10.0),
        (T32, b"AT\r", 30.0),
    ],
)
def test_the_patience_of_a_modem_with_page_data_is_what_it_was_told(
    like: ModemProfile, told: bytes, seconds: float
) -> None:
    modem, now = Modem(profile=like), 0.0
    commands = (b"AT+FCLASS=" + like.fax_class.encode() + b"\r", told, b"ATDT1\r", b"AT+FDT\r")
    for command in commands:
        modem.feed(command, now)
        answered = modem.said
        while modem.said == answered or not modem.said.rstrip(b"\x11").endswith(b"\r\n"):
            now = min(now + 0.1, 100.0)
            modem.take(now)
            assert now < 100.0
        while command[:3] == b"ATD" and not modem.said.endswith(b"OK\r\n"):
            now += 0.1
            modem.take(now)
        while command.endswith(b"FDT\r") and b"CONNECT" not in modem.said:
            now += 0.1
            modem.take(now)
    began = now
    while b"+FHNG" not in modem.said and b"+FHS" not in modem.said and now < began + 60.0:
        now += 0.1
        modem.take(now)
    assert now - began == pytest.approx(seconds, abs=0.3)

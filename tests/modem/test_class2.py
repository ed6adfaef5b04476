"""Classes 2, 2.0 and 2.1: dialogues written by hand after SP-2388-A and T.32.

Each is what a modem that keeps to its standard says; each is also played one octet at a time.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from faxcore.errors import NoReply
from faxcore.modem.at import AtEngine
from faxcore.modem.class2_receiving import PageTaker
from faxcore.modem.class2_reports import Reports
from faxcore.modem.class2_talk import Talk
from faxcore.modem.dialect import DIALECTS
from faxcore.modem.driver import FaxModem
from faxcore.modem.stuffing import stuff
from faxcore.modem.t32 import Numbers
from faxcore.profiles import ModemProfile
from faxcore.t4 import Coding, EncodedPage, reverse_bits
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import FaxDocument, Station
from faxcore.t30.line import KeepPage
from faxcore.t30.modulation import V29_9600
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import document

from .script import ScriptDce, Turn

OK, CONNECT, ERROR = b"\r\nOK\r\n", b"\r\nCONNECT\r\n", b"\r\nERROR\r\n"
XON, DC2, ETX = b"\x11", b"\x12", b"\x10\x03"
CLASS_2 = ModemProfile("test", fax_class="2", init=("ATE0V1Q0X4",))
T32 = replace(CLASS_2, fax_class="2.0")
HERE = Station("+1 555 0199")
PAGES = document(2)
PIECEMEAL = pytest.mark.parametrize("piecemeal", [False, True])


def line(text: str) -> bytes:
    return f"\r\n{text}\r\n".encode()


def turn(said: str | bytes, *answered: str | bytes, after_s: float = 0.0) -> Turn:
    command = said if isinstance(said, bytes) else said.encode() + b"\r"
    parts = [line(each) if isinstance(each, str) else each for each in answered]
    return Turn(command, b"".join(parts), after_s)


def prepared_2(capabilities: str = "(0,1),(0-5),(0-2),(0-2),(0,1),(0),(0),(0-7)") -> list[Turn]:
    return [
        turn("ATZ", OK), turn("AT", OK), turn("ATE0V1Q0X4", OK),
        turn("AT+FCLASS=?", "0,1,2", OK), turn("AT+FCLASS=2", OK),
        turn("AT+FBOR=0", OK), turn("AT+FCR=1", OK), turn("AT+FTBC=0", ERROR),
        turn("AT+FPHCTO=30", OK), turn("AT+FCQ=0", OK),
        turn("AT+FDCC=?", capabilities, OK),
    ]  # fmt: skip


def dialled_2(*reports: str, offer: str = "1,5,2,2,1,0,0,7") -> list[Turn]:
    return [
        turn('AT+FLID="+1 555 0199"', OK),
        turn(f"AT+FDCC={offer}", OK),
        turn("ATDT5550100", *reports, OK),
    ]


def prepared_20(capabilities: str = "(0,1),(0-5),(0-2),(0-2),(0-3),(0,1),(0),(0-7)") -> list[Turn]:
    return [
        turn("ATZ", OK), turn("AT", OK), turn("ATE0V1Q0X4", OK),
        turn("AT+FCLASS=?", "0,1,1.0,2.0", OK), turn("AT+FCLASS=2.0", OK),
        turn("AT+FNR=1,1,1,0", OK), turn("AT+FBO=0", OK), turn("AT+FCR=1", OK),
        turn("AT+FPP=0", OK), turn("AT+FCT=1E", OK), turn("AT+FCQ=0,0", OK), turn("AT+FIE=0", OK),
        turn("AT+FCC=?", capabilities, OK),
    ]  # fmt: skip


def dialled_20(*reports: str, offer: str = "1,5,2,2,3,1,0,7") -> list[Turn]:
    return [
        turn('AT+FLI="+1 555 0199"', OK),
        turn(f"AT+FCC={offer}", OK),
        turn("ATDT5550100", *reports, OK),
    ]


class CancelledAt(ScriptDce):
    """Sets ``cancel`` when it is told ``command``, which it answers after that."""

    def __init__(self, turns: list[Turn], command: bytes) -> None:
        super().__init__([*turns, Turn(command, OK, 2.0)])
        self.command = command
        self.cancel = threading.Event()

    def feed(self, data: bytes, now: float) -> None:
        super().feed(data, now)
        if self.command in self.heard:
            self.cancel.set()


FAR_2 = ("+FCON", '+FCSI:"        15550123"', "+FDIS:1,3,0,2,0,0,0,0")
FAR_20 = ("+FCO", '+FCI:"15550123"', "+FIS:1,5,0,2,3,1,0,0")


def form(number: int, coding: Coding = Coding.MH) -> EncodedPage:
    [found] = [
        each
        for each in PAGES.pages[number - 1].choices
        if each.coding is coding and each.resolution.y_dpi == 196
    ]
    return found


def on_the_wire(page: EncodedPage) -> bytes:
    """A page as it is handed to a modem that adds RTC: no more than the row's codes."""
    bits = int(page.row_bits.sum())
    octets = page.data[: bits // 8 + 1].rstrip(b"\0") + b"\0"
    return stuff(reverse_bits(octets))


def send(
    turns: list[Turn], profile: ModemProfile, piecemeal: bool, pages: FaxDocument = PAGES
) -> CallResult:
    modem = ScriptDce([*turns, turn("ATH0", OK)], piecemeal)
    with FaxModem(VirtualPort(modem), profile) as fax:
        result = fax.send(pages, "555-0100", HERE)
    assert modem.finished, f"not played: {modem.turns[:2]}"
    return result


def outcomes(result: CallResult) -> list[PageOutcome]:
    return [page.outcome for page in result.pages]


@PIECEMEAL
def test_class_2_sends_two_pages(piecemeal: bool) -> None:
    turns = [
        *prepared_2(),
        *dialled_2(*FAR_2),
        turn("AT+FDIS=1,3,0,2,0,0,0,0", OK),
        turn("AT+FDT", "+FDCS:1,3,0,2,0,0,0,0", CONNECT, XON),
        turn(on_the_wire(form(1)) + ETX, OK),
        turn("AT+FET=0", "+FPTS:1", OK),
        turn("AT+FDT", CONNECT, XON),
        turn(on_the_wire(form(2)) + ETX, OK),
        turn("AT+FET=2", "+FPTS:1", "+FHNG:0", OK),
    ]
    result = send(turns, CLASS_2, piecemeal)
    assert outcomes(result) == [PageOutcome.CONFIRMED] * 2
    assert result.status is HangupStatus.NORMAL
    assert result.remote_id == "15550123"


@PIECEMEAL
def test_class_2_0_sends_two_pages_with_correction_by_the_modem(piecemeal: bool) -> None:
    turns = [
        *prepared_20(),
        *dialled_20(*FAR_20),
        turn("AT+FIS=1,5,0,2,3,1,0,0", OK),
        turn("AT+FDT", "+FCS:1,5,0,2,3,1,0,0", CONNECT),
        turn(on_the_wire(form(1, Coding.MMR)) + b"\x10\x2c", OK),
        turn("AT+FDT", CONNECT),
        turn(on_the_wire(form(2, Coding.MMR)) + b"\x10\x2e", "+FHS:00", OK),
    ]
    result = send(turns, T32, piecemeal)
    assert outcomes(result) == [PageOutcome.CONFIRMED] * 2
    assert result.parameters is not None
    assert result.parameters.coding is Coding.MMR


def up_to_the_first_page() -> list[Turn]:
    return [
        *prepared_2(),
        *dialled_2(*FAR_2),
        turn("AT+FDIS=1,3,0,2,0,0,0,0", OK),
        turn("AT+FDT", "+FDCS:1,3,0,2,0,0,0,0", CONNECT, XON),
        turn(on_the_wire(form(1)) + ETX, OK),
    ]


def test_a_refused_page_is_sent_again_at_a_lower_rate() -> None:
    turns = [
        *up_to_the_first_page(),
        turn("AT+FET=2", "+FPTS:2", OK),
        turn("AT+FDIS=1,2,0,2,0,0,0,0", OK),
        turn("AT+FDT", "+FDCS:1,2,0,2,0,0,0,0", CONNECT, XON),
        turn(on_the_wire(form(1)) + ETX, OK),
        turn("AT+FET=2", "+FPTS:1", "+FHNG:0", OK),
    ]
    result = send(turns, CLASS_2, False, FaxDocument(PAGES.pages[:1]))
    assert outcomes(result) == [PageOutcome.CONFIRMED]
    assert result.pages[0].rtn == 1
    assert result.pages[0].sendings == 2


def test_in_2_0_error_behind_a_page_is_asked_about() -> None:
    one = FaxDocument(PAGES.pages[:1])
    turns = [
        *prepared_20("(0,1),(0-3),(0),(2),(0),(0),(0),(0-7)"),
        *dialled_20("+FCO", "+FIS:1,3,0,2,0,0,0,0", offer="1,3,0,2,0,0,0,7"),
        turn("AT+FIS=1,3,0,2,0,0,0,0", OK),
        turn("AT+FDT", "+FCS:1,3,0,2,0,0,0,0", CONNECT),
        turn(on_the_wire(form(1)) + b"\x10\x2e", ERROR),
        turn("AT+FPS?", "4", OK),
        turn("AT+FKS", "+FHS:02", OK),
    ]
    result = send(turns, T32, False, one)
    assert outcomes(result) == [PageOutcome.DOUBTFUL]
    assert result.status is HangupStatus.OPERATOR_WANTED


@pytest.mark.parametrize("told", ["1", "+FPS:03", "5"])
def test_in_2_0_a_good_status_behind_error_is_not_this_pages(told: str) -> None:
    turns = [
        *prepared_20("(0,1),(0-3),(0),(2),(0),(0),(0),(0-7)"),
        *dialled_20("+FCO", "+FIS:1,3,0,2,0,0,0,0", offer="1,3,0,2,0,0,0,7"),
        turn("AT+FIS=1,3,0,2,0,0,0,0", OK),
        turn("AT+FDT", "+FCS:1,3,0,2,0,0,0,0", CONNECT),
        turn(on_the_wire(form(1)) + b"\x10\x2c", OK),
        turn("AT+FDT", CONNECT),
        turn(on_the_wire(form(2)) + b"\x10\x2e", ERROR),
        turn("AT+FPS?", told, OK),
        turn("AT+FKS", "+FHS:02", OK),
    ]
    result = send(turns, T32, False)
    assert outcomes(result) == [PageOutcome.CONFIRMED, PageOutcome.UNCERTAIN]
    assert result.status is HangupStatus.EOP_UNANSWERED


def test_in_2_0_the_ok_of_a_hang_up_in_the_midst_of_a_document_confirms_no_page() -> None:
    turns = [
        *prepared_20("(0,1),(0-3),(0),(2),(0),(0),(0),(0-7)"),
        *dialled_20("+FCO", "+FIS:1,3,0,2,0,0,0,0", offer="1,3,0,2,0,0,0,7"),
        turn("AT+FIS=1,3,0,2,0,0,0,0", OK),
        turn("AT+FDT", "+FCS:1,3,0,2,0,0,0,0", CONNECT),
        turn(on_the_wire(form(1)) + b"\x10\x2c", "+FHS:00", OK),
    ]
    result = send(turns, T32, False)
    assert outcomes(result) == [PageOutcome.UNCERTAIN, PageOutcome.UNSENT]
    assert result.status is HangupStatus.ABORTED


def test_hanging_up_normally_without_a_status_is_inferred_only() -> None:
    turns = [*up_to_the_first_page(), turn("AT+FET=2", "+FHNG:0", OK)]
    result = send(turns, CLASS_2, False, FaxDocument(PAGES.pages[:1]))
    assert outcomes(result) == [PageOutcome.INFERRED]
    assert result.status is HangupStatus.NORMAL
    assert not result.ok


@pytest.mark.parametrize(
    ("status", "outcome"), [("2", PageOutcome.DOUBTFUL), ("7", PageOutcome.UNCERTAIN)]
)
def test_hanging_up_normally_infers_nothing_where_a_status_was_told(
    status: str, outcome: PageOutcome
) -> None:
    turns = [*up_to_the_first_page(), turn("AT+FET=2", f"+FPTS:{status}", "+FHNG:0", OK)]
    result = send(turns, CLASS_2, False, FaxDocument(PAGES.pages[:1]))
    assert outcomes(result) == [outcome]
    assert result.pages[0].sendings == 1
    assert result.text.endswith(f"whose status was {status}")


def test_hanging_up_normally_before_the_end_of_the_page_was_said_infers_nothing() -> None:
    turns = up_to_the_first_page()
    turns[-1] = turn(turns[-1].said, "+FHNG:0", OK)
    result = send(turns, CLASS_2, False, FaxDocument(PAGES.pages[:1]))
    assert outcomes(result) == [PageOutcome.UNCERTAIN]
    assert result.status is HangupStatus.ABORTED


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("51", HangupStatus.DCN_IN_PHASE_D),
        ("54", HangupStatus.EOP_UNANSWERED),
        ("103", HangupStatus.RECEIVE_PHASE_D),
        ("130", HangupStatus.EQUIPMENT),
    ],
)
def test_a_page_without_an_answer_is_uncertain(code: str, status: HangupStatus) -> None:
    turns = [*up_to_the_first_page(), turn("AT+FET=2", f"+FHNG:{code}", OK)]
    result = send(turns, CLASS_2, False, FaxDocument(PAGES.pages[:1]))
    assert outcomes(result) == [PageOutcome.UNCERTAIN]
    assert result.status is status


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((b"\r\nBUSY\r\n",), HangupStatus.BUSY),
        ((b"\r\nNO CARRIER\r\n",), HangupStatus.NO_CARRIER),
        (("+FHNG:11", OK), HangupStatus.T1_EXPIRED),
        (("+FCON", "+FHNG:21", OK), HangupStatus.CANNOT_RECEIVE),
        ((OK,), HangupStatus.NO_CARRIER),
    ],
)
def test_calls_that_reach_no_fax(answer: tuple[bytes | str, ...], status: HangupStatus) -> None:
    dialling = dialled_2()[:2]
    result = send([*prepared_2(), *dialling, turn("ATDT5550100", *answer)], CLASS_2, False)
    assert result.status is status
    assert outcomes(result) == [PageOutcome.UNSENT] * 2


def test_a_modem_that_failed_while_it_was_prepared_is_prepared_anew() -> None:
    deaf = Turn(b"AT+FDCC=?\r")
    modem = ScriptDce([*prepared_2()[:-1], deaf, *prepared_2(), *dialled_2("+FHNG:11")])
    fax = FaxModem(VirtualPort(modem), CLASS_2)
    with pytest.raises(NoReply):
        fax.prepare()
    modem.turns.append(turn("ATH0", OK))
    assert fax.send(PAGES, "555-0100", HERE).status is HangupStatus.T1_EXPIRED
    assert modem.finished


def test_cancelling_while_the_modem_is_told_of_the_call_dials_nothing() -> None:
    modem = CancelledAt(prepared_2(), b'AT+FLID="+1 555 0199"\r')
    fax = FaxModem(VirtualPort(modem), CLASS_2)
    result = fax.send(PAGES, "555-0100", HERE, cancel=modem.cancel)
    assert result.status is HangupStatus.CANCELLED
    assert outcomes(result) == [PageOutcome.UNSENT] * 2


def test_cancelling_while_the_modem_is_told_what_to_offer_answers_nothing() -> None:
    modem = CancelledAt(prepared_2(), b'AT+FLID="+1 555 0199"\r')
    fax = FaxModem(VirtualPort(modem), CLASS_2)
    fax.prepare()
    result = fax.receive(Capabilities(), HERE, lambda page: True, cancel=modem.cancel)
    assert result.status is HangupStatus.CANCELLED


def test_a_failed_training_is_the_far_ends_word_for_it() -> None:
    turns = [
        *prepared_2(),
        *dialled_2(*FAR_2),
        turn("AT+FDIS=1,3,0,2,0,0,0,0", OK),
        turn("AT+FDT", "+FDCS:1,3,0,2,0,0,0,0", "+FHNG:27", OK),
    ]
    result = send(turns, CLASS_2, False)
    assert result.status is HangupStatus.CANNOT_TRAIN
    assert outcomes(result) == [PageOutcome.UNSENT] * 2


class HoldsBack(ScriptDce):
    """A modem that has no room while it has something to say."""

    def room(self, now: float) -> int:
        return 1024 if self.due() is None else 0


@pytest.mark.parametrize("said", [(line("+FHNG:43"), OK), (b"", line("+FHNG:43") + OK)])
def test_why_the_modem_hung_up_in_a_page_is_known(said: tuple[bytes, bytes]) -> None:
    page = on_the_wire(form(1))
    turns = [
        *up_to_the_first_page()[:-1],
        Turn(page[:1024], said[0]),
        Turn(page[1024:2048], said[1]),
        turn("ATH0", OK),
    ]
    with FaxModem(VirtualPort(HoldsBack(turns)), CLASS_2) as fax:
        result = fax.send(FaxDocument(PAGES.pages[:1]), "555-0100", HERE)
    assert result.status is HangupStatus.UNDERRUN
    assert outcomes(result) == [PageOutcome.UNSENT]


def test_a_modem_that_says_ok_before_connect_is_asked_again() -> None:
    turns = [
        *prepared_2(),
        *dialled_2(*FAR_2),
        turn("AT+FDIS=1,3,0,2,0,0,0,0", OK),
        turn("AT+FDT", OK),
        turn("AT+FDT", "+FDCS:1,3,0,2,0,0,0,0", CONNECT, XON),
        turn(on_the_wire(form(1)) + ETX, OK),
        turn("AT+FET=2", "+FPTS:1", "+FHNG:0", OK),
    ]
    assert send(turns, CLASS_2, False, FaxDocument(PAGES.pages[:1])).ok


def test_without_xon_the_page_goes_after_two_seconds() -> None:
    turns = [
        *prepared_2(),
        *dialled_2(*FAR_2),
        turn("AT+FDIS=1,3,0,2,0,0,0,0", OK),
        turn("AT+FDT", "+FDCS:1,3,0,2,0,0,0,0", CONNECT),
        turn(on_the_wire(form(1)) + ETX, OK),
        turn("AT+FET=2", "+FPTS:1", "+FHNG:0", OK),
    ]
    result = send(turns, CLASS_2, False, FaxDocument(PAGES.pages[:1]))
    assert result.ok
    assert 2.0 <= result.seconds < 2.5


def test_a_session_that_is_not_what_was_asked_for_sends_no_rubbish() -> None:
    turns = [
        *prepared_2(),
        *dialled_2(*FAR_2),
        turn("AT+FDIS=1,3,0,2,0,0,0,0", OK),
        turn("AT+FDT", "+FDCS:0,3,0,2,0,0,0,0", CONNECT, XON),
        turn(b"\x18" + ETX, OK),
    ]
    result = send(turns, CLASS_2, False)
    assert result.status is HangupStatus.PAGE_FORMAT
    assert outcomes(result) == [PageOutcome.UNSENT] * 2
    assert "coarse" in result.text


@PIECEMEAL
@pytest.mark.parametrize("msb_first", [False, True])
def test_class_2_receives_two_pages(piecemeal: bool, msb_first: bool) -> None:
    def sent(number: int) -> bytes:
        data = form(number).data
        return stuff(data if msb_first else reverse_bits(data)) + ETX

    modem = ScriptDce(
        [
            *prepared_2(),
            turn('AT+FLID="+1 555 0199"', OK),
            turn("AT+FDCC=1,5,0,2,1,0,0,0", OK),
            turn("ATA", "+FCON", '+FTSI:"15550123"', "+FDCS:1,3,0,2,0,0,0,0", OK),
            turn("AT+FDR", CONNECT),
            turn(DC2, sent(1), "+FPTS:1,300,0,0", "+FET:0", OK),
            turn("AT+FDR", CONNECT),
            turn(DC2, sent(2), "+FPTS:1,300,0,0", "+FET:2", OK),
            turn("AT+FDR", "+FHNG:0", OK),
            turn("ATH0", OK),
        ],
        piecemeal,
    )
    kept: list[KeepPage] = []

    def keep(page: KeepPage) -> bool:
        kept.append(page)
        return True

    able = Capabilities(codings=frozenset({Coding.MH, Coding.MR}))
    profile = replace(CLASS_2, receives_msb_first=msb_first)
    with FaxModem(VirtualPort(modem), profile) as fax:
        fax.prepare()
        result = fax.receive(able, HERE, keep)
    assert modem.finished, f"not played: {modem.turns[:2]}"
    assert result.status is HangupStatus.NORMAL
    assert result.remote_id == "15550123"
    assert [page.octets for page in kept] == [form(1).data, form(2).data]


class Endless(ScriptDce):
    """A modem that gives page data and never ends them."""

    def __init__(self) -> None:
        super().__init__([])
        self.given_at = 0.0

    def feed(self, data: bytes, now: float) -> None:
        assert data == DC2

    def due(self) -> float | None:
        return self.given_at + 1.0

    def take(self, now: float) -> bytes:
        assert now < 4 * 3600, "it is listened to for ever"
        if now < self.given_at + 1.0:
            return b""
        self.given_at = now
        return b"\xaa" * 1800


def test_a_page_of_which_no_format_was_told_ends_the_call() -> None:
    modem = ScriptDce([
        *prepared_2(),
        turn('AT+FLID="+1 555 0199"', OK),
        turn("AT+FDCC=1,5,0,2,0,0,0,0", OK),
        turn("ATA", "+FCON", OK),
        turn("AT+FDR", CONNECT),
        turn("ATH0", OK),
    ])  # fmt: skip
    with FaxModem(VirtualPort(modem), CLASS_2) as fax:
        fax.prepare()
        result = fax.receive(Capabilities(), HERE, lambda page: True)
    assert result.status is HangupStatus.EQUIPMENT
    assert "no +FDCS: came" in result.text


def test_a_page_that_never_ends_does_not_hold_us() -> None:
    engine = AtEngine(VirtualPort(Endless()))
    talk = Talk(engine, CLASS_2, DIALECTS["2"], Numbers())
    with pytest.raises(NoReply, match="no end of it"):
        PageTaker(talk).take_page(V29_9600)
    assert talk.now() == pytest.approx(1800, abs=3)


def test_a_sub_address_and_a_password_are_not_left_to_the_next_call() -> None:
    busy = [turn("AT+FCC=1,5,2,2,3,1,0,7", OK), turn("ATDT5550100", b"\r\nBUSY\r\n")]
    here = turn('AT+FLI="+1 555 0199"', OK)
    turns = [
        *prepared_20(),
        here, turn('AT+FSA="12"', OK), turn('AT+FPW="34"', OK), *busy, turn("ATH0", OK),
        here, turn('AT+FSA=""', OK), turn('AT+FPW=""', OK), *busy, turn("ATH0", OK),
    ]  # fmt: skip
    modem = ScriptDce(turns, False)
    with FaxModem(VirtualPort(modem), T32) as fax:
        fax.send(PAGES, "555-0100", replace(HERE, subaddress="12", password="34"))
        fax.send(PAGES, "555-0100", HERE)
    assert modem.finished, f"not played: {modem.turns[:2]}"


@pytest.mark.parametrize(("fax_class", "told"), [("2", ""), ("2.0", "4711"), ("2.1", "4711")])
def test_a_callers_sub_address_is_read_where_the_class_reports_it(fax_class, told) -> None:
    reports = Reports(DIALECTS[fax_class])
    reports.read(["+FCO", '+FTI:"        +1 555 0100"', '+FSA:"                4711"'])
    assert reports.subaddress == told

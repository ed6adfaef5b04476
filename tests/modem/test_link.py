from __future__ import annotations

import math

import pytest

from faxcore.errors import CommandRefused, NoReply, NumberRefused, UnexpectedReply
from faxcore.modem.at import AtEngine
from faxcore.modem.link import AtLink
from faxcore.modem.lists import parse_classes, parse_speeds
from faxcore.profiles import ModemProfile
from faxcore.t30.result import HangupStatus
from faxcore.transport.virtual_port import VirtualPort

from .script import ScriptDce, Turn

OK = b"\r\nOK\r\n"
PROFILE = ModemProfile("test", init=("ATE0V1Q0X4",))
ALL_SPEEDS = frozenset({24, 48, 72, 73, 74, 96, 97, 98, 121, 122, 145, 146})


def link_for(
    *turns: Turn | tuple[bytes, bytes], piecemeal: bool = False, profile: ModemProfile = PROFILE
) -> tuple[AtLink, ScriptDce]:
    modem = ScriptDce(turns, piecemeal)
    return AtLink(AtEngine(VirtualPort(modem)), profile), modem


@pytest.mark.parametrize(
    ("text", "speeds"),
    [
        ("24,48,72,73,74,96,97,98,121,122,145,146", ALL_SPEEDS),
        ("3,24,48,72,96", {3, 24, 48, 72, 96}),
        ("(24,48,72-74,96-98,121,122,145,146)", ALL_SPEEDS),
        ('"24, 48 , 72,96"', {24, 48, 72, 96}),
        ("+FTM: (3,24,48),(72),96", {3, 24, 48, 72, 96}),
        ("AT+FTM=? 24 48", {24, 48}),
        ("24\r\n48", {24, 48}),
        ("", set()),
        ("none of them", set()),
        ("999999999999-99999999999999999999", set()),
    ],
)
def test_reads_the_list_of_carriers_however_it_is_written(text: str, speeds: set[int]) -> None:
    assert parse_speeds(text) == speeds


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("0,1,2,2.0", ("0", "1", "2", "2.0")),
        ('(0,1,"2.1")', ("0", "1", "2.1")),
        ("+FCLASS: 0, 1, 1.0", ("0", "1", "1.0")),
        ("", ()),
    ],
)
def test_reads_the_list_of_classes_however_it_is_written(
    text: str, classes: tuple[str, ...]
) -> None:
    assert parse_classes(text) == classes


def test_prepares_a_modem(piecemeal: bool) -> None:
    link, modem = link_for(
        (b"ATZ\r", b"ATZ\r" + OK),
        (b"AT\r", b"AT\r" + OK),
        (b"ATE0V1Q0X4\r", b"ATE0V1Q0X4\r" + OK),
        (b"AT+FCLASS=?\r", b"\r\n0,1,8\r\n" + OK),
        (b"AT+FCLASS=1\r", OK),
        (b"AT+FTM=?\r", b"\r\n24,48,72,96\r\n" + OK),
        piecemeal=piecemeal,
    )
    assert link.prepare() == {24, 48, 72, 96}
    assert modem.finished


def test_a_second_ok_after_reset_answers_nothing_else(piecemeal: bool) -> None:
    link, modem = link_for(
        (b"ATZ\r", OK + OK),
        (b"AT\r", OK),
        (b"AT+FTM=?\r", b"\r\n96\r\n" + OK),
        piecemeal=piecemeal,
    )
    link.reset()
    link.engine.pause(0.1)
    assert link.speeds() == {96}
    assert modem.finished


def test_what_a_change_of_class_undoes_is_sent_again() -> None:
    profile = ModemProfile("test", init=(), after_class=("AT&H1",))
    link, modem = link_for(
        (b"ATZ\r", OK),
        (b"AT\r", OK),
        (b"AT+FCLASS=?\r", b"\r\n0,1\r\n" + OK),
        (b"AT+FCLASS=1\r", OK),
        (b"AT&H1\r", OK),
        (b"AT+FTM=?\r", b"\r\nERROR\r\n"),
        profile=profile,
    )
    assert link.prepare() == frozenset()
    assert modem.finished


def test_a_port_without_modem_is_named() -> None:
    link, _ = link_for((b"nobody is here", b""))
    modem = link.engine.port.dce  # type: ignore[attr-defined]
    modem.feed = lambda data, now: None
    with pytest.raises(NoReply, match=r"^sim://: no modem answers: Z: no answer within 5.0 s"):
        link.prepare()
    assert [state.dtr for state in modem.states] == [False, True]


def test_a_modem_without_fax_is_refused(piecemeal: bool) -> None:
    link, _ = link_for(
        (b"ATZ\r", OK),
        (b"AT\r", OK),
        (b"ATE0V1Q0X4\r", OK),
        (b"AT+FCLASS=?\r", b"\r\nERROR\r\n"),
        piecemeal=piecemeal,
    )
    with pytest.raises(CommandRefused, match="no fax modem"):
        link.prepare()


def test_a_modem_of_other_classes_is_refused(piecemeal: bool) -> None:
    link, _ = link_for(
        (b"ATZ\r", OK),
        (b"AT\r", OK),
        (b"ATE0V1Q0X4\r", OK),
        (b"AT+FCLASS=?\r", b"\r\n0,2\r\n" + OK),
        piecemeal=piecemeal,
    )
    with pytest.raises(UnexpectedReply, match="expected class 1 among them, got 0, 2"):
        link.prepare()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"CONNECT", None),
        (b"CONNECT FAX", None),
        (b"FAX\r\n\r\nCONNECT", None),
        (b"RINGING\r\n\r\nCONNECT", None),
        (b"1", None),
        (b"CONNECT 33600", HangupStatus.ANSWERED_NO_FAX),
        (b"BUSY", HangupStatus.BUSY),
        (b"7", HangupStatus.BUSY),
        (b"NO ANSWER", HangupStatus.NO_ANSWER),
        (b"8", HangupStatus.NO_ANSWER),
        (b"NO CARRIER", HangupStatus.NO_CARRIER),
        (b"3", HangupStatus.NO_CARRIER),
        (b"OK", HangupStatus.NO_CARRIER),
        (b"NO DIALTONE", HangupStatus.NO_DIALTONE),
        (b"NO DIAL TONE", HangupStatus.NO_DIALTONE),
        (b"6", HangupStatus.NO_DIALTONE),
        (b"ERROR", HangupStatus.DIAL_REFUSED),
        (b"BLACKLISTED", HangupStatus.BLACKLISTED),
        (b"DELAYED 00:00:30", HangupStatus.BLACKLISTED),
        (b"DIALING DISABLED", HangupStatus.BLACKLISTED),
        (b"VOICE", HangupStatus.VOICE),
        (b"VCON", HangupStatus.VOICE),
        (b"DATA", HangupStatus.ANSWERED_NO_FAX),
    ],
)
def test_each_result_of_dialling_has_its_status(
    said: bytes, status: HangupStatus | None, piecemeal: bool
) -> None:
    end = b"\r" if said.isdigit() else b"\r\n"
    start = b"" if said.isdigit() else b"\r\n"
    link, modem = link_for(
        Turn(b"ATDT5550100\r", start + said + end, after_s=9.0), piecemeal=piecemeal
    )
    outcome = link.dial("555-0100", math.inf)
    assert outcome.status is status
    assert outcome.seconds >= 9.0
    assert modem.finished


def test_a_call_that_comes_in_ends_dialling(piecemeal: bool) -> None:
    link, modem = link_for(
        (b"ATDT1\r", b"\r\nRING\r\n"), (b"\r", b"\r\nNO CARRIER\r\n"), piecemeal=piecemeal
    )
    assert link.dial("1", math.inf).status is HangupStatus.GLARE
    assert modem.finished


def test_unknown_words_are_waited_over(piecemeal: bool) -> None:
    link, _ = link_for(
        (b"ATDT1\r", b"\r\nDIALING...\r\n\r\nsomething new\r\n\r\nBUSY\r\n"), piecemeal=piecemeal
    )
    assert link.dial("1", math.inf).status is HangupStatus.BUSY


def test_a_modem_that_never_answers_is_given_up_at_the_dead_man() -> None:
    link, modem = link_for((b"ATDT1\r", b""), (b"\r", b""))
    outcome = link.dial("1", math.inf)
    assert outcome.status is HangupStatus.EQUIPMENT
    assert 180 <= outcome.seconds <= 190
    assert modem.finished


def test_the_time_limit_ends_dialling() -> None:
    link, modem = link_for((b"ATDT1\r", b""), (b"\r", b"\r\nNO CARRIER\r\n"))
    outcome = link.dial("1", 20.0)
    assert outcome.status is HangupStatus.TIME_LIMIT
    assert outcome.seconds == pytest.approx(20.0, abs=0.1)
    assert modem.finished


def test_an_interruption_ends_dialling() -> None:
    link, modem = link_for((b"ATDT1\r", b""), (b"\r", b"\r\nNO CARRIER\r\n"))
    write = link.engine.port.write

    def write_and_interrupt(data: bytes, until: float) -> int:
        sent = write(data, until)
        if data.startswith(b"ATDT"):
            link.engine.port.interrupt()
        return sent

    link.engine.port.write = write_and_interrupt  # type: ignore[method-assign]
    assert link.dial("1", math.inf).status is HangupStatus.CANCELLED
    assert modem.finished


def test_a_bad_number_says_nothing_to_the_modem() -> None:
    link, modem = link_for((b"ATDT1\r", b""))
    with pytest.raises(NumberRefused):
        link.dial("1\r", math.inf)
    assert modem.heard == b""


def test_hangs_up(piecemeal: bool) -> None:
    link, modem = link_for((b"ATH0\r", OK), piecemeal=piecemeal)
    assert link.hang_up()
    assert modem.finished


def test_hangs_up_out_of_data(piecemeal: bool) -> None:
    link, modem = link_for(
        (b"ATH0\r", b""),
        (b"\x18\x10\x03\x10\x03", b"\r\nOK\r\n"),
        (b"ATH0\r", OK),
        piecemeal=piecemeal,
    )
    assert link.hang_up()
    assert modem.finished


def test_hangs_up_by_dtr_when_nothing_answers(piecemeal: bool) -> None:
    link, modem = link_for(
        (b"ATH0\r", b""),
        (b"\x18\x10\x03\x10\x03", b""),
        (b"ATH0\r", b""),
        (b"AT\r", OK),
        piecemeal=piecemeal,
    )
    assert link.hang_up()
    assert [state.dtr for state in modem.states] == [False, True]
    assert modem.finished


def test_hanging_up_never_raises() -> None:
    link, _ = link_for((b"ATH0\r", b""))
    link.engine.port.close()
    assert link.hang_up() in {True, False}


def test_an_interruption_does_not_keep_the_line_seized(piecemeal: bool) -> None:
    link, modem = link_for((b"ATH0\r", OK), piecemeal=piecemeal)
    link.engine.port.interrupt()
    assert link.hang_up()
    assert modem.finished


def test_waits_for_a_ring(piecemeal: bool) -> None:
    link, _ = link_for((b"AT\r", OK + b"\r\nRING\r\n"), piecemeal=piecemeal)
    link.engine.command("AT", 5.0)
    assert link.wait_for_ring(10.0)
    assert not link.wait_for_ring(20.0)

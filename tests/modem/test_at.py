from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxcore.errors import CommandRefused, NoReply, UnexpectedReply
from faxcore.modem.at import AtEngine
from faxcore.modem.results import DIAL_FINAL, Code
from faxcore.transport.port import Interrupted
from faxcore.transport.virtual_port import VirtualPort

from .script import ScriptDce, Turn


def engine_for(*turns: Turn | tuple[bytes, bytes], piecemeal: bool = False) -> AtEngine:
    return AtEngine(VirtualPort(ScriptDce(turns, piecemeal)))


@pytest.mark.parametrize(
    "answer",
    [
        b"\r\nOK\r\n",
        b"OK\r",
        b"OK\n",
        b"\r\r\nOK\r\r\n",
        b"ATZ\r\r\nOK\r\n",
        b"ATZ\r\n\r\nOK\r\n",
        b"0\r",
        b"ATZ\r0\r",
        b"\x00\x00\r\nOK\r\n",
        b"\xfe\x80\r\nsome noise\r\nOK\r\n",
        b"\r\nRING\r\n\r\nOK\r\n",
        b"\r\nok\r\n",
    ],
)
def test_reads_ok_in_every_form(answer: bytes, piecemeal: bool) -> None:
    engine = engine_for((b"ATZ\r", answer), piecemeal=piecemeal)
    assert engine.command("ATZ", 5.0).code is Code.OK


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"CONNECT", Code.CONNECT),
        (b"CONNECT 14400", Code.CONNECT),
        (b"NO CARRIER", Code.NO_CARRIER),
        (b"NO DIALTONE", Code.NO_DIALTONE),
        (b"NO DIAL TONE", Code.NO_DIALTONE),
        (b"BUSY", Code.BUSY),
        (b"NO ANSWER", Code.NO_ANSWER),
        (b"+FCERROR", Code.FCERROR),
        (b"+F4", Code.FCERROR),
        (b"+CME ERROR: 100", Code.ERROR),
        (b"VCON", Code.VOICE),
        (b"DELAYED 00:01:30", Code.DELAYED),
        (b"BLACKLISTED", Code.BLACKLISTED),
        (b"RING", Code.RING),
        (b"1", Code.CONNECT),
        (b"3", Code.NO_CARRIER),
        (b"6", Code.NO_DIALTONE),
        (b"7", Code.BUSY),
        (b"8", Code.NO_ANSWER),
    ],
)
def test_reads_results_of_dialling(line: bytes, code: Code, piecemeal: bool) -> None:
    engine = engine_for((b"ATDT1\r", b"\r\n" + line + b"\r\n"), piecemeal=piecemeal)
    engine.ask("ATDT1")
    assert engine.reply(5.0, DIAL_FINAL).code is code


def test_gives_the_text_without_echo_and_unasked_lines(piecemeal: bool) -> None:
    engine = engine_for(
        (
            b"AT+FTM=?\r",
            b"AT+FTM=?\r\r\n24,48\r\n\r\nRING\r\nNMBR = 5550100\r\n\r\n72,96\r\n\r\nOK\r\n",
        ),
        piecemeal=piecemeal,
    )
    assert engine.command("AT+FTM=?", 5.0).lines == ("24,48", "72,96")
    assert list(engine.unasked) == ["RING", "NMBR = 5550100"]


def test_a_digit_is_text_once_the_modem_has_spoken_in_words(piecemeal: bool) -> None:
    engine = engine_for(
        (b"ATZ\r", b"\r\nOK\r\n"),
        (b"AT+FCLASS?\r", b"\r\n1\r\n\r\nOK\r\n"),
        piecemeal=piecemeal,
    )
    engine.command("ATZ", 5.0)
    reply = engine.command("AT+FCLASS?", 5.0)
    assert (reply.code, reply.lines) == (Code.OK, ("1",))


def test_says_what_was_expected_what_came_and_when(piecemeal: bool) -> None:
    engine = engine_for(Turn(b"AT+FTH=3\r", b"\r\nERROR\r\n", after_s=0.4), piecemeal=piecemeal)
    with pytest.raises(CommandRefused, match=r"^\+FTH=3: expected CONNECT, got ERROR after 0.4 s$"):
        engine.command("AT+FTH=3", 5.0, Code.CONNECT)


def test_another_result_is_unexpected(piecemeal: bool) -> None:
    engine = engine_for((b"AT\r", b"\r\nNO CARRIER\r\n"), piecemeal=piecemeal)
    with pytest.raises(UnexpectedReply, match="expected OK, got NO CARRIER"):
        engine.command("AT", 5.0, Code.OK)


def test_silence_is_no_reply() -> None:
    engine = engine_for((b"AT\r", b""))
    with pytest.raises(NoReply, match=r"^AT: no answer within 5.0 s$"):
        engine.command("AT", 5.0)
    assert engine.port.now() == 5.0


def test_a_modem_that_talks_without_end_is_stopped() -> None:
    engine = engine_for((b"AT\r", b"bla\r\n" * 100_000))
    with pytest.raises(UnexpectedReply, match="no result code"):
        engine.command("AT", 5.0)


def test_a_line_without_end_takes_no_memory() -> None:
    engine = engine_for((b"AT\r", b"x" * 60_000 + b"\r\nOK\r\n"))
    reply = engine.command("AT", 5.0)
    assert reply.code is Code.OK
    assert all(len(line) <= 512 for line in reply.lines)


def test_data_begin_right_behind_connect(piecemeal: bool) -> None:
    engine = engine_for((b"AT+FRM=96\r", b"\r\nCONNECT\r\n\n\x00\x01\x02"), piecemeal=piecemeal)
    engine.command("AT+FRM=96", 5.0)
    data = b""
    while piece := engine.read_data(5.0):
        data += piece
    assert data == b"\n\x00\x01\x02"


def test_data_begin_right_behind_a_numeric_connect(piecemeal: bool) -> None:
    engine = engine_for((b"AT+FRM=96\r", b"1\r\n\x00\x01"), piecemeal=piecemeal)
    engine.command("AT+FRM=96", 5.0)
    data = b""
    while piece := engine.read_data(5.0):
        data += piece
    assert data == b"\n\x00\x01"


def test_what_came_before_a_command_does_not_answer_it(piecemeal: bool) -> None:
    engine = engine_for(
        (b"AT1\r", b"\r\nOK\r\n\r\nOK\r\n"),
        (b"AT2\r", b"\r\nERROR\r\n"),
        piecemeal=piecemeal,
    )
    engine.command("AT1", 5.0)
    engine.pause(0.1)
    assert engine.command("AT2", 5.0).code is Code.ERROR


def test_an_interruption_ends_a_wait() -> None:
    engine = engine_for((b"AT\r", b""))
    engine.ask("AT")
    engine.port.interrupt()
    with pytest.raises(Interrupted):
        engine.reply(5.0)


def test_a_shielded_wait_ends_first_and_is_interrupted_then() -> None:
    engine = engine_for(Turn(b"AT\r", b"\r\nOK\r\n", after_s=1.0))
    codes = []
    engine.port.interrupt()
    with pytest.raises(Interrupted), engine.uninterrupted():
        codes.append(engine.command("AT", 5.0).code)
    assert codes == [Code.OK]


NOISE = st.binary(max_size=20).map(
    lambda noise: bytes(octet for octet in noise if not 0x20 <= octet < 0x7F)
)
UNASKED = st.sampled_from([b"\r\nRING\r\n", b"\r\n\r\n", b"\r\nhello\r\n", b"\n", b"\r"])


@given(st.lists(NOISE | UNASKED, min_size=3, max_size=6), st.booleans())
def test_noise_between_result_codes_changes_nothing(noise: list[bytes], piecemeal: bool) -> None:
    engine = engine_for(
        (b"ATZ\r", noise[0] + b"\r\nOK\r\n"),
        (b"AT+FTH=3\r", noise[1] + b"\r\nCONNECT\r\n"),
        (b"data", noise[2] + b"\r\nNO CARRIER\r\n"),
        piecemeal=piecemeal,
    )
    assert engine.command("ATZ", 5.0).code is Code.OK
    assert engine.command("AT+FTH=3", 5.0).code is Code.CONNECT
    engine.write_all(b"data", 10.0)
    assert engine.reply(10.0).code is Code.NO_CARRIER

"""The simulated modem's own command interpreter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxcore.sim import SimModem
from faxcore.sim.commands import Command, Refused, split_line


def test_a_line_is_taken_apart():
    assert split_line("E0V1S7=60&C1+FCLASS=1;+FTM=?") == (
        Command("E", "0"),
        Command("V", "1"),
        Command("S", "7=60"),
        Command("&C", "1"),
        Command("+FCLASS", "=1"),
        Command("+FTM", "=?"),
    )


def test_a_number_takes_the_rest_of_the_line():
    assert split_line("E0DT+1555W2,3") == (Command("E", "0"), Command("D", "T+1555W2,3"))


def test_nonsense_is_refused():
    with pytest.raises(Refused):
        split_line("?!")


def said(*lines):
    modem = SimModem()
    for line in lines:
        modem.feed(line, 0.0)
    return modem.take(1.0)


def test_echo_and_result_in_words():
    assert said(b"AT\r") == b"AT\r\r\nOK\r\n"


def test_no_echo_and_numbers():
    assert said(b"ATE0V0\r", b"AT\r", b"AT?!\r").endswith(b"0\r0\r4\r")


def test_quiet():
    assert said(b"ATE0Q1\r", b"AT\r") == b"ATE0Q1\r"


def test_capabilities():
    assert b"24,48,72,73,74,96,97,98,121,122,145,146" in said(b"AT+FTM=?\r")


def test_carriers_need_a_call():
    assert b"ERROR" in said(b"AT+FTH=3\r")


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_nothing_typed_at_it_breaks_it(pieces):
    modem = SimModem()
    for number, piece in enumerate(pieces):
        modem.feed(piece, number * 0.5)
        modem.take(number * 0.5)

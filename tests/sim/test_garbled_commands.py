"""Commands that a bad cable made of good ones."""

import random

import pytest

from faxcore.sim import SimModem

COMMANDS = (
    b"ATS7=60", b"ATE0V1Q0X4", b"AT+FCLASS=1", b"AT+FTM=?", b"AT+FTS=8", b"AT+FTH=3", b"ATS7?",
    b"AT+FRM=146", b"ATDT1234", b"AT+FAR=1", b"ATH0", b"ATZ",
)  # fmt: skip


@pytest.mark.parametrize("command", [b"ATS", b"ATS=3", b"ATS?", b"AT+FTS=\x1c3", b"AT+FAR=\x1c1"])
def test_a_command_without_a_number_is_an_error(command):
    modem = SimModem()
    modem.feed(command + b"\r", 0.0)
    assert b"ERROR" in modem.take(0.0)


def test_no_garbled_command_is_more_than_an_error():
    dice = random.Random(5)
    for _ in range(600):
        modem, now = SimModem(), 0.0
        for _ in range(5):
            line = bytearray(dice.choice(COMMANDS))
            for _ in range(dice.randrange(3)):
                place = dice.randrange(len(line))
                line[place : place + dice.randrange(2)] = dice.randbytes(dice.randrange(2))
                line = line or bytearray(b"A")
            modem.feed(bytes(line) + b"\r", now)
            now += 3 * dice.random()
            modem.take(now)

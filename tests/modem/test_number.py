from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxcore.errors import NumberRefused
from faxcore.modem.at import AtEngine
from faxcore.modem.link import AtLink
from faxcore.modem.number import DIAL_ALPHABET, MAX_LENGTH, dial_string
from faxcore.profiles import ModemProfile
from faxcore.transport.virtual_port import VirtualPort

from .script import ScriptDce


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("+44 20 7946 0000", "+442079460000"),
        ("(020) 7946-0000", "02079460000"),
        ("9,W 555.0100", "9,W5550100"),
        ("*70,555/0100#", "*70,5550100#"),
        ("T5550100!@", "T5550100!@"),
    ],
)
def test_keeps_dial_characters_and_drops_separators(number: str, dialled: str) -> None:
    assert dial_string(number) == dialled


@pytest.mark.parametrize(
    ("number", "named"),
    [
        ("55\uff11", "U+FF11 FULLWIDTH DIGIT ONE at position 3"),
        ("555\r", "U+000D CARRIAGE RETURN at position 4"),
        ("555\n", "U+000A LINE FEED at position 4"),
        ("555;", "U+003B SEMICOLON at position 4"),
        ("\u0661", "U+0661 ARABIC-INDIC DIGIT ONE at position 1"),
        ("555\u00a00100", "U+00A0 NO-BREAK SPACE at position 4"),
        ("CALLME", "U+0043 LATIN CAPITAL LETTER C at position 1"),
        ("555\x01", "U+0001 a control character at position 4"),
        ("555\ud800", "U+D800"),
        ("+++", "+ at position 2, not at its start"),
        ("555+1", "+ at position 4, not at its start"),
        ("", "empty"),
        (" - ", "empty"),
        ("+", "no digit"),
        (",,,", "no digit"),
        ("1" * (MAX_LENGTH + 1), f"{MAX_LENGTH + 1} characters"),
    ],
)
def test_refuses_by_name(number: str, named: str) -> None:
    with pytest.raises(NumberRefused) as refusal:
        dial_string(number)
    assert named in str(refusal.value)
    assert "\n" not in str(refusal.value)


@given(st.text(max_size=30) | st.text("0123456789 +;\r\nATH,", max_size=30))
@example("555\rATH0")
@example("1" * 30 + ";")
def test_nothing_but_dial_characters_reaches_the_port(number: str) -> None:
    modem = ScriptDce([])
    modem.turns = []
    modem.feed = lambda data, now: setattr(modem, "heard", modem.heard + data)  # type: ignore[method-assign]
    engine = AtEngine(VirtualPort(modem))
    link = AtLink(engine, ModemProfile("test", dial_seconds=1.0))
    try:
        link.dial(number, 100.0)
    except NumberRefused:
        assert modem.heard == b""
        return
    first, *others = modem.heard.split(b"\r")
    assert first.startswith(b"ATDT")
    assert set(first[4:].decode("ascii")) <= DIAL_ALPHABET
    assert b"".join(others) == b""
    assert set(string.digits) & set(first.decode("ascii"))

"""Number policy: one form for each line, rules in order, and nothing that cannot be dialled."""

import os
import random

import pytest

from faxcore.delivery.numbers import NumberPolicy, NumberRule, allowed_number, judge
from faxcore.errors import NumberRefused, SettingsError
from faxcore.modem.number import DIAL_ALPHABET, dial_string

HOME = NumberPolicy(country="44", trunk="0", abroad="00")
HOSTILE = 1_000_000 if os.environ.get("FAXCORE_LONG") else 20_000


@pytest.mark.parametrize(
    ("number", "destination"),
    [
        ("+44 20 7946 0000", "+442079460000"),
        ("0044 20 7946 0000", "+442079460000"),
        ("(020) 7946-0000", "+442079460000"),
        ("00 1 555 0100", "+15550100"),
        ("5550100", "5550100"),
        ("020 7946 0000,,12", "+442079460000,,12"),
        ("020 7946 0000w12", "+442079460000W12"),
    ],
)
def test_a_line_has_one_form(number: str, destination: str) -> None:
    assert judge(number, HOME).destination == destination


@pytest.mark.parametrize(
    "number",
    [
        "+1 900 555 0100", "001900 5550100", "09 01 2345", "+882 16 1", "00881 6 3",
        "020 7946 0000,0900 123", "1,0019005550100",
    ],
)  # fmt: skip
def test_what_costs_money_is_refused_by_default(number: str) -> None:
    assert not judge(number, HOME).allowed
    assert "deny +" in judge(number, HOME).rule


def test_what_costs_money_can_be_allowed() -> None:
    assert judge("+1 900 555 0100", NumberPolicy(costly=True)).allowed


def test_the_first_rule_that_fits_decides_and_is_named() -> None:
    policy = NumberPolicy(
        country="44",
        trunk="0",
        rules=(
            NumberRule("+442079460000", allow=True, name="the clinic"),
            NumberRule("+4420", allow=False, name="London"),
            NumberRule("118", allow=False),
        ),
    )
    assert judge("020 7946 0000", policy).rule == "allow +442079460000 (the clinic)"
    assert judge("020 7946 0001", policy).rule == "deny +4420 (London)"
    assert judge("118 118", policy).rule == "deny 118"
    assert judge("0161 496 0000", policy).allowed
    with pytest.raises(NumberRefused, match="London"):
        allowed_number("020 7946 0001", policy)


def test_only_what_is_allowed_may_be_all_that_is() -> None:
    policy = NumberPolicy(rules=(NumberRule("+44", allow=True),), only_allowed=True)
    assert judge("+44 20 7946 0000", policy).allowed
    assert judge("+44 20 7946 0000,,23", policy).allowed
    assert not judge("+1 555 0100", policy).allowed


def test_pauses_can_be_forbidden() -> None:
    assert not judge("555,0100", NumberPolicy(modifiers=False)).allowed


@pytest.mark.parametrize(
    ("policy", "dial"),
    [
        (NumberPolicy(), "+442079460000"),
        (NumberPolicy(plus="00"), "00442079460000"),
        (NumberPolicy(outside="9,", abroad="00"), "9,00442079460000"),
        (NumberPolicy(outside="0W", plus="011"), "0W011442079460000"),
    ],
)
def test_the_dial_line_is_told_exactly(policy: NumberPolicy, dial: str) -> None:
    assert judge("+44 20 7946 0000", policy).dial == dial
    assert dial_string(dial) == dial


@pytest.mark.parametrize(
    "policy",
    [{"outside": "9,"}, {"outside": "9;", "plus": "00"}, {"country": "+44"}, {"plus": "0 0"}],
)
def test_a_policy_that_could_not_dial_is_refused(policy: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="numbers:"):
        NumberPolicy(**policy)


def test_no_octet_outside_the_dial_alphabet_comes_of_hostile_numbers() -> None:
    dice = random.Random(20261130)
    policies = (HOME, NumberPolicy(), NumberPolicy(outside="9,", plus="00"))
    letters = "0123456789+*#,WwTtPp!@;\r\n\t\0 .-()/AaHh^&\x1b\x7f\xa0０٣¹é\u200b\ud800'\"$[]{}|"
    accepted = 0
    for index in range(HOSTILE):
        length = dice.choice((1, 3, 8, 12, 20, 64, 65, 200))
        mostly = dice.random()
        number = "".join(
            dice.choice("0123456789") if dice.random() < mostly else dice.choice(letters)
            for _ in range(min(length, 24) if index % 50 else length)
        )
        try:
            verdict = judge(number, policies[index % 3])
        except NumberRefused:
            continue
        accepted += 1
        assert set(verdict.dial) <= DIAL_ALPHABET, (number, verdict)
        assert dial_string(verdict.dial) == verdict.dial
    assert accepted > HOSTILE // 100

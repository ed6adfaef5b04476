"""The ranges that cost money, held against libphonenumber: no range takes an ordinary line."""

import random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from faxcore.delivery.numbers import NumberPolicy, judge
from faxcore.delivery.ranges import COSTLY, Range

DRAWN = 4000
KINDS = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER,
}
ORDINARY = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.VOIP,
}
WHOLE_CODES = {"808", "870", "878", "881", "882", "883", "979"}


def kinds_of(costly: Range) -> set[int]:
    """The types of the valid numbers among many that begin so."""
    dice, found = random.Random(costly.prefix), set()
    for _ in range(DRAWN):
        length = dice.randint(max(8, len(costly.prefix) + 3), 14)
        rest = "".join(dice.choice("0123456789") for _ in range(length - len(costly.prefix)))
        number = phonenumbers.parse(f"+{costly.prefix}{rest}")
        if phonenumbers.is_valid_number(number):
            found.add(phonenumbers.number_type(number))
    return found


@pytest.mark.parametrize("costly", COSTLY, ids=lambda each: each.prefix)
def test_a_range_is_what_a_foreign_library_says_it_is(costly: Range) -> None:
    if costly.prefix in WHOLE_CODES:
        assert phonenumbers.region_code_for_country_code(int(costly.prefix)) == "001"
        return
    found = kinds_of(costly)
    assert found & KINDS
    assert not found & ORDINARY


@pytest.mark.parametrize(
    "number",
    ["+353 1 512 3456", "+1 212 976 1000", "+33 1 89 00 00 00", "+39 089 123456", "+46 90 123456"],
)
def test_ordinary_lines_that_look_like_it_are_called(number: str) -> None:
    assert judge(number, NumberPolicy()).allowed


def test_every_range_says_where_it_is_from() -> None:
    assert all(each.source and each.kind for each in COSTLY)
    assert len({each.prefix for each in COSTLY}) == len(COSTLY)

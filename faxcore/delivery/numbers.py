"""Number policy: what a number is, whether it may be dialled, and exactly what is dialled. Pure.

A number is brought into one form, the *destination*, however it is written: ``+44 20 7946 0000``,
``0044 20 79460000`` and (at home in 44) ``020 7946 0000`` are one line on which one call at a time
can be made. Rules are asked in order and the first that fits decides; after one's own come the
ranges that cost money; whatever is left is allowed, or with ``only_allowed`` refused.

Digits behind a pause or a tone mark are dialled too, so every part of a number is held against
the rules that refuse: ``0,0900 123`` does not slip through behind a comma.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from faxcore.delivery.ranges import COSTLY
from faxcore.errors import NumberRefused, SettingsError
from faxcore.modem.number import dial_string

_PARTS = re.compile(r"[^0-9+*#]+")
_PREFIX = re.compile(r"\+?[0-9*#]{1,24}")


@dataclass(frozen=True, slots=True)
class NumberRule:
    """Numbers that begin with ``prefix`` are allowed or refused.

    ``+449`` is compared with the international form, ``118`` with the number as it is dialled
    within the country. ``name`` is for people.
    """

    prefix: str
    allow: bool
    name: str = ""

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise SettingsError(f"number rule {self.prefix!r}: digits are expected, + before them")

    def __str__(self) -> str:
        verb = "allow" if self.allow else "deny"
        return f"{verb} {self.prefix}" + (f" ({self.name})" if self.name else "")

    def fits(self, national: str, international: str) -> bool:
        """Whether the rule speaks of this number, given in both forms."""
        if self.prefix.startswith("+"):
            return international.startswith(self.prefix[1:])
        return national.startswith(self.prefix)


@dataclass(frozen=True, slots=True)
class NumberPolicy:
    """How numbers are read, judged and dialled.

    ``country`` is our country code, ``trunk`` the prefix of calls within the country, ``abroad``
    that of calls out of it. ``outside`` is dialled before everything (``9,``). ``plus`` is dialled
    in place of a leading ``+``; "" sends the plus to the modem. ``costly`` allows the ranges of
    ``ranges.COSTLY``; ``modifiers`` allows pauses, tone marks and the like in a number.
    """

    country: str = ""
    trunk: str = ""
    abroad: str = ""
    outside: str = ""
    plus: str = ""
    rules: tuple[NumberRule, ...] = ()
    only_allowed: bool = False
    costly: bool = False
    modifiers: bool = True

    def __post_init__(self) -> None:
        for name in ("country", "trunk", "abroad"):
            value = getattr(self, name)
            if not re.fullmatch(r"[0-9]{0,8}", value):
                raise SettingsError(f"numbers: {name} {value!r}: digits are expected")
        for name in ("outside", "plus"):
            value = getattr(self, name)
            if value and not re.fullmatch(r"[0-9*#,WwTtPp!@]{1,16}", value):
                raise SettingsError(f"numbers: {name} {value!r}: this cannot be dialled")
        if self.outside and not (self.plus or self.abroad):
            raise SettingsError(
                "numbers: with outside, plus or abroad must say what is dialled for a +"
            )


@dataclass(frozen=True, slots=True)
class NumberVerdict:
    """What the policy says of a number.

    ``destination`` is its one form, ``dial`` what goes behind the modem's dial command, ``rule``
    what decided.
    """

    allowed: bool
    destination: str
    dial: str
    rule: str


def judge(number: str, policy: NumberPolicy) -> NumberVerdict:
    """What becomes of a number. Raises NumberRefused for what is no number at all."""
    dialled = dial_string(number)
    destination = canonical(dialled, policy)
    allowed, rule = _decide(dialled, policy)
    dial = dial_line(dialled, policy)
    dial_string(dial)  # with what goes before it, it must still be a number
    return NumberVerdict(allowed, destination, dial, rule)


def allowed_number(number: str, policy: NumberPolicy) -> NumberVerdict:
    """The verdict on a number that may be dialled; NumberRefused names the rule otherwise."""
    verdict = judge(number, policy)
    if not verdict.allowed:
        raise NumberRefused(f"number {number!r}: refused by the rule: {verdict.rule}")
    return verdict


def canonical(dialled: str, policy: NumberPolicy) -> str:
    """The one form of a dial string: ``+`` and digits where the country is known, marks kept."""
    head = _PARTS.split(dialled, maxsplit=1)[0]
    tail = dialled[len(head) :].upper()
    international = _international(head, policy)
    return (f"+{international}" if international else head) + tail


def dial_line(dialled: str, policy: NumberPolicy) -> str:
    """What is dialled: the outside line, and the number as it was written."""
    plus = policy.plus or (policy.abroad if policy.outside else "")
    if plus and dialled.startswith("+"):
        dialled = plus + dialled[1:]
    return policy.outside + dialled


def _decide(dialled: str, policy: NumberPolicy) -> tuple[bool, str]:
    parts = [part for part in _PARTS.split(dialled) if part]
    if len(parts) != 1 or parts[0] != dialled:
        if not policy.modifiers:
            return False, "no pauses, tone marks or flashes"
        # The first part and the whole are judged like any number; what follows may only not be
        # refused: an extension need not be on a list of allowed numbers.
        for part in (*parts[1:], "".join(parts)):
            allowed, rule = _decide_part(part.replace("+", ""), policy, default=True)
            if not allowed:
                return False, rule
    return _decide_part(parts[0], policy, default=not policy.only_allowed)


def _decide_part(part: str, policy: NumberPolicy, *, default: bool) -> tuple[bool, str]:
    international = _international(part, policy)
    for rule in policy.rules:
        if rule.fits(part, international):
            return rule.allow, str(rule)
    if not policy.costly:
        for costly in COSTLY:
            if international.startswith(costly.prefix):
                return False, f"deny +{costly.prefix} ({costly.kind})"
    if default:
        return True, "allowed where no rule says otherwise"
    return False, "only numbers that a rule allows"


def _international(part: str, policy: NumberPolicy) -> str:
    """Country code and number; "" where the country is not known."""
    if part.startswith("+"):
        return part[1:]
    if policy.abroad and part.startswith(policy.abroad):
        return part[len(policy.abroad) :]
    if policy.country and policy.trunk and part.startswith(policy.trunk):
        return policy.country + part[len(policy.trunk) :]
    if policy.country and not policy.trunk:
        return policy.country + part
    return ""

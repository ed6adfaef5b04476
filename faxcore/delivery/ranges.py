"""Number ranges that cost money: premium, satellite and shared-cost services. Pure data.

From the ITU's list of assigned country codes (E.164, annex to OB 1114) and the national numbering
plans; prefixes are in international form without the plus. A table cannot be complete: rules of
one's own come first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers that begin with ``prefix``; ``kind`` is what they are, in words."""

    prefix: str
    kind: str


COSTLY: tuple[Range, ...] = (
    Range("870", "satellite (Inmarsat)"),
    Range("878", "universal personal numbers"),
    Range("881", "satellite (GMSS)"),
    Range("882", "international networks, satellite among them"),
    Range("883", "international networks"),
    Range("888", "disaster relief"),
    Range("979", "international premium rate"),
    Range("991", "trial of international services"),
    Range("808", "international shared cost"),
    Range("1900", "premium rate (North America)"),
    Range("1976", "premium rate (North America)"),
    Range("3190", "premium rate (Netherlands)"),
    Range("3290", "premium rate (Belgium)"),
    Range("3389", "premium rate (France)"),
    Range("34803", "premium rate (Spain)"),
    Range("34806", "premium rate (Spain)"),
    Range("34807", "premium rate (Spain)"),
    Range("35315", "premium rate (Ireland)"),
    Range("39892", "premium rate (Italy)"),
    Range("39899", "premium rate (Italy)"),
    Range("41900", "premium rate (Switzerland)"),
    Range("41901", "premium rate (Switzerland)"),
    Range("41906", "premium rate (Switzerland)"),
    Range("43900", "premium rate (Austria)"),
    Range("43930", "premium rate (Austria)"),
    Range("449", "premium rate (United Kingdom)"),
    Range("44871", "shared cost (United Kingdom)"),
    Range("44872", "shared cost (United Kingdom)"),
    Range("44873", "shared cost (United Kingdom)"),
    Range("4470", "personal numbers (United Kingdom)"),
    Range("4590", "premium rate (Denmark)"),
    Range("46900", "premium rate (Sweden)"),
    Range("46939", "premium rate (Sweden)"),
    Range("46944", "premium rate (Sweden)"),
    Range("47829", "premium rate (Norway)"),
    Range("4870", "premium rate (Poland)"),
    Range("49900", "premium rate (Germany)"),
    Range("61190", "premium rate (Australia)"),
    Range("64900", "premium rate (New Zealand)"),
)  # fmt: skip

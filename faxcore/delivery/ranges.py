"""Number ranges that cost money: premium, satellite and shared-cost services. Pure data.

Country codes are from the ITU's list of assigned country codes (annex to Operational Bulletin 1114,
position of 15 December 2016; Recommendation E.164). National ranges are from the numbering plan of
the authority that is named with each. A test holds every range against the metadata of
libphonenumber: numbers in it are of a costly kind, and none is a line of a house or a mobile.

Prefixes are in international form without the plus. What a prefix alone cannot tell is left out:
Ireland's 15xx (ten digits) begins like numbers of Dublin (eight), and 976 in North America is an
exchange within an area. A table cannot be complete: rules of one's own come first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers that begin with ``prefix``; ``kind`` is what they are, ``source`` who says so."""

    prefix: str
    kind: str
    source: str


_ITU = "ITU-T E.164 assigned country codes"

COSTLY: tuple[Range, ...] = (
    Range("808", "international shared cost", _ITU),
    Range("870", "satellite (Inmarsat)", _ITU),
    Range("878", "universal personal numbers", _ITU),
    Range("881", "satellite (GMSS)", _ITU),
    Range("882", "international networks, satellite among them", _ITU),
    Range("883", "international networks", _ITU),
    Range("979", "international premium rate", _ITU),
    Range("1900", "premium rate (North America)", "NANPA"),
    Range("31900", "premium rate (Netherlands)", "ACM"),
    Range("31906", "premium rate (Netherlands)", "ACM"),
    Range("31909", "premium rate (Netherlands)", "ACM"),
    Range("3290", "premium rate (Belgium)", "BIPT"),
    Range("3389", "premium rate (France)", "Arcep"),
    Range("34803", "premium rate (Spain)", "CNMC"),
    Range("34806", "premium rate (Spain)", "CNMC"),
    Range("34807", "premium rate (Spain)", "CNMC"),
    Range("39892", "premium rate (Italy)", "AGCOM"),
    Range("39899", "premium rate (Italy)", "AGCOM"),
    Range("41900", "premium rate (Switzerland)", "OFCOM (CH)"),
    Range("41901", "premium rate (Switzerland)", "OFCOM (CH)"),
    Range("41906", "premium rate (Switzerland)", "OFCOM (CH)"),
    Range("43900", "premium rate (Austria)", "RTR"),
    Range("43901", "premium rate (Austria)", "RTR"),
    Range("43930", "premium rate (Austria)", "RTR"),
    Range("43931", "premium rate (Austria)", "RTR"),
    Range("43939", "premium rate (Austria)", "RTR"),
    Range("4470", "personal numbers (United Kingdom)", "Ofcom (GB)"),
    Range("44871", "service numbers (United Kingdom)", "Ofcom (GB)"),
    Range("44872", "service numbers (United Kingdom)", "Ofcom (GB)"),
    Range("44873", "service numbers (United Kingdom)", "Ofcom (GB)"),
    Range("449", "premium rate (United Kingdom)", "Ofcom (GB)"),
    Range("4590", "premium rate (Denmark)", "the Danish numbering plan"),
    Range("46900", "premium rate (Sweden)", "PTS"),
    Range("46939", "premium rate (Sweden)", "PTS"),
    Range("46944", "premium rate (Sweden)", "PTS"),
    Range("47820", "premium rate (Norway)", "Nkom"),
    Range("47829", "premium rate (Norway)", "Nkom"),
    Range("4870", "premium rate (Poland)", "UKE"),
    Range("49900", "premium rate (Germany)", "Bundesnetzagentur"),
    Range("61190", "premium rate (Australia)", "ACMA"),
    Range("6490", "premium rate (New Zealand)", "NAD"),
)

"""What modems of classes 2, 2.0 and 2.1 say in numbers: session parameters, T.32 8.5.1, table 21.

Eight numbers describe a session or what a station can do: vertical resolution, bit rate, width,
length, data format, error correction, binary file transfer, scan time. A report has one value for
each, the answer to a question a list or a range for each. Modems leave numbers out, add more, and
put brackets where they like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities, SessionParameters, pels_across, standard_width
from faxcore.t30.modulation import FALLBACK, Modulation, Rung

RATES = (2400, 4800, 7200, 9600, 12000, 14400)
"""BR, by its value; what is above is V.34, of which we use no more."""

WIDTHS = (1728, 2048, 2432)
"""WD 0 to 2; 3 and 4 are the narrow pages of T.32, which T.30 has no bit for."""

SCAN_TIMES = ((0, 0), (5, 5), (10, 5), (10, 10), (20, 10), (20, 20), (40, 20), (40, 40))
"""ST: milliseconds at 98 and at 196 lines/inch."""

RESOLUTION_BITS = {
    Resolution.FINE: 0x01,
    Resolution.SUPERFINE: 0x02,
    Resolution.R408X391: 0x04,
    Resolution.R200X100: 0x08,
    Resolution.R200X200: 0x10,
    Resolution.R200X400: 0x20,
    Resolution.R300X300: 0x40,
}
"""VR: a bit for each; 98 lines/inch are 0 and always there."""

_CODINGS = {Coding.MH: 0, Coding.MR: 1, Coding.MMR: 3}
"""DF. 2 is MR with uncompressed mode, which nobody uses."""

_V17_BR = 4
_LENGTHS = {"b4": 1, "unlimited": 2}
_GROUP = re.compile(r"\(([^)]*)\)|([^,()]+)")
_MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class Numbers:
    """The eight numbers, each named as T.32 names it."""

    vr: int = 0
    br: int = 0
    wd: int = 0
    ln: int = 0
    df: int = 0
    ec: int = 0
    bf: int = 0
    st: int = 0

    def text(self, base: int, *, with_rate: bool = True) -> str:
        """The numbers as a command takes them; the rate left out for modems that misread it."""
        values = [getattr(self, each.name) for each in fields(self)]
        shown = [f"{value:X}" if base == 16 else str(value) for value in values]
        if not with_rate:
            shown[1] = ""
        return ",".join(shown)


def parse_numbers(text: str, base: int) -> Numbers | None:
    """The numbers of a report; those that are missing are 0. None where there is none at all."""
    found = re.findall(r"[0-9A-Fa-f]+", text[:_MAX_TEXT]) if "," in text else []
    names = [each.name for each in fields(Numbers)]
    values: dict[str, int] = {}
    for name, digits in zip(names, found, strict=False):
        try:
            values[name] = int(digits, base)
        except ValueError:
            return None
    return Numbers(**values) if values else None


def parse_ranges(text: str, base: int) -> Numbers | None:
    """The most of what a modem can do, from its answer to ``+FDCC=?`` or ``+FCC=?``.

    ``(0,1),(0-5),(0-2),...``: the greatest of each group; VR, where single bits are listed, is
    their sum. None for what cannot be read.
    """
    groups = [first or second for first, second in _GROUP.findall(text[:_MAX_TEXT])]
    groups = [group for group in groups if re.search(r"[0-9A-Fa-f]", group)]
    if len(groups) < len(fields(Numbers)) - 1:
        return None
    names = [each.name for each in fields(Numbers)]
    most: dict[str, int] = {}
    for name, group in zip(names, groups, strict=False):
        try:
            values = [int(digits, base) for digits in re.findall(r"[0-9A-Fa-f]+", group)]
        except ValueError:
            return None
        most[name] = max(values)
        if name == "vr" and "-" not in group:
            most[name] = 0
            for value in values:
                most[name] |= value
    return Numbers(**most)


def rungs_up_to(br: int) -> tuple[Rung, ...]:
    """The rungs that a modem with this BR may use, in the order of falling back."""
    fastest = RATES[min(br, len(RATES) - 1)]
    modulations = modulations_of(br)
    return tuple(
        rung
        for rung in FALLBACK
        if rung.bits_per_second <= fastest and rung.modulation in modulations
    )


def modulations_of(br: int) -> frozenset[Modulation]:
    """What a highest rate tells of a modem: 4800 is V.27ter, 9600 V.29, more is V.17."""
    if br >= _V17_BR:
        return frozenset(Modulation)
    if br >= 2:
        return frozenset({Modulation.V27TER, Modulation.V29})
    return frozenset({Modulation.V27TER})


def capabilities_of(numbers: Numbers, ours: Numbers) -> Capabilities:
    """What the far end can take, as far as our modem can send it."""
    both = numbers.vr & ours.vr
    codings = {coding for coding, df in _CODINGS.items() if df <= min(numbers.df, ours.df)}
    corrects = bool(numbers.ec and ours.ec)
    if not corrects:
        codings.discard(Coding.MMR)
    br = min(numbers.br, ours.br)
    return Capabilities(
        modulations=modulations_of(br),
        slow_v27ter_only=br == 0,
        resolutions=frozenset(
            {Resolution.COARSE} | {each for each, bit in RESOLUTION_BITS.items() if both & bit}
        ),
        codings=frozenset(codings),
        widths=WIDTHS[: min(numbers.wd, ours.wd, len(WIDTHS) - 1) + 1],
        scan_time_ms=SCAN_TIMES[min(numbers.st, len(SCAN_TIMES) - 1)],
        ecm=corrects,
        unlimited_length=numbers.ln >= _LENGTHS["unlimited"],
        b4_length=numbers.ln == _LENGTHS["b4"],
    )


def numbers_for(parameters: SessionParameters, ec: int) -> Numbers:
    """The session that a DCS would command. ``ec`` is the modem's number for error correction.

    ST is named, for there are modems that do not heed the far end's (USR).
    """
    return Numbers(
        vr=RESOLUTION_BITS.get(parameters.resolution, 0),
        br=RATES.index(parameters.rung.bits_per_second),
        wd=WIDTHS.index(standard_width(parameters.width, parameters.resolution)),
        ln=2 if parameters.unlimited_length else 1 if parameters.b4_length else 0,
        df=_CODINGS[parameters.coding],
        ec=ec if parameters.ecm else 0,
        st=SCAN_TIMES.index((parameters.scan_time_ms,) * 2),
    )


def session_of(numbers: Numbers, *, ecm: bool) -> SessionParameters:
    """What a ``+FDCS`` report says was agreed upon.

    It tells no modulation: from 12000 bit/s on it is V.17, below it is named V.29 or V.27ter.
    ``ecm`` is what the report is told to mean; a modem that corrects errors hands over whole pages.
    """
    rate = RATES[min(numbers.br, len(RATES) - 1)]
    resolution = next(
        (each for each, bit in RESOLUTION_BITS.items() if numbers.vr & bit), Resolution.COARSE
    )
    coding = {0: Coding.MH, 1: Coding.MR, 2: Coding.MR}.get(numbers.df, Coding.MMR)
    width = WIDTHS[min(numbers.wd, len(WIDTHS) - 1)]
    return SessionParameters(
        rung=_rung(rate),
        coding=coding,
        resolution=resolution,
        width=pels_across(width, resolution),
        ecm=ecm,
        unlimited_length=numbers.ln >= _LENGTHS["unlimited"],
        b4_length=numbers.ln == _LENGTHS["b4"],
    )


def numbers_offering(capabilities: Capabilities, most: Numbers) -> Numbers:
    """What our modem is told to offer, of what it can, when it answers calls."""
    vr = 0
    for resolution in capabilities.resolutions:
        vr |= RESOLUTION_BITS.get(resolution, 0)
    ecm = most.ec if capabilities.ecm else 0
    codings = [each for each in capabilities.codings if ecm or each is not Coding.MMR]
    return Numbers(
        vr=vr & most.vr,
        br=min(_highest_br(capabilities.modulations), most.br),
        wd=min(max(map(WIDTHS.index, capabilities.widths)), most.wd),
        ln=min(2 if capabilities.unlimited_length else int(capabilities.b4_length), most.ln),
        df=min(max((_CODINGS[each] for each in codings), default=0), most.df),
        ec=ecm,
        st=0,
    )


def _highest_br(modulations: frozenset[Modulation]) -> int:
    rates = [rung.bits_per_second for rung in FALLBACK if rung.modulation in modulations]
    return RATES.index(max(rates, default=RATES[0]))


def _rung(rate: int) -> Rung:
    named = [rung for rung in FALLBACK if rung.bits_per_second == rate]
    return named[-1]

"""The words of classes 2, 2.0 and 2.1 as a modem has them, written without a look at the driver's.

After SP-2388-A (Class 2) and T.32 tables 15 to 24 (2.0 and 2.1).
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass

from faxcore.sim.commands import Refused
from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.modulation import FALLBACK, Modulation, Rung

FIELDS = 8
VR, BR, WD, LN, DF, EC, BF, ST = range(FIELDS)

_RATE_OF_BR = {0: 2400, 1: 4800, 2: 7200, 3: 9600, 4: 12000, 5: 14400}
_WIDTH_OF_WD = {0: 1728, 1: 2048, 2: 2432}
_CODING_OF_DF = {0: Coding.MH, 1: Coding.MR, 2: Coding.MR, 3: Coding.MMR}
_FIELD_OF_CODING = {Coding.MH: 0, Coding.MR: 1, Coding.MMR: 3}
_TIMES_OF_ST = {
    0: (0, 0), 1: (5, 5), 2: (10, 5), 3: (10, 10), 4: (20, 10), 5: (20, 20), 6: (40, 20),
    7: (40, 40),
}  # fmt: skip
_VR_FINE, _VR_SUPERFINE = 1, 2


@dataclass(frozen=True, slots=True)
class Words:
    """How one of the classes writes things. ``base`` is that of numbers.

    ``hexadecimal`` is how T.32 says most things otherwise than SP-2388-A.
    """

    hexadecimal: bool
    base: int
    connected: str
    called_id: str
    calling_id: str
    capabilities: str
    agreed: str
    page_status: str
    hung_up: str
    settings: frozenset[str]
    names: frozenset[str]
    quality: str
    bit_order_command: str
    capability_command: str
    session_command: str
    status_command: str
    abort_command: str
    poll_command: str
    polled: str

    def write(self, number: int) -> str:
        """A number in this class's base."""
        return f"{number:X}" if self.base == 16 else str(number)

    def read(self, digits: str) -> int:
        """The same, back."""
        try:
            return int(digits, self.base)
        except ValueError:
            raise Refused from None

    def hung_up_with(self, code: int) -> str:
        """The report of a hang-up; class 2 writes the same digits as T.32, but in decimal."""
        if self.hexadecimal:
            return f"{self.hung_up}:{code:02X}"
        return f"{self.hung_up}:{100 + code - 0xA0 if code >= 0xA0 else f'{code:X}'}"


CLASS_2_WORDS = Words(
    hexadecimal=False,
    base=10,
    connected="+FCON",
    called_id="+FCSI",
    calling_id="+FTSI",
    capabilities="+FDIS",
    agreed="+FDCS",
    page_status="+FPTS",
    hung_up="+FHNG",
    settings=frozenset(
        {
            "+FBOR",
            "+FCR",
            "+FTBC",
            "+FPHCTO",
            "+FCQ",
            "+FLID",
            "+FCIG",
            "+FBUG",
            "+FMINSP",
            "+FNFFC",
        }
    ),
    names=frozenset({"+FMFR", "+FMDL", "+FREV"}),
    quality="(0)",
    bit_order_command="+FBOR",
    capability_command="+FDCC",
    session_command="+FDIS",
    status_command="+FPTS",
    abort_command="+FK",
    poll_command="+FSPL",
    polled="+FPOLL",
)
T32_WORDS = Words(
    hexadecimal=True,
    base=16,
    connected="+FCO",
    called_id="+FCI",
    calling_id="+FTI",
    capabilities="+FIS",
    agreed="+FCS",
    page_status="+FPS",
    hung_up="+FHS",
    settings=frozenset(
        {"+FBO", "+FCR", "+FCT", "+FCQ", "+FLI", "+FNR", "+FPP", "+FIE", "+FSA", "+FPA", "+FPI",
         "+FAP", "+FPW", "+FBU", "+FLO", "+FMS", "+FEA"}
    ),
    names=frozenset({"+FMI", "+FMM", "+FMR"}),
    quality="(0),(0)",
    bit_order_command="+FBO",
    capability_command="+FCC",
    session_command="+FIS",
    status_command="+FPS",
    abort_command="+FKS",
    poll_command="+FSP",
    polled="+FPO",
)  # fmt: skip
WORDS = {"2": CLASS_2_WORDS, "2.0": T32_WORDS, "2.1": T32_WORDS}


def most_of(ranges: str, words: Words) -> tuple[int, ...]:
    """The greatest value of each field of an answer such as ``(0,1),(0-5),...``; VR is a set."""
    groups = [
        ("-" in each, [words.read(one) for one in re.split("[,-]", each)])
        for each in re.findall(r"\(([^)]*)\)", ranges)
    ]
    most = [max(values) for _, values in groups]
    if groups and not groups[VR][0]:
        most[VR] = functools.reduce(operator.or_, groups[VR][1])
    return tuple(most)


def is_beyond(asked: tuple[int, ...], most: tuple[int, ...]) -> bool:
    """Whether some number is more than a modem has."""
    bits = asked[VR] & ~most[VR]
    return bool(bits) or any(one > top for one, top in zip(asked[BR:], most[BR:], strict=False))


def report_capabilities(far: Capabilities, words: Words) -> str:
    """The far end's DIS as the eight numbers."""
    best = [rung for rung in FALLBACK if far.has(rung)]
    rate = max((rung.bits_per_second for rung in best), default=2400)
    vr = (Resolution.FINE in far.resolutions) * _VR_FINE
    vr |= (Resolution.SUPERFINE in far.resolutions) * _VR_SUPERFINE
    values = (
        vr,
        _inverse(_RATE_OF_BR, rate),
        _inverse(_WIDTH_OF_WD, max(far.widths)),
        2 if far.unlimited_length else int(far.b4_length),
        max(_FIELD_OF_CODING[each] for each in far.codings),
        _ec(far, words),
        0,
        _inverse(_TIMES_OF_ST, far.scan_time_ms),
    )
    return ",".join(map(words.write, values))


def report_session(agreed: SessionParameters, words: Words) -> str:
    """A DCS as a report of the eight numbers."""
    return ",".join(map(words.write, numbers_of(agreed, words)))


def numbers_of(agreed: SessionParameters, words: Words) -> tuple[int, ...]:
    """A DCS as the eight numbers."""
    vr = {Resolution.FINE: _VR_FINE, Resolution.SUPERFINE: _VR_SUPERFINE}
    ec = 0 if not agreed.ecm else 1 if words.hexadecimal else 2
    return (
        vr.get(agreed.resolution, 0),
        _inverse(_RATE_OF_BR, agreed.rung.bits_per_second),
        _inverse(_WIDTH_OF_WD, agreed.width),
        2 if agreed.unlimited_length else int(agreed.b4_length),
        _FIELD_OF_CODING[agreed.coding],
        ec,
        0,
        0,
    )


def rate_of(br: int) -> int:
    """The bits per second of a BR."""
    return _RATE_OF_BR.get(br, 14400)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A session as the computer asked for it."""

    fastest: int
    coding: Coding
    resolution: Resolution
    width: int
    ecm: bool
    scan_time_ms: tuple[int, int] = (0, 0)

    def met_by(self, far: Capabilities) -> Wanted:
        """The same, as far as the far end can."""
        ecm = self.ecm and far.ecm
        coding = self.coding
        if coding is Coding.MMR and (not ecm or Coding.MMR not in far.codings):
            coding = Coding.MR
        if coding is Coding.MR and Coding.MR not in far.codings:
            coding = Coding.MH
        resolution = self.resolution
        while resolution not in far.resolutions:
            resolution = {Resolution.SUPERFINE: Resolution.FINE}.get(resolution, Resolution.COARSE)
        width = self.width if self.width in far.widths else max(far.widths)
        return Wanted(self.fastest, coding, resolution, width, ecm, self.scan_time_ms)


def read_session(values: tuple[int, ...]) -> Wanted:
    """The eight numbers of ``+FDIS=`` or ``+FIS=``."""
    vr = values[VR]
    return Wanted(
        fastest=_RATE_OF_BR.get(values[BR], 14400),
        coding=_CODING_OF_DF.get(values[DF], Coding.MH),
        resolution=(
            Resolution.SUPERFINE
            if vr & _VR_SUPERFINE
            else Resolution.FINE
            if vr & _VR_FINE
            else Resolution.COARSE
        ),
        width=_WIDTH_OF_WD.get(values[WD], 1728),
        ecm=values[EC] > 0,
        scan_time_ms=_TIMES_OF_ST.get(values[ST], (0, 0)),
    )


def rungs_of(br: int) -> tuple[Rung, ...]:
    """The rungs of a modem whose fastest is this."""
    fastest = _RATE_OF_BR.get(br, 14400)
    return tuple(
        rung
        for rung in FALLBACK
        if rung.bits_per_second <= fastest
        and (fastest >= 12000 or rung.modulation is not Modulation.V17)
    )


def offered(values: tuple[int, ...]) -> Capabilities:
    """What a modem with these capabilities (``+FDCC``, ``+FCC``) says in its DIS."""
    modulations = {
        each for each in Modulation if each in {rung.modulation for rung in rungs_of(values[BR])}
    }
    resolutions = {Resolution.COARSE}
    if values[VR] & _VR_FINE:
        resolutions.add(Resolution.FINE)
    if values[VR] & _VR_SUPERFINE:
        resolutions.add(Resolution.SUPERFINE)
    ecm = values[EC] > 0
    codings = {each for df, each in _CODING_OF_DF.items() if df <= values[DF]}
    if not ecm:
        codings.discard(Coding.MMR)
    return Capabilities(
        modulations=frozenset(modulations),
        resolutions=frozenset(resolutions),
        codings=frozenset(codings),
        widths=tuple(_WIDTH_OF_WD[wd] for wd in range(values[WD] + 1)),
        ecm=ecm,
        unlimited_length=values[LN] >= 2,
        b4_length=values[LN] == 1,
    )


def _ec(far: Capabilities, words: Words) -> int:
    if not far.ecm:
        return 0
    return 1 if words.hexadecimal or far.small_frames else 2


def _inverse(table: Mapping[int, object], wanted: object) -> int:
    return next((number for number, value in table.items() if value == wanted), 0)

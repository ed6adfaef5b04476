"""Callers that differ from a correct one in one point, as conformance suites have them (TSB-85).

Theory of operation. Most are families, and their names say what they do:

    deaf-after-COMMAND     the first answer to COMMAND is not heard: the command comes again
    damaged-COMMAND        the first COMMAND has a wrong FCS
    nonsense-for-COMMAND   in place of the first COMMAND comes a frame that commands nothing
    silence-for-COMMAND    COMMAND never comes, nor anything after it
    dcn-for-COMMAND        DCN comes in place of COMMAND

COMMAND is one of those of ``conformance``. A caller does what leads to its command: it sends frames
damaged where CTC or EOR is to come; RR comes where the receiver is not ready.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from faxcore.sim.bends import (
    ALWAYS,
    Change,
    Deviation,
    both,
    damaged,
    lose_all,
    lose_in_first,
    says,
    spoil_bursts,
)
from faxcore.sim.calling_bends import (
    babble,
    babble_and_damaged,
    bad_rows,
    be_deaf_after,
    change_pages,
    damaged_for_ever,
    each_page_once,
    long_line,
    no_page,
    no_training,
    spoil_training,
)
from faxcore.sim.calling_station import PLAIN, CallerKind
from faxcore.sim.conformance import COMMANDS, ENDS, EOR, PPS
from faxcore.t4 import Coding, Resolution
from faxcore.t30.document import CallOptions
from faxcore.t30.frames import FCF, X_BIT, Frame
from faxcore.t30.line import LineOp, SendFrames, SendPage, Silence
from faxcore.t30.modulation import FALLBACK, V27TER_2400

_CORRECTED = CallOptions(small_frames=True)
_FINE = (Resolution.FINE,)
_MIXED = (Resolution.FINE, Resolution.COARSE)
_BLOCKS = (Resolution.SUPERFINE,)
"""So fine a page has more than one block of 64-octet frames."""

_BAD_BURSTS = 4
_LONG_SILENCE_MS = 20_000
_RATE_BITS = 0x3C
_FAIR, _BAD = 60, 200
BAD_ROWS = (29, 30, 88, 89)
"""Of 588: 4.9 %, 5.1 %, 15.0 %, 15.1 %."""

LONG_LINES = (49, 51)
"""In tenths of a second."""

_PRIORITY = {"mps": FCF.PRI_MPS, "eom": FCF.PRI_EOM, "eop": FCF.PRI_EOP}


def kind(name: str, description: str, command: str, deviate: Deviation) -> CallerKind:
    """A caller that comes to ``command`` and has this deviation then."""
    corrected = command in {*PPS, *EOR, "ctc", "rr"}
    lead: Deviation | None = None
    if command in EOR:
        lead = spoil_bursts(lose_in_first(ALWAYS), SendPage)
    elif command == "ctc":
        lead = spoil_bursts(lose_in_first(_BAD_BURSTS), SendPage)
    return CallerKind(
        name,
        description,
        resolutions=_MIXED if "eom" in command else _BLOCKS if "null" in command else _FINE,
        codings=(Coding.MH,),
        options=_CORRECTED if corrected else PLAIN,
        ladder=(V27TER_2400,) if command in EOR else FALLBACK,
        deviate=both(deviate, lead) if lead is not None else deviate,
    )


def _says_nothing(op: SendFrames) -> LineOp:
    return Silence(_LONG_SILENCE_MS)


def _says(fcf: FCF) -> Frame:
    return Frame(fcf | X_BIT)


def _bends(command: str) -> Iterator[tuple[str, str, Deviation]]:
    """What can be wrong with a command, or with hearing its answer."""
    deaf = be_deaf_after(command)
    yield "deaf-after", "the first answer to it is not heard", deaf
    yield (
        "deaf-and-damaged",
        "its answer is not heard, its repetition has a wrong FCS",
        both(deaf, says(command, damaged, 1, after=1)),
    )
    yield "damaged", "the first has a wrong FCS", says(command, damaged, 1)
    yield "nonsense-for", "CFR in place of the first", says(command, _instead(FCF.CFR), 1)
    yield "silence-for", "it never comes", says(command, _says_nothing)
    yield "dcn-for", "DCN in place of it", says(command, _instead(FCF.DCN))


def _families() -> Iterator[CallerKind]:
    for command in (*COMMANDS, "dcn"):
        for name, told, bend in _bends(command.upper()):
            yield kind(f"{name}-{command}", f"{command.upper()}: {told}", command, bend)
    for command in ENDS:
        name, told = f"pri-{command}", f"PRI-{command.upper()}: an operator is wanted"
        change = says(command.upper(), _instead(_PRIORITY[command]))
        deaf = both(be_deaf_after(command.upper()), change)
        yield kind(name, told, command, change)
        yield kind(f"deaf-after-{name}", f"{told}; its first answer is not heard", command, deaf)


def _seconds() -> Iterator[CallerKind]:
    """The DCS that answers FTT, RTN or RTP does not come as it should."""
    leads = {
        "ftt": spoil_training(1),
        "rtn": each_page_once(bad_rows(_BAD)),
        "rtp": each_page_once(bad_rows(_FAIR)),
    }
    bends = {
        "damaged": says("DCS", damaged, 1, after=1),
        "nonsense": says("DCS", _instead(FCF.CFR), 1, after=1),
        "silence": says("DCS", _says_nothing, after=1),
    }
    for after, lead in leads.items():
        for name, bend in bends.items():
            told = f"{name} in place of DCS after {after.upper()}"
            yield kind(f"{name}-after-{after}", told, "mps", both(lead, bend))


def _instead(fcf: FCF) -> Change:
    return lambda op: SendFrames((*op.frames[:-1], _says(fcf)))


def _of_no_rate(op: SendFrames) -> LineOp:
    """DCS or CTC with the one pattern of bits 11 to 14 that T.30 gives no meaning."""
    last = op.frames[-1]
    fif = bytes((last.fif[0], last.fif[1] | _RATE_BITS, *last.fif[2:]))
    return SendFrames((*op.frames[:-1], replace(last, fif=fif)))


def _rates() -> Iterator[CallerKind]:
    for command in ("dcs", "ctc"):
        name = command.upper()
        yield kind(
            f"no-rate-in-{command}",
            f"the first {name} is of no rate",
            command,
            says(name, _of_no_rate, 1),
        )
        yield kind(
            f"no-rate-in-every-{command}",
            f"every {name} is of no rate",
            command,
            says(name, _of_no_rate),
        )


def _pages() -> Iterator[CallerKind]:
    for rows in BAD_ROWS:
        yield kind(
            f"bad-rows-{rows}",
            f"in every page {rows} of its 588 rows are bad",
            "mps",
            change_pages(bad_rows(rows), ALWAYS),
        )
    for share, rows in (("fair", _FAIR), ("bad", _BAD)):
        yield kind(
            f"{share}-eom",
            f"{rows} bad rows, and EOM after it",
            "eom",
            each_page_once(bad_rows(rows)),
        )
        yield kind(
            f"{share}-mps",
            f"{rows} bad rows the first time that a page is sent",
            "mps",
            each_page_once(bad_rows(rows)),
        )
        for command in ENDS:
            deaf = be_deaf_after(command.upper(), times=ALWAYS)
            yield kind(
                f"{share}-and-deaf-after-{command}",
                f"{rows} bad rows at first, and no answer to {command.upper()} is heard",
                command,
                both(deaf, each_page_once(bad_rows(rows))),
            )
    for tenths in LONG_LINES:
        yield kind(
            f"line-of-{tenths}",
            f"a line of {tenths / 10:.1f} s",
            "mps",
            change_pages(long_line(tenths / 10), 1),
        )
    yield kind("no-page", "nothing follows CFR", "mps", change_pages(no_page, ALWAYS))
    yield kind("damaged-every-dcs", "every DCS has a wrong FCS", "dcs", says("DCS", damaged))
    yield kind("babble-for-dcs", "CFR for ever in place of DCS", "dcs", babble)
    yield kind("babble-and-noise", "CFR for ever, every other damaged", "dcs", babble_and_damaged)
    yield kind(
        "nonsense-after-err",
        "CFR in place of DCN after the last ERR",
        "eor-eop",
        says("DCN", _instead(FCF.CFR)),
    )
    yield kind("noise-for-dcs", "damaged frames for ever in place of DCS", "dcs", damaged_for_ever)
    yield kind(
        "frames-for-tcf",
        "DCN in place of the training check",
        "dcs",
        no_training(lambda op: SendFrames((_says(FCF.DCN),))),
    )
    yield kind(
        "silence-after-err", "no DCN follows the last ERR", "eor-eop", says("DCN", _says_nothing)
    )
    yield kind("no-training", "nothing follows the first DCS", "dcs", no_training(no_page))
    yield kind("lost", "no frame ever comes", "eor-mps", spoil_bursts(lose_all, SendPage))


CALLING_CONFORMANCE: dict[str, CallerKind] = {
    each.name: each for family in (_families(), _seconds(), _rates(), _pages()) for each in family
}
"""All of them by name."""

"""The fields of a profile, each with its meaning."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TypeVar

from faxcore.profiles.kinds import FalseCarrier, FlowLost, PageEnd, SilenceBy

# ruff: noqa: RUF009  (``says`` makes what ``dataclasses.field`` makes)

T = TypeVar("T")
_MEANS = "means"


def says(default: T, means: str) -> T:
    """A field of a profile: its default, and what it means in one line."""
    made: T = dataclasses.field(default=default, metadata={_MEANS: means})
    return made


@dataclass(frozen=True, slots=True)
class ModemProfile:
    """One kind of modem. Times are in milliseconds or, where the name says so, in seconds.

    Fields that begin with "classes 2" in their meaning concern the classes 2, 2.0 and 2.1, in which
    the modem speaks T.30 itself. "Simulator" in a meaning: our driver needs no word of it, for it
    copes with every modem in that way; the field makes the simulated modem misbehave.
    """

    name: str
    description: str = says("", "one line for people")
    notes: tuple[str, ...] = says(
        (), "where the facts come from: a standard's clause, a transcript, a report"
    )
    identifies: tuple[str, ...] = says(
        (),
        "regular expressions of what such a modem tells of itself, for `faxcore modem probe`; not "
        "inherited; an empty one means any modem",
    )
    inherits: str = says("", "the profile to start from")
    fax_class: str = says(
        "1",
        "the fax class to select: `1`, `1.0`, `2`, `2.0`, `2.1`, or `auto`, the best of those "
        "offered",
    )
    baud: int = says(115200, "the port's speed")
    stop_bits: int = says(1, "the port's stop bits, 1 or 2, which the modem needs")
    flow: str = says(
        "hardware",
        "flow control: `none`, `hardware` or `software`, this while we send fast data only",
    )
    reset: str = says("ATZ", "the command that resets")
    reset_delay_ms: int = says(0, "how long the modem must be left alone after it")
    init: tuple[str, ...] = says(
        ("ATE0V1Q0X4", "ATS0=0S7=60S8=2", "ATM0"), "what is sent after the reset"
    )
    after_class: tuple[str, ...] = says(
        (), "what the choice of a class undoes and must be said again"
    )
    command_pause_ms: int = says(
        0, "a pause of the computer's before each command, for modems that miss a quick one"
    )
    refuses: tuple[str, ...] = says(
        (), "commands that the modem does not know, such as `+FTBC`: they are left out"
    )
    dial: str = says("ATDT", "the dial command")
    hang_up: str = says("ATH0", "the command that hangs up")
    dial_seconds: float = says(180.0, "how long a dialled call may take to be answered by a fax")
    command_seconds: float = says(5.0, "how long an ordinary command may take")
    silence_by: SilenceBy = says(
        SilenceBy.MODEM, "who times silences: `modem` (`+FTS`, `+FRS`) or `computer`"
    )
    wait_frs: bool = says(True, "whether `+FRS` may be used after the far end's carrier")
    gap_ms: int = says(70, "the silence that the modem is asked for between carriers")
    carrier_delay_ms: int = says(0, "a pause between CONNECT and the first data of a fast carrier")
    frames_carry_fcs: bool = says(True, "received frames end with their two FCS octets")
    rungs: tuple[int, ...] = says(
        (), "the `+FTM` values that may be used; empty = all that the modem has"
    )
    names_the_rate: bool = says(
        True, "classes 2: the rate is named with the other numbers of a session"
    )
    session_before_dialling: bool = says(
        False, "classes 2: what is agreed upon must be said before dialling"
    )
    page_end: PageEnd = says(
        PageEnd.RTC, "classes 2: what the modem puts behind a page: `rtc`, `none` or `garbage`"
    )
    waits_for_xon: bool = says(True, "class 2: XON comes before page data")
    receives_msb_first: bool = says(
        False, "classes 2: received page data has the first bit of an octet on top"
    )
    bit_order: int = says(0, "classes 2: the value of `+FBOR` or `+FBO`, 0 or 2")
    number_base: int = says(
        0, "classes 2: the base of the modem's numbers; 0 = 10 in class 2, else 16"
    )
    capabilities: str = says("", "classes 2: what the modem can do, whatever it says")
    class_1_0: tuple[str, ...] = says(
        ("AT+FAR=1", "AT+FCL=2", "AT+FDD=1", "AT+FIT=60,0"),
        "what is asked of class 1.0; the modem may refuse each",
    )
    v34_command: str = says(
        "",
        "class 1.0, experimental: the command that allows V.34 (T.31 Annex B), as `AT+F34=14,1,2`",
    )
    flow_command: str = says(
        "",
        "switches the modem to the flow control of `flow`; sent behind the choice of a class",
    )
    flow_lost: FlowLost = says(
        FlowLost.NEVER,
        "when the modem goes over to XON/XOFF by itself: `never`, `class`, `answer` or `call`",
    )
    early_ok_ms: int = says(0, "how long the modem still sends when it has said OK to fast data")
    says_fcerror: bool = says(True, "`+FRM` ends with `+FCERROR` when frames come in place of data")
    least_baud: int = says(0, "a port slower than this makes the modem fail in fax calls")
    answering_baud: int = says(
        0, "the speed that the modem goes to by itself when it answers; `baud` must be the same"
    )
    false_carriers: FalseCarrier = says(
        FalseCarrier.NONE,
        "simulator: what `+FRH=3` brings where nothing is: `none`, `connect` or `no-carrier`",
    )
    carrier_toggles: bool = says(
        False, "simulator: carrier detect (DCD) goes off between the pages of a call"
    )
    answers_in_parts: bool = says(False, "simulator: FAX comes before the CONNECT of a call")
    ok_for_no_carrier: bool = says(False, "simulator: OK where others say NO CARRIER")
    answers_in_brackets: bool = says(False, "simulator: lists of capabilities are in brackets")
    doubles_dle: bool = says(True, "received frames have each DLE doubled")
    buffer_octets: int = says(
        1024, "simulator: how much fast data the modem takes ahead of the line"
    )
    reset_answers: int = says(1, "simulator: how many times the reset is answered")
    ok_before_connect: bool = says(
        False, "simulator, classes 2: OK comes to the first `+FDT` of each page"
    )
    tells_last_status: bool = says(
        True, "simulator, class 2: the status of the last page comes before the modem hangs up"
    )
    heeds_scan_time: bool = says(
        True, "simulator, classes 2: rows are filled as the far end needs, and not as we say"
    )
    reports_lack_plus: bool = says(
        False, "simulator, classes 2: reports lack the plus sign before their names"
    )
    decimal_status: bool = says(False, "simulator, class 2.0: the numbers of `+FPS` are decimal")
    control_retrains: int = says(
        0, "simulator, V.34: how many answers are lost in retrains of the control channel"
    )
    false_rungs: tuple[int, ...] = says(
        (), "simulator, classes 1: `+FTM` values beside `rungs` that the modem tells of and refuses"
    )
    false_capabilities: str = says(
        "", "simulator, classes 2: what the modem itself says that it can do"
    )


def meaning(name: str) -> str:
    """What a field of a profile means, in one line of Markdown."""
    fields = {each.name: each for each in dataclasses.fields(ModemProfile)}
    return str(fields[name].metadata.get(_MEANS, "the profile's own name"))

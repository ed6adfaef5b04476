"""What a modem is like: a profile tells the driver how to speak and the simulator how to behave.

A profile is a TOML file in ``hw-fixtures/profiles/`` (or a folder of the user's). It may name
another with ``inherits`` and then overrides little. No code asks for a modem's name.
"""

from __future__ import annotations

import dataclasses
import enum
import re
import tomllib
import typing
from dataclasses import dataclass
from pathlib import Path

from faxcore.errors import SettingsError
from faxcore.resources import profiles_folder

DEFAULT_PROFILE = "generic-class1"
_MAX_DEPTH = 8
_FLOWS = ("none", "hardware", "software")
_CLASSES = ("1", "1.0", "auto", "2", "2.0", "2.1")


class SilenceBy(enum.Enum):
    """Who times the silence between two carriers."""

    MODEM = "modem"
    """``+FTS`` and ``+FRS``: exact, whatever the computer does."""
    COMPUTER = "computer"
    """A pause of ours, for modems whose ``+FTS`` or ``+FRS`` is missing or broken."""


class FlowLost(enum.Enum):
    """What makes a modem go over to XON/XOFF by itself, which eats the octets 0x11 and 0x13."""

    NEVER = "never"
    CLASS = "class"
    """The choice of a fax class (USR Courier and Sportster, Supra)."""
    CALL = "call"
    """That, and the end of each call (Digicom Scout+)."""


class FalseCarrier(enum.Enum):
    """What ``+FRH=3`` brings while no frame is on the line."""

    NONE = "none"
    CONNECT = "connect"
    """CONNECT to any noise, and then NO CARRIER (Lucent, Mainpine)."""
    NO_CARRIER = "no-carrier"
    """NO CARRIER at once: a carrier that was none of ours has ended (many)."""


@dataclass(frozen=True, slots=True)
class ModemProfile:
    """One kind of modem. Times are in milliseconds or, where the name says so, in seconds.

    ``fax_class`` is "1", "1.0", "2", "2.0", "2.1", or "auto": the best of what the modem offers,
    1.0 before 1 before the classes in which the modem speaks T.30 itself. ``init`` are
    the commands sent after ``reset`` and before ``+FCLASS``; ``after_class`` those that a change of
    class undoes. ``flow`` is none, hardware or software. ``gap_ms`` is what the modem is asked to
    wait between carriers. ``frames_carry_fcs``: received frames end with their two FCS octets (T.31
    8.3.4). ``carrier_delay_ms`` is a pause between CONNECT and the first data of a fast carrier,
    for modems that say CONNECT before training ends. ``rungs`` limits the fast carriers, as
    ``+FTM`` values; empty = as the modem's ``+FTM=?`` says. ``wait_frs`` allows ``+FRS`` after a
    carrier of the far end's; otherwise the pause is the computer's.
    """

    name: str
    description: str = ""
    notes: tuple[str, ...] = ()
    identifies: tuple[str, ...] = ()
    """Regular expressions, in any letter case, of what such a modem tells of itself (``ATI``,
    ``+GMM`` ...): for recommending a profile, never for driving a modem. They are not inherited.
    One that is empty means any modem, and gives way to those that say more."""

    inherits: str = ""
    fax_class: str = "1"
    baud: int = 115200
    flow: str = "hardware"
    reset: str = "ATZ"
    reset_delay_ms: int = 0
    init: tuple[str, ...] = ("ATE0V1Q0X4", "ATS0=0S7=60S8=2", "ATM0")
    after_class: tuple[str, ...] = ()
    dial: str = "ATDT"
    hang_up: str = "ATH0"
    dial_seconds: float = 180.0
    command_seconds: float = 5.0
    silence_by: SilenceBy = SilenceBy.MODEM
    wait_frs: bool = True
    gap_ms: int = 70
    carrier_delay_ms: int = 0
    frames_carry_fcs: bool = True
    rungs: tuple[int, ...] = ()

    names_the_rate: bool = True
    """Classes 2: the rate is named with the other seven numbers; early USR modems take the highest
    rate for the lowest."""

    session_before_dialling: bool = False
    """Classes 2: what is agreed upon must be said before the number is dialled; later it means
    nothing to the modem (Practical Peripherals, UMC, Telebit, EXAR, E-Tech)."""

    appends_rtc: bool = True
    """Classes 2: the modem ends pages with RTC; USR modems in class 2.0 do not."""

    waits_for_xon: bool = True
    """Class 2: XON comes before page data. Where it does not come, we go on after 2 s."""

    receives_msb_first: bool = False
    """Classes 2: received page data has the first bit of each octet on top, the reverse of what is
    sent (Rockwell, and most class 2 chips)."""

    number_base: int = 0
    """Classes 2: the base of the modem's numbers; 0 = 10 in class 2, 16 in 2.0 and 2.1."""

    status_base: int = 0
    """Classes 2: the base of page statuses, where it is another (USR in class 2.0)."""

    capabilities: str = ""
    """Classes 2: what to believe that the modem can do in place of its own answer, written alike:
    ``(0,1),(0-5),(0-2),(0-2),(0,1),(0),(0),(0-7)``."""

    class_1_0: tuple[str, ...] = ("AT+FAR=1", "AT+FCL=2", "AT+FDD=1", "AT+FIT=60,0")
    """What is asked of service class 1.0 when it is selected (T.31 8.5); it may refuse each.

    Frames are heard where data was waited for; a carrier may fade for 0.2 s; two DLE are sent as
    DLE SUB; a modem whose computer is silent for a minute in a call hangs up.
    """

    flow_command: str = ""
    """Switches the modem to the flow control of ``flow``; sent when the class has been selected."""

    flow_lost: FlowLost = FlowLost.NEVER
    """When the modem must be told ``flow_command`` again."""

    early_ok_ms: int = 0
    """How long the modem still sends when it has said OK to fast data: a command cuts that off."""

    says_fcerror: bool = True
    """``+FRM`` ends with +FCERROR when frames come in place of data. Otherwise, after 2 s without
    data, we listen for frames."""

    false_carriers: FalseCarrier = FalseCarrier.NONE
    """What is heard that is nothing. It is always asked again."""

    answers_in_parts: bool = False
    """FAX comes before the CONNECT of a call. CONNECT is always waited for."""

    ok_for_no_carrier: bool = False
    """OK where others say NO CARRIER. It is always taken for that where OK makes no sense."""

    answers_in_brackets: bool = False
    """Lists of capabilities are in brackets. They are always read so, too."""

    doubles_dle: bool = True
    """Received frames have each DLE doubled (T.31 8.1); else a DLE is a DLE, but before ETX."""

    buffer_octets: int = 1024
    """How much fast data the modem takes ahead of the line. Its OK is always waited for as long as
    the data lasts, and a minute."""

    reset_answers: int = 1
    """How many times the reset is answered. What comes twice is always dropped."""


def load_profile(name: str, folder: Path | None = None) -> ModemProfile:
    """Load a profile by name, with all that it inherits.

    ``folder`` is looked in first, then the shipped profiles. Raises SettingsError for an unknown
    name, an unknown field, a value of the wrong type, or profiles that inherit in a circle.
    """
    folders = [*([folder] if folder is not None else []), profiles_folder()]
    values: dict[str, object] = {}
    wanted, depth = name, 0
    while wanted:
        if depth == _MAX_DEPTH:
            raise SettingsError(f"modem profile {name}: it inherits in a circle, or too deep")
        path = _find(wanted, folders, name)
        own = _read(path)
        if wanted != name:
            own.pop("identifies", None)
        values = own | values
        wanted, depth = str(own.get("inherits", "")), depth + 1
        values.setdefault("inherits", wanted)
    return _build(name, values)


def as_profile(profile: ModemProfile | str | None) -> ModemProfile:
    """A profile as callers may give it: itself, its name, or None for the default."""
    if isinstance(profile, ModemProfile):
        return profile
    return load_profile(profile or DEFAULT_PROFILE)


def profile_names(folder: Path | None = None) -> tuple[str, ...]:
    """The names of all profiles that can be loaded, sorted."""
    folders = [*([folder] if folder is not None else []), profiles_folder()]
    return tuple(sorted({path.stem for each in folders for path in each.glob("*.toml")}))


def _find(wanted: str, folders: list[Path], asked: str) -> Path:
    if "/" in wanted or "\\" in wanted or wanted.startswith("."):
        raise SettingsError(f"modem profile {wanted!r}: a name, not a path, is expected")
    for folder in folders:
        path = folder / f"{wanted}.toml"
        if path.is_file():
            return path
    by = "" if wanted == asked else f" (inherited by {asked})"
    raise SettingsError(f"no modem profile named {wanted!r}{by} in {folders[0]}")


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"modem profile {path}: {error}") from error


def _build(name: str, values: dict[str, object]) -> ModemProfile:
    hints = typing.get_type_hints(ModemProfile)
    known = {field.name for field in dataclasses.fields(ModemProfile)} - {"name"}
    unknown = sorted(values.keys() - known)
    if unknown:
        raise SettingsError(f"modem profile {name}: unknown field {unknown[0]!r}")
    checked = {key: _check(name, key, value, hints[key]) for key, value in values.items()}
    for key, allowed in (("flow", _FLOWS), ("fax_class", _CLASSES)):
        if key in checked and checked[key] not in allowed:
            choice = ", ".join(allowed)
            raise SettingsError(
                f"modem profile {name}: {key} must be one of {choice}, not {checked[key]!r}"
            )
    profile = ModemProfile(name=name, **checked)  # type: ignore[arg-type]  # checked just above
    for pattern in profile.identifies:
        try:
            re.compile(pattern)
        except re.error as error:
            raise SettingsError(
                f"modem profile {name}: identifies: {pattern!r} is no regular expression: {error}"
            ) from error
    return profile


def _check(name: str, key: str, value: object, hint: object) -> object:
    """One value, converted to the field's type; TOML knows no tuples and no enums."""
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        try:
            return hint(value)
        except ValueError:
            allowed = ", ".join(str(member.value) for member in hint)
            raise SettingsError(
                f"modem profile {name}: {key} must be one of {allowed}, not {value!r}"
            ) from None
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        if isinstance(value, list) and all(type(each) is item for each in value):
            return tuple(value)
    elif hint is float and type(value) in {int, float}:
        return float(typing.cast(float, value))
    elif type(value) is hint:
        return value
    raise SettingsError(f"modem profile {name}: {key} has the wrong type: {value!r}")

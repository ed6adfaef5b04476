"""What a modem is like: a profile tells the driver how to speak and the simulator how to behave.

A profile is a TOML file in ``hw-fixtures/profiles/`` (or a folder of the user's). It may name
another with ``inherits`` and then overrides little. No code asks for a modem's name.
"""

from __future__ import annotations

import dataclasses
import enum
import tomllib
import typing
from dataclasses import dataclass
from pathlib import Path

from faxcore.errors import SettingsError
from faxcore.resources import profiles_folder

DEFAULT_PROFILE = "generic-class1"
_MAX_DEPTH = 8
_FLOWS = ("none", "hardware", "software")


class SilenceBy(enum.Enum):
    """Who times the silence between two carriers."""

    MODEM = "modem"
    """``+FTS`` and ``+FRS``: exact, whatever the computer does."""
    COMPUTER = "computer"
    """A pause of ours, for modems whose ``+FTS`` or ``+FRS`` is missing or broken."""


@dataclass(frozen=True, slots=True)
class ModemProfile:
    """One kind of modem. Times are in milliseconds or, where the name says so, in seconds.

    ``init`` are the commands sent after ``reset`` and before ``+FCLASS``; ``after_class`` those
    that a change of class undoes. ``flow`` is none, hardware or software. ``gap_ms`` is what the
    modem is asked to wait between carriers. ``frames_carry_fcs``: received frames end with their
    two FCS octets (T.31 8.3.4). ``carrier_delay_ms`` is a pause between CONNECT and the first
    data of a fast carrier, for modems that say CONNECT before training ends. ``rungs`` limits the
    fast carriers, as ``+FTM`` values; empty = as the modem's ``+FTM=?`` says. ``wait_frs`` allows
    ``+FRS`` after a carrier of the far end's; otherwise the pause is the computer's.
    """

    name: str
    description: str = ""
    notes: tuple[str, ...] = ()
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
    flow = checked.get("flow", _FLOWS[1])
    if flow not in _FLOWS:
        allowed = ", ".join(_FLOWS)
        raise SettingsError(f"modem profile {name}: flow must be one of {allowed}, not {flow!r}")
    return ModemProfile(name=name, **checked)  # type: ignore[arg-type]  # checked just above


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

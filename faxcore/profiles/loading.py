"""Where profiles are looked for, and how a file becomes a ``ModemProfile``.

A name is looked for in this order, and the first file ``<name>.toml`` is taken:

1. the folder that the caller gives;
2. the folders that the environment variable FAXCORE_PROFILES names, with ``:`` between them
   (``;`` on Windows), as in PATH;
3. the profiles that ship with faxcore, ``hw-fixtures/profiles/``;
4. those of installed packages: an entry point of the group ``faxcore.profiles`` names a package
   (``acme = "acme_fax.profiles"``) in whose folder the files lie. A package can add modems but
   change none that ships, which only the user's own folders can.

A profile may inherit from any of them.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib.resources
import os
import re
import tomllib
import typing
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from faxcore.errors import SettingsError
from faxcore.profiles.model import ModemProfile
from faxcore.resources import profiles_folder

DEFAULT_PROFILE = "generic"
FOLDERS_VARIABLE = "FAXCORE_PROFILES"
ENTRY_POINTS = "faxcore.profiles"
_MAX_DEPTH = 8
_ALLOWED: dict[str, tuple[object, ...]] = {
    "flow": ("none", "hardware", "software"),
    "fax_class": ("1", "1.0", "auto", "2", "2.0", "2.1"),
    "stop_bits": (1, 2),
    "bit_order": (0, 2),
    "number_base": (0, 10, 16),
}


def load_profile(name: str, folder: Path | None = None) -> ModemProfile:
    """Load a profile by name, with all that it inherits.

    ``folder`` is looked in before all others. Raises SettingsError for an unknown name, an unknown
    field, a value of the wrong type, or profiles that inherit in a circle.
    """
    values: dict[str, object] = {}
    for _, own in _lineage(name, folder):
        values = own | values
    return _build(name, values)


def origins(name: str, folder: Path | None = None) -> dict[str, str]:
    """The fields that a profile and those that it inherits from name, and which of them does."""
    found: dict[str, str] = {}
    for each, own in _lineage(name, folder):
        found = dict.fromkeys(own, each) | found
    return found


def _lineage(name: str, folder: Path | None) -> Iterator[tuple[str, dict[str, object]]]:
    """A profile and those that it inherits from, each with what its own file says."""
    wanted, depth = name, 0
    while wanted:
        if depth == _MAX_DEPTH:
            raise SettingsError(f"modem profile {name}: it inherits in a circle, or too deep")
        own = _read(profile_file(wanted, folder, asked_by=name))
        if depth:
            own.pop("identifies", None)
        yield wanted, own
        wanted, depth = str(own.get("inherits", "")), depth + 1


def as_profile(profile: ModemProfile | str | None) -> ModemProfile:
    """A profile as callers may give it: itself, its name, or None for the default."""
    if isinstance(profile, ModemProfile):
        return profile
    return load_profile(profile or DEFAULT_PROFILE)


def profile_names(folder: Path | None = None) -> tuple[str, ...]:
    """The names of all profiles that can be loaded, sorted."""
    return tuple(sorted({path.stem for each in _folders(folder) for path in each.glob("*.toml")}))


def profile_file(name: str, folder: Path | None = None, *, asked_by: str = "") -> Path:
    """The file of a profile. ``asked_by`` is the profile that inherits from it, for the error."""
    if "/" in name or "\\" in name or name.startswith("."):
        raise SettingsError(f"modem profile {name!r}: a name, not a path, is expected")
    for each in _folders(folder):
        path = each / f"{name}.toml"
        if path.is_file():
            return path
    by = f" (inherited by {asked_by})" if asked_by not in {"", name} else ""
    raise SettingsError(f"no modem profile named {name!r}{by}; `faxcore modem profiles` lists them")


def _folders(folder: Path | None) -> Iterator[Path]:
    """Where profiles may be, in the order of looking."""
    if folder is not None:
        yield folder
    named = os.environ.get(FOLDERS_VARIABLE, "")
    yield from (Path(each) for each in named.split(os.pathsep) if each)
    yield profiles_folder()
    yield from map(_folder_of, sorted(entry_points(group=ENTRY_POINTS), key=lambda each: each.name))


def _folder_of(point: EntryPoint) -> Path:
    what = f"the entry point {point.name} of {ENTRY_POINTS}"
    try:
        folder = importlib.resources.files(point.module)
    except (ImportError, TypeError) as error:
        raise SettingsError(f"{what}: {error}; a package of profiles is expected") from error
    if not isinstance(folder, Path):
        raise SettingsError(f"{what}: {point.module} is no ordinary package in a folder")
    return folder


def _read(path: Path) -> dict[str, object]:
    try:
        return dict(_parsed(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"modem profile {path}: {error}") from error


@lru_cache(maxsize=64)
def _parsed(text: str) -> dict[str, object]:
    """What a file says; the same few are read again and again."""
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def _hints() -> dict[str, object]:
    """The types of a profile's fields, which take longer to find than a file takes to read."""
    return typing.get_type_hints(ModemProfile)


def _build(name: str, values: dict[str, object]) -> ModemProfile:
    hints = _hints()
    known = {field.name for field in dataclasses.fields(ModemProfile)} - {"name"}
    unknown = sorted(values.keys() - known)
    if unknown:
        raise SettingsError(f"modem profile {name}: unknown field {unknown[0]!r}")
    checked = {key: _check(name, key, value, hints[key]) for key, value in values.items()}
    for key, allowed in _ALLOWED.items():
        if key in checked and checked[key] not in allowed:
            choice = ", ".join(map(str, allowed))
            raise SettingsError(
                f"modem profile {name}: {key} must be one of {choice}, not {checked[key]!r}"
            )
    profile = ModemProfile(name=name, **checked)  # type: ignore[arg-type]  # checked just above
    _check_patterns(profile)
    return profile


def _check_patterns(profile: ModemProfile) -> None:
    for pattern in profile.identifies:
        try:
            re.compile(pattern)
        except re.error as error:
            raise SettingsError(
                f"modem profile {profile.name}: identifies: {pattern!r} is no regular expression: "
                f"{error}"
            ) from error


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

"""Where the shipped files are: cover pages and modem profiles, in a checkout or a wheel."""

from __future__ import annotations

from pathlib import Path

from faxcore.errors import SettingsError

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    for candidate in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise SettingsError(f"the folder {name} is missing from the installation at {_PACKAGE}")


def coverpages_folder() -> Path:
    """The folder of the cover pages that ship with faxcore."""
    return _folder("coverpages")


def profiles_folder() -> Path:
    """The folder of the modem profiles that ship with faxcore."""
    return _folder("hw-fixtures") / "profiles"

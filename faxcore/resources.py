"""Where the shipped files are: cover pages and modem profiles, in a checkout or a wheel."""

from __future__ import annotations

import os
from pathlib import Path

from faxcore.errors import SettingsError

COVERPAGES_VARIABLE = "FAXCORE_COVERPAGES"
"""The environment variable that names the folder of installed cover pages."""

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    for candidate in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise SettingsError(f"the folder {name} is missing from the installation at {_PACKAGE}")


def coverpages_folder() -> Path:
    """The folder of the cover pages that ship with faxcore."""
    return _folder("coverpages")


def installed_coverpages_folder() -> Path:
    """Where ``faxcore cover install`` puts cover pages, a folder for each; it may not exist yet."""
    named = os.environ.get(COVERPAGES_VARIABLE)
    if named:
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "faxcore" / "coverpages"


def profiles_folder() -> Path:
    """The folder of the modem profiles that ship with faxcore."""
    return _folder("hw-fixtures") / "profiles"

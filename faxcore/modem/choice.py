"""Which profile a caller means, and which fax class."""

from __future__ import annotations

from dataclasses import replace

from faxcore.errors import SettingsError
from faxcore.modem.link import FAX_CLASSES
from faxcore.profiles import ModemProfile, as_profile


def choose_profile(profile: ModemProfile | str | None, modem_class: str | None) -> ModemProfile:
    """A profile as callers may give it, and the class to use in place of the profile's."""
    found = as_profile(profile)
    if modem_class is None:
        return found
    if modem_class not in {*FAX_CLASSES, "auto"}:
        known = ", ".join(FAX_CLASSES)
        raise SettingsError(f"fax class {modem_class!r}: auto or one of {known} is expected")
    return replace(found, fax_class=modem_class)

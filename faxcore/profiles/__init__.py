"""What a modem is like: a profile tells the driver how to speak and the simulator how to behave.

A profile is a TOML file. It may name another with ``inherits`` and then overrides little. No code
asks for a modem's name. ``model`` has the fields, ``loading`` says where files are looked for.
"""

from faxcore.profiles.kinds import FalseCarrier, FlowLost, PageEnd, SilenceBy
from faxcore.profiles.loading import (
    DEFAULT_PROFILE,
    ENTRY_POINTS,
    FOLDERS_VARIABLE,
    as_profile,
    load_profile,
    origins,
    profile_file,
    profile_names,
)
from faxcore.profiles.model import ModemProfile, meaning

__all__ = [
    "DEFAULT_PROFILE",
    "ENTRY_POINTS",
    "FOLDERS_VARIABLE",
    "FalseCarrier",
    "FlowLost",
    "ModemProfile",
    "PageEnd",
    "SilenceBy",
    "as_profile",
    "load_profile",
    "meaning",
    "origins",
    "profile_file",
    "profile_names",
]

"""``sim://`` addresses: a simulated modem, and what answers its calls.

sim://                                  a fax machine answers, in virtual time
sim://?far=busy                         a named scenario
sim://?caller=normal&pages=2            somebody calls, with two pages to send
sim://?pace=real                        by the real clock; pace=20 is twenty times as fast
sim://?latency=20                       a computer that is 20 ms late at every turn
sim://?keep=FOLDER                      the far end stores its pages there as TIFF
sim://?id=%2B44+20+7946+0000            the far end's identity
sim://?profile=NAME                     the simulated modem is like that profile, quirks and all
sim://?class=1.0                        it has service class 1.0 as well as 1
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from faxcore.errors import SettingsError
from faxcore.profiles import load_profile
from faxcore.sim.callers import Caller, caller
from faxcore.sim.modem import SimModem
from faxcore.sim.scenarios import scenario

SCHEME = "sim"
_KEYS = ("far", "pace", "latency", "keep", "id", "profile", "caller", "pages", "class")
_PROFILE = "generic-class1"
_CLASSES = ("1", "1.0", "2", "2.0", "2.1")
_MAX_PACE, _MAX_LATENCY_MS = 1000.0, 60_000.0


@dataclass(frozen=True, slots=True)
class SimAddress:
    """A ``sim://`` address, read. ``pace`` None = virtual time; ``latency_s`` is in seconds."""

    far: str = "normal"
    pace: float | None = None
    latency_s: float = 0.0
    keep: Path | None = None
    id: str = "+1 555 0100"
    profile: str = _PROFILE
    caller: Caller | None = None
    fax_class: str = ""

    def modem(self) -> SimModem:
        """The modem that it means."""
        profile = load_profile(self.profile)
        return SimModem(
            scenario(self.far),
            profile=replace(profile, fax_class=self.fax_class or profile.fax_class),
            far_id=self.id,
            keep=self.keep,
            caller=self.caller,
        )


def is_sim(url: str) -> bool:
    """Whether this address means a simulated modem."""
    return url.lower().startswith(f"{SCHEME}://")


def parse_sim_url(url: str) -> SimAddress:
    """Read a ``sim://`` address; SettingsError names what is wrong in it."""
    parts = urlsplit(url)
    if parts.netloc or parts.path.strip("/"):
        raise SettingsError(f"{url}: nothing but ?name=value goes behind sim://")
    values: dict[str, str] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key not in _KEYS:
            raise SettingsError(f"{url}: unknown name {key!r}; there are {', '.join(_KEYS)}")
        values[key] = value
    scenario(values.get("far", "normal"))
    if values.get("class", "1") not in _CLASSES:
        raise SettingsError(f"{url}: class must be one of {', '.join(_CLASSES)}")
    pace = values.get("pace")
    return SimAddress(
        far=values.get("far", "normal"),
        pace=1.0 if pace == "real" else _number(url, "pace", pace, _MAX_PACE) if pace else None,
        latency_s=_number(url, "latency", values.get("latency", "0"), _MAX_LATENCY_MS) / 1000,
        keep=Path(values["keep"]) if values.get("keep") else None,
        id=values.get("id", "+1 555 0100"),
        profile=values.get("profile", _PROFILE),
        caller=_caller(url, values),
        fax_class=values.get("class", ""),
    )


def _caller(url: str, values: dict[str, str]) -> Caller | None:
    if "pages" in values and "caller" not in values:
        raise SettingsError(f"{url}: pages is how many a caller sends, and there is no caller")
    if "caller" not in values:
        return None
    pages = values.get("pages", "1")
    if not pages.isdecimal():
        raise SettingsError(f"{url}: pages must be a number, not {pages!r}")
    return caller(values["caller"], int(pages))


def _number(url: str, key: str, text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise SettingsError(f"{url}: {key} must be a number, not {text!r}") from None
    if not 0 <= value <= most or (key == "pace" and value == 0):
        raise SettingsError(f"{url}: {key} must be over 0 and at most {most:.0f}, not {text}")
    return value

"""Fetching a ``bannerGFX``: only here, only from hosts that are allowed, and never by surprise.

The allow-list is empty by default. An address is checked after its name was resolved: a name that
leads to this computer or into its network is refused, and the connection goes to the address that
was checked. Redirects are not followed. UNC paths are read from folders that the settings map.
"""

from __future__ import annotations

import http.client
import time
from pathlib import Path

from faxcore.delivery.outward import connected, web_address
from faxcore.errors import ContentError
from faxcore.render import Attachment
from faxcore.render.data_address import data_octets
from faxcore.render.sniff import kind_of
from faxcore.service.configuration import ServiceSettings
from faxcore.service.requests import Refused

ELEMENT = "bannerGFX"
OCTETS = 4 << 20
SECONDS = 5.0
WHOLE_SECONDS = 15.0
_KINDS = {"PNG", "JPEG", "GIF", "BMP", "WebP"}


class BannerFetcher:
    """Brings the octets of a banner; Refused for everything that is not allowed or no picture."""

    def __init__(self, settings: ServiceSettings, *, private: bool = False) -> None:
        """``private`` allows addresses of this computer and its network, for tests."""
        self._settings, self._private = settings, private

    def __call__(self, address: str) -> bytes:
        """The picture at an address."""
        address = address.strip()
        if address[:5].lower() == "data:":
            octets = self._data(address)
        elif address.startswith("\\\\"):
            octets = self._shared(address)
        else:
            octets = self._fetched(address)
        try:
            kind = kind_of(Attachment("the banner", octets))
        except ContentError as error:
            raise Refused("it is no picture", ELEMENT) from error
        if kind.value not in _KINDS:
            raise Refused(f"it is {kind.value}, no picture", ELEMENT)
        return octets

    def _data(self, address: str) -> bytes:
        try:
            return data_octets(address)[0]
        except ValueError as error:
            raise Refused(str(error), ELEMENT) from error

    def _shared(self, address: str) -> bytes:
        for share, folder in self._settings.banner_shares:
            if not address.lower().startswith(share.lower().rstrip("\\") + "\\"):
                continue
            home = folder.resolve()
            name = address[len(share.rstrip("\\")) + 1 :].replace("\\", "/")
            path = (home / name).resolve() if "\0" not in name else home
            if not path.is_relative_to(home) or not path.is_file():
                raise Refused("there is no such file in that share", ELEMENT)
            return _limited(path)
        raise Refused("that share is not mapped to a folder here", ELEMENT)

    def _fetched(self, url: str) -> bytes:
        try:
            address = web_address(url)
        except ValueError as error:
            raise Refused("http, https, data or a UNC path is expected", ELEMENT) from error
        hosts = self._settings.banner_hosts
        if address.host not in hosts:
            raise Refused(f"the host {address.host} is not among those that are allowed", ELEMENT)
        try:
            with connected(
                address,
                private=hosts if self._private else (),
                seconds=SECONDS,
                whole_seconds=2 * WHOLE_SECONDS,
            ) as to:
                to.request("GET", address.target, headers={"Accept": "image/*"})
                return _got(to.getresponse())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Refused(f"it cannot be fetched: {error}", ELEMENT) from error


def _got(response: http.client.HTTPResponse) -> bytes:
    if response.status != 200:
        raise ValueError(f"the server answers {response.status}")
    octets = _read(response)
    if len(octets) > OCTETS:
        raise ValueError(f"it is larger than {OCTETS >> 20} MB")
    return octets


def _read(response: http.client.HTTPResponse) -> bytes:
    """The body, as long as it is neither too large nor too slow."""
    octets, until = b"", time.monotonic() + WHOLE_SECONDS
    while piece := response.read1(65536):
        octets += piece
        if len(octets) > OCTETS:
            break
        if time.monotonic() > until:
            raise ValueError(f"it takes more than {WHOLE_SECONDS:g} s")
    return octets


def _limited(path: Path) -> bytes:
    if path.stat().st_size > OCTETS:
        raise Refused(f"it is larger than {OCTETS >> 20} MB", ELEMENT)
    return path.read_bytes()

"""Fetching a ``bannerGFX``: only here, only from hosts that are allowed, and never by surprise.

The allow-list is empty by default. An address is checked after its name was resolved: a name that
leads to this computer or into its network is refused, and the connection goes to the address that
was checked. Redirects are not followed. UNC paths are read from folders that the settings map.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

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

    def _fetched(self, address: str) -> bytes:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
        if parts.scheme.lower() not in {"http", "https"} or not host or parts.username is not None:
            raise Refused("http, https, data or a UNC path is expected", ELEMENT)
        if host not in self._settings.banner_hosts:
            raise Refused(f"the host {host} is not among those that are allowed", ELEMENT)
        secure = parts.scheme.lower() == "https"
        try:
            port = parts.port or (443 if secure else 80)
            place = self._place(host, port)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            return _got(host, port, place, path, secure=secure)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Refused(f"it cannot be fetched: {error}", ELEMENT) from error

    def _place(self, host: str, port: int) -> str:
        """The address of a host, if it is one of the public network."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for each in found:
            place = str(each[4][0])
            if not self._private and not ipaddress.ip_address(place.partition("%")[0]).is_global:
                raise ValueError(f"{host} leads to {place}, which is no public address")
        return str(found[0][4][0])


def _got(host: str, port: int, place: str, path: str, *, secure: bool) -> bytes:
    """One GET to the place that was checked, with the host's name in it."""
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    plain = socket.create_connection((place, port), SECONDS)
    try:
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(plain, server_hostname=host) if secure else plain
        connection.request("GET", path, headers={"Accept": "image/*"})
        response = connection.getresponse()
        if response.status != 200:
            raise ValueError(f"the server answers {response.status}")
        octets = _read(response)
    finally:
        connection.close()
        plain.close()
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

"""HTTP to addresses that customers name: to the public network alone, and by no detour.

A name is resolved here and the connection goes to the address that was looked at, so that no name
leads to this computer or into its network, however often it changes its mind. ``private`` hosts are
those that the settings allow nevertheless. Nobody is redirected.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Where a request goes. ``target`` is the path and what follows it."""

    secure: bool
    host: str
    port: int
    target: str


def web_address(url: str) -> WebAddress:
    """The parts of an address. Raises ValueError for what is none of http or https."""
    if _FORBIDDEN.search(url):
        raise ValueError("an address has no blanks, and nothing but ASCII")
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in {"http", "https"} or not host or parts.username is not None:
        raise ValueError("an address as https://host/path is expected")
    port = parts.port or (443 if scheme == "https" else 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(scheme == "https", host, port, target)


@contextlib.contextmanager
def connected(
    address: WebAddress, *, private: Collection[str], seconds: float
) -> Iterator[http.client.HTTPConnection]:
    """A connection to an address. Raises ValueError where it leads inward, and OSError."""
    place = _place(address, allowed=address.host in private)
    plain = socket.create_connection((place, address.port), seconds)
    try:
        kind = http.client.HTTPSConnection if address.secure else http.client.HTTPConnection
        connection = kind(address.host, address.port, timeout=seconds)
        with contextlib.closing(connection):
            connection.sock = plain
            if address.secure:
                context = ssl.create_default_context()
                connection.sock = context.wrap_socket(plain, server_hostname=address.host)
            yield connection
    finally:
        plain.close()


def _place(address: WebAddress, *, allowed: bool) -> str:
    """The number of a host, if it is one of the public network."""
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    for each in found:
        place = str(each[4][0])
        if not allowed and not ipaddress.ip_address(place.partition("%")[0]).is_global:
            raise ValueError(f"{address.host} leads to {place}, which is no public address")
    return str(found[0][4][0])

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
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\U0010ffff]")

_IPV4_AT_THE_END = (ipaddress.IPv6Network("::/96"), ipaddress.IPv6Network("64:ff9b::/96"))
_INWARD = (ipaddress.IPv6Network("64:ff9b:1::/48"), ipaddress.IPv6Network("fec0::/10"))
"""RFC 8215 and 3879: a network's own, whatever older Pythons say."""


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
    address: WebAddress, *, private: Collection[str], seconds: float, whole_seconds: float
) -> Iterator[http.client.HTTPConnection]:
    """A connection to an address. Raises ValueError where it leads inward, and OSError.

    ``seconds`` is what each step of it may take; after ``whole_seconds`` it is cut, so that nobody
    who answers drop by drop holds up what waits behind him.
    """
    places = _places(address, allowed=address.host in private)
    until = time.monotonic() + whole_seconds
    plain = _reached(places, address.port, seconds, until)
    try:
        kind = http.client.HTTPSConnection if address.secure else http.client.HTTPConnection
        connection = kind(address.host, address.port, timeout=seconds)
        with contextlib.closing(connection):
            connection.sock = plain
            if address.secure:
                context = ssl.create_default_context()
                connection.sock = context.wrap_socket(plain, server_hostname=address.host)
            with _cut_at(until, connection.sock):
                yield connection
    finally:
        plain.close()


def _places(address: WebAddress, *, allowed: bool) -> list[str]:
    """The numbers of a host, if all of them are of the public network."""
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    places = [str(each[4][0]) for each in found]
    for place in places:
        if not allowed and not _is_public(place):
            raise ValueError(f"{address.host} leads to {place}, which is no public address")
    return places


def _is_public(place: str) -> bool:
    """Whether an address, and every IPv4 address that stands in it, is of the public network."""
    address = ipaddress.ip_address(place.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global
    if any(address in network for network in _INWARD):
        return False
    return address.is_global and all(each.is_global for each in _ipv4_in(address))


def _ipv4_in(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """What tunnels and translators take it for: RFC 4291 2.5.5, 3056, 4380 and 6052."""
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _IPV4_AT_THE_END):
        found.append(ipaddress.IPv4Address(address.packed[-4:]))
    return [each for each in found if each is not None]


def _reached(places: list[str], port: int, seconds: float, until: float) -> socket.socket:
    """A connection to the first place that answers."""
    for place in places[:-1]:
        with contextlib.suppress(OSError):  # the next may
            return _connection(place, port, seconds, until)
    return _connection(places[-1], port, seconds, until)


def _connection(place: str, port: int, seconds: float, until: float) -> socket.socket:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("nobody answered in time")
    connection = socket.create_connection((place, port), min(seconds, left))
    connection.settimeout(seconds)
    return connection


@contextlib.contextmanager
def _cut_at(until: float, connection: socket.socket) -> Iterator[None]:
    """Whoever reads from it at that moment reads its end."""

    def cut() -> None:
        with contextlib.suppress(OSError):  # it is over already
            connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(until - time.monotonic(), 0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

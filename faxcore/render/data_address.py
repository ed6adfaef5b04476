"""Addresses that carry their own octets: ``data:`` (RFC 2397)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes


def data_octets(url: str) -> tuple[bytes, str]:
    """The octets that an address carries, and their type; ValueError where it is broken."""
    head, comma, payload = url[5:].partition(",")
    if not comma:
        raise ValueError("a data: address without a comma")
    octets = unquote_to_bytes(payload)
    if head.lower().endswith(";base64"):
        head = head[:-7]
        try:
            octets = base64.b64decode(octets)
        except binascii.Error as error:
            raise ValueError(f"broken base64 in a data: address: {error}") from error
    return octets, head or "text/plain"

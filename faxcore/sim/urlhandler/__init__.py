"""Makes ``sim://`` and ``replay://`` known to pyserial, so that whatever opens a port can."""

from __future__ import annotations

import serial


def register() -> None:
    """Tell pyserial where the ``protocol_`` modules are. May be called twice."""
    if __name__ not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(__name__)

"""Makes ``sim://`` addresses known to pyserial, so that whatever opens a port can open one."""

from __future__ import annotations

import serial


def register() -> None:
    """Tell pyserial where ``protocol_sim`` is. May be called twice."""
    if __name__ not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(__name__)

"""The serial devices that this computer has, as pyserial finds them (sysfs on Linux)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

BY_ID = Path("/dev/serial/by-id")
"""Where udev names each USB device by maker, product and serial number, for as long as it lives."""


@dataclass(frozen=True, slots=True)
class SerialDevice:
    """One serial device. ``name`` is what it is called; ``usb`` is ``vendor:product``, "" if none.

    ``links`` are its names in ``/dev/serial/by-id``, which stay when it is plugged in elsewhere.
    """

    path: str
    name: str = ""
    usb: str = ""
    serial_number: str = ""
    location: str = ""
    links: tuple[str, ...] = ()


def serial_devices(
    found: Sequence[ListPortInfo] | None = None, by_id: Path = BY_ID
) -> tuple[SerialDevice, ...]:
    """All serial devices, by path; ``found`` in place of what pyserial finds."""
    infos = list_ports.comports() if found is None else found
    return tuple(_device(info, by_id) for info in sorted(infos, key=lambda info: info.device))


def _device(info: ListPortInfo, by_id: Path) -> SerialDevice:
    links = sorted(by_id.iterdir()) if by_id.is_dir() else []
    target = Path(info.device).resolve()
    name = " ".join(each for each in (info.manufacturer, info.product) if each)
    described = "" if info.description == "n/a" else info.description
    return SerialDevice(
        path=info.device,
        name=name or described,
        usb=f"{info.vid:04x}:{info.pid:04x}" if info.vid is not None else "",
        serial_number=info.serial_number or "",
        location=info.location or "",
        links=tuple(str(link) for link in links if link.resolve() == target),
    )

"""``faxcore modem list``: which serial ports there are, who has them, what is on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import Exit, one_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from faxcore.workbench.ports import PortEntry


def command(
    ask: Annotated[
        bool, typer.Option("--ask", help="Say AT on each port that is free, and tell who answers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The ports as one object.")] = False,
) -> None:
    """List serial ports: names, who has them, whether they may be opened.

    Exit codes: 0 there is a port that can be used, 3 there is none.
    """
    with one_sentence():
        from faxcore.cli.modem.tables import print_json  # noqa: PLC0415
        from faxcore.workbench.ports import list_ports  # noqa: PLC0415
        from faxcore.workbench.probe import ask_who  # noqa: PLC0415

        found = list_ports(ask_who if ask else None)
    if as_json:
        print_json(found)
    else:
        show(found.ports, found.warnings)
    usable = any(entry.free and entry.answers is not False for entry in found.ports)
    raise SystemExit(int(Exit.CONFIRMED if usable else Exit.EQUIPMENT))


def show(ports: tuple[PortEntry, ...], warnings: tuple[str, ...]) -> None:
    """The ports for people, and under them what is to be known of the computer."""
    from faxcore.cli.modem.tables import print_table  # noqa: PLC0415

    if ports:
        rows = [(entry.device.path, "\n".join(_about(entry))) for entry in ports]
        print_table("", ("port", "what is known of it"), rows)
    else:
        print("this computer has no serial port: is the modem plugged in? (lsusb, dmesg)")
    for warning in warnings:
        print(f"note: {warning}")


def _about(entry: PortEntry) -> Iterator[str]:
    device = entry.device
    usb = f"USB {device.usb}" if device.usb else ""
    named = " ".join(each for each in (device.name, usb, device.serial_number) if each)
    yield named or "a serial port of the computer's own"
    yield from device.links
    for holder in entry.holders:
        yield f"held by {holder.program or 'a process'} ({holder.pid}), which {holder.how}"
        if holder.advice:
            yield f"  {holder.advice}"
    if entry.hindered:
        yield entry.hindered
    if entry.free and entry.answers is None:
        yield "free"
    if entry.answer:
        yield entry.answer

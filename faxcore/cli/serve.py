"""``faxcore serve``: the message service and its workers, on one data folder."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import Exit, fail, one_sentence
from faxcore.cli.queue.opening import DATA, DataOption

if TYPE_CHECKING:
    from faxcore.service.configuration import House


def command(
    data: DataOption = DATA,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Logs as JSON.")] = False,
    print_unit: Annotated[
        bool, typer.Option("--print-unit", help="Print a systemd unit for this command, and leave.")
    ] = False,
) -> None:
    """Serve SOAP at /soap, JSON under /v1 and the console at /, and deliver what is queued.

    Settings are in faxcore.toml in the data folder (see: faxcore config show). Exit codes: 0 ended
    by a signal, 2 wrong settings.
    """
    with one_sentence():
        house = house_of(data)
        from faxcore.delivery.logs import configure_logs  # noqa: PLC0415
        from faxcore.service.serving import serve, unit  # noqa: PLC0415

        if print_unit:
            program = shutil.which("faxcore") or sys.argv[0]
            print(unit(data.resolve(), program, os.environ.get("USER", "faxcore")), end="")
            return
        changed = {"host": host or house.service.host, "port": port or house.service.port}
        service = dataclasses.replace(house.service, **changed)  # type: ignore[arg-type]
        configure_logs(as_json=as_json)

        def say(text: str) -> None:
            print(text, flush=True)

        serve(dataclasses.replace(house, service=service), say=say, as_json=as_json)


def house_of(data: Path) -> House:
    """The settings of a data folder; a sentence where the service is not installed."""
    try:
        from faxcore.service.configuration import configure_house  # noqa: PLC0415
    except ModuleNotFoundError as error:
        fail(f"the service needs more: pip install 'faxcore[service]' ({error})", Exit.UNUSABLE)
    return configure_house(data)

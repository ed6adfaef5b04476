"""``faxcore modem``: what technicians use, one file for each command."""

from __future__ import annotations

import typer

from faxcore.cli.modem import (
    diff,
    doctor,
    explain,
    monitor,
    probe,
    profiles,
    record,
    redact,
    replay,
    sim,
    test,
)
from faxcore.cli.modem import list as list_ports

app = typer.Typer(
    help="Find, test, record and diagnose modems.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root() -> None:
    """Find, test, record and diagnose modems."""


app.command("explain")(explain.command)
app.command("doctor")(doctor.command)
app.command("list")(list_ports.command)
app.command("probe")(probe.command)
app.command("replay")(replay.command)
app.command("sim")(sim.command)
app.command("test")(test.command)
app.command("profiles")(profiles.command)
app.command("diff")(diff.command)
app.command("monitor")(monitor.command)
app.command("record")(record.command)
app.command("redact")(redact.command)

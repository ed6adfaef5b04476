"""``faxcore modem``: what technicians use, one file for each command."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Find, test, record and diagnose modems.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root() -> None:
    """Find, test, record and diagnose modems."""

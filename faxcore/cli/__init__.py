"""The command line: one file for each subcommand. Heavy parts are imported when a command runs."""

from __future__ import annotations

import typer

from faxcore.cli import decode, demo, encode, info, receive, render, send

app = typer.Typer(
    name="faxcore",
    help="Send faxes: render a message, drive a fax modem, know what arrived.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("send")(send.command)
app.command("receive")(receive.command)
app.command("demo")(demo.command)
app.command("render")(render.command)
app.command("encode")(encode.command)
app.command("decode")(decode.command)
app.command("info")(info.command)


@app.callback()
def root() -> None:
    """Send faxes: render a message, drive a fax modem, know what arrived."""

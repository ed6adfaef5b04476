"""The command line: one file for each subcommand. Heavy parts are imported when a command runs."""

from __future__ import annotations

from typing import Annotated

import typer

from faxcore.cli import (
    account,
    backup,
    config,
    cover,
    decode,
    demo,
    encode,
    info,
    modem,
    preview,
    queue,
    receive,
    render,
    send,
    serve,
)
from faxcore.cli.exits import one_sentence

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
app.command("preview")(preview.command)
app.command("encode")(encode.command)
app.command("decode")(decode.command)
app.command("info")(info.command)
app.command("serve")(serve.command)
app.command("backup")(backup.back_up)
app.command("restore")(backup.restore)
app.add_typer(account.app, name="account")
app.add_typer(config.app, name="config")
app.add_typer(cover.app, name="cover")
app.add_typer(modem.app, name="modem")
app.add_typer(queue.app, name="queue")


@app.callback()
def root(
    fast: Annotated[
        bool,
        typer.Option(
            "--fast",
            envvar="FAXCORE_FAST",
            help="Code pages by compiled code, for work by the hundred (needs faxcore[fast]).",
        ),
    ] = False,
) -> None:
    """Send faxes: render a message, drive a fax modem, know what arrived."""
    if fast:
        from faxcore.t4 import accelerate  # noqa: PLC0415

        with one_sentence():
            accelerate()

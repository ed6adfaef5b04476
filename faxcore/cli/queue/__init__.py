"""``faxcore queue``: the delivery queue from the command line."""

from __future__ import annotations

import typer

from faxcore.cli.queue import acting, adding, modems, numbers, receipt, running, showing, watching

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="A durable queue of faxes: it loses nothing, sends nothing twice, and says why.",
)
app.command("add")(adding.command)
app.command("list")(showing.list_command)
app.command("show")(showing.show_command)
app.command("explain")(showing.explain_command)
app.command("receipt")(receipt.command)
app.command("watch")(watching.command)
app.command("hold")(acting.hold_command)
app.command("release")(acting.release_command)
app.command("cancel")(acting.cancel_command)
app.command("resend")(acting.resend_command)
app.command("delete")(acting.delete_command)
app.command("run")(running.command)
app.command("modems")(modems.command)
app.command("number")(numbers.command)

"""``faxcore cover``: the cover pages there are, and what is wrong with one of your own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import one_sentence

app = typer.Typer(
    help="List and check cover pages.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("list")
def list_covers(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of your own; else those that are shipped.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One array.")] = False,
) -> None:
    """List the cover pages of a folder."""
    with one_sentence():
        from faxcore.errors import SettingsError  # noqa: PLC0415
        from faxcore.render.coverpage import cover_names  # noqa: PLC0415
        from faxcore.resources import coverpages_folder  # noqa: PLC0415

        there = folder or coverpages_folder()
        if not there.is_dir():
            raise SettingsError(f"{there} is no folder")
        names = cover_names(there)
        if as_json:
            print(json.dumps(names))
            return
        for name in names:
            print(name)


@app.command("lint")
def lint(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.html...", help="Cover pages.")],
) -> None:
    """Check cover pages: their tokens, what they refer to, and what will suffer on the way.

    Exit codes: 0 nothing to say, 1 there are hints, 2 a page cannot be used.
    """
    hints = 0
    with one_sentence():
        from faxcore.cli.message import now  # noqa: PLC0415
        from faxcore.cli.preview import SAMPLE  # noqa: PLC0415
        from faxcore.render import Content, CoverFields  # noqa: PLC0415
        from faxcore.render.preview import preview  # noqa: PLC0415

        fields = CoverFields(moment=now(), **SAMPLE)
        for file in files:
            content = Content(fields, cover=file.stem, cover_folder=file.resolve().parent)
            shown = preview(content)
            for number, page in enumerate(shown.pages, 1):
                for hint in page.hints:
                    hints += 1
                    print(f"{file}, page {number}: {hint}")
            if len(shown.pages) > 1:
                hints += 1
                print(f"{file}: {len(shown.pages)} pages with sample data, where one would do")
    raise SystemExit(1 if hints else 0)


@app.callback()
def root() -> None:
    """List and check cover pages."""

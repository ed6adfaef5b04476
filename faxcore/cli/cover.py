"""``faxcore cover``: the cover pages there are, what is wrong with one, installing one."""

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
        Path | None, typer.Argument(help="A folder of your own; else all that have a name.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One array.")] = False,
) -> None:
    """List the cover pages that can be named: the shipped and the installed ones."""
    with one_sentence():
        from faxcore.errors import SettingsError  # noqa: PLC0415
        from faxcore.render.coverpage import cover_names, installed_names  # noqa: PLC0415
        from faxcore.resources import coverpages_folder  # noqa: PLC0415

        there = folder or coverpages_folder()
        if not there.is_dir():
            raise SettingsError(f"{there} is no folder")
        names = cover_names(there)
        if folder is None:
            names = sorted({*names, *installed_names()})
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
        from faxcore.render import Content, CoverFields  # noqa: PLC0415
        from faxcore.render.installing import SAMPLE  # noqa: PLC0415
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


@app.command("install")
def install(
    page: Annotated[Path, typer.Argument(metavar="FILE.html", help="The cover page.")],
    name: Annotated[str | None, typer.Option("--name", help="Its name; else the file's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one object.")] = False,
) -> None:
    """Install a cover page with the files that it uses, so that --cover NAME finds it.

    It is looked over first, with all fields filled in and with none. Exit codes: 0 installed, 2 it
    cannot be used and nothing was changed.
    """
    with one_sentence():
        from faxcore.render.installing import install_cover  # noqa: PLC0415

        done = install_cover(page, name)
        if as_json:
            told = {"name": done.name, "folder": str(done.folder)}
            print(json.dumps(told | {"files": done.assets, "hints": done.hints}))
            return
        print(f"{done.name}: installed in {done.folder}")
        for asset in done.assets:
            print(f"  with {asset}")
        for hint in done.hints:
            print(f"  hint: {hint}")


@app.command("remove")
def remove(name: Annotated[str, typer.Argument(help="An installed cover page.")]) -> None:
    """Remove an installed cover page."""
    with one_sentence():
        from faxcore.render.installing import remove_cover  # noqa: PLC0415

        remove_cover(name)


@app.callback()
def root() -> None:
    """List and check cover pages."""

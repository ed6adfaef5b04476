"""``faxcore preview``: a message as its receiver will get it, in a browser, kept up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import one_sentence
from faxcore.cli.message import HeaderOption, PaperOption, ToneOption, header_text

if TYPE_CHECKING:
    from faxcore.render.preview import Preview


_COVER = "standard"


def command(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COVER|FILE...", help="A cover page's name, or files.", show_default="standard"
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write one page of HTML, and leave.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option("--png", help="Write the pages as PNGs to a folder, and leave.")
    ] = None,
    header: HeaderOption = "auto",
    paper: PaperOption = "a4",
    tone: ToneOption = "auto",
    port: Annotated[int, typer.Option("--port", help="Of the local page; 0 = any.")] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only say where the page is.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="With --html or --png: exit code 1 if there are hints.")
    ] = False,
) -> None:
    """Show a cover page or files as designed and as they arrive, fine and coarse."""
    with one_sentence():
        from faxcore.cli.preview_server import Watched, serve  # noqa: PLC0415
        from faxcore.render import Tone  # noqa: PLC0415
        from faxcore.render.installing import SAMPLE  # noqa: PLC0415

        watched = Watched(
            what or [_COVER], header_text(header), dict(SAMPLE), paper, Tone.parse(tone)
        )
        if html is None and png is None:
            serve(watched, port, open_browser=not no_browser)
            return
        shown = watched.render(watched.fields)
        if html is not None:
            html.write_text(shown.html(), encoding="utf-8")
            print(html)
        if png is not None:
            _write_pictures(shown, png)
        hints = [(n, hint) for n, page in enumerate(shown.pages, 1) for hint in page.hints]
        for number, hint in hints:
            print(f"page {number}: {hint}")
    raise SystemExit(1 if strict and hints else 0)


def _write_pictures(shown: Preview, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number, page in enumerate(shown.pages, 1):
        pictures = {f"page-{number:03d}-designed.png": page.design}
        for seen in page.seen:
            pictures[f"page-{number:03d}-{seen.resolution.name.lower()}.png"] = seen.png
        for name, data in pictures.items():
            (folder / name).write_bytes(data)
            print(folder / name)

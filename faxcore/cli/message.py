"""What the commands that take a message have in common: files and options to ``Content``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from faxcore.errors import ContentError, SettingsError

if TYPE_CHECKING:
    from faxcore.render import Content, CoverFields, Paper
    from faxcore.t4 import Resolution

HeaderOption: TypeAlias = Annotated[
    str, typer.Option("--header", help="Line at the top of every page, or none.")
]
PaperOption: TypeAlias = Annotated[
    str, typer.Option("--paper", help="a4, letter, legal, b4 or a3, for text and cover pages.")
]
BannerOption: TypeAlias = Annotated[
    Path | None, typer.Option("--banner", help="A picture for the top of the first page.")
]
ToneOption: TypeAlias = Annotated[
    str,
    typer.Option("--tone", help="Grey to black: auto, text, photo, threshold:N, dither or fast."),
]
ProfileOption: TypeAlias = Annotated[
    str | None, typer.Option("--profile", help="What the modem is like; see: modem profiles.")
]
ClassOption: TypeAlias = Annotated[
    str | None, typer.Option("--class", help="1, 1.0, 2, 2.0, 2.1 or auto, the best it has.")
]


def header_text(header: str) -> str | None:
    """``--header``: ``none`` means no line at all."""
    return None if header.lower() == "none" else header


def resolution_of(name: str) -> Resolution:
    """``--resolution``: coarse or fine, in any letter case, C and F too."""
    from faxcore.t4 import Resolution  # noqa: PLC0415

    known = {"coarse": Resolution.COARSE, "fine": Resolution.FINE}
    for word, resolution in known.items():
        if name.lower() in {word, word[0]}:
            return resolution
    raise SettingsError(f"resolution {name!r}: coarse or fine is expected")


def paper_of(name: str) -> Paper:
    """``--paper``: a4, letter, legal, b4 or a3."""
    from faxcore.render import Paper  # noqa: PLC0415

    try:
        return Paper[name.upper()]
    except KeyError:
        known = ", ".join(each.name.lower() for each in Paper)
        raise SettingsError(f"paper {name!r}: one of {known} is expected") from None


def now() -> datetime:
    """The moment that goes on the pages, in the local zone."""
    return datetime.now().astimezone()


def message(
    fields: CoverFields,
    files: Sequence[Path],
    cover: str | None,
    paper: str = "a4",
    banner: Path | None = None,
) -> Content:
    """The content of a command: a cover page, when one is named, and the files behind it."""
    from faxcore.render import Attachment, Content  # noqa: PLC0415

    if not files and cover is None:
        raise ContentError("there is nothing to send: name a file or a cover page")
    attachments = tuple(Attachment.from_path(path) for path in files)
    name, folder = _cover(cover)
    return Content(
        fields,
        cover=name,
        cover_folder=folder,
        attachments=attachments,
        paper=paper_of(paper),
        banner=None if banner is None else Attachment.from_path(banner),
    )


def _cover(cover: str | None) -> tuple[str | None, Path | None]:
    """A cover page's name; a path to one of a designer's own is a name in that folder."""
    path = Path(cover or "")
    if cover is None or path.suffix != ".html" or (path.name == cover and not path.exists()):
        return cover, None
    return path.stem, path.parent.resolve()

"""``faxcore encode``: the coding of a fax TIFF changed, its pixels untouched."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import one_sentence

if TYPE_CHECKING:
    from faxcore.t4 import Coding, EncodedPage


class CodingName(enum.StrEnum):
    """The codings by the names that the command line knows."""

    MH = "mh"
    MR = "mr"
    MMR = "mmr"


def command(
    source: Annotated[Path, typer.Argument(metavar="IN.tif", help="A one-bit TIFF.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.tif", help="The TIFF class F to make.")],
    coding: Annotated[
        CodingName, typer.Option("--coding", help="How the pages are to be coded.")
    ] = CodingName.MH,
) -> None:
    """Encode the pages of a one-bit TIFF anew, pixel for pixel."""
    with one_sentence():
        from faxcore.t4 import Coding  # noqa: PLC0415
        from faxcore.t4.tiff import write_tiff  # noqa: PLC0415

        chosen = Coding(coding.value)
        count = write_tiff(target, _encoded(source, chosen))
        print(f"{target}: {count} {'page' if count == 1 else 'pages'}, {chosen.value.upper()}")


def _encoded(source: Path, coding: Coding) -> Iterator[EncodedPage]:
    from faxcore.t4 import encode_page  # noqa: PLC0415
    from faxcore.t4.tiff import read_tiff  # noqa: PLC0415

    for page in read_tiff(source):
        yield encode_page(page.bitmap, coding)

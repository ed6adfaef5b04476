"""``faxcore encode``: the coding of a fax TIFF changed, its pixels untouched."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import one_sentence

if TYPE_CHECKING:
    from faxcore.t4 import Coding
    from faxcore.t4.tiff import OrientedPage


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
    """Encode the pages of a one-bit TIFF anew, pixel for pixel.

    A page that is to be seen turned or mirrored (the tag Orientation) stays so.

    Exit code 1 when rows were bad: the file is there all the same, with the row above in their
    place.
    """
    with one_sentence():
        from faxcore.t4 import Coding  # noqa: PLC0415
        from faxcore.t4.tiff import write_tiff  # noqa: PLC0415

        chosen = Coding(coding.value)
        bad: list[int] = []
        count = write_tiff(target, _encoded(source, chosen, bad))
        print(f"{target}: {count} {'page' if count == 1 else 'pages'}, {chosen.value.upper()}")
        for number, rows in enumerate(bad, 1):
            if rows:
                print(f"page {number}: {rows} bad rows")
    raise SystemExit(1 if any(bad) else 0)


def _encoded(source: Path, coding: Coding, bad: list[int]) -> Iterator[OrientedPage]:
    """The pages in another coding; ``bad`` gets the number of bad rows of each."""
    from faxcore.t4 import encode_page  # noqa: PLC0415
    from faxcore.t4.tiff import OrientedPage, read_tiff  # noqa: PLC0415

    for page in read_tiff(source):
        bad.append(page.decoded.bad_rows)
        yield OrientedPage(encode_page(page.bitmap, coding), page.entry.orientation)

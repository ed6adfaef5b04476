"""``faxcore decode``: coded pages to pictures, from a fax TIFF or from octets as they came."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.encode import CodingName
from faxcore.cli.exits import one_sentence
from faxcore.cli.message import resolution_of

if TYPE_CHECKING:
    from faxcore.t4 import DecodedPage

_MAX_OCTETS = 1 << 28


def command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A fax TIFF, or raw octets.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the PNGs go.")],
    coding: Annotated[
        CodingName | None,
        typer.Option("--coding", help="IN is one page of raw octets in this coding."),
    ] = None,
    width: Annotated[int, typer.Option("--width", help="Pels a row of raw octets.")] = 1728,
    resolution: Annotated[str, typer.Option("--resolution", help="Of raw octets.")] = "fine",
    lsb: Annotated[
        bool, typer.Option("--lsb", help="Raw octets have the first-sent bit rightmost.")
    ] = False,
) -> None:
    """Decode fax pages to PNG files, and tell how many rows were bad.

    Pages of a TIFF are turned and mirrored as its tag Orientation says.

    Exit code 1 when rows were bad: the pictures are there all the same.
    """
    with one_sentence():
        from faxcore.render.png import write_png  # noqa: PLC0415

        pages = _tiff(source) if coding is None else _raw(source, coding, width, resolution, lsb)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        bad = 0
        for number, (page, orientation) in enumerate(pages, 1):
            target = folder / f"page-{number:03d}.png"
            write_png(target, page.bitmap, orientation=orientation)
            bad += page.bad_rows
            print(
                f"{target}: {page.bitmap.width} x {page.bitmap.height}, {page.bad_rows} bad rows "
                f"(longest run {page.longest_bad_run}), ended by {page.ended_by.value}"
            )
    raise SystemExit(1 if bad else 0)


def _tiff(source: Path) -> Iterator[tuple[DecodedPage, int]]:
    """The pages of a TIFF, each with its orientation."""
    from faxcore.t4.tiff import read_tiff  # noqa: PLC0415

    for page in read_tiff(source):
        yield page.decoded, page.entry.orientation


def _raw(
    source: Path, coding: CodingName, width: int, resolution: str, lsb: bool
) -> Iterator[tuple[DecodedPage, int]]:
    """The page of a file of octets, which is stored as it is to be seen."""
    from faxcore.errors import AttachmentError, SettingsError  # noqa: PLC0415
    from faxcore.t4 import Coding, decode_octets, reverse_bits  # noqa: PLC0415

    if not 1 <= width <= 65535:
        raise SettingsError(f"width {width}: 1 to 65535 pels are expected")
    with source.open("rb") as file:
        octets = file.read(_MAX_OCTETS + 1)
    if len(octets) > _MAX_OCTETS:
        raise AttachmentError(f"{source} has more than {_MAX_OCTETS >> 20} MB")
    chosen = resolution_of(resolution)
    octets = reverse_bits(octets) if lsb else octets
    yield decode_octets(octets, Coding(coding.value), width, chosen), 1

"""``faxcore info``: what a fax TIFF holds, page by page, and what it would take to send it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import one_sentence

if TYPE_CHECKING:
    from faxcore.t4 import Coding
    from faxcore.t4.tiff import TiffPage

_RATES = (14400, 9600, 2400)


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE.tif", help="A one-bit TIFF.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object for all pages.")] = False,
) -> None:
    """Show the pages of a fax TIFF: coding, size, seconds on the line, bad rows."""
    with one_sentence():
        from faxcore.t4.tiff import read_tiff  # noqa: PLC0415

        rows = [_describe(page) for page in read_tiff(file)]
        if as_json:
            print(json.dumps({"file": str(file), "pages": rows}))
            return
        print(f"{file}: {len(rows)} {'page' if len(rows) == 1 else 'pages'}")
        for row in rows:
            print(_line(row))


def _describe(page: TiffPage) -> dict[str, object]:
    from faxcore.t4 import Coding  # noqa: PLC0415

    entry, bitmap = page.entry, page.bitmap
    return {
        "page": entry.number + 1,
        "coding": _coding_name(page),
        "width": bitmap.width,
        "height": bitmap.height,
        "resolution": bitmap.resolution.name.lower(),
        "octets": entry.octets,
        "fax_page": page.is_fax_page,
        "bad_rows": page.decoded.bad_rows,
        "longest_bad_run": page.decoded.longest_bad_run,
        "seconds": {
            each.value: {str(rate): _seconds(page, each, rate) for rate in _RATES}
            for each in Coding
        },
    }


def _coding_name(page: TiffPage) -> str:
    from faxcore.t4.tiff_tags import Compression  # noqa: PLC0415

    compression = Compression(page.entry.compression)
    if compression is Compression.T4:
        return "MR" if page.entry.two_dimensional else "MH"
    return compression.title


def _seconds(page: TiffPage, coding: Coding, rate: int) -> float:
    """Seconds of coded bits with the end of the page, without fill and signals."""
    from faxcore.t4 import encode_page, line_octets  # noqa: PLC0415

    return round(len(line_octets(encode_page(page.bitmap, coding), rate, 0)) * 8 / rate, 1)


def _line(row: dict[str, object]) -> str:
    seconds = row["seconds"]
    assert isinstance(seconds, dict)
    times = ", ".join(
        f"{name.upper()} {'/'.join(f'{each[str(rate)]:.0f}' for rate in _RATES)}"
        for name, each in seconds.items()
    )
    bad = f", {row['bad_rows']} bad rows" if row["bad_rows"] else ""
    legal = "" if row["fax_page"] else ", not a legal fax page"
    return (
        f"  page {row['page']}: {row['width']} x {row['height']} {row['resolution']}, "
        f"{row['coding']}, {row['octets']} octets{bad}{legal}\n"
        f"          seconds at {'/'.join(map(str, _RATES))} bit/s: {times}"
    )

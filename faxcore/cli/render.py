"""``faxcore render``: files to fax pages, without a call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import one_sentence
from faxcore.cli.message import (
    BannerOption,
    HeaderOption,
    PaperOption,
    ToneOption,
    header_text,
    message,
    now,
    resolution_of,
)


def command(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="HTML, text, CSV, PDF, TIFF or pictures."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The TIFF class F file to make.")],
    resolution: Annotated[str, typer.Option("--resolution", help="coarse or fine.")] = "fine",
    tone: ToneOption = "auto",
    paper: PaperOption = "a4",
    banner: BannerOption = None,
    header: HeaderOption = "auto",
) -> None:
    """Render files to a TIFF class F, as they would be sent."""
    with one_sentence():
        from faxcore.cli.show import Display, printable  # noqa: PLC0415
        from faxcore.render import CoverFields, Tone  # noqa: PLC0415
        from faxcore.sending import prepare  # noqa: PLC0415
        from faxcore.t4 import Coding  # noqa: PLC0415
        from faxcore.t4.tiff import write_tiff  # noqa: PLC0415

        chosen, way = resolution_of(resolution), Tone.parse(tone)
        content = message(CoverFields(moment=now()), files, None, paper, banner)
        with Display() as display:
            fax = prepare(
                content,
                header=header_text(header),
                resolution=chosen,
                tone=way,
                observe=display,
                codings=(Coding.MH,),
            )
        count = write_tiff(output, (page.codings[0] for page in fax.rendered.pages))
        print(f"{output}: {count} {'page' if count == 1 else 'pages'}")
        for note in fax.rendered.notes:
            print(f"note: {printable(note)}")

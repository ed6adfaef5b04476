"""``faxcore modem redact``: a recorded call without numbers, names and pages, to be posted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import one_sentence


def command(
    transcript: Annotated[Path, typer.Argument(metavar="FILE", help="A recorded call.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="What may be posted.")],
) -> None:
    """Replace numbers, names, texts and pages by stand-ins; the result still replays.

    Exit codes: 0 written, 2 nothing was written, and why.
    """
    with one_sentence():
        from faxcore.errors import SettingsError  # noqa: PLC0415
        from faxcore.workbench.redact import redact  # noqa: PLC0415

        if out.exists() and transcript.exists() and out.samefile(transcript):
            raise SettingsError(f"{out}: the record itself is not overwritten")
        for note in redact(transcript, out):
            print(f"note: {note}", file=sys.stderr)
    print(f"written: {out}; look through it before you post it")

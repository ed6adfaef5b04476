"""``faxcore modem explain``: what went wrong in a recorded call, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import one_sentence


def command(
    transcript: Annotated[Path, typer.Argument(metavar="FILE", help="A recorded call.")],
    steps: Annotated[
        bool, typer.Option("--steps", help="Show every step of the call, too.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Draw the call into this file, to look at.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The verdict as one object.")] = False,
) -> None:
    """Explain a recorded call: the layer at fault, how surely, what to do, what proves it.

    The exit code is 0 whatever the verdict is, and 2 for a file that is no transcript.
    """
    with one_sentence():
        from faxcore.workbench.explain import explain  # noqa: PLC0415
        from faxcore.workbench.explain_text import (  # noqa: PLC0415
            step_lines,
            verdict_lines,
            verdict_object,
        )

        verdict = explain(transcript)
        if html is not None:
            from faxcore.cli.outbox import write_private  # noqa: PLC0415
            from faxcore.workbench.diagram import draw  # noqa: PLC0415

            write_private(html, draw(verdict).encode())
        if as_json:
            print(json.dumps(verdict_object(verdict)))
            return
        lines = verdict_lines(verdict)
        if steps:
            lines += ["", *step_lines(verdict.call.record)]
        print("\n".join(lines))
        if html is not None:
            print(f"{'drawn':<13}{html}")

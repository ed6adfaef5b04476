"""``faxcore modem diff``: two recorded calls side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import Exit, one_sentence


def command(
    a: Annotated[Path, typer.Argument(metavar="A", help="A recorded call, a good one perhaps.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
    as_json: Annotated[bool, typer.Option("--json", help="The differences as one object.")] = False,
) -> None:
    """Compare two recorded calls: what was said otherwise, and what took longer.

    Lines begin with - (only in A), + (only in B), ~ (said otherwise) or t (timing). Exit codes: 0
    the calls are alike, 1 they differ, 2 a file is no transcript.
    """
    with one_sentence():
        from faxcore.workbench.diff import compare  # noqa: PLC0415
        from faxcore.workbench.diff_text import diff_lines, diff_object  # noqa: PLC0415
        from faxcore.workbench.evidence_steps import read_steps  # noqa: PLC0415

        one, other = read_steps(a), read_steps(b)
        rows = compare(one, other)
        if as_json:
            print(json.dumps(diff_object(one, other, rows)))
        else:
            print("\n".join(diff_lines(one, other, rows)))
    raise SystemExit(int(Exit.FAILED if rows else Exit.CONFIRMED))

"""``faxcore modem replay``: a recorded call made again by today's driver, without hardware."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import Exit, one_sentence


def command(
    transcript: Annotated[Path, typer.Argument(metavar="FILE", help="A recorded call.")],
    against: Annotated[
        str | None, typer.Option("--against", help="Profile to use in place of the recorded one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as one object.")] = False,
) -> None:
    """Play a recorded call against the driver, octet for octet, in virtual time.

    Exit codes: 0 the driver did as recorded, 1 it differs (and where), 2 no call to be replayed.
    """
    with one_sentence():
        from faxcore.profiles import load_profile  # noqa: PLC0415
        from faxcore.workbench.reading import printable  # noqa: PLC0415
        from faxcore.workbench.reading_replay import replay  # noqa: PLC0415

        profile = load_profile(against) if against is not None else None
        played = replay(transcript, profile)
    result = played.result
    status = result.status.reason if result is not None else None
    if as_json:
        answer = {"file": str(transcript), "same": played.same, "difference": played.difference,
                  "profile": played.call.profile.name, "reason": status}  # fmt: skip
        print(json.dumps(answer))
    elif played.same:
        print(f"same: the driver did as recorded ({status or 'no call was made'})")
    else:
        print(f"DIFFERENT: {printable(played.difference, 400)}")
    raise SystemExit(int(Exit.CONFIRMED if played.same else Exit.FAILED))

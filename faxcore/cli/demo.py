"""``faxcore demo``: the whole road, with sample content, at a pace that people can watch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import one_sentence

_TO, _FROM = "+44 20 7946 0000", "+1 555 0100"
_SHOWN_SECONDS = 8.0
"""About how long the call is shown; it is over in milliseconds of virtual time."""

_CALL_SECONDS = 110.0
_LONGEST_PAUSE = 0.5


def command(
    out: Annotated[Path, typer.Option("--out", help="Folder for everything.")] = Path("fax-demo"),
    far: Annotated[str, typer.Option("--far", help="Which far end answers.")] = "normal",
    as_json: Annotated[bool, typer.Option("--json", help="The result as one object.")] = False,
) -> None:
    """Send a sample fax (cover page and two pages) to a simulated modem, and show what arrived."""
    with one_sentence():
        from faxcore.cli.deliver import send_and_show  # noqa: PLC0415
        from faxcore.cli.message import now  # noqa: PLC0415
        from faxcore.cli.sample import sample_content  # noqa: PLC0415
        from faxcore.t30.document import Station  # noqa: PLC0415

        send_and_show(
            _TO,
            sample_content(now(), _FROM, _TO),
            port=f"sim://?far={far}&id=%2B44+20+7946+0000",
            station=Station(_FROM),
            out=out,
            as_json=as_json,
            pacing=None if as_json else _Pace(),
        )


class _Pace:
    """Shows a call of virtual time some thirteen times as fast as a real one.

    It sleeps in the observer, while virtual time stands still: the call is the same call.
    """

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, progress: object) -> None:
        import time  # noqa: PLC0415

        at = getattr(progress, "at", 0.0)
        passed = max(0.0, at - self._last) * _SHOWN_SECONDS / _CALL_SECONDS
        if at:
            self._last = at
        time.sleep(min(passed, _LONGEST_PAUSE))

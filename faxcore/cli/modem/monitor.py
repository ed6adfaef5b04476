"""``faxcore modem monitor``: a call as it goes, or a recorded one as it went."""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import one_sentence

if TYPE_CHECKING:
    from faxcore.workbench.monitor import Moment

_LONGEST_WAIT_S = 3600.0


def command(
    what: Annotated[
        str, typer.Argument(metavar="PORT|FILE|URL", help="A transcript, or a port to answer at.")
    ],
    fast: Annotated[bool, typer.Option("--fast", help="Play a FILE without waiting.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on as long as another program writes to FILE.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Folder for a fax that comes in at a PORT.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One object a line for each step.")
    ] = False,
) -> None:
    """Watch a call: phase, frames by name and field, rates, pages, signs of trouble.

    A FILE is played, or followed while it grows; at a PORT the next call is waited for, answered
    and watched. Ctrl-C ends it.
    """
    with one_sentence():
        from faxcore.workbench import monitor  # noqa: PLC0415

        path = Path(what)
        if path.is_file() and follow:
            moments = monitor.follow(path, lambda: True, time.sleep)
        elif path.is_file():
            moments = monitor.play(path, None if fast else _sleep)
        else:
            moments = _received(what, keep)
        try:
            _show(what, moments, as_json=as_json)
        except KeyboardInterrupt:
            raise SystemExit(130) from None


def _sleep(seconds: float) -> None:
    """A gap in a transcript, as long as it was; nobody waits for hours of nothing."""
    time.sleep(min(seconds, _LONGEST_WAIT_S))


def _show(what: str, moments: Iterable[Moment], *, as_json: bool) -> None:
    from faxcore.workbench.evidence import Kind  # noqa: PLC0415
    from faxcore.workbench.explain_text import sentence, step_object  # noqa: PLC0415

    if sys.stdout.isatty() and not as_json:
        _show_live(what, moments)
        return
    for moment in moments:
        for step in moment.steps:
            if as_json:
                print(json.dumps(step_object(step)), flush=True)
            elif step.kind is not Kind.MARK:
                print(f"{step.at:10.3f}  {sentence(step)}", flush=True)


def _show_live(what: str, moments: Iterable[Moment]) -> None:
    from rich.live import Live  # noqa: PLC0415

    from faxcore.workbench.monitor import View  # noqa: PLC0415
    from faxcore.workbench.monitor_screen import screen  # noqa: PLC0415

    with Live(screen(what, View()), refresh_per_second=10) as live:
        for moment in moments:
            live.update(screen(what, moment.view))


def _received(port: str, keep: Path | None) -> Iterator[Moment]:
    """Answer the next call at a port, and follow its transcript."""
    from faxcore.errors import FaxcoreError  # noqa: PLC0415
    from faxcore.receiving import receive_fax  # noqa: PLC0415
    from faxcore.workbench import monitor  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "transcript.txt"
        failed: list[FaxcoreError] = []
        stop = threading.Event()

        def receive() -> None:
            try:
                receive_fax(port, keep=keep or Path(folder) / "fax", transcript=path, cancel=stop)
            except FaxcoreError as error:
                failed.append(error)

        thread = threading.Thread(target=receive, name="receiver")
        thread.start()
        try:
            yield from monitor.follow(path, thread.is_alive, time.sleep)
        except FaxcoreError as error:
            failed.append(error)
        finally:
            stop.set()
            thread.join()
        if failed:
            raise failed[0]

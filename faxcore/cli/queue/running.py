"""``faxcore queue run``: the workers of this host."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import Exit, fail, one_sentence
from faxcore.cli.queue.opening import DATA, DataOption

if TYPE_CHECKING:
    from faxcore.delivery.rules import Queue


def command(
    drain: Annotated[
        bool, typer.Option("--drain", help="End when nothing is left that could still be sent.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Logs as JSON.")] = False,
    data: DataOption = DATA,
) -> None:
    """Send what is in the queue: one worker process for each modem in faxcore.toml, until Ctrl-C.

    Calls in progress are ended with DCN when it stops, and gone on with when it starts again.
    """
    with one_sentence():
        try:
            from faxcore.delivery.configuration import configure  # noqa: PLC0415
            from faxcore.delivery.hosting import run_host  # noqa: PLC0415
            from faxcore.delivery.logs import configure_logs  # noqa: PLC0415
        except ModuleNotFoundError as error:
            fail(f"the queue needs more: pip install 'faxcore[service]' ({error})", Exit.UNUSABLE)
        configuration = configure(data)
        configure_logs(as_json=as_json)
        queue = configuration.open()
        stop = threading.Event()
        if configuration.rules.simulated:
            print("every modem is simulated: no fax leaves this computer, and every status says so")

        def end(number: int, frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        watcher = threading.Thread(target=_stop_when_drained, args=(queue, stop), daemon=True)
        if drain:
            watcher.start()
        try:
            run_host(configuration, stop, as_json=as_json)
        finally:
            queue.store.close()


def _stop_when_drained(queue: Queue, stop: threading.Event) -> None:
    from sqlalchemy import select  # noqa: PLC0415

    from faxcore.delivery.model import Recipient  # noqa: PLC0415
    from faxcore.delivery.states import RecipientState  # noqa: PLC0415

    going = (RecipientState.QUEUED, RecipientState.ACTIVE)
    while not stop.wait(0.3):
        with queue.store.read() as session:
            left = session.scalar(select(Recipient.id).where(Recipient.state.in_(going)).limit(1))
        if left is None:
            stop.set()

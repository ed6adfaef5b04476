"""What ``send`` and ``demo`` share: prepare, dial, show, keep, and leave with the right code."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from faxcore.cli.exits import Exit
from faxcore.cli.outbox import Outbox
from faxcore.cli.show import Display, print_result, result_json
from faxcore.modem.choice import choose_profile
from faxcore.ports import check_address
from faxcore.render import AUTO_TONE, Content, Tone
from faxcore.sending import FaxResult, PreparedFax, check_call, prepare, send_fax
from faxcore.t4 import Resolution
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.progress import Progress
from faxcore.t30.result import HangupStatus
from faxcore.t30.sender import DEFAULT_OPTIONS

_LOCAL = {HangupStatus.EQUIPMENT, HangupStatus.NO_DIALTONE, HangupStatus.NO_LOOP_CURRENT}

NOBODY = Station()
Pacing = Callable[[Progress], None]


def send_and_show(
    to: str,
    content: Content,
    *,
    port: str = "sim://",
    header: str | None = "auto",
    station: Station = NOBODY,
    profile: str | None = None,
    modem_class: str | None = None,
    resolution: Resolution = Resolution.FINE,
    tone: Tone = AUTO_TONE,
    options: CallOptions = DEFAULT_OPTIONS,
    out: Path | None = None,
    as_json: bool = False,
    pacing: Pacing | None = None,
) -> None:
    """Send, show the result, and exit with the code that it stands for.

    ``pacing`` is called at every step, for a demonstration that people can follow.
    """
    check_call(to)
    choose_profile(profile, modem_class)
    check_address(port)
    outbox = Outbox(out) if out is not None else None
    url = outbox.port(port) if outbox is not None else port
    with cancelled_by_interrupt() as cancel, Display(quiet=as_json) as display:

        def observe(progress: Progress) -> None:
            display(progress)
            if pacing is not None:
                pacing(progress)

        fax = prepare(
            content,
            header=header,
            resolution=resolution,
            tone=tone,
            observe=observe,
            cancel=cancel,
        )
        if outbox is not None:
            outbox.put_message(fax)
        result = send_fax(
            to,
            fax,
            port=url,
            station_id=station.id,
            subaddress=station.subaddress,
            password=station.password,
            profile=profile,
            modem_class=modem_class,
            options=options,
            observe=observe,
            cancel=cancel,
            transcript=outbox.transcript if outbox is not None else None,
        )
    _show(result, fax, outbox, as_json=as_json)
    raise SystemExit(int(exit_code(result)))


def exit_code(result: FaxResult) -> Exit:
    """Which exit code a result stands for; an uncertain page is the news above all other."""
    if result.ok:
        return Exit.CONFIRMED
    if result.pages_uncertain:
        return Exit.UNCERTAIN
    return Exit.EQUIPMENT if result.status in _LOCAL else Exit.FAILED


def _show(result: FaxResult, fax: PreparedFax, outbox: Outbox | None, *, as_json: bool) -> None:
    """Print the result first: a full disk must not hide what became of the fax."""
    text = result_json(result)
    pictures: list[Path] = []
    if as_json:
        print(text)
    if outbox is not None:
        try:
            pictures = outbox.put_result(fax, result, text)
        except OSError as error:
            print(f"faxcore: {outbox.folder}: {error}", file=sys.stderr)
    if not as_json:
        print_result(result, outbox.folder if outbox is not None else None, pictures)


@contextlib.contextmanager
def cancelled_by_interrupt() -> Iterator[threading.Event]:
    """An event that Ctrl-C or SIGTERM sets, so that a call ends with DCN; a second one kills."""
    cancel = threading.Event()
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: FrameType | None) -> None:
        cancel.set()
        signal.signal(number, former[signal.Signals(number)])

    for number in former:
        signal.signal(number, stop)
    try:
        yield cancel
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)

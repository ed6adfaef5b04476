"""``faxcore queue watch``: the queue as it goes, a live table or, without a terminal, lines."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.queue.opening import (
    ACCOUNT,
    DATA,
    AccountOption,
    DataOption,
    Opened,
    local,
    now,
    opened,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from faxcore.delivery.operations import ListRow

_SHOWN = 40


def command(
    every: Annotated[float, typer.Option("--every", help="Seconds between looks.")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="One look, and out.")] = False,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
) -> None:
    """Watch the queue until Ctrl-C."""
    with opened(data, account) as queue:
        from rich.console import Console  # noqa: PLC0415

        console = Console()
        try:
            if console.is_terminal and not once:
                _watch_live(queue, console, every)
            else:
                _watch_lines(queue, every, once=once)
        except KeyboardInterrupt:
            return


def _watch_live(queue: Opened, console: Console, every: float) -> None:
    from rich.live import Live  # noqa: PLC0415

    with Live(_table(queue), console=console, refresh_per_second=4) as live:
        while True:
            time.sleep(every)
            live.update(_table(queue))


def _watch_lines(queue: Opened, every: float, *, once: bool) -> None:
    """A line for each change of a recipient, and first for what there is."""
    from faxcore.delivery.operations import ListFilter, last_change, list_rows  # noqa: PLC0415

    cursor: int | None = None
    while True:
        upcoming = last_change(queue.queue, queue.account)
        for row in list_rows(queue.queue, queue.account, ListFilter(after_change=cursor)):
            print(f"{local(now())}  {_words(row)}", flush=True)
        cursor = upcoming
        if once:
            return
        time.sleep(every)


def _words(row: ListRow) -> str:
    name = row.message.client_id or row.message.uid
    if row.recipient is None:
        return f"{name} {row.status.value}"
    each = row.recipient
    pages = f", {each.pages_confirmed} of {each.pages} pages" if each.pages else ""
    return (
        f"{name} {row.status.value} {each.letter.value} {each.address}{pages}: {each.description}"
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    total: int
    rows: list[ListRow]


def _rows(queue: Opened) -> _Counts:
    """What is not final, the last of the rest behind it."""
    from faxcore.delivery.operations import list_rows  # noqa: PLC0415

    rows = [row for row in list_rows(queue.queue, queue.account) if row.recipient is not None]
    going = [row for row in rows if not row.status.is_final]
    done = [row for row in rows if row.status.is_final]
    return _Counts(len(rows), (going + done[::-1])[:_SHOWN])


def _table(queue: Opened) -> Table:
    from rich.table import Table  # noqa: PLC0415

    counts = _rows(queue)
    table = Table(title=f"{counts.total} recipients, {local(now())}", title_justify="left")
    for column in ("message", "status", "", "number", "pages", "tried", "next", "what"):
        table.add_column(column, no_wrap=column != "what")
    for row in counts.rows:
        each = row.recipient
        if each is None:
            continue
        table.add_row(
            row.message.client_id or row.message.uid,
            row.status.value,
            each.letter.value,
            each.address,
            f"{each.pages_confirmed}/{each.pages}" if each.pages else "",
            str(each.attempts),
            local(each.next_attempt)[11:],
            "on the line" if each.on_line else each.reason,
        )
    return table

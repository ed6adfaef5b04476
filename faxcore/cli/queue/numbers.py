"""``faxcore queue number``: what would be dialled, and what is remembered of a number."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from faxcore.cli.exits import Exit
from faxcore.cli.queue.opening import (
    ACCOUNT,
    DATA,
    AccountOption,
    DataOption,
    JsonOption,
    local,
    now,
    opened,
    print_json,
)


def command(
    number: Annotated[str, typer.Argument(help="The number, as people write it.")],
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget what was learnt of this number.")
    ] = False,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Say exactly what would be dialled for a number, by which rule, and what is known of it.

    Exit codes: 0 it may be dialled, 2 it is refused.
    """
    with opened(data, account) as queue:
        from faxcore.delivery.destinations import explain, forget_destination  # noqa: PLC0415

        if forget:
            forget_destination(queue.queue, number)
        told = explain(queue.queue, number, now())
        if as_json:
            print_json(asdict(told))
        else:
            verb = "may be dialled" if told.allowed else "is refused"
            print(f"{told.destination} {verb}: {told.rule}")
            print(f"dial line  {told.command}{told.dial}")
            if told.opens is not None:
                print(f"hours      not before {local(told.opens)}")
            if told.closed_until is not None:
                print(f"breaker    left alone until {local(told.closed_until)}")
            if told.worked is not None:
                print(
                    f"worked     {told.remote_id or '-'}, {told.rate} bit/s, {local(told.worked)}"
                )
            print(f"learnt     {told.why or 'nothing that holds a call back'}")
        if not told.allowed:
            raise SystemExit(int(Exit.UNUSABLE))

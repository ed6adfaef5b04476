"""``faxcore modem test``: the test sheet, sent at one carrier after another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import Exit, one_sentence

if TYPE_CHECKING:
    from faxcore.workbench.loop_calls import SheetCall


def command(
    port: Annotated[str, typer.Argument(help="Serial device, network port or sim://.")],
    number: Annotated[str, typer.Argument(help="The number to dial.")],
    rate: Annotated[
        int | None, typer.Option("--rate", help="Only the carriers of this rate in bit/s.")
    ] = None,
    every_rate: Annotated[
        bool, typer.Option("--every-rate", help="A call for each carrier that the modem has.")
    ] = False,
    fax_class: Annotated[
        str, typer.Option("--class", help="The class to use: 1, 1.0, 2, 2.0, 2.1 or auto.")
    ] = "",
    profile: Annotated[str | None, typer.Option("--profile", help="The modem's profile.")] = None,
    station_id: Annotated[
        str, typer.Option("--station-id", "-S", help="Our identity on the line (TSI).")
    ] = "",
    no_ecm: Annotated[
        bool, typer.Option("--no-ecm", "-E", help="Without error correction: errors then show.")
    ] = False,
    transcript: Annotated[
        Path | None, typer.Option("--transcript", help="File for every octet of the port.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The calls as one object.")] = False,
) -> None:
    """Send a test sheet: wedges, text, greys. Each call is dialled, and costs what calls cost.

    Exit codes: 0 every sheet was confirmed, 1 one was not, 2 wrong use, 3 local equipment, 4 one
    was sent and never answered.
    """
    with one_sentence():
        from faxcore.cli.deliver import cancelled_by_interrupt  # noqa: PLC0415
        from faxcore.cli.modem.tables import tell  # noqa: PLC0415
        from faxcore.workbench.loop import send_sheets  # noqa: PLC0415

        with cancelled_by_interrupt() as cancel:
            calls = send_sheets(
                port,
                number,
                rate=rate,
                every_rate=every_rate,
                fax_class=fax_class,
                profile=profile,
                station_id=station_id,
                ecm=not no_ecm,
                observe=None if as_json else tell,
                cancel=cancel,
                transcript=transcript,
            )
    if as_json:
        from faxcore.cli.modem.tables import print_json  # noqa: PLC0415

        print_json({"calls": [call_json(each) for each in calls]})
    else:
        show_calls(calls)
    raise SystemExit(int(exit_code(calls)))


def exit_code(calls: Sequence[SheetCall]) -> Exit:
    """What some calls come to: the gravest of them."""
    from faxcore.t30.result import HangupStatus, PageOutcome  # noqa: PLC0415

    local = {HangupStatus.EQUIPMENT, HangupStatus.NO_DIALTONE, HangupStatus.NO_LOOP_CURRENT}
    if all(each.ok for each in calls):
        return Exit.CONFIRMED
    if any(each.call.count(PageOutcome.UNCERTAIN) for each in calls):
        return Exit.UNCERTAIN
    if any(each.call.status in local for each in calls):
        return Exit.EQUIPMENT
    return Exit.FAILED


def show_calls(calls: Sequence[SheetCall]) -> None:
    """The calls for people, one a row."""
    from faxcore.cli.modem.tables import print_table  # noqa: PLC0415

    heads = ("class", "asked", "used", "trainings", "refused", "seconds", "outcome")
    print_table("", heads, [_row(each) for each in calls])


def _row(each: SheetCall) -> tuple[str, ...]:
    call = each.call
    refused = sum(page.rtn + page.ppr for page in call.pages)
    outcome = "confirmed" if each.ok else f"NOT CONFIRMED: {each.text}"
    return (
        each.fax_class,
        each.asked,
        each.used or "-",
        str(call.trainings),
        str(refused),
        f"{call.seconds:.1f}",
        outcome,
    )


def call_json(each: SheetCall) -> dict[str, object]:
    """One call for programs, with stable keys."""
    from faxcore.cli.show import session_json, timing_json  # noqa: PLC0415

    call = each.call
    return {
        "ok": each.ok,
        "reason": call.status.reason,
        "status": int(call.status),
        "text": each.text,
        "class": each.fax_class,
        "asked": each.asked,
        "remote_id": call.remote_id,
        **session_json(call.parameters),
        "ecm": call.parameters.ecm if call.parameters is not None else None,
        "trainings": call.trainings,
        "rtn": sum(page.rtn for page in call.pages),
        "ppr": sum(page.ppr for page in call.pages),
        "outcomes": [page.outcome.value for page in call.pages],
        "seconds": round(call.seconds, 3),
        "timing": timing_json(call.timing),
    }

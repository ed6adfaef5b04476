"""``faxcore modem doctor``: is this modem fit for faxing, and how is that known?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import Exit, one_sentence

if TYPE_CHECKING:
    from faxcore.workbench.doctor_report import Diagnosis, DoctorCall


def command(
    port: Annotated[str, typer.Argument(help="Serial device, network port or sim://.")],
    called: Annotated[
        str, typer.Option("--with", help="A second modem's port: it answers, and pages compare.")
    ] = "",
    number: Annotated[
        str, typer.Option("--call", help="The number of a fax machine, or of the second modem.")
    ] = "",
    profile: Annotated[str | None, typer.Option("--profile", help="The modem's profile.")] = None,
    on_hook: Annotated[
        bool, typer.Option("--on-hook", help="Take the line for calls only: no flow control test.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The diagnosis as one object.")] = False,
) -> None:
    """Examine a modem and give a verdict in plain words, with the evidence.

    Exit codes: 0 fit, or nothing against it, 1 not fit, 2 wrong use, 3 no modem.
    """
    with one_sentence():
        from faxcore.cli.deliver import cancelled_by_interrupt  # noqa: PLC0415
        from faxcore.cli.modem.tables import print_json, tell  # noqa: PLC0415
        from faxcore.workbench.doctor import examine  # noqa: PLC0415

        with cancelled_by_interrupt() as cancel:
            found = examine(
                port,
                number=number,
                called=called,
                profile=profile,
                off_hook=not on_hook,
                observe=None if as_json else tell,
                cancel=cancel,
            )
    if as_json:
        print_json({**_plain(found), "calls": [_call_json(each) for each in found.calls]})
    else:
        show(found)
    raise SystemExit(int(Exit.FAILED if found.fit is False else Exit.CONFIRMED))


def show(found: Diagnosis) -> None:
    """The verdict first, then what it rests on."""
    from faxcore.cli.modem.tables import print_table  # noqa: PLC0415
    from faxcore.cli.show import printable  # noqa: PLC0415

    print(printable(f"{found.port}: {found.probe.identity_text or 'a modem without a name'}"))
    print(printable(found.verdict))
    rows = [
        (each.grade.value, "\n".join((each.text, *(f"  {line}" for line in each.evidence))))
        for each in found.findings
    ]
    print_table("", ("", "what was found, and what shows it"), rows)
    if len(found.calls) > 1:
        heads = ("class", "outcome", "carrier", "coding", "trainings", "seconds", "page")
        print_table("", heads, [_row(each) for each in found.calls])
    if found.probe.recommendation.draft:
        print("\n# a profile to begin with\n" + found.probe.recommendation.draft, end="")


def _row(each: DoctorCall) -> tuple[str, ...]:
    sent, under = each.sent, each.sent.parameters
    same = {None: "-", True: "identical", False: "different"}[each.identical]
    carrier, coding = "-", "-"
    if under is not None:
        carrier, coding = under.rung.name, under.coding.value.upper()
    outcome = "arrived" if each.ok else sent.status.reason
    seconds = f"{sent.seconds:.1f}"
    return each.fax_class, outcome, carrier, coding, str(sent.trainings), seconds, same


def _plain(found: Diagnosis) -> dict[str, object]:
    names = ("port", "verdict", "fit", "findings", "probe")
    return {name: getattr(found, name) for name in names}


def _call_json(each: DoctorCall) -> dict[str, object]:
    """One call for programs: as ``faxcore modem test`` has it, and what came of the page."""
    from faxcore.cli.modem.test import call_json  # noqa: PLC0415
    from faxcore.workbench.loop_calls import SheetCall  # noqa: PLC0415

    received = each.received
    return {
        **call_json(SheetCall(each.fax_class, "the fastest", each.sent)),
        "identical": each.identical,
        "received": received.status.reason if received is not None else None,
    }

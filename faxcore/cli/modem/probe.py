"""``faxcore modem probe``: who a modem is, what it can do, which profile suits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import Exit, one_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from faxcore.workbench.probe_report import ClassTest, ProbeReport


def command(
    port: Annotated[str, typer.Argument(help="Serial device, network port or sim://.")],
    profile: Annotated[
        str | None, typer.Option("--profile", help="Profile for the port's speed and flow control.")
    ] = None,
    on_hook: Annotated[
        bool,
        typer.Option(
            "--on-hook", help="Leave the telephone line alone; flow control is not tried."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as one object.")] = False,
) -> None:
    """Find out what a modem is and can do; it is off hook for some ten seconds.

    Exit codes: 0 a profile fits, 1 none fits (a draft is printed), 3 no modem, or no fax modem.
    """
    with one_sentence():
        from faxcore.cli.modem.tables import print_json, tell  # noqa: PLC0415
        from faxcore.workbench.probe import probe  # noqa: PLC0415

        report = probe(
            port, profile=profile, off_hook=not on_hook, observe=None if as_json else tell
        )
    if as_json:
        print_json(report)
    else:
        show(report)
    raise SystemExit(int(exit_code(report)))


def exit_code(report: ProbeReport) -> Exit:
    """What a report comes to."""
    if not report.working:
        return Exit.EQUIPMENT
    return Exit.CONFIRMED if report.recommendation.profile else Exit.FAILED


def show(report: ProbeReport) -> None:
    """The report for people."""
    from faxcore.cli.modem.tables import print_table  # noqa: PLC0415
    from faxcore.workbench.probe_ask import NO_ANSWER  # noqa: PLC0415

    print_table("", (), list(_summary(report)))
    classes = [_class_row(each) for each in report.classes]
    print_table("", ("class", "claimed", "selected", "sends", "receives"), classes)
    trials = [trial for each in report.classes for trial in each.tried]
    silent = [trial for trial in (*trials, *report.flow.trials) if trial.result == NO_ANSWER]
    if silent:
        print_table("", ("asked", "and got"), [(each.command, each.result) for each in silent])
    if report.recommendation.draft:
        print("\n# a profile to begin with\n" + report.recommendation.draft, end="")


def _summary(report: ProbeReport) -> Iterator[tuple[str, str]]:
    from faxcore.workbench.probe_classes import V34_QUESTION  # noqa: PLC0415

    tried = [trial for each in report.classes for trial in each.tried]
    yield "port", report.port
    yield "modem", report.identity_text or "it says nothing of itself"
    found = report.recommendation
    yield "profile", found.profile or "none fits"
    for reason in found.reasons:
        yield "", reason
    answers = ", ".join(map(str, report.speeds.answers))
    yield "port speed", report.speeds.reason or f"answers AT at {answers} bit/s"
    if report.stop_bits > 1:
        yield "stop bits", f"{report.stop_bits}: with one, AT is not answered"
    timing = report.latency
    yield (
        "answers in",
        f"{timing.median_ms} ms ({timing.least_ms} to {timing.most_ms}, {timing.count} times AT)",
    )
    if report.flow.loses_early:
        yield "data", "lost right behind CONNECT: carrier_delay_ms is needed"
    yield "flow control", f"{report.flow.flow.value}: {report.flow.text}"
    if report.flow.cure:
        yield "", f"it holds behind {report.flow.cure}"
    octets = report.flow.buffer_octets
    if octets is not None:
        yield "buffer", f"about {octets} octets, with what this computer's driver holds"
    if any(trial.command == V34_QUESTION and trial.ok for trial in tried):
        yield "V.34", "+F34 is known; experimental here: --profile generic-class1.0-v34"
    yield "bit order", report.bit_order


def _class_row(each: ClassTest) -> tuple[str, str, str, str, str]:
    sends = ", ".join(map(str, each.sends))
    receives = ", ".join(map(str, each.receives))
    if each.most is not None:
        from faxcore.modem.t32 import RATES  # noqa: PLC0415

        rate = RATES[min(each.most.br, len(RATES) - 1)]
        coding = ("MH", "MR", "MR", "MMR")[min(each.most.df, 3)]
        corrects = ", error correction" if each.most.ec else ""
        sends, receives = f"up to {rate} bit/s, {coding}{corrects}", "as it sends"
    return each.name, _yes(each.claimed), _yes(each.works), sends or "-", receives or "-"


def _yes(value: bool) -> str:
    return "yes" if value else "no"

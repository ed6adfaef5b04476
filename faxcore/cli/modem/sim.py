"""``faxcore modem sim``: a simulated modem on a pseudo terminal, for any fax program to use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import Exit, one_sentence

if TYPE_CHECKING:
    from faxcore.sim import SimModem


def command(
    link: Annotated[Path, typer.Argument(help="Path that will lead to the modem's terminal.")],
    profile: Annotated[
        str, typer.Option("--profile", help="What the modem is like, quirks and all.")
    ] = "generic-class1",
    fax_class: Annotated[
        str, typer.Option("--class", help="Its class beside 1: 1.0, 2, 2.0 or 2.1.")
    ] = "",
    far: Annotated[str, typer.Option("--far", help="What answers its calls.")] = "normal",
    caller: Annotated[str, typer.Option("--caller", help="Who calls it.")] = "",
    pages: Annotated[int, typer.Option("--pages", help="How many pages the caller sends.")] = 1,
    ring_after: Annotated[
        float, typer.Option("--ring-after", help="Seconds until the caller calls.")
    ] = 5.0,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Folder for the pages that the far end gets.")
    ] = None,
    pace: Annotated[
        float, typer.Option("--pace", help="So many times as fast as the clock.")
    ] = 1.0,
) -> None:
    """Be a modem until Ctrl-C, and tell then what was wrong with the calls.

    Exit codes: 0 nothing was, 1 the judge has notes, 2 wrong use.
    """
    with one_sentence():
        from faxcore.cli.deliver import cancelled_by_interrupt  # noqa: PLC0415
        from faxcore.errors import SettingsError  # noqa: PLC0415
        from faxcore.sim import caller as caller_named  # noqa: PLC0415
        from faxcore.workbench.sim_terminal import ModemTerminal  # noqa: PLC0415

        if not 0 < pace <= 1000:
            raise SettingsError(f"--pace {pace:g}: over 0 and at most 1000 is expected")
        modem = _modem(profile, fax_class, far, keep)
        if caller:
            modem.ring(caller_named(caller, pages), ring_after * pace)
        with cancelled_by_interrupt() as stop, ModemTerminal(modem, link=link, pace=pace) as there:
            print(f"{link} is a simulated modem ({there.name}); Ctrl-C ends it", flush=True)
            stop.wait()
    show(modem)
    raise SystemExit(int(Exit.FAILED if modem.notes else Exit.CONFIRMED))


def show(modem: SimModem) -> None:
    """What happened, and what the judge noted."""
    from faxcore.cli.show import printable  # noqa: PLC0415

    for number in modem.dialled:
        print(f"dialled {printable(number)}")
    for page in modem.received:
        form = f"{page.parameters.coding.value.upper()}, {page.bitmap.height} rows"
        bad = page.decoded.bad_rows
        print(f"page {page.number} arrived: {form}" + (f", {bad} undecodable" if bad else ""))
    if modem.far_result is not None:
        print(f"the far end's view: {printable(modem.far_result.status.sentence)}")
    for note in modem.notes:
        print(f"{note.at:9.3f} s  {note.fault.value}: {printable(note.text)}")
    if not modem.notes:
        print("the judge has no notes")


def _modem(profile: str, fax_class: str, far: str, keep: Path | None) -> SimModem:
    from dataclasses import replace  # noqa: PLC0415

    from faxcore.errors import SettingsError  # noqa: PLC0415
    from faxcore.profiles import load_profile  # noqa: PLC0415
    from faxcore.sim import SimModem, scenario  # noqa: PLC0415

    like = load_profile(profile)
    if fax_class not in {"", "1", "1.0", "2", "2.0", "2.1"}:
        raise SettingsError(f"--class {fax_class}: 1, 1.0, 2, 2.0 or 2.1 is expected")
    if fax_class:
        like = replace(like, fax_class=fax_class)
    return SimModem(scenario(far), profile=like, keep=keep)

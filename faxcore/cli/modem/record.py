"""``faxcore modem record``: a call, or only the modem's setting up, kept octet by octet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import Exit, one_sentence

if TYPE_CHECKING:
    from faxcore.t30.result import CallResult

_TEXT = "A test page, sent to be recorded."


def command(
    port: Annotated[
        str, typer.Argument(metavar="PORT", help="Serial device, network port, sim://.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The transcript; only you may read it.")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="What is sent; else a line.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", "-d", help="Send to this number.")] = None,
    receive: Annotated[
        Path | None, typer.Option("--receive", help="Take the next call; its pages go there.")
    ] = None,
    wait: Annotated[
        float | None, typer.Option("--wait", help="Seconds to wait for a call.")
    ] = None,
    station_id: Annotated[
        str, typer.Option("--station-id", "-S", help="Our identity on the line.")
    ] = "",
    profile: Annotated[
        str | None, typer.Option("--profile", help="What the modem is like.")
    ] = None,
) -> None:
    """Record what crosses a port: a call with --to or --receive, else the modem's setting up.

    What the record shows is explained at the end. Exit codes: 0 as wished, 1 the call failed, 2
    wrong use, 3 local equipment.
    """
    with one_sentence():
        from faxcore.errors import ModemError, SettingsError  # noqa: PLC0415
        from faxcore.workbench.explain import explain  # noqa: PLC0415
        from faxcore.workbench.explain_text import verdict_lines  # noqa: PLC0415

        if to is not None and receive is not None:
            raise SettingsError("--to and --receive: one call at a time")
        if to is None and files:
            raise SettingsError("files are given, and no number: --to is missing")
        try:
            code = _make(port, out, to, files or [], receive, wait, station_id, profile)
        except ModemError:
            if out.exists():
                print("\n".join(verdict_lines(explain(out))))
            raise
        print("\n".join([*verdict_lines(explain(out)), f"{'recorded':<13}{out}"]))
    raise SystemExit(int(code))


def _make(
    port: str,
    out: Path,
    to: str | None,
    files: list[Path],
    receive: Path | None,
    wait: float | None,
    station_id: str,
    profile: str | None,
) -> Exit:
    """One exercise; how it ended."""
    if to is not None:
        from faxcore.sending import send_fax  # noqa: PLC0415

        sent = send_fax(
            to, files or _TEXT, port=port, station_id=station_id, profile=profile, transcript=out
        )
        return _code(sent.call, ok=sent.ok)
    if receive is not None:
        from faxcore.receiving import receive_fax  # noqa: PLC0415

        fax = receive_fax(
            port, keep=receive, wait=wait, station_id=station_id, profile=profile, transcript=out
        )
        return _code(fax.call, ok=fax.ok)
    _set_up(port, out, profile)
    return Exit.CONFIRMED


def _code(call: CallResult, *, ok: bool) -> Exit:
    from faxcore.t30.result import HangupStatus  # noqa: PLC0415

    if ok:
        return Exit.CONFIRMED
    return Exit.EQUIPMENT if call.status is HangupStatus.EQUIPMENT else Exit.FAILED


def _set_up(port: str, out: Path, profile: str | None) -> None:
    """Reset, class and capabilities, and no call."""
    from faxcore.modem.driver import FaxModem  # noqa: PLC0415
    from faxcore.ports import open_port  # noqa: PLC0415
    from faxcore.profiles import as_profile  # noqa: PLC0415

    wanted = as_profile(profile)
    with FaxModem(open_port(port, wanted, record=out), wanted) as modem:
        modem.prepare()
        modem.receivable()

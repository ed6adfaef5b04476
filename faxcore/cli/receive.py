"""``faxcore receive``: wait for a call, take the fax that comes, show it.

page-001.tif ...   the pages, each kept before it was confirmed to the caller
page-001.png ...   the same to look at
fax.tif            all pages in one file
transcript.txt     every octet to and from the modem, with times
result.json        the result
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import Exit, one_sentence
from faxcore.cli.message import ClassOption, ProfileOption

if TYPE_CHECKING:
    from faxcore.receiving import ReceivedFax
    from faxcore.t4 import Resolution


def command(
    port: Annotated[
        str, typer.Option("--port", help="Serial device, network port or sim://?caller=NAME.")
    ] = "sim://?caller=normal&pages=2",
    out: Annotated[
        Path, typer.Option("--out", help="Folder for pages, pictures, transcript and result.")
    ] = Path("fax-received"),
    station_id: Annotated[
        str, typer.Option("--station-id", "-S", help="Our identity on the line (CSI).")
    ] = "",
    rings: Annotated[int, typer.Option("--rings", help="Answer at this ring.")] = 1,
    wait: Annotated[
        float | None, typer.Option("--wait", help="Seconds to wait for a call; else until Ctrl-C.")
    ] = None,
    no_ecm: Annotated[
        bool, typer.Option("--no-ecm", help="Offer no error correction, and so no MMR.")
    ] = False,
    finest: Annotated[
        str, typer.Option("--finest", help="Offer up to coarse, fine, superfine, 300 or 400.")
    ] = "superfine",
    widest: Annotated[
        int, typer.Option("--widest", help="Offer pages of up to 1728, 2048 or 2432 pels.")
    ] = 1728,
    poll: Annotated[
        str, typer.Option("--poll", help="Dial this number and fetch what is held ready there.")
    ] = "",
    selective: Annotated[
        str, typer.Option("--selective", help="With --poll: which document (SEP).")
    ] = "",
    password: Annotated[
        str, typer.Option("--password", help="With --poll: for a far end that asks for one (PWD).")
    ] = "",
    profile: ProfileOption = None,
    modem_class: ClassOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one object.")] = False,
) -> None:
    """Receive a fax: wait for a call, or fetch one by polling.

    Exit codes: 0 every page confirmed, 1 the call failed or none came, 2 wrong use, 3 local
    equipment.
    """
    with one_sentence():
        from faxcore.cli.deliver import cancelled_by_interrupt  # noqa: PLC0415
        from faxcore.cli.show import Display  # noqa: PLC0415
        from faxcore.receiving import receive_fax  # noqa: PLC0415

        offered = _resolution(finest)
        with cancelled_by_interrupt() as cancel, Display(quiet=as_json) as display:
            fax = receive_fax(
                port,
                keep=out,
                station_id=station_id,
                rings=rings,
                wait=wait,
                finest=offered,
                widest=widest,
                profile=profile,
                modem_class=modem_class,
                ecm=not no_ecm,
                poll=poll,
                selective=selective,
                password=password,
                observe=display,
                cancel=cancel,
                transcript=out / "transcript.txt",
            )
    _show(fax, out, as_json=as_json)
    raise SystemExit(int(_exit_code(fax)))


def _resolution(name: str) -> Resolution:
    from faxcore.errors import SettingsError  # noqa: PLC0415
    from faxcore.t4 import Resolution  # noqa: PLC0415

    names = {"300": "R300X300", "400": "R400X400"}
    try:
        return Resolution[names.get(name, name.upper())]
    except KeyError:
        raise SettingsError(f"--finest {name}: coarse, fine, superfine, 300 or 400") from None


def _exit_code(fax: ReceivedFax) -> Exit:
    from faxcore.t30.result import HangupStatus  # noqa: PLC0415

    if fax.ok:
        return Exit.CONFIRMED
    return Exit.EQUIPMENT if fax.status is HangupStatus.EQUIPMENT else Exit.FAILED


def _show(fax: ReceivedFax, out: Path, *, as_json: bool) -> None:
    """Print the result first: a full disk must not hide what became of the fax."""
    text = _result_json(fax)
    pictures: list[Path] = []
    if as_json:
        print(text)
    try:
        pictures = _put(fax, out, text)
    except OSError as error:
        print(f"faxcore: {out}: {error}", file=sys.stderr)
    if not as_json:
        _print(fax, out, pictures)


def _put(fax: ReceivedFax, out: Path, text: str) -> list[Path]:
    """The result and a picture of every page beside the pages."""
    from faxcore.cli.outbox import write_private  # noqa: PLC0415
    from faxcore.render.png import write_png  # noqa: PLC0415
    from faxcore.t4.tiff import read_tiff  # noqa: PLC0415

    write_private(out / "result.json", text.encode() + b"\n")
    pictures = []
    for path in fax.pages:
        for page in read_tiff(path):
            pictures.append(path.with_suffix(".png"))
            write_png(pictures[-1], page.bitmap)
    return pictures


def _print(fax: ReceivedFax, out: Path, pictures: list[Path]) -> None:
    """The result for people."""
    from faxcore.cli.show import printable  # noqa: PLC0415

    call, under = fax.call, fax.call.parameters
    outcome = "received: every page kept and confirmed" if fax.ok else f"NOT RECEIVED: {fax.text}"
    who = "polled" if fax.polled else "caller"
    rows = [("outcome", outcome), (who, fax.remote_id or "-")]
    if under is not None:
        form = f"{under.coding.value.upper()}, {under.resolution.name.lower()}, {under.width} pels"
        corrected = ", error correction" if under.ecm else ""
        rows += [("rate", under.rung.name), ("coding", form + corrected)]
    rows += [
        ("pages", f"{fax.pages_confirmed} confirmed"),
        ("on the line", f"{call.seconds:.1f} s"),
    ]
    rows += [("note", note) for note in fax.notes]
    rows += [("folder", str(out))]
    rows += [("received", str(picture)) for picture in pictures]
    for name, value in rows:
        print(f"{name:<12} {printable(value)}")


def _result_json(fax: ReceivedFax) -> str:
    """The result for programs: one object with stable keys."""
    from faxcore.cli.show import session_json, timing_json  # noqa: PLC0415

    call, under = fax.call, fax.call.parameters
    return json.dumps(
        {
            "ok": fax.ok,
            "reason": fax.reason,
            "status": int(call.status),
            "text": fax.text,
            "answered": fax.answered,
            "remote_id": fax.remote_id,
            "pages": [str(path) for path in fax.pages],
            "document": str(fax.document) if fax.document is not None else None,
            "pages_confirmed": fax.pages_confirmed,
            **session_json(under),
            "ecm": under.ecm if under is not None else None,
            "trainings": call.trainings,
            "seconds": round(call.seconds, 3),
            "timing": timing_json(call.timing),
            "page_reports": [
                {"number": page.number, "outcome": page.outcome.value, "octets": page.octets}
                for page in call.pages
            ],
            "transcript": str(fax.transcript) if fax.transcript is not None else None,
            "notes": list(fax.notes),
        }
    )

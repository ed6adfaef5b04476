"""``faxcore send``: a message, a number, a modem. The letters are those of HylaFAX's sendfax."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import one_sentence
from faxcore.cli.message import (
    BannerOption,
    ClassOption,
    HeaderOption,
    PaperOption,
    ProfileOption,
    ToneOption,
    header_text,
    message,
    now,
    resolution_of,
)


def command(
    to: Annotated[str, typer.Option("--to", "-d", help="The number to dial.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="HTML, text, CSV, PDF, TIFF or pictures, in order."),
    ] = None,
    port: Annotated[
        str, typer.Option("--port", help="Serial device, network port or sim://.")
    ] = "sim://",
    cover: Annotated[
        str | None,
        typer.Option("--cover", "-C", help="Cover page: a name, such as standard, or a path.html."),
    ] = None,
    no_cover: Annotated[bool, typer.Option("--no-cover", "-n", help="No cover page.")] = False,
    sender: Annotated[str, typer.Option("--from", "-f", help="Sender's name.")] = "",
    sender_number: Annotated[
        str, typer.Option("--sender-number", help="Sender's number, for cover and header.")
    ] = "",
    subject: Annotated[str, typer.Option("--subject", "-r", help="What it is about.")] = "",
    comments: Annotated[str, typer.Option("--comments", "-c", help="For the cover.")] = "",
    recipient: Annotated[str, typer.Option("--recipient", help="Recipient's name.")] = "",
    sender_company: Annotated[
        str, typer.Option("--sender-company", help="Sender's company, for the cover.")
    ] = "",
    sender_voice: Annotated[
        str, typer.Option("--sender-voice", help="Sender's telephone, for the cover.")
    ] = "",
    recipient_company: Annotated[
        str, typer.Option("--recipient-company", help="Recipient's company, for the cover.")
    ] = "",
    recipient_voice: Annotated[
        str, typer.Option("--recipient-voice", help="Recipient's telephone, for the cover.")
    ] = "",
    reference: Annotated[
        str, typer.Option("--reference", help="Your own name for the message, for the cover.")
    ] = "",
    paper: PaperOption = "a4",
    banner: BannerOption = None,
    resolution: Annotated[str, typer.Option("--resolution", help="coarse or fine.")] = "fine",
    low: Annotated[bool, typer.Option("-l", help="98 lines/inch: --resolution coarse.")] = False,
    medium: Annotated[bool, typer.Option("-m", help="196 lines/inch: --resolution fine.")] = False,
    tone: ToneOption = "auto",
    station_id: Annotated[
        str, typer.Option("--station-id", "-S", help="Our identity on the line (TSI).")
    ] = "",
    subaddress: Annotated[
        str, typer.Option("--subaddress", help="For a far end that takes one (SUB).")
    ] = "",
    password: Annotated[
        str, typer.Option("--password", help="For a far end that takes one (PWD).")
    ] = "",
    profile: ProfileOption = None,
    modem_class: ClassOption = None,
    no_ecm: Annotated[
        bool, typer.Option("--no-ecm", "-E", help="Without error correction.")
    ] = False,
    fastest: Annotated[
        int, typer.Option("--fastest", "-B", help="Highest rate in bit/s, 2400 to 14400.")
    ] = 14400,
    header: HeaderOption = "auto",
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for PDF, TIFF, transcript and result.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one object.")] = False,
) -> None:
    """Send a fax.

    Exit codes: 0 every page confirmed, 1 the call failed, 2 wrong use or unusable input, 3 local
    equipment, 4 the last page sent was never answered (it may have been printed).
    """
    with one_sentence():
        from faxcore.cli.deliver import send_and_show  # noqa: PLC0415
        from faxcore.render import CoverFields, Tone  # noqa: PLC0415
        from faxcore.t30.document import CallOptions, Station  # noqa: PLC0415

        way = Tone.parse(tone)
        fields = CoverFields(
            moment=now(),
            sender_name=sender,
            sender_number=sender_number or station_id,
            recipient_name=recipient,
            recipient_number=to,
            subject=subject,
            comments=comments,
            sender_company=sender_company,
            sender_voice=sender_voice,
            recipient_company=recipient_company,
            recipient_voice=recipient_voice,
            message_id=reference,
        )
        chosen = "coarse" if low else "fine" if medium else resolution
        content = message(fields, files or [], None if no_cover else cover, paper, banner)
        send_and_show(
            to,
            content,
            port=port,
            header=header_text(header),
            station=Station(station_id, subaddress, password),
            profile=profile,
            modem_class=modem_class,
            resolution=resolution_of(chosen),
            tone=way,
            options=CallOptions(ecm=not no_ecm, fastest=fastest),
            out=out,
            as_json=as_json,
        )

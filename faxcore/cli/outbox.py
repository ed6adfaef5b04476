"""The folder that ``--out`` names: what was rendered, what was sent, what arrived, what was said.

    message.pdf        the message as it was rendered
    sent.tif           the pages as they went out (TIFF class F)
    received/          the pages as the far end decoded them, where the far end is simulated
    transcript.txt     every octet to and from the modem, with times
    result.json        the result

Everything in it is for its owner's eyes only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from faxcore.sending import FaxResult, PreparedFax
    from faxcore.t4 import EncodedPage
    from faxcore.t30.result import PageReport

_OWN = ("message.pdf", "sent.tif", "transcript.txt", "result.json")


class Outbox:
    """One folder for one fax. Files of ours from an earlier fax in it are removed first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.received = folder / "received"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in (*(folder / name for name in _OWN), *self.received.glob("page-*.*")):
            path.unlink(missing_ok=True)

    @property
    def transcript(self) -> Path:
        """Where the octets go."""
        return self.folder / "transcript.txt"

    def port(self, url: str) -> str:
        """The address of a simulated port, with the far end's pages going into this folder."""
        from faxcore.sim.url import is_sim, parse_sim_url  # noqa: PLC0415

        if not is_sim(url) or parse_sim_url(url).keep is not None:
            return url
        return f"{url}{'&' if '?' in url else '?'}keep={quote(str(self.received))}"

    def put_message(self, fax: PreparedFax) -> None:
        """Before the call: the PDF."""
        write_private(self.folder / "message.pdf", fax.rendered.pdf)

    def put_result(self, fax: PreparedFax, result: FaxResult, json: str) -> list[Path]:
        """After the call: what was sent, what arrived; the pictures to look at."""
        from faxcore.t4.tiff import write_tiff  # noqa: PLC0415

        write_private(self.folder / "result.json", json.encode() + b"\n")
        sent = list(_sent_pages(fax, result))
        if sent:
            write_tiff(self.folder / "sent.tif", sent)
        return self._draw_received()

    def _draw_received(self) -> list[Path]:
        from faxcore.inbox import kept_pages  # noqa: PLC0415
        from faxcore.render.png import write_png  # noqa: PLC0415
        from faxcore.t4.tiff import read_tiff  # noqa: PLC0415

        pictures = []
        for tiff in kept_pages(self.received):
            for page in read_tiff(tiff):
                pictures.append(tiff.with_suffix(".png"))
                write_png(pictures[-1], page.bitmap)
        return pictures


def _sent_pages(fax: PreparedFax, result: FaxResult) -> Iterator[EncodedPage]:
    """Every page that was sent at all, in the form in which it was sent."""
    for report in result.call.pages:
        if report.sendings and report.part <= 1:
            yield _form_sent(fax, report)


def _form_sent(fax: PreparedFax, report: PageReport) -> EncodedPage:
    codings = fax.rendered.pages[report.number - 1].codings
    under = report.parameters
    for form in codings:
        if under is not None and (form.resolution, form.coding) == (under.resolution, under.coding):
            return form
    return codings[0]


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise

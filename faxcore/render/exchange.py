"""What passes between the caller and the render worker: JSON and raw octets in a private folder.

A hostile document may own the worker, so nothing here can run code, and the caller believes no
figure before it has checked it: pickles and archives do not cross this line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from faxcore.errors import AttachmentError, ContentError, FaxcoreError, RenderError
from faxcore.render.content import Attachment, BodyType, Content, CoverFields, Paper
from faxcore.render.coverpage import cover_folder
from faxcore.render.document import Design, Limits, RenderedDocument, RenderedPage
from faxcore.render.tone import AUTO_TONE, Tone
from faxcore.t4 import Coding, EncodedPage, Resolution

REQUEST = "request.json"
RESULT = "result.json"
PAGES = "pages.bin"
DOCUMENT = "document.pdf"

FAST = "FAXCORE_FAST"
"""Set for a warm worker that is to code by compiled code, as its program does."""

_ERRORS = {kind.__name__: kind for kind in (AttachmentError, RenderError, ContentError)}
_RESULT_OCTETS = 64 << 20
_WIDTH = 8192
_WIDTHS = 3
_SOURCE = 300
_HINTS = 20
_DESIGN_OCTETS = 32 << 20
_PNG = b"\x89PNG\r\n\x1a\n"


def error_named(name: str, text: str) -> FaxcoreError:
    """The exception that the worker's error line stands for."""
    return _ERRORS.get(name, RenderError)(text)


@dataclass(frozen=True, slots=True)
class Request:
    """All that the worker is told.

    ``designs``: pictures of the pages as designed, with hints. ``draft``: a cover page's unknown
    tokens are marked, and are no error.
    """

    content: Content
    header: str | None
    resolutions: tuple[Resolution, ...]
    limits: Limits
    designs: bool = False
    tone: Tone = AUTO_TONE
    codings: tuple[Coding, ...] = tuple(Coding)
    draft: bool = False


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that nobody else can read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def save_request(folder: Path, request: Request) -> None:
    """Put a request into the folder."""
    content = request.content
    fields = asdict(content.fields) | {"moment": content.fields.moment.isoformat()}
    described = {
        "fields": fields,
        "body": content.body,
        "body_type": content.body_type.value,
        "paper": content.paper.value,
        "cover": content.cover,
        "cover_folder": None if content.cover is None else str(cover_folder(content)),
        "banner": None if content.banner is None else content.banner.name,
        "attachments": [file.name for file in content.attachments],
        "header": request.header,
        "resolutions": [resolution.name for resolution in request.resolutions],
        "limits": asdict(request.limits),
        "designs": request.designs,
        "draft": request.draft,
        "tone": str(request.tone),
        "codings": [coding.name for coding in request.codings],
    }
    write_private(folder / REQUEST, json.dumps(described).encode())
    if content.banner is not None:
        write_private(folder / "banner", content.banner.data)
    for number, file in enumerate(content.attachments):
        write_private(folder / f"attachment-{number}", file.data)


def load_request(folder: Path) -> Request:
    """What ``save_request`` put there."""
    told = json.loads((folder / REQUEST).read_bytes())
    fields = told["fields"] | {"moment": datetime.fromisoformat(told["fields"]["moment"])}
    content = Content(
        fields=CoverFields(**fields),
        body=told["body"],
        body_type=BodyType(told["body_type"]),
        paper=Paper(told["paper"]),
        cover=told["cover"],
        cover_folder=None if told["cover_folder"] is None else Path(told["cover_folder"]),
        attachments=tuple(
            Attachment(name, (folder / f"attachment-{number}").read_bytes())
            for number, name in enumerate(told["attachments"])
        ),
        banner=None if told["banner"] is None else _banner(folder, told["banner"]),
    )
    resolutions = tuple(Resolution[name] for name in told["resolutions"])
    limits = Limits(**told["limits"])
    tone = Tone.parse(told["tone"])
    codings = tuple(Coding[name] for name in told["codings"])
    header, designs, draft = told["header"], told["designs"], told["draft"]
    return Request(content, header, resolutions, limits, designs, tone, codings, draft)


def _banner(folder: Path, name: str) -> Attachment:
    return Attachment(name, (folder / "banner").read_bytes())


def packed(page: RenderedPage) -> tuple[dict[str, Any], bytes]:
    """A page in all its codings, as JSON and octets."""
    codings, octets = [], []
    for coded in page.codings:
        octets += [coded.row_bits.astype("<i4").tobytes(), coded.data]
        codings.append(
            {
                "resolution": coded.resolution.name,
                "coding": coded.coding.name,
                "width": coded.width,
                "rows": coded.height,
                "octets": len(coded.data),
            }
        )
    return {"source": page.source[:_SOURCE], "codings": codings}, b"".join(octets)


def save_design(folder: Path, number: int, design: Design) -> dict[str, Any]:
    """Keep how a page (from 0) was designed; what its description says of it."""
    write_private(folder / f"design-{number}", design.png)
    return {"hints": [hint[:_SOURCE] for hint in design.hints]}


class ResultWriter:
    """Writes pages as they are made, so that a long document needs the memory of one page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._described: list[dict[str, Any]] = []
        path = folder / PAGES
        self._file = open(  # noqa: SIM115  # closed by finish()
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        )

    def add(self, described: dict[str, Any], octets: bytes) -> None:
        """Append a page that is ``packed``."""
        self._file.write(octets)
        self._described.append(described)

    def finish(self, pdf: bytes, notes: Iterable[str], assets: Iterable[str] = ()) -> None:
        """Write the PDF and the description: the result is whole."""
        self._file.close()
        write_private(self._folder / DOCUMENT, pdf)
        described = {
            "pages": self._described,
            "notes": [note[:1000] for note in notes],
            "assets": list(assets),
        }
        write_private(self._folder / RESULT, json.dumps(described).encode())


def load_result(folder: Path, request: Request) -> RenderedDocument:
    """The worker's result, every figure checked; RenderError if it does not add up."""
    try:
        told = json.loads(_read(folder / RESULT, _RESULT_OCTETS))
        coded = _read(folder / PAGES, request.limits.output_octets)
        pdf = _read(folder / DOCUMENT, request.limits.output_octets)
        pages, end = [], 0
        for page in told["pages"]:
            codings = []
            for form, described in zip(
                _forms(page["codings"], request), page["codings"], strict=True
            ):
                loaded, end = _load_coding(described, form, coded, end)
                codings.append(loaded)
            pages.append(RenderedPage(str(page["source"])[:_SOURCE], tuple(codings)))
        notes = tuple(str(note) for note in told["notes"])
        assets = tuple(str(name) for name in told["assets"])
        designs = _load_designs(folder, told["pages"]) if request.designs else ()
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise RenderError(f"the render worker's answer is not valid: {error}") from error
    if end != len(coded) or not pages or len(pages) > request.limits.pages:
        raise RenderError("the render worker's answer does not add up")
    if not pdf.startswith(b"%PDF-"):
        raise RenderError("the render worker's answer has no PDF")
    return RenderedDocument(pdf, tuple(pages), notes, designs, assets)


def _load_designs(folder: Path, described: list[dict[str, Any]]) -> tuple[Design, ...]:
    designs = []
    for number, page in enumerate(described):
        png = _read(folder / f"design-{number}", _DESIGN_OCTETS)
        if not png.startswith(_PNG):
            raise ValueError("a page's picture is no PNG")
        hints = tuple(str(hint)[:_SOURCE] for hint in page["hints"][:_HINTS])
        designs.append(Design(png, hints))
    return tuple(designs)


def _forms(
    described: list[dict[str, Any]], request: Request
) -> Iterator[tuple[Resolution, Coding]]:
    """The forms that a page must have: the codings asked for, in one or more of the resolutions.

    A page that is wider than usual comes in several widths for each resolution.
    """
    made = {each["resolution"] for each in described}
    resolutions = [each for each in request.resolutions if each.name in made]
    if not resolutions:
        raise ValueError("a page has no resolution that was asked for")
    widths = len(described) // (len(resolutions) * len(request.codings))
    if not 1 <= widths <= _WIDTHS:
        raise ValueError("a page has too few or too many forms")
    forms = product(resolutions, range(widths), request.codings)
    return ((resolution, coding) for resolution, _, coding in forms)


def _read(path: Path, at_most: int) -> bytes:
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        data = file.read(at_most + 1)
    if len(data) > at_most:
        raise ValueError(f"{path.name} is larger than {at_most} octets")
    return data


def _load_coding(
    described: dict[str, Any], form: tuple[Resolution, Coding], coded: bytes, start: int
) -> tuple[EncodedPage, int]:
    resolution, coding = form
    width, rows, octets = (described[key] for key in ("width", "rows", "octets"))
    figures_fit = all(type(figure) is int and figure > 0 for figure in (width, rows, octets))
    if not figures_fit or width > _WIDTH:
        raise ValueError("a page has impossible figures")
    if (described["resolution"], described["coding"]) != (resolution.name, coding.name):
        raise ValueError("a page has another form than was asked for")
    middle, end = start + 4 * rows, start + 4 * rows + octets
    if end > len(coded):
        raise ValueError("a page is longer than the file")
    row_bits = np.frombuffer(coded, "<i4", rows, start).astype(np.int32)
    bits = int(row_bits.sum(dtype=np.int64))
    if row_bits.min() < 0 or not 8 * (octets - 1) < bits <= 8 * octets:
        raise ValueError("a page's rows are not as long as its data")
    return EncodedPage(coded[middle:end], coding, width, row_bits, resolution), end

"""A message as its receiver will get it, beside what was designed: one page of HTML, or values.

``preview()`` renders as for sending. What it shows of the fax are the pixels that would go out,
decoded from their coding; what it says of seconds is the length of that coding on the line.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from faxcore.render import (
    AUTO_TONE,
    Content,
    Design,
    RenderedDocument,
    RenderedPage,
    Tone,
    WarmWorker,
    render_content,
)
from faxcore.render.document import RenderProgress
from faxcore.render.png import png_octets
from faxcore.t4 import Coding, Resolution, decode_page, line_octets

RATES = (14400, 9600, 2400)
"""Rates that a fax may have, in bit/s."""

_RESOLUTIONS = (Resolution.FINE, Resolution.COARSE)
_TEMPLATE = Path(__file__).with_name("preview.html")


@dataclass(frozen=True, slots=True)
class Seen:
    """A page at one resolution as it arrives, a PNG.

    ``aspect`` is its width by its height on paper. ``octets`` is its length by coding; ``seconds``
    how long that takes by coding and rate, the end of the page included, fill and signals aside.
    """

    resolution: Resolution
    png: bytes = field(repr=False)
    aspect: float
    octets: dict[Coding, int]
    seconds: dict[Coding, dict[int, float]]


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """One page: where it comes from, its design, what may suffer, and how it arrives."""

    source: str
    design: bytes = field(repr=False)
    hints: tuple[str, ...]
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """All pages of a message, and notes about what was left out."""

    pages: tuple[PreviewPage, ...]
    notes: tuple[str, ...] = ()

    def seconds(self, resolution: Resolution, coding: Coding, rate: int) -> float:
        """How long all pages take."""
        return sum(
            seen.seconds[coding][rate]
            for page in self.pages
            for seen in page.seen
            if seen.resolution is resolution
        )

    def html(self, *, live: bool = False, fields: dict[str, str] | None = None) -> str:
        """A page that needs nothing but itself; ``live`` reloads when the server says so.

        ``fields`` are shown as a form that asks the server for the same with other values.
        """
        return _page(self, "", live, fields or {})


def preview(
    content: Content,
    *,
    header: str | None = "auto",
    observe: Callable[[RenderProgress], None] | None = None,
    tone: Tone | str = AUTO_TONE,
    draft: bool = False,
    warm: WarmWorker | None = None,
) -> Preview:
    """Render a message and show what will arrive, fine and coarse.

    ``draft`` shows a cover page with unknown tokens, each of them marked; ``warm`` is a worker that
    is kept for the next time (see ``render_content``).

    Raises ContentError for what cannot be faxed, as sending does.
    """
    document = render_content(
        content,
        header=header,
        resolutions=_RESOLUTIONS,
        observe=observe,
        designs=True,
        tone=tone,
        draft=draft,
        warm=warm,
    )
    return preview_of(document)


def preview_of(document: RenderedDocument) -> Preview:
    """The preview of a message that was rendered with its designs."""
    pages = [
        _page_of(page, design)
        for page, design in zip(document.pages, document.designs, strict=True)
    ]
    return Preview(tuple(pages), document.notes)


def error_page(text: str, *, fields: dict[str, str] | None = None) -> str:
    """The same page for a message that cannot be rendered: it waits for the next change."""
    return _page(Preview(()), text, True, fields or {})


def _page_of(page: RenderedPage, design: Design) -> PreviewPage:
    there = [each for each in _RESOLUTIONS if any(c.resolution is each for c in page.codings)]
    seen = tuple(_seen(page, resolution) for resolution in there)
    return PreviewPage(page.source, design.png, design.hints, seen)


def _seen(page: RenderedPage, resolution: Resolution) -> Seen:
    forms = {coding: page.at(resolution, coding) for coding in Coding}
    sizes = {coding: len(line_octets(form)) for coding, form in forms.items()}
    seconds = {
        coding: {rate: round(octets * 8 / rate, 1) for rate in RATES}
        for coding, octets in sizes.items()
    }
    bitmap = decode_page(forms[Coding.MH])
    aspect = bitmap.width / resolution.x_dpi / (bitmap.height / resolution.y_dpi)
    return Seen(resolution, png_octets(bitmap), round(aspect, 4), sizes, seconds)


def _page(shown: Preview, error: str, live: bool, fields: dict[str, str]) -> str:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["data"] = lambda png: (
        "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    )
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        preview=shown, error=error, live=live, fields=fields, rates=RATES, codings=tuple(Coding)
    )

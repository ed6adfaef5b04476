"""Words to pixels: a message becomes a PDF and fax pages, coded before any number is dialled.

``render_content`` is the one door. It runs a worker process, so that a hostile or broken document
costs an error and not the caller; this package itself imports numpy and nothing heavier.
"""

from __future__ import annotations

from collections.abc import Callable

from faxcore.errors import RenderError
from faxcore.render.content import Attachment, BodyType, Content, CoverFields, Paper
from faxcore.render.document import Design, Limits, RenderedDocument, RenderedPage, RenderProgress
from faxcore.render.exchange import Request
from faxcore.render.process import run_worker
from faxcore.render.tagline import AUTO_HEADER, HeaderLine
from faxcore.render.tone import AUTO_TONE, Tone, ToneKind
from faxcore.render.warm import WarmWorker
from faxcore.t4 import Coding, Resolution

__all__ = [
    "AUTO_HEADER",
    "AUTO_TONE",
    "Attachment",
    "BodyType",
    "Content",
    "CoverFields",
    "Design",
    "HeaderLine",
    "Limits",
    "Paper",
    "RenderProgress",
    "RenderedDocument",
    "RenderedPage",
    "Tone",
    "ToneKind",
    "WarmWorker",
    "render_content",
]


def render_content(
    content: Content,
    *,
    header: str | None = "auto",
    resolutions: tuple[Resolution, ...] = (Resolution.FINE, Resolution.COARSE),
    observe: Callable[[RenderProgress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    limits: Limits | None = None,
    designs: bool = False,
    tone: Tone | str = AUTO_TONE,
    warm: WarmWorker | None = None,
    codings: tuple[Coding, ...] = tuple(Coding),
    draft: bool = False,
) -> RenderedDocument:
    """Turn a message into pages that are ready for the line.

    ``header`` is the line at the top of every page: ``"auto"``, a text in which ``$[DATE]
    $[TIME] $[FROM] $[SND_FAX#] $[TO] $[TO_FAX#] $[SUBJECT] $[PAGE] $[PAGES]`` are filled in and
    ``|`` parts left, middle and right, or None for no line. Every page is made from its source
    once for each of ``resolutions``. ``observe`` hears of each page; ``cancel`` is asked several
    times a second and ends the rendering by answering true. ``designs`` adds a picture of every
    page as it was designed, and hints for its designer. ``tone`` is how grey becomes black and
    white: a ``Tone``, or its text. ``warm`` is for programs that render message after
    message: it saves the half second in which a worker loads what it needs. ``codings`` are
    those that the pages are wanted in; a call may need all of them. ``draft`` is for designers: a
    cover page's unknown tokens are drawn in a dashed box and hinted at, and are no error.

    Raises ContentError (RenderError, AttachmentError) with one sentence that names the thing:
    nothing is written anywhere, and no process is left behind. The same content (its moment
    included) gives the same octets.
    """
    chosen = Tone.of(tone)
    if not resolutions:
        raise RenderError("no resolution was asked for")
    if not codings:
        raise RenderError("no coding was asked for")
    template = AUTO_HEADER if header == "auto" else header
    bounds = limits or Limits()
    request = Request(content, template, resolutions, bounds, designs, chosen, codings, draft)
    run = run_worker if warm is None else warm.run
    return run(request, observe, cancel)

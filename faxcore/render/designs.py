"""Pages as they were designed, in colour, for the preview. Worker only."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageFilter
from pypdfium2 import PdfiumError

from faxcore.errors import AttachmentError
from faxcore.render.compose import Sheet
from faxcore.render.document import Design
from faxcore.render.lint import hints_for
from faxcore.render.pdf import load_page

_ACROSS = 900
"""Pixels of a picture's width."""

_LONGEST = 8000
_THICK = 11
"""Pixels of such a picture, 2.6 mm: what is thinner either way is no area."""

_PAPER = 235


def inked_share(image: Image.Image) -> float:
    """The share of a page that tints and dark areas cover; text and rules are too thin to count."""
    areas = image.convert("L").filter(ImageFilter.MaxFilter(_THICK))
    return sum(areas.histogram()[:_PAPER]) / (image.width * image.height)


def design_of(sheet: Sheet, known: Sequence[str] = ()) -> Design:
    """The page's picture, what is ``known`` to be wrong, and what will suffer on its way."""
    page = load_page(sheet.document, sheet.index, sheet.source)
    try:
        width, height = page.get_size()
        scale = min(_ACROSS / max(width, 1.0), _LONGEST / max(height, 1.0))
        image = page.render(scale=scale, optimize_mode="print").to_pil().convert("RGB")
        target = io.BytesIO()
        image.save(target, "PNG")
        hints = () if sheet.bitmap is not None else hints_for(page, inked_share(image))
        return Design(target.getvalue(), (*known, *hints))
    except PdfiumError as error:
        raise AttachmentError(f"{sheet.source} is broken ({error})") from error
    finally:
        page.close()

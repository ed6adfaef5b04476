"""A page made anew for a far end that takes none of its forms: coarser, narrower, in parts.

Rather that than a refusal; the result says how each page went out. Pure functions on pages, in the
seconds that T.30 leaves a caller after DIS.
"""

from __future__ import annotations

from collections.abc import Sequence

from faxcore.t4 import Coding, PageBitmap, decode_page, encode_page, halve_rows, narrow
from faxcore.t30.capabilities import Capabilities, pels_across
from faxcore.t30.document import CallOptions, FaxPage
from faxcore.t30.negotiation import longest_mm, takes
from faxcore.t30.result import Remade

_MM_PER_INCH = 25.4


def remake(far: Capabilities, page: FaxPage, options: CallOptions) -> tuple[FaxPage, ...]:
    """The page in a form that the far end takes, or in several parts; empty if there is no way."""
    bitmap = _coarse_enough(far, decode_page(page.choices[0]))
    if bitmap is None:
        return ()
    taken = [pels_across(width, bitmap.resolution) for width in far.widths]
    widths = [width for width in taken if width <= bitmap.width]
    if not widths:
        return ()
    if bitmap.width not in taken:
        bitmap = narrow(bitmap, max(widths))
    parts = _parts(far, bitmap)
    codings = [coding for coding in Coding if coding in far.codings]
    made = [FaxPage(tuple(encode_page(part, coding) for coding in codings)) for part in parts]
    fits = all(any(takes(far, form, options) for form in each.choices) for each in made)
    return tuple(made) if fits else ()


def changes(page: FaxPage, parts: Sequence[FaxPage]) -> tuple[Remade, ...]:
    """What was done to a page that goes out as these parts."""
    before, after = page.choices[0], parts[0].choices[0]
    done = {
        Remade.COARSER: after.resolution is not before.resolution,
        Remade.NARROWER: after.width != before.width,
        Remade.PARTED: len(parts) > 1,
    }
    return tuple(each for each, did in done.items() if did) or (Remade.RECODED,)


def _coarse_enough(far: Capabilities, bitmap: PageBitmap) -> PageBitmap | None:
    """The page at a resolution that the far end has; black rows stay black."""
    while bitmap.resolution not in far.resolutions:
        try:
            bitmap = halve_rows(bitmap)
        except ValueError:
            return None
    return bitmap


def _parts(far: Capabilities, bitmap: PageBitmap) -> list[PageBitmap]:
    """The page cut to the length of the far end's paper."""
    if far.unlimited_length:
        return [bitmap]
    rows = int(longest_mm(far) / _MM_PER_INCH * bitmap.resolution.y_dpi)
    return [
        PageBitmap(bitmap.rows[top : top + rows], bitmap.width, bitmap.resolution)
        for top in range(0, bitmap.height, rows)
    ]

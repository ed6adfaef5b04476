"""Small documents for tests: every page different, every page with rows of every kind."""

import numpy as np

from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t30.document import FaxDocument, FaxPage


def bitmap(number: int, rows: int = 300, resolution: Resolution = Resolution.FINE) -> PageBitmap:
    """Bars, a comb, a frame and the page's own number of blocks."""
    pixels = np.zeros((rows, 1728), dtype=bool)
    pixels[10:14] = True
    pixels[20:60, 100:1600:7] = True
    pixels[70:-10, 3] = pixels[70:-10, -1] = True
    for block in range(number):
        pixels[80:120, 40 + 60 * block : 80 + 60 * block] = True
    return PageBitmap.from_array(pixels, resolution)


def page(number: int, rows: int = 300) -> FaxPage:
    """A page fine, and coarse as a rendering of its own, in every coding."""
    fine = bitmap(number, rows)
    coarse = bitmap(number, rows // 2 + 100, Resolution.COARSE)
    return FaxPage(tuple(encode_page(each, coding) for each in (fine, coarse) for coding in Coding))


def document(pages: int = 3, rows: int = 300) -> FaxDocument:
    """A document of that many pages."""
    return FaxDocument(tuple(page(number, rows) for number in range(1, pages + 1)))

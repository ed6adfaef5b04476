"""Coarser, narrower and shorter pages."""

import numpy as np
import pytest

from faxcore.t4 import PageBitmap, Resolution, chop_trailing_white, halve_rows, narrow
from tests.t4.pages import art, as_art


def test_fine_to_coarse_keeps_hairlines():
    page = art("""
        ........
        ########
        #.......
        ..#.....
        .......#
    """)
    coarse = halve_rows(page)
    assert as_art(coarse).split() == ["########", "#.#.....", ".......#"]
    assert coarse.resolution is Resolution.COARSE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Resolution.SUPERFINE, Resolution.FINE),
        (Resolution.R200X400, Resolution.R200X200),
        (Resolution.R200X200, Resolution.R200X100),
    ],
)
def test_half_of_a_resolution(before, after):
    assert halve_rows(art("# #", before)).resolution is after


def test_coarse_has_no_half():
    with pytest.raises(ValueError, match="COARSE"):
        halve_rows(art("#", Resolution.COARSE))


def test_a_narrow_page_keeps_every_hairline():
    page = PageBitmap.from_array(np.eye(2048, dtype=bool))
    narrowed = narrow(page, 1728)
    assert (narrowed.width, narrowed.height) == (1728, 1728)
    pixels = narrowed.to_array()
    assert pixels.any(axis=0).all()
    assert pixels.any(axis=1).all()
    assert np.abs(np.subtract(*np.nonzero(pixels))).max() <= 1


def test_narrowing_by_half_in_text_art():
    page = art("""
        #...
        ..#.
        ....
        ...#
    """)
    assert as_art(narrow(page, 2)).split() == ["##", ".#"]


def test_a_page_cannot_be_narrowed_to_more():
    with pytest.raises(ValueError, match="narrowed"):
        narrow(art("...."), 5)


def test_trailing_white_is_chopped():
    page = art(".... #... .... ....")
    assert as_art(chop_trailing_white(page)).split() == ["....", "#..."]
    assert chop_trailing_white(page, keep=1).height == 3
    assert chop_trailing_white(page, keep=9).height == 4
    assert chop_trailing_white(art(".... ....")).height == 0

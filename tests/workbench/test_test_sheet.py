"""The test sheet: what must be on it, fine and coarse."""

from __future__ import annotations

import numpy as np

from faxcore.t4 import Coding, Resolution, decode_page
from faxcore.workbench.test_sheet import HEIGHT, WIDTH, draw_sheet, sheet_document

HEADING = ("faxcore test sheet 1", "14400 V.17, class 1", "to 5550100")


def test_it_is_the_same_sheet_every_time_but_for_its_heading():
    first, again, other = draw_sheet(HEADING), draw_sheet(HEADING), draw_sheet(("another",))
    assert first == again
    assert first != other
    pixels, others = first.to_array(), other.to_array()
    assert np.array_equal(pixels[170:], others[170:])


def test_lines_of_one_pel_and_of_one_row_are_there():
    pixels = draw_sheet(HEADING).to_array()
    upright = pixels[180, 60:160]
    assert upright[::2].all()
    assert not upright[1::2].any()
    level = pixels[238:278, 100]
    assert level[::2].all()
    assert not level[1::2].any()


def test_the_greys_get_darker_from_left_to_right():
    pixels = draw_sheet(HEADING).to_array()
    width = (WIDTH - 120) // 8
    shares = [pixels[584:624, 60 + n * width : 60 + (n + 1) * width].mean() for n in range(8)]
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert shares[-1] > 0.9


def test_no_tooth_of_the_combs_is_missing():
    pixels = draw_sheet(HEADING).to_array()
    for edge in (pixels[:, 0], pixels[:, -1]):
        changes = np.flatnonzero(np.diff(edge.astype(int)))
        assert len(changes) == HEIGHT // 16 - 1


def test_it_is_there_in_every_coding_fine_and_coarse():
    (page,) = sheet_document(HEADING).pages
    forms = [(form.resolution, form.coding) for form in page.choices]
    assert forms == [
        (resolution, coding)
        for resolution in (Resolution.FINE, Resolution.COARSE)
        for coding in Coding
    ]
    assert {form.height for form in page.choices} == {HEIGHT, HEIGHT // 2}
    assert decode_page(page.choices[2]) == draw_sheet(HEADING)

from __future__ import annotations

import pytest

from faxcore.render.geometry import WIDTH, WIDTH_MM, frame_of, place
from faxcore.t4 import Resolution


@pytest.mark.parametrize(
    ("resolution", "rows"), [(Resolution.COARSE, 1143), (Resolution.FINE, 2287)]
)
def test_a4_keeps_its_size_and_is_centred(resolution: Resolution, rows: int) -> None:
    frame = frame_of(place(210, 297), resolution, 1)
    assert (frame.rows, frame.across, frame.left) == (rows, 1688, 20)


def test_letter_is_shrunk_to_the_width_as_a_whole() -> None:
    placement = place(215.9, 279.4)
    assert placement.width_mm == pytest.approx(WIDTH_MM)
    assert placement.height_mm / placement.width_mm == pytest.approx(279.4 / 215.9)
    assert frame_of(placement, Resolution.FINE, 1).across == WIDTH


def test_landscape_is_turned() -> None:
    placement = place(297, 210)
    assert (placement.turn, placement.page_mm) == (1, 297)
    assert place(200, 100).turn == 0


def test_oversampling_multiplies_the_rows() -> None:
    once = frame_of(place(210, 297), Resolution.COARSE, 1)
    twice = frame_of(place(210, 297), Resolution.COARSE, 2)
    assert twice.rows == 2 * once.rows


def test_room_on_top_keeps_the_page_length() -> None:
    page = place(210, 297)
    assert page.moved_down(6).page_mm == page.shrunk_below(6).page_mm == 297
    shrunk = page.shrunk_below(6)
    assert shrunk.top_mm + shrunk.height_mm == pytest.approx(297)
    assert shrunk.width_mm / shrunk.height_mm == pytest.approx(210 / 297)


def test_room_on_top_of_a_longer_page_keeps_the_size() -> None:
    page = place(200, 8).lengthened_above(6)
    assert (page.page_mm, page.top_mm, page.width_mm, page.height_mm) == (14, 6, 200, 8)

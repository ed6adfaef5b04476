from __future__ import annotations

import numpy as np
import pytest

from faxcore.render.outlines import _outlines, outlines

REACH = (16, 16)


def outlined(grey: np.ndarray) -> np.ndarray:
    edges = np.zeros(grey.shape, bool)
    for top, band in outlines(grey, REACH):
        edges[top : top + len(band)] = band
    return edges


@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("tint", [230, 190, 150])
def test_a_tint_keeps_an_outline_of_one_pixel(shift: int, tint: int) -> None:
    grey = np.full((120, 160), 255, np.uint8)
    grey[20 + shift : 90, 30 + shift : 130] = tint
    expected = np.zeros_like(grey, bool)
    expected[20 + shift : 90, 30 + shift : 130] = True
    expected[21 + shift : 89, 31 + shift : 129] = False
    assert np.array_equal(outlined(grey), expected)


@pytest.mark.parametrize("last", [255, 256, 290, 300, 600])
def test_a_tint_that_goes_through_several_bands_keeps_one_outline(last: int) -> None:
    grey = np.full((700, 160), 255, np.uint8)
    grey[200 : last + 1, 30:130] = 190
    expected = np.zeros_like(grey, bool)
    expected[200 : last + 1, 30:130] = True
    expected[201:last, 31:129] = False
    assert np.array_equal(outlined(grey), expected)


def test_a_soft_edge_is_one_line_as_well() -> None:
    grey = np.full((120, 160), 255, np.uint8)
    grey[40:, :] = 190
    grey[39, :] = 230
    assert np.array_equal(np.flatnonzero(outlined(grey).any(axis=1)), [40])


def test_letters_on_a_tint_have_no_outline() -> None:
    grey = np.full((120, 160), 190, np.uint8)
    grey[40:80:8, 20:140] = 0
    assert not outlined(grey).any()


def test_what_steps_by_less_than_seven_per_cent_has_none() -> None:
    grey = np.full((120, 160), 255, np.uint8)
    grey[40:] = 240
    assert not outlined(grey).any()
    ramp = np.tile(np.linspace(255, 150, 160).astype(np.uint8), (120, 1))
    assert not outlined(ramp).any()


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (13, 17), (300, 90), (515, 64)])
def test_bands_that_are_passed_over_have_none(size: tuple[int, int]) -> None:
    chance = np.random.default_rng(sum(size))
    for share in (0.001, 0.01, 0.2, 0.9):
        grey = np.where(chance.random(size) < share, chance.integers(0, 256, size), 255)
        grey[size[0] // 2 :, : size[1] // 2] = np.minimum(grey[size[0] // 2 :, : size[1] // 2], 226)
        page = grey.astype(np.uint8)
        assert np.array_equal(outlined(page), _outlines(page, REACH))

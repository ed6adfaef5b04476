from __future__ import annotations

import numpy as np
import pytest

from faxcore.render.binarize import black_and_white, change_rows
from faxcore.t4 import Resolution
from tests.render.samples import landscape_photo

WHOLE = (slice(0, 400), slice(0, 600))


def art(rows: str) -> np.ndarray:
    return np.array([[letter == "#" for letter in row] for row in rows.split()])


def test_ink_is_dark_and_paper_is_light() -> None:
    grey = np.array([[0, 100, 164, 166, 200, 255]], np.uint8)
    black = black_and_white(grey, Resolution.FINE).to_array()
    assert black.tolist() == [[True, True, True, False, False, False]]


def test_rows_are_joined_so_that_hairlines_live() -> None:
    fine = art("...... ###### ...... .#.... ......")
    coarse = change_rows(fine, Resolution.FINE, Resolution.COARSE)
    assert np.array_equal(coarse, art("###### .#.... ......"))


def test_rows_are_repeated_for_a_finer_resolution() -> None:
    fine = change_rows(art(".#. ###"), Resolution.COARSE, Resolution.FINE)
    assert np.array_equal(fine, art(".#. .#. ### ###"))


def test_inch_and_metric_rows_are_the_same() -> None:
    page = art(".#. ###")
    assert np.array_equal(change_rows(page, Resolution.R200X200, Resolution.FINE), page)


@pytest.mark.parametrize("width", [1728, 2048, 2432])
@pytest.mark.parametrize("resolution", [Resolution.FINE, Resolution.COARSE, Resolution.SUPERFINE])
def test_pages_of_every_width_keep_their_shape(width: int, resolution: Resolution) -> None:
    each = 2 if resolution is Resolution.COARSE else 1
    grey = np.full((200 * each, width), 255, np.uint8)
    grey[40:60, 100:-100] = 0
    grey[80 * each :, width // 2 :] = 200
    black = black_and_white(grey, resolution).to_array()
    assert black.shape == (200, width)
    assert black[:100].any()
    assert black[80:84, -100:].any(), "the tint has an outline"
    assert not black[120:190, width // 2 + 40 : -40].any()


def test_text_beside_a_photo_stays_crisp() -> None:
    grey = np.full((400, 700), 255, np.uint8)
    grey[:, :600] = np.asarray(landscape_photo())
    grey[10:20, 610:690] = 90
    black = black_and_white(grey, Resolution.FINE, [WHOLE]).to_array()
    assert black[10:20, 610:690].all()
    assert 0.2 < black[:, :600].mean() < 0.8


def test_a_page_of_tints_alone_is_blank() -> None:
    grey = np.full((400, 700), 230, np.uint8)
    grey[100:300, 100:600] = 200
    assert not black_and_white(grey, Resolution.FINE).to_array().any()

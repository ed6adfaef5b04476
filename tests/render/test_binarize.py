from __future__ import annotations

import numpy as np

from faxcore.render.binarize import black_and_white, change_rows, is_photo, joined, screened
from faxcore.t4 import Resolution
from tests.render.samples import landscape_photo

WHOLE = (slice(0, 400), slice(0, 600))


def art(rows: str) -> np.ndarray:
    return np.array([[letter == "#" for letter in row] for row in rows.split()])


def test_ink_is_dark_and_paper_is_light() -> None:
    grey = np.array([[0, 100, 164, 166, 200, 255]], np.uint8)
    assert black_and_white(grey, 1, []).tolist() == [[True, True, True, False, False, False]]


def test_half_a_coarse_row_of_ink_makes_it_black() -> None:
    grey = np.array([[255, 255], [0, 255], [255, 255], [255, 255]], np.uint8)
    assert black_and_white(grey, 2, []).tolist() == [[True, False], [False, False]]


def test_in_black_surroundings_half_a_row_of_white_stays_white() -> None:
    upper = np.ones((40, 80), bool)
    lower = upper.copy()
    lower[20, 10:70] = False
    assert np.array_equal(joined(upper, lower), lower)
    assert np.array_equal(joined(~upper, ~lower), ~lower)


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


def test_a_photo_is_told_from_a_scanned_letter() -> None:
    assert is_photo(np.asarray(landscape_photo()))
    letter = np.full((400, 600), 245, np.uint8)
    letter[::12, :400] = 40
    letter[1::12, :400] = 150
    assert not is_photo(letter)


def test_a_scan_on_grey_paper_is_a_letter() -> None:
    shade = np.linspace(215, 180, 400)[:, None] + np.random.default_rng(1).normal(0, 6, (400, 600))
    shade[20:380:20, 50:550] = shade[21:381:20, 50:550] = 40
    shade[22:382:20, 50:550] = 120
    assert not is_photo(shade.astype(np.uint8))


def test_a_screen_keeps_the_mean_tone() -> None:
    for rows_each in (1, 2):
        for tone in (16, 64, 128, 192, 240):
            grey = np.full((64, 64), tone, np.uint8)
            black = screened(grey, rows_each, 0, 0)
            assert black.shape == (64 // rows_each, 64)
            assert abs(black.mean() - (1 - tone / 255)) < 0.04


def test_text_beside_a_photo_stays_crisp() -> None:
    grey = np.full((400, 700), 255, np.uint8)
    grey[:, :600] = np.asarray(landscape_photo())
    grey[10:20, 610:690] = 90
    black = black_and_white(grey, 1, [WHOLE])
    assert black[10:20, 610:690].all()
    assert 0.2 < black[:, :600].mean() < 0.8

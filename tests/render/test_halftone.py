from __future__ import annotations

import numpy as np
import pytest

from faxcore.render.halftone import diffused, line_screen, row_screen
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from tests.render.samples import landscape_photo

TONES = [16, 64, 128, 192, 240]


@pytest.mark.parametrize("fine", [1, 2, 4])
@pytest.mark.parametrize("tone", TONES)
def test_screens_keep_the_mean_tone(fine: int, tone: int) -> None:
    grey = np.full((60, 60), tone, np.uint8)
    for black in (line_screen(grey, 0, 0, fine), row_screen(grey, 0, fine)):
        assert black.shape == grey.shape
        assert black.mean() == pytest.approx(1 - tone / 255, abs=0.17)


@pytest.mark.parametrize("tone", [0, 255])
def test_black_and_white_stay_what_they_are(tone: int) -> None:
    grey = np.full((60, 60), tone, np.uint8)
    for black in (line_screen(grey, 0, 0, 2), row_screen(grey, 0, 2), diffused(grey)):
        assert black.all() == (tone == 0)
        assert black.any() == (tone == 0)


def test_darker_is_never_less_black() -> None:
    means = [line_screen(np.full((40, 40), tone, np.uint8), 0, 0, 2).mean() for tone in range(256)]
    assert means == sorted(means, reverse=True)


def test_a_screen_is_fixed_to_the_page() -> None:
    grey = np.asarray(landscape_photo())[:, :500]
    whole = line_screen(grey, 0, 0, 2)
    assert np.array_equal(line_screen(grey[37:], 37, 0, 2)[1:], whole[38:])
    assert np.array_equal(line_screen(grey[:, 13:], 0, 13, 2), whole[:, 13:])
    assert np.array_equal(row_screen(grey[37:], 37, 2)[1:], row_screen(grey, 0, 2)[38:])


def bits_a_pixel(black: np.ndarray) -> float:
    page = PageBitmap.from_array(black, Resolution.FINE)
    return len(encode_page(page, Coding.MMR).data) * 8 / black.size


def test_lines_are_short_on_the_line_and_rows_are_shorter() -> None:
    grey = np.asarray(landscape_photo())
    lines, rows, dots = line_screen(grey, 0, 0, 2), row_screen(grey, 0, 2), diffused(grey)
    assert bits_a_pixel(rows) < 0.25 < bits_a_pixel(lines) < 0.6 < 1.5 < bits_a_pixel(dots)

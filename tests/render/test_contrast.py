from __future__ import annotations

import numpy as np
import pytest

from faxcore.render.contrast import (
    CELL,
    Surroundings,
    _cells,
    _ground,
    _is_white,
    ground_cells,
)

SHARE = 0.35
STROKES = np.zeros((120, 160), bool)
STROKES[20:100:8, 20:140] = STROKES[21:101:8, 20:140] = True


def page(ground: int, ink: int, border: int = 0) -> np.ndarray:
    grey = np.full((160, 240), 255, np.uint8)
    grey[20:140, 40:200] = ground
    grey[20:140, 40:200][STROKES] = ink
    grey[:, 238:] = border
    return grey


def ink_of(grey: np.ndarray) -> np.ndarray:
    return Surroundings(grey).ink(SHARE)


@pytest.mark.parametrize(
    ("ground", "ink"),
    [(255, 0), (255, 120), (255, 190), (204, 0), (170, 0), (150, 60), (130, 20), (110, 0)],
)
def test_letters_are_ink_on_every_ground(ground: int, ink: int) -> None:
    black = ink_of(page(ground, ink))[20:140, 40:200]
    assert black[STROKES].all()
    beside = black[26:96, 30:130][~STROKES[26:96, 30:130]]
    assert not beside.any(), "what is between the lines is paper"


@pytest.mark.parametrize("ground", [0, 60, 120, 150, 180])
def test_light_letters_on_dark_stay_white(ground: int) -> None:
    black = ink_of(page(ground, 255))[20:140, 40:200]
    assert not black[STROKES].any()
    assert black[26:96, 30:130][~STROKES[26:96, 30:130]].all()


@pytest.mark.parametrize(("tone", "black"), [(0, 1), (100, 1), (150, 0), (200, 0), (240, 0)])
def test_a_dark_area_is_black_and_a_tint_is_paper(tone: int, black: int) -> None:
    assert ink_of(page(tone, tone))[40:120, 60:180].mean() == black


def test_grain_of_a_scan_is_paper() -> None:
    grain = np.random.default_rng(3).normal(225, 4, (200, 300)).clip(0, 255).astype(np.uint8)
    assert not ink_of(grain).any()


def test_a_size_that_is_no_multiple_of_a_cell_is_kept() -> None:
    assert ink_of(np.full((7, 13), 255, np.uint8)).shape == (7, 13)


@pytest.mark.parametrize("shape", [(7, 13), (8, 16), (41, 30), (3, 3)])
def test_a_rest_of_a_cell_is_judged_like_a_whole_one_that_repeats_it(
    shape: tuple[int, int],
) -> None:
    grey = np.random.default_rng(9).integers(0, 256, shape, dtype=np.uint8)
    whole = np.pad(grey, [(0, -side % 4) for side in shape], mode="edge")
    assert np.array_equal(ground_cells(grey), ground_cells(whole))


def test_the_ground_of_a_cell_is_its_lightest_pixel() -> None:
    grey = np.zeros((120, 120), np.uint8)
    grey[57, 62] = 255  # the 15th cell across and the 14th down
    ground = ground_cells(grey)
    assert ground[14, 15] == 255
    assert (ground == 255).sum() == 1


class CellByCell(Surroundings):
    def _cut_at(self, share: float) -> np.ndarray:
        return self._limits(share)


@pytest.mark.parametrize("share", [0.3, 0.35, 0.45])
def test_the_fast_way_gives_what_the_slow_one_does(share: float) -> None:
    """Black on white is cut at one threshold; where cells differ it must not be."""
    chance = np.random.default_rng(5)
    soft = page(255, 0).astype(np.int16)
    soft[20:140, 40:200][STROKES] += chance.integers(0, 60, STROKES.sum()).astype(np.int16)
    pages = [soft.astype(np.uint8), page(255, 0), page(204, 0), page(255, 190), page(60, 255)]
    both = page(255, 0)
    both[80:] = page(255, 150)[80:]
    for grey in [*pages, both, *(page(255, ink) for ink in range(60, 255, 9))]:
        around = Surroundings(grey)
        assert np.array_equal(around.ink(share), CellByCell(grey).ink(share))
        assert np.array_equal(around.packed_ink(share), np.packbits(around.ink(share), axis=1))


@pytest.mark.parametrize("ink", [0, 70, 120, 180, 230])
def test_a_white_ground_is_known_without_closing_it(ink: int) -> None:
    grey = page(255, ink)
    lightest, _ = _cells(grey, CELL)
    assert _is_white(lightest)
    assert (_ground(lightest) == 255).all()
    grey[20:60, 20:60] = ink
    lightest, _ = _cells(grey, CELL)
    assert not _is_white(lightest)


def test_black_on_white_takes_the_fast_way() -> None:
    for ground, fast in ((255, True), (204, False)):
        assert (Surroundings(page(ground, 0))._cut_at(SHARE).ndim == 0) == fast


def test_a_pale_watermark_is_paper_and_pale_letters_are_ink() -> None:
    grey = np.full((160, 240), 255, np.uint8)
    grey[20:140, 60:84] = 205  # three millimetres wide
    grey[20:140:8, 120:200] = grey[21:141:8, 120:200] = 190
    black = ink_of(grey)
    assert not black[30:130, 66:78].any()
    assert black[20:140:8, 120:200].all()

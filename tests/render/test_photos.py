from __future__ import annotations

import numpy as np

from faxcore.render.photos import is_grainy, is_photo, photo_parts, smoothed
from tests.render.samples import landscape_photo


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
    assert not photo_parts(shade.astype(np.uint8)).any()


def clouds(size: int) -> np.ndarray:
    y, x = np.mgrid[0:size, 0:size] / 12
    return (128 + 60 * np.sin(x) + 60 * np.cos(y)).astype(np.uint8)


def test_a_photo_inside_a_scan_is_found() -> None:
    scan = np.full((800, 900), 235, np.uint8)
    scan[20:300:20, 50:850] = 40
    scan[400:700, 100:500] = clouds(400)[:300]
    part = photo_parts(scan)
    assert part[430:670, 130:470].mean() > 0.95
    assert not part[:340].any()
    assert not part[:, 600:].any()


def test_grain_is_noticed_and_softened() -> None:
    noise = np.random.default_rng(2).normal(200, 12, (300, 300)).clip(0, 255).astype(np.uint8)
    assert is_grainy(noise)
    assert not is_grainy(np.asarray(landscape_photo()))
    calm = smoothed(noise)
    assert calm.dtype == np.uint8
    assert calm.std() < 0.5 * noise.std()
    assert abs(float(calm.mean()) - float(noise.mean())) < 1

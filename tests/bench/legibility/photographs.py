"""Pictures like photographs, made by arithmetic: landscape, face, fabric, street and still life."""

from __future__ import annotations

import zlib

import numpy as np

Tones = np.ndarray


def photograph(name: str, width: int, height: int, shift: int = 0) -> Tones:
    """A grey picture of 0..255 of this size, the same every time; ``shift`` makes another one."""
    chance = np.random.default_rng(zlib.crc32(name.encode()) + shift)
    y, x = np.mgrid[0:height, 0:width] / height
    tones = _SCENES[name](x, y, width / height, chance).clip(0, 1) ** 1.6
    grain = chance.normal(0, 0.012, tones.shape)
    return ((tones + grain).clip(0, 1) * 255).astype(np.uint8)


def _noise(shape: tuple[int, ...], chance: np.random.Generator, coarsest: int) -> Tones:
    """Clouds: noise of every fineness, the coarse stronger, between -1 and 1 or so."""
    total = np.zeros(shape)
    cells, strength = coarsest, 1.0
    while cells < min(shape):
        grid = chance.normal(0, 0.5, (cells + 2, round(cells * shape[1] / shape[0]) + 2))
        total += strength * _stretched(grid, shape)
        cells, strength = cells * 2, strength * 0.45
    return total


def _stretched(grid: Tones, shape: tuple[int, ...]) -> Tones:
    """A coarse grid blown up, smoothly."""
    for axis in (0, 1):
        places = np.linspace(0, grid.shape[axis] - 1.001, shape[axis])
        below = places.astype(int)
        share = places - below
        share = share * share * (3 - 2 * share)
        share = share[:, None] if axis == 0 else share
        lower, upper = grid.take(below, axis), grid.take(below + 1, axis)
        grid = lower * (1 - share) + upper * share
    return grid


def _ellipse(x: Tones, y: Tones, at: tuple[float, float], size: tuple[float, float]) -> Tones:
    """1 inside, 0 outside, with an edge as soft as a lens makes it."""
    far = ((x - at[0]) / size[0]) ** 2 + ((y - at[1]) / size[1]) ** 2
    return 1 / (1 + np.exp((far.clip(0, 10) - 1) * 30))


def _landscape(x: Tones, y: Tones, aspect: float, chance: np.random.Generator) -> Tones:
    sky = 0.95 - 0.35 * y + 0.1 * _noise(x.shape, chance, 3)
    tones = sky
    for level, dark, rough in ((0.42, 0.62, 0.12), (0.55, 0.42, 0.16), (0.7, 0.25, 0.08)):
        ridge = level + rough * _noise((4, x.shape[1]), chance, 2)[1]
        ground = dark + 0.16 * _noise(x.shape, chance, 10) + 0.15 * (y - level)
        tones = np.where(y > ridge[None, :], ground, tones)
    sun = _ellipse(x, y, (aspect * 0.75, 0.16), (0.07, 0.07))
    return tones * (1 - sun) + sun


def _face(x: Tones, y: Tones, aspect: float, chance: np.random.Generator) -> Tones:
    middle = aspect / 2
    tones = 0.45 + 0.25 * x / aspect + 0.08 * _noise(x.shape, chance, 3)
    hair = _ellipse(x, y, (middle, 0.4), (0.32, 0.38))
    strands = 0.16 + 0.1 * np.sin(60 * (x - middle) + 5 * y) * chance.random()
    tones = tones * (1 - hair) + hair * (strands + 0.07 * _noise(x.shape, chance, 16))
    shoulder = _ellipse(x, y, (middle, 1.12), (0.55, 0.35))
    tones = tones * (1 - shoulder) + shoulder * (0.3 + 0.1 * np.sin(140 * (x + y)))
    skin = _ellipse(x, y, (middle, 0.47), (0.23, 0.31))
    light = 0.86 - 0.55 * ((x - middle + 0.1) ** 2 + (y - 0.4) ** 2) / 0.1
    tones = tones * (1 - skin) + skin * light.clip(0.35, 0.95)
    for side in (-0.09, 0.09):
        for size, dark in (((0.05, 0.022), 0.92), ((0.021, 0.021), 0.1)):
            eye = _ellipse(x, y, (middle + side, 0.42), size)
            tones = tones * (1 - eye) + eye * dark
        brow = _ellipse(x, y, (middle + side, 0.365), (0.06, 0.012))
        tones = tones * (1 - brow) + brow * 0.2
    mouth = _ellipse(x, y, (middle, 0.63), (0.08, 0.022))
    nose = _ellipse(x, y, (middle + 0.02, 0.52), (0.02, 0.06))
    return (tones * (1 - mouth) + mouth * 0.35) * (1 - 0.25 * nose)


def _fabric(x: Tones, y: Tones, aspect: float, chance: np.random.Generator) -> Tones:
    folds = 0.5 + 0.28 * np.sin(7 * x + 3 * np.sin(4 * y)) + 0.14 * _noise(x.shape, chance, 4)
    weave = 0.06 * np.sin(240 * x) * np.sin(240 * y)
    checks = 0.14 * ((np.floor(x * 8) + np.floor(y * 8)) % 2 - 0.5)
    return folds + weave + checks


def _street(x: Tones, y: Tones, aspect: float, chance: np.random.Generator) -> Tones:
    tones = 0.9 - 0.25 * y + 0.05 * _noise(x.shape, chance, 3)
    left = -0.05
    while left < aspect:
        width, roof = 0.16 + 0.14 * chance.random(), 0.12 + 0.3 * chance.random()
        inside = (x > left) & (x < left + width) & (y > roof)
        wall = 0.3 + 0.45 * chance.random() + 0.12 * (y - roof)
        windows = (((x - left) * 22) % 1 > 0.4) & (((y - roof) * 16) % 1 > 0.45) & (y < 0.78)
        tones = np.where(inside, np.where(windows, wall * 0.45, wall), tones)
        left += width
    road = 0.45 + 0.25 * (y - 0.85) + 0.05 * _noise(x.shape, chance, 30)
    return np.where(y > 0.85, road, tones)


def _still_life(x: Tones, y: Tones, aspect: float, chance: np.random.Generator) -> Tones:
    tones = np.where(y < 0.6, 0.3 + 0.2 * x, 0.72 - 0.2 * (y - 0.6))
    tones = tones + 0.05 * _noise(x.shape, chance, 5)
    for at, size, tone in ((0.35, 0.2, 0.85), (0.75, 0.26, 0.6), (1.15, 0.17, 0.9)):
        shade = _ellipse(x, y, (at * aspect / 1.5 + 0.05, 0.86), (size * 1.2, 0.05))
        tones = tones * (1 - 0.5 * shade)
        ball = _ellipse(x, y, (at * aspect / 1.5, 0.62), (size, size * 1.1))
        far = np.hypot(x - at * aspect / 1.5 + size / 3, y - 0.62 + size / 3) / size
        lit = tone * (1.05 - 0.55 * far) + 0.05 * _noise(x.shape, chance, 20)
        tones = tones * (1 - ball) + ball * lit.clip(0.08, 1)
    return tones


_SCENES = {
    "landscape": _landscape,
    "face": _face,
    "fabric": _fabric,
    "street": _street,
    "still life": _still_life,
}
SCENES = tuple(_SCENES)

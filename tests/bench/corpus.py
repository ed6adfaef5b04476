"""The benchmark's pages: one of each kind that a fax machine meets, drawn, the same every time."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from faxcore.t4 import PageBitmap, Resolution

WIDTH, HEIGHT = 1728, 2200
WORDS = (
    "the facsimile apparatus shall send each scan line as a series of variable length code words "
    "and every code word represents a run of either all white or all black picture elements so "
    "that the total of the run lengths equals the width of the page and no element is lost"
).split()


def _text_page(size: int, leading: int, columns: int = 1, fill: float = 1.0) -> np.ndarray:
    """Lines of text, drawn at twice the size and thresholded, as a rasterizer's are."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size)
    rng = np.random.default_rng(size)
    for column in range(columns):
        left = 140 + column * (WIDTH - 240) // columns
        right = left + (WIDTH - 240) // columns - 60
        for top in range(160, int(HEIGHT * fill) - 160, leading):
            at = left
            while True:
                word = WORDS[int(rng.integers(len(WORDS)))] + " "
                length = draw.textlength(word, font)
                if at + length > right:
                    break
                draw.text((at, top), word, 0, font)
                at += int(length)
    return np.asarray(image) < 128


def letter() -> np.ndarray:
    """Dense text at the size of a typewritten letter."""
    return _text_page(34, 46)


def small_type() -> np.ndarray:
    """A table in small type, ruled."""
    page = _text_page(20, 28, columns=5)
    page[140:-140:56, 130:-130] = True
    for at in range(130, WIDTH - 130, (WIDTH - 260) // 5):
        page[140:-140, at : at + 2] = True
    return page


def cover() -> np.ndarray:
    """A few large words and a rule."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(image)
    draw.text((150, 150), "FACSIMILE", 0, ImageFont.load_default(140))
    for row, label in enumerate(("To", "From", "Subject", "Pages")):
        draw.text((150, 420 + 90 * row), f"{label}: example", 0, ImageFont.load_default(44))
    draw.rectangle((150, 340, WIDTH - 150, 346), 0)
    return np.asarray(image) < 128


def form() -> np.ndarray:
    """Boxes and short labels."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(24)
    for row, top in enumerate(range(120, HEIGHT - 120, 110)):
        for column, left in enumerate(range(100, WIDTH - 400, 380)):
            draw.rectangle((left, top, left + 380, top + 110), outline=0, width=3)
            draw.text((left + 10, top + 8), f"{row}.{column} name or number", 0, font)
    return np.asarray(image) < 128


def _grey() -> np.ndarray:
    """A smooth picture with some edges, 0 black to 1 white."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    picture = 0.5 + 0.3 * np.sin(x / 210) * np.cos(y / 330) + 0.2 * np.sin((x + y) / 900)
    picture[(x - 900) ** 2 + (y - 1100) ** 2 < 400**2] *= 0.6
    return np.clip(picture, 0, 1)


def photo() -> np.ndarray:
    """A photograph, Floyd-Steinberg dithered."""
    image = Image.fromarray((_grey() * 255).astype(np.uint8))
    return ~np.asarray(image.convert("1"))


def ordered() -> np.ndarray:
    """A photograph, ordered (Bayer) dither."""
    bayer = np.array([[0]])
    for _ in range(3):
        bayer = np.block([[4 * bayer, 4 * bayer + 2], [4 * bayer + 3, 4 * bayer + 1]])
    tiles = np.tile((bayer + 0.5) / 64, (HEIGHT // 8 + 1, WIDTH // 8 + 1))
    return _grey() < tiles[:HEIGHT, :WIDTH]


def curves() -> np.ndarray:
    """Thin curves, as handwriting and drawings have."""
    image = Image.new("1", (WIDTH, HEIGHT), 1)
    draw = ImageDraw.Draw(image)
    at = np.linspace(0, 2 * np.pi, 2000)
    for n in range(1, 14):
        x = WIDTH / 2 + (60 * n) * np.cos(at * (1 + n % 3) + n)
        y = HEIGHT / 2 + (75 * n) * np.sin(at * (1 + n % 4))
        draw.line(list(zip(x, y, strict=True)), 0, 3)
    return ~np.asarray(image)


def handwriting() -> np.ndarray:
    """Lines of connected strokes."""
    image = Image.new("1", (WIDTH, HEIGHT), 1)
    draw = ImageDraw.Draw(image)
    rng = np.random.default_rng(7)
    for top in range(220, HEIGHT - 200, 110):
        steps = np.arange(0, WIDTH - 400, 3)
        wave = np.cumsum(rng.normal(0, 0.25, len(steps)))
        x = 180 + steps + 14 * np.sin(steps / 9.0 + wave)
        y = top + (20 + 12 * np.sin(steps / 70)) * np.sin(steps / 11.0 + wave)
        draw.line(list(zip(x, y, strict=True)), 0, 4)
    return ~np.asarray(image)


def blank() -> np.ndarray:
    """Nothing."""
    return np.zeros((HEIGHT, WIDTH), np.bool_)


def checker() -> np.ndarray:
    """Alternating pixels, the worst a coder meets."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return (x + y) % 2 == 0


KINDS = (letter, small_type, cover, form, photo, ordered, curves, handwriting, blank, checker)
SHORT = (letter, cover, photo, blank)


def itu_charts(folder: Path) -> Iterator[tuple[str, PageBitmap]]:
    """The ITU-T test charts out of ``ccitt1.jbg`` to ``ccitt8.jbg``, where they are in a folder."""
    for path in sorted(folder.glob("ccitt?.jbg")):
        made = subprocess.run(["jbgtopbm", str(path)], capture_output=True, check=False)
        if made.returncode == 0:
            head, across, down = made.stdout[:64].split()[:3]
            width, height = int(across), int(down)
            rest = made.stdout[-height * ((width + 7) // 8) :]
            rows = np.frombuffer(rest, np.uint8).reshape(height, (width + 7) // 8)
            assert head == b"P4"
            yield path.stem, PageBitmap(rows, width)


def pages(short: bool = False, charts: Path | None = None) -> Iterator[tuple[str, PageBitmap]]:
    """Name and page, fine; then the letter in coarse."""
    for kind in SHORT if short else KINDS:
        yield kind.__name__, PageBitmap.from_array(kind())
    if not short:
        page = letter()
        yield "letter_coarse", PageBitmap.from_array(page[::2] | page[1::2], Resolution.COARSE)
        if charts:
            yield from itu_charts(charts)

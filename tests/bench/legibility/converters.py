"""Ways from a PDF page to one bit a pixel: faxcore's tones, Ghostscript's, and grey + Sauvola."""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from faxcore.render.geometry import PIXELS_PER_MM, WIDTH, WIDTH_MM, frame_of, place, rows_per_mm
from faxcore.render.pdf import load_page, open_pdf
from faxcore.render.raster import draw_grey
from faxcore.t4 import Resolution
from tests.bench.legibility.drawn import PAGE_MM, Page


@dataclass(frozen=True, slots=True)
class Received:
    """A page as it arrives: ``black``, and where millimetres of the paper lie in it."""

    black: np.ndarray = field(repr=False)
    left_mm: float
    pixels_per_mm: float
    rows_per_mm: float
    cpu_seconds: float


Converter = Callable[[Page, Resolution], Received]


def faxcore(tone: str) -> Converter:
    """The way that a page takes when faxcore sends it."""
    from faxcore.render.compose import Sheet
    from faxcore.render.pages import page_pixels
    from faxcore.render.tone import Tone

    chosen = Tone.parse(tone)

    def convert(page: Page, resolution: Resolution) -> Received:
        document = open_pdf(page.pdf, page.name)
        before = time.process_time()
        sheet = Sheet(document, 0, page.name, 1)
        bitmap = page_pixels(sheet, place(*PAGE_MM), resolution, chosen)
        spent = time.process_time() - before
        document.close()
        return _on_our_grid(bitmap.to_array(), resolution, spent)

    return convert


def _on_our_grid(black: np.ndarray, resolution: Resolution, spent: float) -> Received:
    left = (WIDTH_MM - PAGE_MM[0]) / 2
    return Received(black, left, PIXELS_PER_MM, rows_per_mm(resolution), spent)


def ghostscript(page: Page, resolution: Resolution) -> Received:
    """What HylaFAX and others run: Ghostscript's one-bit device with its own screen."""
    lines = 196 if resolution is Resolution.FINE else 98
    rows = round(PAGE_MM[1] / 25.4 * lines)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.pdf").write_bytes(page.pdf)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=tiffg3",
                   f"-r204x{lines}", f"-g{WIDTH}x{rows}", "-dFIXEDMEDIA",
                   f"-sOutputFile={folder / 'page.tif'}", str(folder / "page.pdf")]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        with Image.open(folder / "page.tif") as image:
            black = ~np.asarray(image.convert("1"))
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Received(black, 0.0, 204 / 25.4, lines / 25.4, spent)


def sauvola(page: Page, resolution: Resolution) -> Received:
    """Grey, then black where darker than the mean of its surroundings allows (Sauvola 2000)."""
    document = open_pdf(page.pdf, page.name)
    before = time.process_time()
    drawn = load_page(document, 0, page.name)
    grey = draw_grey(drawn, frame_of(place(*PAGE_MM), resolution, 1)).astype(np.float64)
    mean = _window_mean(grey, _WINDOW)
    spread = np.sqrt(np.maximum(_window_mean(grey * grey, _WINDOW) - mean * mean, 0))
    black = grey <= mean * (1 + _K * (spread / 128 - 1))
    return _on_our_grid(black, resolution, time.process_time() - before)


_WINDOW, _K = 41, 0.2


def _window_mean(values: np.ndarray, size: int) -> np.ndarray:
    """The mean of a square window around every pixel."""
    half = size // 2
    for axis in (0, 1):
        frame = [(half + 1, half) if each == axis else (0, 0) for each in (0, 1)]
        total = np.pad(values, frame, mode="reflect").cumsum(axis)
        length = values.shape[axis]
        later = total.take(range(size, size + length), axis)
        values = (later - total.take(range(length), axis)) / size
    return values


def missing() -> list[str]:
    """What is not installed of the ways to compare with."""
    return [] if shutil.which("gs") else ["Ghostscript is not installed (Debian: ghostscript)"]

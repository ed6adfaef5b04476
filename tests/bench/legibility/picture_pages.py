"""Pages with pictures: photographs with captions, two scans and a letter photographed by phone."""

from __future__ import annotations

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from tests.bench.legibility.drawn import Group, Page, Words
from tests.bench.legibility.kit import Kit
from tests.bench.legibility.photographs import SCENES


def photos(kit: Kit) -> Page:
    """Five photographs with captions, and a little text."""
    drawing = kit.drawing("photographs")
    drawing.words((20, 14), ["What the inspector saw on Tuesday"], face="sans-bold", points=14)
    drawing.words((20, 22), kit.wrapped(300, 3, 105), face="serif", points=9)
    boxes = ((20, 40, 100, 90), (110, 40, 190, 90), (20, 106, 80, 156), (90, 106, 190, 156),
             (20, 172, 120, 232))  # fmt: skip
    captions = kit.sentences(310, len(boxes))
    for scene, box, caption in zip(SCENES, boxes, captions, strict=True):
        width, height = round((box[2] - box[0]) * 7), round((box[3] - box[1]) * 7)
        drawing.picture(kit.photograph(scene, width, height), box)
        letters = round((box[2] - box[0]) * 0.6 * kit.width)
        lines = [caption] if len(caption) < letters else _halves(caption)
        drawing.words((box[0], box[3] + 1.5), lines, points=7.5)
    drawing.words((126, 172), kit.wrapped(320, 9, 38), points=9)
    drawing.words((20, 246), kit.wrapped(330, 5, 100), face="serif", points=10)
    drawing.note("plain", (3.0, 34.0, 16.0, 280.0))
    return drawing.done()


def _halves(text: str) -> list[str]:
    words = text.split()
    middle = len(words) // 2
    return [" ".join(words[:middle]), " ".join(words[middle:])]


def _letter(kit: Kit, seed: int, face: str) -> tuple[bytes, Words]:
    """A letter to be scanned: its PDF, and what it says from top to bottom."""
    drawing = kit.drawing("letter")
    said = []
    top = 30.0
    for number, points in enumerate((11, 10, 10, 9, 9, 8, 8, 7)):
        lines = kit.wrapped(seed + number, 4, round(840 / points))
        said += lines
        top = drawing.words((24, top), lines, face=face, points=points) + 3
    drawing.rule((24, 18, 186, 18), 0.75)
    text = Words((16.0, 24.0, 196.0, top + 6), " ".join(said), Group.SCANS)
    return drawing.done().pdf, text


def _drawn(pdf: bytes, dpi: int) -> Image.Image:
    page = pdfium.PdfDocument(pdf)[0]
    return page.render(scale=dpi / 72).to_pil().convert("L")


def _grainy(image: Image.Image, sigma: float, seed: int) -> np.ndarray:
    grain = np.random.default_rng(seed).normal(0, sigma, (image.height, image.width))
    return np.asarray(image, np.float64) + grain


def _bytes(tones: np.ndarray) -> np.ndarray:
    return tones.clip(0, 255).astype(np.uint8)


def _full_page(kit: Kit, name: str, tones: np.ndarray, quality: int, words: Words) -> Page:
    drawing = kit.drawing(name)
    drawing.picture(tones, (0, 0, 210, 297), photo=False, jpeg=quality)
    drawing.note("words", words)
    drawing.note("plain", (6.0, 24.0, 16.0, 190.0))
    drawing.note("plain", (20.0, words.box[3] + 5, 190.0, 285.0))
    return drawing.done()


def scan_200(kit: Kit) -> Page:
    """A letter on greyish paper, scanned askew at 200 dpi with a shaded fold."""
    pdf, words = _letter(kit, 400, "serif")
    image = _drawn(pdf, 200).rotate(0.6, Image.Resampling.BICUBIC, fillcolor=255)
    image = image.filter(ImageFilter.GaussianBlur(0.7))
    tones = _grainy(image, 9, 1 + kit.shift)
    across = np.linspace(0, 1, tones.shape[1])
    paper = 0.9 - 0.14 * np.exp(-(((across - 0.03) / 0.06) ** 2)) - 0.03 * across
    return _full_page(kit, "scan of grey paper", _bytes((tones * 0.92 + 16) * paper), 45, words)


def scan_150(kit: Kit) -> Page:
    """A letter scanned at 150 dpi, faded, with what is on the back shining through."""
    pdf, words = _letter(kit, 420, "sans")
    behind, _ = _letter(kit, 440, "serif")
    back = _drawn(behind, 150).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    back = back.filter(ImageFilter.GaussianBlur(1.5)).rotate(-0.8, fillcolor=255)
    image = _drawn(pdf, 150).rotate(-0.5, Image.Resampling.BICUBIC, fillcolor=255)
    tones = _grainy(image, 9, 2 + kit.shift) * 0.75 + 55
    shine = (255 - np.asarray(back, np.float64)) * 0.09
    return _full_page(kit, "faded scan", _bytes(tones - shine - 12), 40, words)


def phone(kit: Kit) -> Page:
    """A letter photographed by phone: uneven light, a shadow, perspective and lens blur."""
    pdf, words = _letter(kit, 460, "sans")
    image = _drawn(pdf, 220)
    width, height = image.size
    quad = (-0.02 * width, -0.015 * height, -0.005 * width, 1.01 * height,
            1.015 * width, 1.02 * height, 1.02 * width, -0.01 * height)  # fmt: skip
    image = image.transform(
        image.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=255
    ).filter(ImageFilter.GaussianBlur(0.95))
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = 0.95 - 0.38 * ((x - 0.2) ** 2 + (y - 0.15) ** 2) ** 0.8
    light -= 0.12 / (1 + np.exp((x + 0.4 * y - 0.9) * 25))
    tones = (_grainy(image, 6, 3 + kit.shift) * 0.85 + 25) * light
    return _full_page(kit, "phone photograph", _bytes(tones), 60, words)

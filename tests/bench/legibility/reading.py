"""Reads pages as received: tesseract for words, zbar for codes, both as programs."""

from __future__ import annotations

import io
import os
import shutil
import subprocess

import numpy as np
from PIL import Image

from tests.bench.legibility.converters import Received
from tests.bench.legibility.drawn import Box, Code, Page, Words

_DPI = 408
_PER_MM = _DPI / 25.4
_PACKAGES = {"ell": "ell", "rus": "rus", "ara": "ara", "chi_sim": "chi-sim", "eng": "eng"}


def squared(received: Received) -> Image.Image:
    """The page with square pixels, 408 an inch: black on white."""
    height, width = received.black.shape
    size = (
        round(width / received.pixels_per_mm * _PER_MM),
        round(height / received.rows_per_mm * _PER_MM),
    )
    grey = np.where(received.black, np.uint8(0), np.uint8(255))
    return Image.fromarray(grey).resize(size, Image.Resampling.NEAREST)


def cut(image: Image.Image, received: Received, box: Box) -> Image.Image:
    """A box of the paper, with a white frame around it."""
    left, top, right, bottom = box
    corners = (left + received.left_mm, top, right + received.left_mm, bottom)
    part = image.crop(tuple(round(side * _PER_MM) for side in corners))
    framed = Image.new("L", (part.width + 40, part.height + 40), 255)
    framed.paste(part, (20, 20))
    return framed


def misread(page: Page, received: Received) -> list[tuple[Words, int, int]]:
    """For every block of words: how many characters were read wrong, and how many it has."""
    image = squared(received)
    judged = []
    for words in page.words:
        read = _tesseract(cut(image, received, words.box), words.language)
        blank = words.language == "chi_sim"
        said, heard = (_plain(text, keep_blanks=not blank) for text in (words.text, read))
        judged.append((words, min(distance(said, heard), len(said)), len(said)))
    return judged


def _plain(text: str, *, keep_blanks: bool) -> str:
    for fancy, common in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("—", "-")):
        text = text.replace(fancy, common)
    marks = "\u200e\u200f\u202a\u202b\u202c"
    return (" " if keep_blanks else "").join(text.translate(dict.fromkeys(map(ord, marks))).split())


def distance(said: str, heard: str) -> int:
    """The least number of letters to change, add or leave out (Levenshtein), row by row."""
    told = np.array([ord(letter) for letter in heard], np.int64)
    steps = np.arange(len(heard) + 1)
    row = steps.copy()
    for number, letter in enumerate(said, start=1):
        best = np.empty_like(row)
        best[0] = number
        best[1:] = np.minimum(row[:-1] + (told != ord(letter)), row[1:] + 1)
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])


def _png(image: Image.Image) -> bytes:
    octets = io.BytesIO()
    image.save(octets, "PNG", dpi=(_DPI, _DPI), compress_level=1)
    return octets.getvalue()


def _tesseract(image: Image.Image, language: str) -> str:
    ran = subprocess.run(
        ["tesseract", "-", "-", "-l", language, "--psm", "6", "--dpi", str(_DPI)],
        input=_png(image),
        capture_output=True,
        check=True,
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
    )
    return ran.stdout.decode()


def codes_read(page: Page, received: Received) -> list[Code]:
    """The codes that zbar reads."""
    image = squared(received)
    return [code for code in page.codes if code.value in _zbar(cut(image, received, code.box))]


def _zbar(image: Image.Image) -> str:
    ran = subprocess.run(
        ["zbarimg", "-q", "--raw", "-"], input=_png(image), capture_output=True, check=False
    )
    return ran.stdout.decode(errors="replace")


def missing() -> list[str]:
    """What is not installed of the readers."""
    lacking = []
    if shutil.which("tesseract") is None:
        lacking.append("tesseract is not installed (Debian: tesseract-ocr)")
    else:
        ran = subprocess.run(["tesseract", "--list-langs"], capture_output=True, check=True)
        there = ran.stdout.decode().split()
        lacking += [
            f"tesseract lacks {language} (Debian: tesseract-ocr-{package})"
            for language, package in _PACKAGES.items()
            if language not in there
        ]
    for face, package in (("Noto Sans CJK SC", "cjk"), ("Noto Naskh Arabic", "core")):
        ran = subprocess.run(["fc-list", face], capture_output=True, check=False)
        if not ran.stdout:
            lacking.append(f"the face {face} is not installed (Debian: fonts-noto-{package})")
    if shutil.which("zbarimg") is None:
        lacking.append("zbar is not installed (Debian: zbar-tools)")
    return lacking

"""Encoders and decoders against libtiff (ctypes) and Pillow's ``save()``, in one process, in turn.

    python -m tests.bench.bench_t4 [--short] [--fast] [--charts FOLDER] [--rounds N]

Prints, per page and coding, CPU milliseconds (the least of some rounds, in each of which each coder
is called twice in a row, so that all are warm), the ratio to libtiff and to Pillow, and the octets
of the page; then geometric means, and whether each goal is met (the drawn pages and the charts
together are what the goals are for). ``--fast`` measures the compiled coder of ``faxcore[fast]``.
``--charts`` names a folder with the ITU-T test charts, which ``tests.bench.charts`` fetches.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import io
import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from faxcore.t4 import Coding, PageBitmap, accelerate, decode_octets, encode_page, line_octets
from tests.bench import corpus
from tests.bench.t4_goals import Figures, geometric_mean, goals

WARM = 2  # so often in a row each coder does what is measured
KINDS = {Coding.MH: (3, 0), Coding.MR: (3, 1), Coding.MMR: (4, 0)}


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return (time.thread_time() - start) * 1e3


class Libtiff:
    """libtiff's coder called on memory; the file is in RAM where the system has such a place."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("tiff") or "libtiff.so.6"
        self.functions = ctypes.CDLL(name)
        self.functions.TIFFOpen.restype = ctypes.c_void_p
        self.functions.TIFFSetErrorHandler(None)
        self.functions.TIFFSetWarningHandler(None)
        for call in ("TIFFWriteEncodedStrip", "TIFFReadEncodedStrip"):
            getattr(self.functions, call).restype = ctypes.c_ssize_t
        folder = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self.folder = tempfile.TemporaryDirectory(dir=folder)
        self.path = f"{self.folder.name}/page.tif".encode()

    def encode(self, page: PageBitmap, coding: Coding) -> float:
        tiff = ctypes.c_void_p(self.functions.TIFFOpen(self.path, b"w"))
        compression, options = KINDS[coding]
        tags = {256: page.width, 257: page.height, 258: 1, 277: 1, 259: compression, 262: 0}
        tags |= {266: 1, 278: page.height, 296: 2}
        if compression == 3:
            tags[292] = options
        for tag, value in tags.items():
            self.functions.TIFFSetField(tiff, tag, ctypes.c_uint32(value))
        for tag, dpi in ((282, page.resolution.x_dpi), (283, page.resolution.y_dpi)):
            self.functions.TIFFSetField(tiff, tag, ctypes.c_double(dpi))
        size = ctypes.c_ssize_t(page.rows.nbytes)
        pixels = ctypes.c_void_p(page.rows.ctypes.data)
        spent = cpu_ms(lambda: self.functions.TIFFWriteEncodedStrip(tiff, 0, pixels, size))
        self.functions.TIFFClose(tiff)
        return spent

    def decode(self, page: PageBitmap) -> tuple[float, bool]:
        """Time to decode the page last encoded, and whether it came out right."""
        tiff = ctypes.c_void_p(self.functions.TIFFOpen(self.path, b"r"))
        out = np.zeros_like(page.rows)
        size, pixels = ctypes.c_ssize_t(out.nbytes), ctypes.c_void_p(out.ctypes.data)
        spent = cpu_ms(lambda: self.functions.TIFFReadEncodedStrip(tiff, 0, pixels, size))
        self.functions.TIFFClose(tiff)
        return spent, bool(np.array_equal(out, page.rows))


def pillow_save(image: Image.Image, coding: Coding) -> bytes:
    compression = "group4" if coding is Coding.MMR else "group3"
    options = {292: KINDS[coding][1]} if coding is not Coding.MMR else {}
    file = io.BytesIO()
    image.save(file, "TIFF", compression=compression, tiffinfo=options)
    return file.getvalue()


def pillow_load(file: bytes) -> None:
    Image.open(io.BytesIO(file)).load()


def measure(name: str, page: PageBitmap, coding: Coding, libtiff: Libtiff, rounds: int) -> Figures:
    image = Image.fromarray(~page.to_array())
    encoded = encode_page(page, coding)
    octets = line_octets(encoded)
    least: dict[str, float] = {}

    def note(what: str, spent: float) -> None:
        least[what] = min(spent, least.get(what, math.inf))

    right = True
    for number in range(rounds):
        for _ in range(WARM):
            note("encode", cpu_ms(lambda: encode_page(page, coding)))
        for _ in range(WARM):
            note("libtiff", libtiff.encode(page, coding))
        for _ in range(WARM):
            spent, well = libtiff.decode(page)
            right = right and well
            note("libtiff_decode", spent)
        if number < 4 or coding is Coding.MH:
            for _ in range(WARM):
                note("decode", cpu_ms(lambda: decode_octets(octets, coding, page.width)))
        if number < 4:
            for _ in range(WARM):
                file = pillow_save(image, coding)
                note("pillow", cpu_ms(lambda: pillow_save(image, coding)))
                note("pillow_decode", cpu_ms(lambda file=file: pillow_load(file)))
    found = decode_octets(octets, coding, page.width)
    assert found.bad_rows == 0
    assert np.array_equal(found.bitmap.rows, page.rows)
    if not right:
        least["libtiff_decode"] = math.nan  # 4.5.0 refuses rows of more runs than pixels
    return Figures(page=name, octets=len(encoded.data), **least)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="four pages, few rounds")
    parser.add_argument("--fast", action="store_true", help="the compiled coder")
    parser.add_argument("--charts", type=Path, help="folder with ccitt1.jbg to ccitt8.jbg")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    rounds = 5 if asked.short else asked.rounds
    libtiff = Libtiff()
    if asked.fast:
        accelerate()
    print(f"{'':18}{'octets':>8} | {'encode':>7}{'libtiff':>8}{'ratio':>7}{'Pillow':>8}{'ratio':>7}"
          f" | {'decode':>8}{'libtiff':>8}{'ratio':>7}")  # fmt: skip
    for coding in Coding:
        pages: list[Figures] = []
        for name, page in corpus.pages(asked.short, asked.charts):
            ms = measure(name, page, coding, libtiff, rounds)
            pages.append(ms)
            print(f"{coding.name:4}{name:14}{ms.octets:8} | {ms.encode:7.2f}{ms.libtiff:8.2f}"
                  f"{ms.ratio:7.2f}{ms.pillow:8.2f}{ms.encode / ms.pillow:7.2f} | {ms.decode:8.2f}"
                  f"{ms.libtiff_decode:8.2f}{ms.decode_ratio:7.2f}")  # fmt: skip
        print(
            f"{coding.name}, geometric means: encode",
            f"{geometric_mean(page.ratio for page in pages):.2f} of libtiff,",
            f"{geometric_mean(page.encode / page.pillow for page in pages):.2f} of Pillow; decode",
            f"{geometric_mean(page.decode_ratio for page in pages):.2f} of libtiff,",
            f"{geometric_mean(page.decode / page.pillow_decode for page in pages):.2f} of Pillow",
        )
        print(*goals(coding, pages, asked.fast), sep="\n")


if __name__ == "__main__":
    main()

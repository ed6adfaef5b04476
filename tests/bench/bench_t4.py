"""Encoders and decoders against libtiff (ctypes) and Pillow's ``save()``, in one process, in turn.

    python -m tests.bench.bench_t4 [--short] [--fast] [--charts FOLDER] [--rounds N]

Prints, per page and coding, CPU milliseconds (the least of some rounds), the ratio to libtiff and
to Pillow, and the octets of the page; then geometric means. ``--fast`` measures the compiled coder
of ``faxcore[fast]``. ``--charts`` names a folder with the ITU-T test charts, which
``tests.bench.charts`` fetches.
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
        out = np.empty_like(page.rows)
        size, pixels = ctypes.c_ssize_t(out.nbytes), ctypes.c_void_p(out.ctypes.data)
        spent = cpu_ms(lambda: self.functions.TIFFReadEncodedStrip(tiff, 0, pixels, size))
        self.functions.TIFFClose(tiff)
        return spent, bool(np.array_equal(out, page.rows))


def pillow_save(image: Image.Image, coding: Coding) -> None:
    compression = "group4" if coding is Coding.MMR else "group3"
    options = {292: KINDS[coding][1]} if coding is not Coding.MMR else {}
    image.save(io.BytesIO(), "TIFF", compression=compression, tiffinfo=options)


def measure(page: PageBitmap, coding: Coding, libtiff: Libtiff, rounds: int) -> dict[str, float]:
    image = Image.fromarray(~page.to_array())
    octets = line_octets(encode_page(page, coding))
    least: dict[str, float] = {}

    def note(name: str, spent: float) -> None:
        least[name] = min(spent, least.get(name, math.inf))

    right = True
    for number in range(rounds):
        note("ours", cpu_ms(lambda: encode_page(page, coding)))
        note("libtiff", libtiff.encode(page, coding))
        spent, well = libtiff.decode(page)
        right = right and well
        note("libtiff_decode", spent)
        if number < 4:
            note("pillow", cpu_ms(lambda: pillow_save(image, coding)))
            note("decode", cpu_ms(lambda: decode_octets(octets, coding, page.width)))
    found = decode_octets(octets, coding, page.width)
    assert found.bad_rows == 0
    assert np.array_equal(found.bitmap.rows, page.rows)
    if not right:
        least["libtiff_decode"] = math.nan  # 4.5.0 refuses rows of more runs than pixels
    return least


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
        ratios: dict[str, list[float]] = {"encode": [], "Pillow": [], "decode": []}
        for name, page in corpus.pages(asked.short, asked.charts):
            ms = measure(page, coding, libtiff, rounds)
            encode, pillow = ms["ours"] / ms["libtiff"], ms["ours"] / ms["pillow"]
            decode = ms["decode"] / ms["libtiff_decode"]
            for key, ratio in zip(ratios, (encode, pillow, decode), strict=True):
                if not math.isnan(ratio):
                    ratios[key].append(ratio)
            size = len(encode_page(page, coding).data)
            print(f"{coding.name:4}{name:14}{size:8} | {ms['ours']:7.2f}{ms['libtiff']:8.2f}"
                  f"{encode:7.2f}{ms['pillow']:8.2f}{pillow:7.2f} | {ms['decode']:8.2f}"
                  f"{ms['libtiff_decode']:8.2f}{decode:7.2f}")  # fmt: skip
        means = {
            key: math.exp(sum(map(math.log, each)) / len(each)) for key, each in ratios.items()
        }
        print(
            coding.name, *(f"{key} {mean:.2f}" for key, mean in means.items()), "(geometric mean)"
        )


if __name__ == "__main__":
    main()
